const SOCKET_IO_CLIENT = new URL("./socket.io/socket.io.esm.min.js", import.meta.url).href;

/** The server refused a request; the message is the server's own word for it. */
export class Refused extends Error {}

/** The connection ended before an answer came. */
export class ConnectionLost extends Error {
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

function answerOrRefusal(data) {
  if (data && typeof data.error === "string") throw new Refused(data.error);
  return data;
}

/** One JSON object per text frame, over the browser's own WebSocket. */
export class PlainClient extends Client {
  #socket = null;
  #lastMessageId = 0;
  #waiting = new Map();

  connect() {
    this.changeState("connecting");
    const socket = new WebSocket(plainUrl());
    this.#socket = socket;
    return new Promise((resolve, reject) => {
      socket.addEventListener("open", () => {
        this.changeState("open");
        resolve();
      });
      socket.addEventListener("message", ({ data }) => this.#receive(JSON.parse(data)));
      socket.addEventListener("close", () => {
        reject(new ConnectionLost());
        for (const { reject: giveUp } of this.#waiting.values()) giveUp(new ConnectionLost());
        this.#waiting.clear();
        this.changeState("closed");
      });
    });
  }

  /** Sends and resolves with what the server's callback carries. */
  request(type, fields = {}) {
    if (this.state !== "open") return Promise.reject(new ConnectionLost());
    const messageId = ++this.#lastMessageId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(messageId, { resolve, reject });
      this.#socket.send(JSON.stringify({ ...fields, type, messageId }));
    }).then(answerOrRefusal);
  }

  /** Sends without asking for an answer. */
  send(type, fields = {}) {
    if (this.state === "open") this.#socket.send(JSON.stringify({ ...fields, type }));
  }

  /** Resolves when the connection is really closed. */
  close() {
    const socket = this.#socket;
    if (!socket || socket.readyState === WebSocket.CLOSED) return Promise.resolve();
    return new Promise((resolve) => {
      socket.addEventListener("close", () => resolve(), { once: true });
      socket.close();
    });
  }

  #receive(frame) {
    if (frame.type === "callback") {
      this.#waiting.get(frame.messageId)?.resolve(frame.data);
      this.#waiting.delete(frame.messageId);
    } else if (frame.type === undefined && "error" in frame) {
      this.arrive({ type: "problem", error: frame.error });
    } else {
      this.arrive(frame);
    }
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
    return this.#socket.emitWithAck(type, fields).then(answerOrRefusal);
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
