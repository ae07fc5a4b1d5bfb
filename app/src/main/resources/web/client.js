import { maru } from "./maru.mjs";

const SOCKET_IO_CLIENT = new URL("./socket.io/socket.io.esm.min.js", import.meta.url).href;

/** The connection ended before an answer came. */
class ConnectionLost extends Error {
  constructor() {
    super("connection lost");
  }
}

/** Where plain clients connect: the folder this page was loaded from. */
export function plainUrl() {
  const url = new URL("./", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

let socketIoModule = null;

/** Loads the official client on first use; rejects when the server has none. */
export function loadSocketIo() {
  socketIoModule ??= import(SOCKET_IO_CLIENT);
  return socketIoModule;
}

/**
 * What both dialects have in common. Events: "state" with the new state
 * ("closed", "connecting" or "open") and "arrival" with { type, ...fields }.
 */
class Client extends EventTarget {
  state = "closed";

  changeState(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }

  arrive(arrival) {
    this.dispatchEvent(new CustomEvent("arrival", { detail: arrival }));
  }
}

/** Over maru.js, the server's own client. Once it was connected it comes back by itself, as a new one, into no room. */
export class PlainClient extends Client {
  #socket = null;

  connect() {
    this.changeState("connecting");
    const socket = maru(plainUrl(), { recovery: false });
    this.#socket = socket;
    socket.on("*", (type, fields) => this.arrive({ ...fields, type }));
    socket.on("error", ({ message }) => this.arrive({ type: "problem", error: message }));
    return new Promise((resolve, reject) => {
      socket.on("connect", () => {
        socket.off("connect_error"); // later attempts may fail
        this.changeState("open");
        resolve();
      });
      socket.on("connect_error", () => {
        this.close();
        reject(new ConnectionLost());
      });
      socket.on("disconnect", () => this.changeState(socket.state === "closed" ? "closed" : "connecting"));
    });
  }

  /** Sends and resolves with what the server's callback carries. */
  request(type, fields = {}) {
    return this.state === "open" ? this.#socket.emit(type, fields) : Promise.reject(new ConnectionLost());
  }

  /** Sends without asking for an answer. */
  send(type, fields = {}) {
    if (this.state === "open") this.#socket.send(type, fields);
  }

  /** Resolves when the connection is really closed. */
  async close() {
    await this.#socket?.close();
    this.changeState("closed");
  }
}

/** The same requests and arrivals as Socket.IO events with acknowledgements. */
export class SocketIoClient extends Client {
  #socket = null;
  #givenUp = false;

  async connect() {
    this.changeState("connecting");
    let io;
    try {
      ({ io } = await loadSocketIo());
      if (this.#givenUp) throw new ConnectionLost();
    } catch (error) {
      this.changeState("closed");
      throw error;
    }
    // Every card is a client of its own, so connections must not be shared.
    const socket = io({ forceNew: true, reconnection: false });
    this.#socket = socket;
    socket.onAny((type, fields) => this.arrive({ ...fields, type }));
    return new Promise((resolve, reject) => {
      socket.on("connect", () => {
        this.changeState("open");
        resolve();
      });
      socket.on("connect_error", (error) => {
        reject(error);
        this.changeState("closed");
      });
      socket.on("disconnect", () => this.changeState("closed"));
    });
  }

  request(type, fields = {}) {
    if (this.state !== "open") return Promise.reject(new ConnectionLost());
    return this.#socket.emitWithAck(type, fields).then((data) => {
      if (data && typeof data.error === "string") throw new Error(data.error);
      return data;
    });
  }

  send(type, fields = {}) {
    if (this.state === "open") this.#socket.emit(type, fields);
  }

  async close() {
    this.#givenUp = true;
    this.#socket?.disconnect();
    this.changeState("closed");
  }
}

export function createClient(kind) {
  return kind === "socketio" ? new SocketIoClient() : new PlainClient();
}
