// Plain WebSockets that speak the envelope as MessagePack, by a library that knows nothing of us, beside others.
import assert from "node:assert/strict";
import { decode, encode } from "@msgpack/msgpack";
import { WebSocket } from "ws";
import { enter, hear, run, until, url } from "./cases.mjs";

const PACKED = "maru.msgpack";
const TEXT = "maru.json";
const bytes = (...values) => Uint8Array.from(values);

class Plain {
  #socket;
  #waiting = new Map();
  heard = [];

  static async open(protocol) {
    const plain = new Plain();
    const socket = new WebSocket(url.replace("http", "ws"), protocol);
    plain.#socket = socket;
    socket.on("message", (data, binary) => {
      assert.equal(binary, protocol === PACKED);
      const message = binary ? decode(Uint8Array.from(data)) : JSON.parse(data);
      if (message.type === "callback" && plain.#waiting.has(message.messageId)) {
        plain.#waiting.get(message.messageId)(message.data);
      } else {
        plain.heard.push(message);
      }
    });
    await new Promise((resolve, reject) => socket.on("open", resolve).on("error", reject));
    assert.equal(socket.protocol, protocol);
    return plain;
  }

  send(message) {
    this.raw(this.#socket.protocol === PACKED ? encode(message) : JSON.stringify(message));
  }

  raw(data) {
    this.#socket.send(data);
  }

  ask(type, fields = {}) {
    const messageId = this.#waiting.size + 1;
    const answer = new Promise((resolve) => this.#waiting.set(messageId, resolve));
    this.send({ type, messageId, ...fields });
    return answer;
  }

  async next() {
    await until(() => this.heard.length > 0, "a message");
    return this.heard.shift();
  }

  close() {
    this.#socket.close();
  }
}

const opened = [];
async function plain(protocol = PACKED) {
  const made = await Plain.open(protocol);
  opened.push(made);
  return made;
}

const cases = {
  async "passes values unchanged"() {
    const client = await plain();
    const values = [
      "마루 — naïve 😀 \u2028 \u0000 \"quoted\\\" \n end".repeat(50),
      "",
      [0, -1, 127, 128, 65535, 65536, 2 ** 32, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 1e300, 5e-324, -0.1],
      { "키": null, true: [true, false, [[]], {}], "": "" },
      bytes(),
      bytes(...Array.from({ length: 256 }, (_, i) => i)),
      { deep: [{ data: bytes(1, 2) }, bytes(3)], "또": Uint8Array.from({ length: 100_000 }, (_, i) => i) },
      { _placeholder: false, num: 0 },
    ];
    for (const value of values) {
      assert.deepEqual(await client.ask("echo", { args: [value] }), value);
      const echo = await client.next();
      const isObject = !Array.isArray(value) && !(value instanceof Uint8Array) && typeof value === "object";
      assert.deepEqual(echo, isObject ? { type: "echo", ...value } : { type: "echo", args: [value] });
    }
    assert.deepEqual(await client.ask("echo", { a: bytes(1), b: 2 }), { a: bytes(1), b: 2 });
    assert.deepEqual(await client.next(), { type: "echo", a: bytes(1), b: 2 });
    assert.deepEqual(await client.ask("echo", { args: [1, bytes(2)] }), [1, bytes(2)]);
    assert.equal(await client.ask("echo", { args: [] }), undefined);
  },

  async "passes a date as text"() {
    const client = await plain();
    const dates = ["2000-06-13T00:00:00.000Z", "2026-11-26T01:02:03.456Z", "1912-06-23T00:00:00.000Z"];
    assert.deepEqual(await client.ask("echo", { args: [dates.map((text) => new Date(text))] }), dates);
  },

  async "answers what the server asks"() {
    const client = await plain();
    client.send({ type: "ask-me", args: ["up", bytes(1, 2)] });
    const question = await client.next();
    assert.deepEqual(question, { type: "question", messageId: question.messageId, args: ["up", bytes(1, 2)] });
    client.send({ type: "callback", messageId: question.messageId, data: { back: bytes(3) } });
    assert.deepEqual(await client.next(), { type: "answered", back: bytes(3) });
  },

  async "is told what is wrong and goes on"() {
    const client = await plain();
    for (const wrong of [bytes(), bytes(0xc1), encode(["echo"]), encode({ type: "echo" }).slice(0, -1), '{"type":"echo"}']) {
      client.raw(wrong);
      assert.deepEqual(await client.next(), { error: "Invalid MessagePack" });
    }
    assert.equal(await client.ask("echo", { args: ["on"] }), "on");
  },

  async "stands in a room with the others"() {
    const [one, two, text, client] = await Promise.all([plain(), plain(), plain(TEXT), enter()]);
    const heard = hear(client, "said");
    for (const member of [one, two, text]) await member.ask("join", { args: ["r"] });
    await client.emitWithAck("join", "r");

    await one.ask("say", { args: ["r", { data: bytes(1, 2, 255), n: 1.5 }] });
    assert.deepEqual(await two.next(), { type: "said", data: bytes(1, 2, 255), n: 1.5 });
    assert.deepEqual(await text.next(), { type: "said", data: "AQL/", n: 1.5 });
    await until(() => heard.length === 1, "the event");
    assert.deepEqual(heard, [{ data: Buffer.of(1, 2, 255), n: 1.5 }]);

    await client.emitWithAck("say", "r", Buffer.of(7));
    for (const member of [one, two]) assert.deepEqual(await member.next(), { type: "said", args: [bytes(7)] });
    assert.deepEqual(await text.next(), { type: "said", args: ["Bw=="] });

    await text.ask("say", { args: ["r", "마루"] });
    for (const member of [one, two]) assert.deepEqual(await member.next(), { type: "said", args: ["마루"] });
    await until(() => heard.length === 2, "the text");
    assert.equal(heard[1], "마루");
    assert.deepEqual([one.heard, two.heard, text.heard], [[], [], []]);
  },
};

const closing = (body) => async () => {
  await body();
  for (const each of opened.splice(0)) each.close();
};
await run(Object.fromEntries(Object.entries(cases).map(([name, body]) => [name, closing(body)])));
