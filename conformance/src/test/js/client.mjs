// The official JavaScript client, over one way to connect. Where it upgrades, the talk begins before the upgrade is done.
import assert from "node:assert/strict";
import { Manager } from "socket.io-client";
import { connected, enter, hear, next, open, parser, run, settle, until, url, way } from "./cases.mjs";

const NAMESPACES = ["/", "/a", "/방"];
const bytes = (count, first = 0) => Buffer.from(Array.from({ length: count }, (_, i) => (first + i) % 256));
const TRANSPORT_ENDS = ["transport close", "transport error"];
const MANAGED = { transports: way === "upgrade" ? ["polling", "websocket"] : [way], ...(parser && { parser }) };
// the parser for MessagePack writes something else
const NOT_PACKED = parser ? [] : ["lone surrogates \ud83d and \ude00", 1e300];

await run({
  async "enters with auth and reaches the last transport"() {
    const client = await enter({ auth: { token: "열쇠" }, query: { from: "a & b" } });
    const who = await client.emitWithAck("who");
    assert.equal(who.id, client.id);
    assert.deepEqual(who.auth, { token: "열쇠" });
    assert.equal(who.query.from, "a & b");
    await settle(client);
    const last = way === "polling" ? "polling" : "websocket";
    await until(async () => (await client.emitWithAck("who")).transport === last, `transport ${last}`);
  },

  async "is told why it may not enter"() {
    const manager = new Manager(url, MANAGED);
    const refused = manager.socket("/a", { auth: { refuse: "closed today" } });
    const welcome = manager.socket("/");
    const [error] = await next(refused, "connect_error");
    assert.equal(error.message, "you may not enter");
    assert.deepEqual(error.data, { because: "closed today" });
    assert.equal(refused.connected, false);
    await connected(welcome);
    assert.equal(await welcome.emitWithAck("echo", "still here"), "still here");
    welcome.disconnect();
  },

  async "passes text and numbers unchanged"() {
    const client = await enter();
    const values = [
      "마루 — naïve 😀 \u2028 \u2029 \u0000 \ufeff \"quoted\\\" \n end".repeat(50),
      "",
      [0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 5e-324, -0.1],
      NOT_PACKED,
      { "키": null, true: [true, false, [[]], {}], "": "" },
      { _placeholder: false, num: 0 },
    ];
    for (const value of values) {
      const echo = next(client, "echo");
      assert.deepEqual(await client.emitWithAck("echo", value), value);
      assert.deepEqual(await echo, [value]);
    }
    client.emit("echo", ...values);
    assert.deepEqual(await next(client, "echo"), values);
    client.emit("echo");
    assert.deepEqual(await next(client, "echo"), []);
  },

  async "passes each of the 256 bytes, and no bytes"() {
    const client = await enter();
    for (let value = 0; value < 256; value++) client.emit("echo", Buffer.of(value));
    const echoes = hear(client, "echo");
    await until(() => echoes.length === 256, "256 echoes");
    assert.deepEqual(Buffer.concat(echoes), bytes(256));
    for (const length of [0, 1, 2, 3, 255, 256]) {
      assert.deepEqual(await client.emitWithAck("echo", bytes(length)), bytes(length));
    }
  },

  async "passes nested bytes both ways"() {
    const client = await enter();
    const large = bytes(300_000, 7);
    const value = { first: bytes(256), list: [Buffer.alloc(0), "text", { deep: large, "또": bytes(3) }] };
    const echo = next(client, "echo");
    client.emit("echo", large, value, new Uint8Array([1, 2]).buffer);
    assert.deepEqual(await echo, [large, value, Buffer.of(1, 2)]);
    assert.deepEqual(await client.emitWithAck("echo", value), value);
  },

  async "answers what the server asks"() {
    const client = await enter();
    client.on("question", (text, data, answer) => answer(text, { data }, "답"));
    client.emit("ask-me", "up", bytes(256));
    assert.deepEqual(await next(client, "answered"), ["up", { data: bytes(256) }, "답"]);
  },

  async "is answered in time or not at all"() {
    const client = await enter();
    await assert.rejects(client.timeout(100).emitWithAck("nobody listens"), /timed out/);
    assert.equal(await client.timeout(5000).emitWithAck("echo", "in time"), "in time");
  },

  async "asks again until it is answered, one question after the other"() {
    const client = await enter({ retries: 20, ackTimeout: 100 });
    const answers = await Promise.all(["one", "two", "three"].map((text) => client.emitWithAck("third-time", text)));
    assert.deepEqual(answers, [["one"], ["one", "two"], ["one", "two", "three"]]);
  },

  async "uses several namespaces on one connection"() {
    const observer = await enter();
    await settle(observer);
    const before = await observer.emitWithAck("connections");
    const manager = new Manager(url, MANAGED);
    const clients = NAMESPACES.map((name) => manager.socket(name));
    await Promise.all(clients.map(connected));
    const heard = clients.map((client) => hear(client, "said"));
    for (const client of clients) await client.emitWithAck("say-to-all", `in ${client.nsp}`);
    await until(() => heard.every((texts) => texts.length > 0), "one text each");
    assert.deepEqual(heard, NAMESPACES.map((name) => [`in ${name}`]));
    assert.equal(new Set(clients.map((client) => client.id)).size, 3);
    if (way === "websocket") assert.equal((await observer.emitWithAck("connections")) - before, 1);

    const { id } = clients[1];
    clients[1].disconnect();
    assert.equal(await observer.emitWithAck("end-of", id), "client namespace disconnect");
    assert.equal(await clients[0].emitWithAck("echo", "on"), "on");
    clients[1].connect();
    await connected(clients[1]);
    assert.notEqual(clients[1].id, id);
    for (const client of clients) client.disconnect();
  },

  async "hears only the rooms that it is in"() {
    const clients = await Promise.all([enter(), enter(), enter()]);
    const [one, two, three] = clients;
    const heard = clients.map((client) => hear(client, "said"));
    await Promise.all([one.emitWithAck("join", "방 1"), two.emitWithAck("join", "방 1"), three.emitWithAck("join", "2")]);
    await one.emitWithAck("say", "방 1", "to 1");
    await three.emitWithAck("say", "방 1", bytes(3));
    await two.emitWithAck("leave", "방 1");
    await one.emitWithAck("say", "방 1", "to nobody");
    await one.emitWithAck("say-to-all", "to all");
    await until(() => heard.every((texts) => texts.includes("to all")), "the last text");
    assert.deepEqual(heard, [[bytes(3), "to all"], ["to 1", bytes(3), "to all"], ["to all"]]);
  },

  async "asks a room and gets all answers, or those that came"() {
    const clients = await Promise.all([enter(), enter(), enter()]);
    const [asking, quick, other] = clients;
    for (const client of clients) await client.emitWithAck("join", "r");
    quick.on("question", (question, answer) => answer(`quick ${question}`));
    other.once("question", (question, answer) => answer({ bytes: bytes(4), question }));
    const whole = await asking.emitWithAck("ask-room", "r", 5000, "?");
    assert.equal(whole.complete, true);
    assert.equal(whole.expected, 2);
    assert.equal(whole.received.length, 2);
    assert.ok(whole.received.includes("quick ?"));
    assert.deepEqual(whole.received.find((answer) => answer.bytes), { bytes: bytes(4), question: "?" });
    const part = await asking.emitWithAck("ask-room", "r", 2000, "again");
    assert.deepEqual(part, { complete: false, expected: 2, received: ["quick again"] });
    const none = await asking.emitWithAck("ask-room", "empty", 5000, "?");
    assert.deepEqual(none, { complete: true, expected: 0, received: [] });
  },

  async "loses only what is volatile"() {
    const client = open();
    client.volatile.emit("echo", "lost");
    client.emit("echo", "kept");
    assert.deepEqual(await next(client, "echo"), ["kept"]);
    await settle(client);
    client.volatile.emit("echo", "volatile");
    if (way !== "polling") assert.deepEqual(await next(client, "echo"), ["volatile"]);

    const before = await client.emitWithAck("dropped-volatile");
    const maybe = hear(client, "maybe");
    const surely = next(client, "surely");
    client.emit("volatile-burst", 100);
    await surely;
    const dropped = (await client.emitWithAck("dropped-volatile")) - before;
    assert.equal(maybe.length + dropped, 100);
    assert.deepEqual(maybe, [...maybe].sort((a, b) => a - b));
    if (way === "websocket") assert.equal(dropped, 0);
  },

  async "sees all events, here and there"() {
    const client = await enter();
    const seen = [];
    const sent = [];
    client.onAny((name, ...args) => seen.push([name, ...args]));
    client.onAnyOutgoing((name) => sent.push(name));
    await client.emitWithAck("echo", 1, bytes(2));
    client.emit("nobody listens");
    const { heard, told } = await client.emitWithAck("log");
    assert.deepEqual(heard, ["echo", "nobody listens", "log"]);
    assert.deepEqual(told, ["echo"]);
    assert.deepEqual(seen, [["echo", 1, bytes(2)]]);
    assert.deepEqual(sent, ["echo", "nobody listens", "log"]);
  },

  async "leaves by itself"() {
    const observer = await enter();
    const client = await enter();
    const { id } = client;
    const end = next(client, "disconnect");
    client.disconnect();
    assert.equal((await end)[0], "io client disconnect");
    assert.equal(await observer.emitWithAck("end-of", id), "client namespace disconnect");
  },

  async "closes its connection"() {
    const observer = await enter();
    const client = await settle(await enter({ reconnection: false }));
    const { id } = client;
    client.io.engine.close();
    assert.ok(TRANSPORT_ENDS.includes(await observer.emitWithAck("end-of", id)));
  },

  async "is sent away by the server"() {
    for (const close of [false, true]) {
      const observer = await enter();
      const client = await settle(await enter());
      const { id } = client;
      const end = next(client, "disconnect");
      client.emit("disconnect-me", close);
      assert.equal((await end)[0], "io server disconnect");
      assert.equal(await observer.emitWithAck("end-of", id), "server namespace disconnect");
      assert.equal(client.active, false);
    }
  },

  async "comes back after a cut"() {
    for (const reset of [false, true]) {
      const client = await settle(await enter());
      const { id } = client;
      const end = next(client, "disconnect");
      client.emit("cut-me", reset);
      assert.ok(TRANSPORT_ENDS.includes((await end)[0]));
      await connected(client);
      assert.notEqual(client.id, id);
      assert.equal(await client.emitWithAck("echo", "back"), "back");
      assert.ok(TRANSPORT_ENDS.includes(await client.emitWithAck("end-of", id)));
    }
  },

  async "comes back after silence"() {
    const client = await settle(await enter());
    const { id } = client;
    const end = next(client, "disconnect");
    client.emit("freeze-me");
    assert.equal((await end)[0], "ping timeout");
    await connected(client);
    assert.equal(await client.emitWithAck("end-of", id), "ping timeout");
    assert.equal(await client.emitWithAck("echo", "back"), "back");
  },
});
