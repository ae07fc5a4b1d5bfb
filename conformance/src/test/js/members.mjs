// Members of rooms on Node, told what to do and telling what they hear by lines of JSON.
// In: {member, open: kind, url} | {member, request: type, fields, id} | {member, close: true}
// Out: {member, up: session} | {member, session, heard: message} | {member, answer: id, data}
import { createInterface } from "node:readline";
import { io } from "socket.io-client";
import { WebSocket } from "ws";
import { served } from "./maru-served.mjs";

const TRANSPORTS = { polling: ["polling"], websocket: ["websocket"], upgrade: ["polling", "websocket"] };
const RETRY_MS = 20;

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

class SocketIoMember {
  #client;

  constructor(member, url, kind) {
    let session = 0;
    const client = io(url, {
      forceNew: true,
      transports: TRANSPORTS[kind],
      reconnectionDelay: RETRY_MS,
      reconnectionDelayMax: 5 * RETRY_MS,
    });
    client.on("connect", () => say({ member, up: ++session }));
    client.on("chat", ({ message }) => say({ member, session, heard: message }));
    this.#client = client;
  }

  request(type, fields, answer) {
    if (this.#client.connected) this.#client.emit(type, fields, answer);
  }

  close() {
    this.#client.disconnect();
  }
}

class PlainMember {
  #member;
  #url;
  #socket;
  #session = 0;
  #closing = false;
  #waiting = new Map();

  constructor(member, url) {
    this.#member = member;
    this.#url = url;
    this.#connect();
  }

  request(type, fields, answer) {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    const messageId = this.#waiting.size + 1;
    this.#waiting.set(messageId, answer);
    this.#socket.send(JSON.stringify({ ...fields, type, messageId }));
  }

  close() {
    this.#closing = true;
    this.#socket.close();
  }

  #connect() {
    const member = this.#member;
    const session = ++this.#session;
    const socket = new WebSocket(this.#url);
    socket.on("open", () => say({ member, up: session }));
    socket.on("message", (text) => {
      const { type, message, messageId, data } = JSON.parse(text);
      if (type === "chat") say({ member, session, heard: message });
      if (type === "callback") this.#waiting.get(messageId)(data);
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      if (!this.#closing) setTimeout(() => this.#connect(), RETRY_MS);
    });
    this.#socket = socket;
  }
}

class MaruJsMember {
  #socket;

  constructor(member, url, maru) {
    let session = 0;
    // a request of one session must not be sent in the next
    const socket = maru(url, { WebSocket, buffer: 0, minDelay: RETRY_MS, maxDelay: 5 * RETRY_MS, timeout: 60_000 });
    socket.on("connect", () => say({ member, up: ++session }));
    socket.on("chat", ({ message }) => say({ member, session, heard: message }));
    this.#socket = socket;
  }

  request(type, fields, answer) {
    this.#socket.emit(type, fields).then(answer, () => {});
  }

  close() {
    this.#socket.close();
  }
}

async function memberOf(kind, member, url) {
  if (kind === "ws") return new PlainMember(member, url);
  return kind === "maru.js" ? new MaruJsMember(member, url, await served(url)) : new SocketIoMember(member, url, kind);
}

const members = new Map();

for await (const line of createInterface({ input: process.stdin })) {
  const { member, open, url, request, fields, id, close } = JSON.parse(line);
  if (open) members.set(member, await memberOf(open, member, url));
  if (request) members.get(member).request(request, fields, (data) => say({ member, answer: id, data }));
  if (close) members.get(member).close();
}
