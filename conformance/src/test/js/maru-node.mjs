// maru.js on Node: over that of ws, and over Node's own WebSocket, which Node 20 has behind a flag.
import { spawnSync } from "node:child_process";
import test from "node:test";
import { WebSocket } from "ws";
import { casesOf } from "./maru-cases.mjs";
import { served } from "./maru-served.mjs";

const FLAG = "--experimental-websocket";

if (!globalThis.WebSocket && !process.execArgv.includes(FLAG)) {
  process.exit(spawnSync(process.execPath, [FLAG, ...process.argv.slice(1)], { stdio: "inherit" }).status);
}

const [, , url, mode] = process.argv;
const maru = await served(url);

for (const [source, options] of Object.entries({ ws: { WebSocket }, global: {} })) {
  for (const [name, body] of Object.entries(casesOf({ maru, url, mode, options }))) {
    test(`${source}: ${name}`, { timeout: 90_000 }, body);
  }
}
