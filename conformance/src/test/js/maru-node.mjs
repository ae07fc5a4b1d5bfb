// maru.js on Node: over its own WebSocket where it has one, and over that of ws.
import test from "node:test";
import { WebSocket } from "ws";
import { casesOf } from "./maru-cases.mjs";
import { maru, url } from "./maru-served.mjs";

const [, , , mode] = process.argv;
const sources = { ws: { WebSocket } };
if (globalThis.WebSocket) sources.global = {};

for (const [source, options] of Object.entries(sources)) {
  for (const [name, body] of Object.entries(casesOf({ maru, url, mode, options }))) {
    test(`${source}: ${name}`, { timeout: 30_000 }, body);
  }
}
