// Clients of the matrix, told what to do and telling what they hear by lines of JSON. A value is {text} or {bytes} in base64.
// In: {client, open: kind, url, transports} | {client, enter: namespace, talk} | {client, close: true}
//     | {talk, send: event, …value} | {talk, ask: event, id, …value}
// Out: {talk, in: true} | {talk, heard: event, …value} | {talk, answer: id, …value}
import { createInterface } from "node:readline";
import { Manager } from "socket.io-client";
import { WebSocket } from "ws";
import { served } from "./maru-served.mjs";

const QUESTION = "question";
const maru = await served(process.argv[2]);

const say = (talk, line, value) => {
  const written = value === undefined ? {} : Buffer.isBuffer(value) ? { bytes: value.toString("base64") } : { text: value };
  process.stdout.write(`${JSON.stringify({ talk, ...line, ...written })}\n`);
};

/** Socket.IO's client: one connection, however many namespaces. */
class SocketIo {
  #manager;
  #sockets = [];

  constructor(url, transports) {
    this.#manager = new Manager(url, { transports, reconnectionDelay: 20, reconnectionDelayMax: 100 });
  }

  enter(namespace, talk) {
    const socket = this.#manager.socket(namespace);
    this.#sockets.push(socket);
    socket.on("connect", () => say(talk, { in: true }));
    socket.onAny((event, value, answer) => (event === QUESTION ? answer(value) : say(talk, { heard: event }, value)));
    return {
      send: (event, value) => socket.emit(event, value),
      ask: (event, value) => socket.emitWithAck(event, value),
    };
  }

  close() {
    this.#manager.reconnection(false);
    for (const socket of this.#sockets) socket.disconnect();
  }
}

/** maru.js: a connection for each namespace. Bytes are base64 in both directions. */
class MaruJs {
  #url;
  #sockets = [];

  constructor(url) {
    this.#url = url;
  }

  enter(namespace, talk) {
    const socket = maru(this.#url + namespace, { WebSocket, minDelay: 20, maxDelay: 100, liveness: 2_000 });
    this.#sockets.push(socket);
    socket.on("connect", () => say(talk, { in: true }));
    socket.on(QUESTION, (value) => value);
    socket.on("*", (event, value) => event === QUESTION || say(talk, { heard: event }, value));
    const written = (value) => [Buffer.isBuffer(value) ? value.toString("base64") : value];
    return {
      send: (event, value) => socket.send(event, written(value)),
      ask: (event, value) => socket.emit(event, written(value)),
    };
  }

  close() {
    for (const socket of this.#sockets) socket.close();
  }
}

const KINDS = { "socket.io": SocketIo, "maru.js": MaruJs };
const clients = new Map();
const talks = new Map();

for await (const line of createInterface({ input: process.stdin })) {
  const { client, open, url, transports, enter, close, talk, send, ask, id, text, bytes } = JSON.parse(line);
  const value = bytes === undefined ? text : Buffer.from(bytes, "base64");
  if (open) clients.set(client, new KINDS[open](url, transports));
  if (enter) talks.set(talk, clients.get(client).enter(enter, talk));
  if (close) clients.get(client).close();
  if (send) talks.get(talk).send(send, value);
  if (ask) talks.get(talk).ask(ask, value).then((answer) => say(talk, { answer: id }, answer ?? ""), console.log);
}
