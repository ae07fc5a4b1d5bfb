// Messages flow both ways, without a pause, while many clients change from polling to WebSocket at once. The network holds
// the WebSockets back until all of them talk.
import assert from "node:assert/strict";
import { next, open, run } from "./cases.mjs";

const CLIENTS = 30;
const MESSAGES = 1000;
// kept back until the upgrade, so that some flow after it for certain
const RESERVE = 200;
const TALKING = 50;

const turn = () => new Promise((resolve) => setTimeout(resolve));
const message = (i) => (i % 10 === 0 ? { i, data: Buffer.alloc(1 + (i % 300), i) } : { i, text: "마루".repeat(i % 20) });

let talking = 0;

async function flow() {
  const client = open();
  const heard = [];
  client.on("echo", (value) => {
    heard.push(value);
    if (heard.length === TALKING && ++talking === CLIENTS) client.emit("release-websockets");
  });
  await next(client, "connect");
  const engine = client.io.engine;
  let heardAtUpgrade = null;
  engine.once("upgrade", () => (heardAtUpgrade = heard.length));

  for (let i = 0; i < MESSAGES; ) {
    if (heardAtUpgrade === null && i >= MESSAGES - RESERVE) {
      await next(engine, "upgrade");
      continue;
    }
    for (let burst = 0; burst < 5 && i < MESSAGES; burst++, i++) client.emit("echo", message(i));
    await turn();
  }
  while (heard.length < MESSAGES) await next(client, "echo");
  await client.emitWithAck("echo", "last");
  return { heard, heardAtUpgrade, transport: engine.transport.name };
}

await run({
  async "loses, doubles and reorders nothing"() {
    const flows = await Promise.all(Array.from({ length: CLIENTS }, flow));
    const expected = [...Array.from({ length: MESSAGES }, (_, i) => message(i)), "last"];
    console.log("heard before the upgrade:", flows.map((each) => each.heardAtUpgrade).join(" "));
    for (const { heard, heardAtUpgrade, transport } of flows) {
      assert.deepEqual(heard, expected);
      assert.equal(transport, "websocket");
      assert.ok(heardAtUpgrade >= TALKING && heardAtUpgrade < MESSAGES, `heard before the upgrade: ${heardAtUpgrade}`);
    }
  },
});
