// The official JavaScript client of Socket.IO 2, over one way to connect, alone and together with one of Socket.IO 4.
import assert from "node:assert/strict";
import older from "socket.io-client-2";
import { connected, enter as enterNewer, hear, next, run, settle, until, way } from "./cases.mjs";

const CUT = ["transport close", "transport error"];
const bytes = (count, first = 0) => Buffer.from(Array.from({ length: count }, (_, i) => (first + i) % 256));
const enter = (options, namespace) => enterNewer({ library: older, ...options }, namespace);

/** The answer to an event, which this version has no promise for. */
const ask = (client, ...event) => new Promise((resolve) => client.emit(...event, (...answer) => resolve(answer)));
const askOne = async (client, ...event) => (await ask(client, ...event))[0];

await run({
  async "enters the main namespace and reaches the last transport"() {
    const client = await enter({ query: { from: "a & b" } });
    const who = await askOne(client, "who");
    assert.equal(who.id, client.id);
    assert.deepEqual(who.auth, {});
    assert.equal(who.query.from, "a & b");
    assert.equal(who.query.EIO, "3");
    await settle(client);
    const last = way === "polling" ? "polling" : "websocket";
    await until(async () => (await askOne(client, "who")).transport === last, `transport ${last}`);
  },

  async "says who it is in the query of a namespace"() {
    const client = await enter({}, "/a?token=%EC%97%B4%EC%87%A0&x=a%20b%26c");
    const who = await askOne(client, "who");
    assert.equal(who.id, client.id);
    assert.equal(who.id, `/a#${client.io.engine.id}`);
    assert.deepEqual(who.auth, { token: "열쇠", x: "a b&c" });
  },

  async "is told why it may not enter"() {
    const welcome = await enter();
    const refused = welcome.io.socket("/a", { query: { refuse: "closed" } });
    assert.deepEqual(await next(refused, "error"), [{ because: "closed" }]);
    assert.equal(refused.connected, false);
    const unknown = welcome.io.socket("/nowhere");
    assert.deepEqual(await next(unknown, "error"), [{ message: "Invalid namespace" }]);
    assert.equal(await askOne(welcome, "echo", "still here"), "still here");
  },

  async "passes text and numbers unchanged"() {
    const client = await enter();
    const values = [
      "마루 — naïve 😀 \u2028 \u2029 \u0000 \ufeff \"quoted\\\" \n end".repeat(50),
      "",
      [0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 1e300, 5e-324, -0.1],
      { "키": null, true: [true, false, [[]], {}], "": "" },
    ];
    for (const value of values) {
      const echo = next(client, "echo");
      assert.deepEqual(await askOne(client, "echo", value), value);
      assert.deepEqual(await echo, [value]);
    }
    client.emit("echo", ...values);
    assert.deepEqual(await next(client, "echo"), values);
  },

  async "passes each of the 256 bytes, and no bytes"() {
    const client = await enter();
    const echoes = hear(client, "echo");
    for (let value = 0; value < 256; value++) client.emit("echo", Buffer.of(value));
    await until(() => echoes.length === 256, "256 echoes");
    assert.deepEqual(Buffer.concat(echoes), bytes(256));
    for (const length of [0, 1, 2, 3, 255, 256]) {
      assert.deepEqual(await askOne(client, "echo", bytes(length)), bytes(length));
    }
  },

  async "passes nested bytes both ways"() {
    const client = await enter();
    const large = bytes(300_000, 7);
    const value = { first: bytes(256), list: [Buffer.alloc(0), "text", { deep: large, "또": bytes(3) }] };
    const echo = next(client, "echo");
    client.emit("echo", large, value);
    assert.deepEqual(await echo, [large, value]);
    assert.deepEqual(await askOne(client, "echo", value), value);
  },

  async "answers what the server asks"() {
    const client = await enter();
    client.on("question", (text, data, answer) => answer(text, { data }, "답"));
    client.emit("ask-me", "up", bytes(256));
    assert.deepEqual(await next(client, "answered"), ["up", { data: bytes(256) }, "답"]);
  },

  async "uses several namespaces on one connection"() {
    const main = await enter();
    const clients = [main, main.io.socket("/a"), main.io.socket("/방")];
    await Promise.all(clients.map(connected));
    const heard = clients.map((client) => hear(client, "said"));
    for (const client of clients) await ask(client, "say-to-all", `in ${client.nsp}`);
    await until(() => heard.every((texts) => texts.length > 0), "one text each");
    assert.deepEqual(heard, [["in /"], ["in /a"], ["in /방"]]);

    const { id } = clients[1];
    clients[1].disconnect();
    assert.equal(await askOne(main, "end-of", id), "client namespace disconnect");
    clients[1].connect();
    await connected(clients[1]);
    assert.equal(clients[1].id, id);
    assert.equal(await askOne(clients[1], "echo", "again"), "again");
    assert.equal(await askOne(main, "echo", "on"), "on");
  },

  async "shares a room with newer clients"() {
    const two = await enter();
    const four = await Promise.all([enterNewer({ way: "websocket" }), enterNewer({ way: "polling" })]);
    const all = [two, ...four];
    const heard = all.map((client) => hear(client, "said"));
    for (const client of all) await ask(client, "join", "방");
    const mixed = { text: "€😀", data: bytes(256) };

    await ask(two, "say", "방", mixed);
    await until(() => heard[1].length === 1 && heard[2].length === 1, "the newer ones hear it");
    await ask(four[0], "say", "방", mixed);
    await ask(four[1], "say-to-all", "to all");
    await until(() => heard.every((texts) => texts.at(-1) === "to all"), "all hear the last");
    assert.deepEqual(heard, [
      [mixed, "to all"],
      [mixed, "to all"],
      [mixed, mixed, "to all"],
    ]);

    two.on("question", (question, answer) => answer({ two: question }));
    four[1].on("question", (question, answer) => answer({ four: bytes(3) }));
    const answers = await askOne(four[0], "ask-room", "방", 5000, "?");
    assert.deepEqual([answers.complete, answers.expected], [true, 2]);
    assert.ok(answers.received.some((answer) => answer.two === "?"));
    assert.ok(answers.received.some((answer) => answer.four));
  },

  async "keeps the connection by its pings"() {
    const client = await enter();
    let pongs = 0;
    client.on("pong", () => pongs++);
    await until(() => pongs === 3, "three pongs");
    assert.equal(client.connected, true);
    assert.equal(await askOne(client, "echo", "alive"), "alive");
  },

  async "leaves by itself"() {
    const observer = await enter();
    const client = await settle(await enter());
    const { id } = client;
    client.disconnect();
    assert.equal(await askOne(observer, "end-of", id), "client namespace disconnect");
  },

  async "is sent away by the server"() {
    for (const close of [false, true]) {
      const observer = await enter();
      const client = await settle(await enter());
      const { id } = client;
      const end = next(client, "disconnect");
      client.emit("disconnect-me", close);
      assert.equal((await end)[0], "io server disconnect");
      assert.equal(await askOne(observer, "end-of", id), "server namespace disconnect");
    }
  },

  async "comes back after a cut and after silence"() {
    for (const [harm, reasons] of [["cut-me", CUT], ["freeze-me", [...CUT, "ping timeout"]]]) {
      const client = await settle(await enter());
      const { id } = client;
      const end = next(client, "disconnect");
      client.emit(harm, true);
      await end;
      await connected(client);
      assert.notEqual(client.id, id);
      assert.equal(await askOne(client, "echo", "back"), "back");
      // a client that hears nothing may hang up before the server does
      const reason = await askOne(client, "end-of", id);
      assert.ok(reasons.includes(reason), reason);
    }
  },
});
