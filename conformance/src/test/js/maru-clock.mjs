// maru.js over WebSockets that are made of air, on a clock that is moved by hand.
import assert from "node:assert/strict";
import test, { afterEach } from "node:test";
import vm from "node:vm";
import { served } from "./maru-served.mjs";

const [, , server] = process.argv;
const maru = await served(server);

const SESSION = "maru.json.session";
const settled = () => new Promise(setImmediate);

/** Timers that run when the test says so. */
class Clock {
  now = 0;
  timers = new Map();
  #ids = 0;
  setTimeout = (task, delay) => {
    this.timers.set(++this.#ids, { task, at: this.now + delay });
    return this.#ids;
  };
  clearTimeout = (id) => this.timers.delete(id);

  async pass(ms) {
    const end = this.now + ms;
    await settled();
    for (;;) {
      const due = [...this.timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      this.timers.delete(due[0]);
      this.now = due[1].at;
      due[1].task();
      await settled();
    }
    this.now = end;
  }
}

/** The other side of a client: its connections, one after another, and what they were sent. */
class Air {
  clock = new Clock();
  sockets = [];
  events = [];
  random = 1;

  constructor(options = {}, ...addresses) {
    const address = addresses.length > 0 ? addresses[0] : "ws://host/";
    const air = this;
    class Socket {
      readyState = 0;
      protocol = "";
      sent = [];
      constructor(url, protocols) {
        Object.assign(this, { url, protocols });
        air.sockets.push(this);
      }
      send(text) {
        assert.equal(this.readyState, 1);
        this.sent.push(JSON.parse(text));
      }
      close() {
        if (this.readyState < 2) this.readyState = 2;
      }
    }
    const { setTimeout, clearTimeout } = this.clock;
    this.client = maru(address, { WebSocket: Socket, setTimeout, clearTimeout, random: () => this.random, ...options });
    for (const type of ["connect", "disconnect", "connect_error", "error"]) {
      this.client.on(type, (event) => this.events.push([type, event]));
    }
    opened.push(this.client);
  }

  get last() {
    return this.sockets.at(-1);
  }

  get sent() {
    return this.last.sent;
  }

  async accept(protocol = "") {
    await settled();
    Object.assign(this.last, { readyState: 1, protocol });
    this.last.onopen();
    return this;
  }

  say(message) {
    this.last.onmessage({ data: typeof message === "string" ? message : JSON.stringify(message) });
  }

  end(code = 1006, reason = "") {
    this.last.readyState = 3;
    this.last.onclose({ code, reason });
  }

  /** The delay that the last end told. */
  get delay() {
    return this.events.at(-1)[1].delay;
  }

  /** The connection breaks, and the next one opens. */
  async again(protocol) {
    this.end();
    await this.clock.pass(this.delay);
    return this.accept(protocol);
  }
}

let opened = [];
afterEach(async () => {
  for (const client of opened) client.close();
  opened = [];
  await settled(); // what nobody has caught fails the test
});

const air = (options) => new Air(options).accept(options?.protocol);
const code = (expected) => (error) => error.code === expected;

test("is a script, too", async () => {
  const script = await (await fetch(`${server}/maru.js`)).text();
  const page = vm.createContext({ URL, WebSocket: class {}, setTimeout: () => 0, clearTimeout() {} });
  vm.runInContext(script, page);
  assert.deepEqual(vm.runInContext('const socket = maru("ws://host/"); [typeof maru, socket.state].join()', page), "function,connecting");
  assert.equal(vm.runInContext("typeof SESSION", page), "undefined");
});

test("connects to the page's server", async () => {
  globalThis.location = { href: "https://page.example:81/shop/index.html?x#y" };
  try {
    const urls = [];
    for (const address of [undefined, "/admin", "./?token=1#part", "ws://other/", "https://other/a"]) {
      const one = new Air({}, address);
      await settled();
      urls.push(one.last.url);
    }
    assert.deepEqual(urls, [
      "wss://page.example:81/",
      "wss://page.example:81/admin",
      "wss://page.example:81/shop/?token=1",
      "ws://other/",
      "wss://other/a",
    ]);
  } finally {
    delete globalThis.location;
  }
});

test("says at once what cannot work", () => {
  assert.throws(() => maru("/", { WebSocket: class {} }), /Invalid URL/);
  assert.throws(() => maru("ws://host/", { WebSocket: null }), /no WebSocket/);
});

test("asks for the address and the credentials before each attempt", async () => {
  let count = 0;
  const { client, clock, sockets, events, ...one } = new Air({}, async () => {
    if (++count === 2) throw new Error("no token");
    return `ws://host/?token=${count}`;
  });
  await settled();
  assert.equal(sockets[0].url, "ws://host/?token=1");
  sockets[0].onclose({ code: 1006, reason: "" });
  await clock.pass(1000);
  assert.deepEqual(events.at(-1), ["connect_error", { code: 1006, reason: "no token", delay: 2000 }]);
  await clock.pass(2000);
  assert.equal(sockets[1].url, "ws://host/?token=3");
  client.close();
});

test("resolves with the answer, or rejects", async () => {
  const one = await air();
  const { client, clock, sent } = one;
  const answers = ["a", "b", "c", "d"].map((type) => client.emit(type, { n: 1 }));
  assert.deepEqual(sent, ["a", "b", "c", "d"].map((type, i) => ({ n: 1, type, messageId: i + 1 })));
  one.say({ type: "callback", messageId: 2 });
  one.say({ type: "callback", messageId: 1, data: { success: true } });
  one.say({ type: "callback", messageId: 3, data: { error: "no", why: 5 } });
  one.say({ type: "callback", messageId: 3, data: "again" });
  one.say({ type: "callback", messageId: 99, data: "nobody's" });
  one.say({ type: "callback", data: "nobody's" });
  assert.deepEqual(await answers[0], { success: true });
  assert.equal(await answers[1], undefined);
  await assert.rejects(answers[2], (error) => error.code === "refused" && error.message === "no" && error.data.why === 5);
  await clock.pass(9_999);
  assert.equal(clock.timers.size, 2);
  await clock.pass(1);
  await assert.rejects(answers[3], code("timeout"));
  const quick = client.emit("quick", {}, 5);
  await clock.pass(5);
  await assert.rejects(quick, code("timeout"));
});

test("asks for nothing and keeps nothing when it only sends", async () => {
  const { client, clock, sent } = await air();
  const timers = clock.timers.size;
  for (let i = 0; i < 1000; i++) assert.equal(client.send("tick", { i }), true);
  assert.deepEqual(sent.at(-1), { type: "tick", i: 999 });
  assert.equal(clock.timers.size, timers);
});

test("writes what is no object as arguments", async () => {
  const { client, sent } = await air();
  for (const fields of [undefined, {}, [1, 2], [], 5, null, "x", new Date(0), { type: 1 }, { messageId: 1 }, { args: [] }, { a: [] }]) {
    client.send("t", fields);
  }
  assert.deepEqual(sent.map(({ type, ...rest }) => rest), [
    {}, {}, { args: [1, 2] }, { args: [] }, { args: [5] }, { args: [null] }, { args: ["x"] },
    { args: ["1970-01-01T00:00:00.000Z"] }, { args: [{ type: 1 }] }, { args: [{ messageId: 1 }] }, { args: [{ args: [] }] }, { a: [] },
  ]);
  assert.throws(() => client.emit("t", { n: 1n }), TypeError);
});

test("hears events", async () => {
  const one = await air();
  const heard = [];
  const hear = (name) => (...args) => heard.push([name, ...args]);
  const chat = hear("chat");
  one.client.on("*", hear("*")).on("chat", chat).once("chat", hear("once")).on("sum", hear("sum"));
  one.say({ type: "chat", text: "a", offset: "the application's" });
  one.say({ type: "chat" });
  one.say({ type: "sum", args: [1, 2] });
  one.say({ type: "sum", args: [1], x: 1 });
  one.client.off("chat", chat).off("*").off("never");
  one.say({ type: "chat" });
  const given = hear("given");
  one.client.once("chat", given).off("chat", given);
  one.say({ type: "chat" });
  assert.deepEqual(heard, [
    ["*", "chat", { text: "a", offset: "the application's" }],
    ["chat", { text: "a", offset: "the application's" }],
    ["once", { text: "a", offset: "the application's" }],
    ["*", "chat", {}],
    ["chat", {}],
    ["*", "sum", 1, 2],
    ["sum", 1, 2],
    ["*", "sum", { args: [1], x: 1 }],
    ["sum", { args: [1], x: 1 }],
  ]);
});

test("lets the others hear when a listener throws", async () => {
  const one = await air();
  const runner = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  const thrown = new Promise((resolve) => process.once("unhandledRejection", resolve));
  let heard = 0;
  one.client.on("x", () => { throw new Error("mine"); }).on("x", () => heard++);
  one.say({ type: "x" });
  assert.equal(heard, 1);
  assert.equal((await thrown).message, "mine");
  for (const listener of runner) process.on("unhandledRejection", listener);
});

test("answers what the server asks", async () => {
  const one = await air();
  const { client, sent } = one;
  client.on("value", ({ n }) => n + 1);
  client.on("promise", async () => ({ later: true }));
  client.on("nothing", () => {});
  client.on("several", () => {}).on("several", () => 2).on("several", () => 3);
  client.on("throws", () => { throw new Error("oh"); });
  client.on("rejects", async () => { throw "why"; });
  for (const type of ["value", "promise", "nothing", "several", "throws", "rejects", "unknown"]) {
    one.say({ type, messageId: 7, n: 1 });
    await settled();
  }
  assert.deepEqual(sent.map(({ type, messageId, ...rest }) => (assert.equal(type + messageId, "callback7"), rest)), [
    { data: 2 }, { data: { later: true } }, {}, { data: 2 }, { data: { error: "oh" } }, { data: { error: "why" } },
    { data: { error: "Unknown message type" } },
  ]);
});

test("does not answer over another connection", async () => {
  const one = await air();
  let answer;
  one.client.on("q", () => new Promise((resolve) => (answer = resolve)));
  one.say({ type: "q", messageId: 1 });
  await one.again();
  answer("late");
  await settled();
  assert.deepEqual(one.sent, []);
});

test("tells of errors, and of what is no message", async () => {
  const one = await air();
  one.say({ error: "Too many messages" });
  one.say("<html>");
  one.say("null");
  one.say("[1]");
  assert.deepEqual(one.events.slice(1).map(([type, { code, message }]) => [type, code, message]), [
    ["error", "refused", "Too many messages"],
    ["error", "invalid", "no JSON"],
    ["error", "refused", ""],
    ["error", "refused", ""],
  ]);
  assert.equal(one.client.state, "open");
});

test("takes no event for its own", async () => {
  const one = await air();
  const { client, events, sent } = one;
  const heard = [];
  const reserved = ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];
  events.length = 0;
  client.on("*", (...args) => heard.push(args)).on("newListener", (...args) => heard.push(args));
  for (const type of reserved) one.say({ type, recovered: true, messageId: 1 });
  assert.deepEqual(events.map(([type, { code, message }]) => [type, code, message]),
    reserved.map((type) => ["error", "invalid", `reserved type: ${type}`]));
  events.length = 0;
  one.say({ type: "error", why: 1 });
  one.say({ type: "*", args: [1, 2] });
  one.say({ type: "error", messageId: 7 });
  assert.deepEqual(events, []);
  assert.deepEqual(heard, [["error", { why: 1 }], ["*", 1, 2], ["error", {}]]);
  assert.deepEqual(sent, [{ type: "callback", messageId: 7, data: { error: "Unknown message type" } }]);
  assert.equal(client.state, "open");
});

test("sends no event of a reserved type", async () => {
  const { client, clock, sent } = await air();
  const timers = clock.timers.size;
  for (const type of ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener", "callback"]) {
    assert.throws(() => client.emit(type), { name: "TypeError", message: `reserved type: ${type}` });
    assert.throws(() => client.send(type, { n: 1 }), TypeError);
  }
  assert.equal(client.send("error", { n: 1 }), true);
  assert.deepEqual(sent, [{ type: "error", n: 1 }]);
  assert.equal(clock.timers.size, timers);
});

test("rejects what a cut leaves without an answer, once, and does not send it again", async () => {
  const one = await air();
  const { client, clock } = one;
  const reasons = [];
  const sent = client.emit("sent").catch((error) => reasons.push(error.code));
  one.last.readyState = 2; // the end is on its way: nothing is written into it
  const kept = client.emit("kept");
  assert.equal(client.send("kept too"), true);
  one.end();
  await sent;
  assert.deepEqual(reasons, ["lost"]);
  assert.equal(client.state, "waiting");
  client.emit("late").catch((error) => reasons.push(error.code));
  await one.clock.pass(one.delay);
  await one.accept();
  assert.deepEqual(one.sent.map(({ type }) => type), ["kept", "kept too", "late"]);
  one.say({ type: "callback", messageId: one.sent[0].messageId, data: 1 });
  assert.equal(await kept, 1);
  await clock.pass(9_000);
  assert.deepEqual(reasons, ["lost", "timeout"]);
});

test("lets a question run out while it waits for a connection", async () => {
  const one = new Air({ timeout: 1_000 });
  const { client, clock } = one;
  await settled();
  one.end();
  const answer = client.emit("x");
  client.send("y");
  await clock.pass(500);
  one.random = 0;
  await assert.rejects(Promise.race([answer, clock.pass(500).then(() => answer)]), code("timeout"));
  await one.accept();
  assert.deepEqual(one.sent, [{ type: "y" }]);
});

test("keeps as many as it may, and says no to more", async () => {
  const one = new Air({ buffer: 3 });
  const { client } = one;
  const first = client.emit("1");
  assert.deepEqual(["2", "3", "4"].map((type) => client.send(type)), [true, true, false]);
  await assert.rejects(client.emit("5"), code("full"));
  await one.accept();
  assert.deepEqual(one.sent.map(({ type }) => type), ["1", "2", "3"]);
  client.close();
  await assert.rejects(first, code("closed"));
  assert.equal(client.send("6"), false);
  await assert.rejects(client.emit("7"), code("closed"));
});

test("sends what enters rooms again before what was kept", async () => {
  const one = await air();
  one.client.on("connect", async ({ recovered }) => {
    if (!recovered) await one.client.emit("join");
  });
  one.end();
  one.client.send("chat");
  await one.clock.pass(1000);
  await one.accept();
  assert.deepEqual(one.sent.map(({ type }) => type), ["join", "chat"]);
  one.say({ type: "callback", messageId: one.sent[0].messageId });
  await settled();
});

test("waits longer from time to time, and by chance", async () => {
  const one = new Air();
  const delays = [];
  for (let i = 0; i < 7; i++) {
    await settled();
    one.end();
    delays.push(one.delay);
    await one.clock.pass(one.delay);
  }
  assert.deepEqual(delays, [1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  await one.accept();
  await one.clock.pass(7499);
  one.end(); // it did not last
  assert.equal(one.delay, 30000);
  await one.clock.pass(30000);
  await one.accept();
  await one.clock.pass(7500);
  one.random = 0.25;
  one.end();
  assert.equal(one.delay, 250);
  assert.deepEqual(one.events.at(-1)[0], "disconnect");
});

for (const [end, expected] of [
  [1000, undefined], [4401, undefined], [4403, undefined],
  [1001, 1000], [1006, 1000], [1009, 1000], [1011, 1000], [4008, 1000], [4010, 1000], [4011, 1000],
  [1008, 8000], [1012, 8000], [1013, 8000],
]) {
  test(`after ${end} comes ${expected === undefined ? "no attempt" : `one within ${expected} ms`}`, async () => {
    const one = await air();
    const asked = one.client.emit("x");
    one.end(end, "why");
    assert.deepEqual(one.events.at(-1), ["disconnect", { code: end, reason: "why", delay: expected }]);
    assert.equal(one.client.state, expected ? "waiting" : "closed");
    await assert.rejects(asked, code(expected ? "lost" : "closed"));
    await one.clock.pass(60_000);
    assert.equal(one.sockets.length > 1, expected !== undefined);
    if (!expected) assert.equal(one.clock.timers.size, 0);
  });
}

test("takes an error of an attempt for its end, once", async () => {
  const one = new Air();
  await settled();
  const { last } = one;
  last.readyState = 3;
  last.onerror({ message: "Unexpected server response: 403" });
  last.onclose({ code: 1006, reason: "" });
  last.onerror({});
  assert.deepEqual(one.events, [["connect_error", { code: 1006, reason: "Unexpected server response: 403", delay: 1000 }]]);
  await one.clock.pass(1000);
  one.last.onerror({ type: "error" });
  assert.equal(one.events[1][1].reason, "");

  await one.clock.pass(2000);
  await one.accept();
  one.last.onerror({});
  one.end(1009, "its own reason");
  assert.equal(one.events.at(-1)[1].reason, "its own reason");
});

test("gives up an attempt that takes too long", async () => {
  const one = new Air();
  await one.clock.pass(9_999);
  assert.equal(one.client.state, "connecting");
  await one.clock.pass(1);
  assert.deepEqual(one.events, [["connect_error", { code: 1006, reason: "timeout", delay: 1000 }]]);
  assert.equal(one.last.readyState, 2);
  await one.clock.pass(1000);
  assert.equal(one.sockets.length, 2);
});

test("finds a connection dead within its time, after two questions", async () => {
  const one = await air();
  const asked = one.client.emit("x", {}, 60_000);
  await one.clock.pass(7_501);
  one.say({ type: "x" }); // the last sign, at the worst moment
  await one.clock.pass(29_998);
  assert.equal(one.client.state, "open");
  await one.clock.pass(1);
  assert.equal(one.client.state, "waiting");
  assert.deepEqual(one.sent.slice(1), [{ type: "ping", messageId: 0 }, { type: "ping", messageId: 0 }]);
  const [type, { code: end, reason }] = one.events[1];
  assert.deepEqual([type, end, reason], ["disconnect", 1006, "silence"]);
  await assert.rejects(asked, code("lost"));
});

test("asks only when it is silent, and takes anything for a sign", async () => {
  const one = await air();
  for (let i = 0; i < 20; i++) {
    await one.clock.pass(7_000);
    one.say({ error: "anything" });
  }
  assert.deepEqual(one.sent, []);
  for (let i = 0; i < 20; i++) {
    await one.clock.pass(16_000);
    one.say({ type: "callback", messageId: 0, data: {} });
  }
  assert.equal(one.client.state, "open");
  assert.ok(one.sent.length <= 40);
});

test("does not look at the silence when told so", async () => {
  const one = await air({ liveness: 0 });
  assert.equal(one.clock.timers.size, 0);
  await one.clock.pass(3_600_000);
  assert.deepEqual([one.client.state, one.sent], ["open", []]);
});

test("hurries when the network is back or the page is seen again", async () => {
  const page = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: "hidden" });
  const { addEventListener, removeEventListener } = globalThis;
  Object.assign(globalThis, {
    document,
    addEventListener: page.addEventListener.bind(page),
    removeEventListener: page.removeEventListener.bind(page),
  });
  try {
    const one = await air();
    one.end(1012);
    document.dispatchEvent(new Event("visibilitychange"));
    await settled();
    assert.equal(one.sockets.length, 1);
    document.visibilityState = "visible";
    document.dispatchEvent(new Event("visibilitychange"));
    await one.accept();
    assert.equal(one.sockets.length, 2);

    page.dispatchEvent(new Event("online"));
    assert.deepEqual(one.sent, [{ type: "ping", messageId: 0 }]);
    one.say({ type: "callback", messageId: 0 });
    await one.clock.pass(7_500);
    assert.equal(one.client.state, "open");
    page.dispatchEvent(new Event("online"));
    await one.clock.pass(7_500);
    assert.equal(one.client.state, "waiting");

    one.client.close();
    page.dispatchEvent(new Event("online"));
    document.dispatchEvent(new Event("visibilitychange"));
    await one.clock.pass(60_000);
    assert.equal(one.sockets.length, 2);
  } finally {
    delete globalThis.document;
    Object.assign(globalThis, { addEventListener, removeEventListener });
  }
});

test("says who it is in a first message, and waits until it is let in", async () => {
  let token = 0;
  const one = await air({ auth: () => ({ token: ++token }), protocol: "maru.json" });
  const { client } = one;
  assert.equal(client.state, "connecting");
  client.send("kept");
  assert.deepEqual(one.sent, [{ type: "auth", token: 1, messageId: 2 - 1 }]);
  one.say({ type: "callback", messageId: 1, data: { success: true } });
  one.say({ type: "callback", messageId: 1, data: { success: true } });
  assert.deepEqual(one.events, [["connect", { recovered: false }]]);
  assert.deepEqual(one.sent[1], { type: "kept" });

  await one.again("maru.json");
  one.say({ error: "expired" });
  one.say({ type: "callback", messageId: one.sent[0].messageId, data: { error: "expired" } });
  assert.deepEqual(one.events.at(-1), ["connect_error", { code: 4403, reason: "expired", delay: undefined }]);
  assert.equal(client.state, "closed");
  client.connect();
  await one.accept("maru.json");
  assert.equal(one.sent[0].token, 3);
  await one.clock.pass(10_000);
  assert.equal(client.state, "waiting");
});

test("comes back to its session", async () => {
  const one = await air({ protocol: SESSION, auth: { token: "t" } });
  const { client } = one;
  const heard = [];
  client.on("chat", (fields) => heard.push(fields)).on("sum", (...args) => heard.push(args));
  assert.deepEqual(one.last.protocols, [SESSION, "maru.json"]);
  assert.deepEqual(one.sent, [{ type: "session", auth: { token: "t" }, messageId: 1 }]);
  one.say({ type: "session", id: "secret", offset: "0", recovered: false });
  one.say({ type: "callback", messageId: 1, data: { success: true } });
  assert.deepEqual(one.events, [["connect", { recovered: false }]]);
  one.say({ type: "chat", offset: "1", text: "a" });
  one.say({ type: "sum", offset: "2", args: [1, 2] });
  one.say({ type: "chat", args: [{ offset: "mine" }] });
  assert.deepEqual(heard, [{ text: "a" }, [1, 2], { offset: "mine" }]);

  await one.again(SESSION);
  assert.deepEqual(one.sent.map(({ messageId, ...rest }) => rest), [{ type: "session", id: "secret", offset: "2", auth: { token: "t" } }]);
  one.say({ type: "session", id: "secret", offset: "3", recovered: true });
  assert.deepEqual(one.events.at(-1), ["connect", { recovered: true }]);
  one.say({ type: "session", text: "an event like any other" });

  client.close();
  client.connect();
  await one.accept(SESSION);
  assert.equal(one.sent[0].id, undefined);
});

test("lives without the session that the server owes", async () => {
  const one = await air({ protocol: SESSION });
  const heard = [];
  one.client.on("chat", (fields) => heard.push(fields));
  one.say({ type: "chat", offset: "1", text: "early" });
  one.say({ type: "callback", messageId: 1, data: {} });
  one.say({ type: "chat", offset: "2", text: "a" });
  assert.deepEqual(heard, [{ text: "a" }]);
  await one.again(SESSION);
  assert.deepEqual(one.sent, [{ type: "session", messageId: 2 }]);
});

test("offers no subprotocol without recovery", async () => {
  const one = await air({ recovery: false });
  assert.deepEqual(one.last.protocols, []);
});

test("closes, and opens again", async () => {
  const one = await air();
  const { client, clock } = one;
  const socket = one.last;
  const asked = client.emit("x");
  const closed = client.close();
  assert.deepEqual([client.state, socket.readyState, clock.timers.size], ["closed", 2, 0]);
  await assert.rejects(asked, code("closed"));
  assert.deepEqual(one.events.at(-1), ["disconnect", { code: 1000, reason: "closed here", delay: undefined }]);
  socket.readyState = 3;
  socket.onclose({ code: 1000, reason: "" });
  await closed;
  await client.close();
  assert.equal(client.connect().connect().state, "connecting");
  await one.accept();
  assert.equal(one.sockets.length, 2);
  assert.deepEqual(one.sent, []);

  client.close();
  client.connect();
  client.close(); // before the attempt has begun
  await clock.pass(60_000);
  assert.equal(one.sockets.length, 2);
});
