// The official JavaScript client at the limits of a server that takes two clients, and a bare WebSocket beside it.
import assert from "node:assert/strict";
import WebSocket from "ws";
import { connected, enter, next, open, run, url, way } from "./cases.mjs";

const webSocketUrl = url.replace("http", "ws") + "/";

function closed(webSocket) {
  return new Promise((resolve) => webSocket.on("close", (code, reason) => resolve([code, reason.toString()])));
}

/** A bare WebSocket; clients of the case before may still be on their way out. */
async function openBare() {
  for (;;) {
    const webSocket = new WebSocket(webSocketUrl);
    const isOpen = await new Promise((resolve) => {
      webSocket.on("open", () => resolve(true));
      webSocket.on("error", () => resolve(false));
    });
    if (isOpen) return webSocket;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

await run({
  async "comes in by itself when there is room again"() {
    const first = await enter();
    const second = await enter();
    const third = open();
    const [error] = await next(third, "connect_error");
    if (way !== "websocket") assert.equal(error.description, 503);
    const refused = new WebSocket(webSocketUrl);
    refused.on("error", () => {});
    const [, response] = await next(refused, "unexpected-response");
    assert.equal(response.statusCode, 503);
    assert.match(response.headers["retry-after"], /^[12]\d$/);
    response.destroy();
    assert.equal(await second.emitWithAck("echo", "undisturbed"), "undisturbed");
    first.disconnect();
    await connected(third);
    assert.equal(await third.emitWithAck("echo", "in"), "in");
  },

  async "is told that it sends too much"() {
    const client = await enter();
    const answers = [];
    for (let i = 0; i < 30; i++) answers.push(await client.emitWithAck("echo", i));
    assert.deepEqual(answers.slice(0, 10), Array.from({ length: 10 }, (_, i) => i));
    assert.deepEqual(answers.at(-1), { error: "Too many messages" });
    assert.equal(client.connected, true);
  },

  async "hears that its time is over, and stays away"() {
    const client = await enter();
    client.emit("expire-me");
    const [reason] = await next(client, "disconnect");
    assert.equal(reason, "io server disconnect");
    assert.equal(client.active, false);
  },

  async "gets only the last of a key that waited"() {
    const client = await enter();
    const heard = [];
    client.on("position", (value) => heard.push(value));
    await client.emitWithAck("positions", 500);
    client.emit("positions-end");
    await next(client, "positions-end");
    assert.equal(heard.at(-1), 499);
    for (let i = 1; i < heard.length; i++) assert.ok(heard[i] > heard[i - 1], "in order");
  },

  async "tells a bare WebSocket in codes"() {
    const expiring = await openBare();
    expiring.send('{"type":"expire-me"}');
    assert.deepEqual(await closed(expiring), [4011, "expired"]);
    const sentAway = await openBare();
    sentAway.send('{"type":"send-me-away","reason":"점심 시간"}');
    assert.deepEqual(await closed(sentAway), [1000, "점심 시간"]);
  },
});
