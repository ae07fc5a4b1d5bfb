// The npm package ws offers permessage-deflate in all its ways, and has all of its messages sent back.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import WebSocket from "ws";

const [, , url, takeover] = process.argv;
const LIMIT = 1 << 21;
const WAYS = [
  {},
  { threshold: 0 },
  { serverNoContextTakeover: true },
  { clientNoContextTakeover: true },
  { serverNoContextTakeover: true, clientNoContextTakeover: true },
  { serverMaxWindowBits: 9 },
  { serverMaxWindowBits: 12, clientMaxWindowBits: 9 },
  { clientMaxWindowBits: 15, zlibDeflateOptions: { level: 9, memLevel: 1 } },
];

const next = (emitter, event) => new Promise((resolve, reject) => {
  emitter.once(event, (...args) => resolve(args));
  emitter.once("error", reject);
});

/** Texts and bytes that compress well, or not at all, of lengths at which something changes. */
function messages() {
  const all = [];
  for (const length of [0, 1, 99, 100, 125, 126, 127, 1024, 4096, 65_535, 65_536, 300_000]) {
    all.push("한글 abc ".repeat(length / 12), "x".repeat(length), Buffer.alloc(length, 7), randomBytes(length));
  }
  return all;
}

async function exchange(options) {
  const client = new WebSocket(url, { perMessageDeflate: options });
  const heard = [];
  const sent = messages();
  client.on("message", (data, isBinary) => heard.push(isBinary ? data : data.toString()));
  await next(client, "open");
  assert.equal(client.extensions, "permessage-deflate");
  const alone = takeover === "false" || options.serverNoContextTakeover || options.serverMaxWindowBits;
  // what ws keeps of the answer is to be seen here only
  const { params } = client._extensions["permessage-deflate"];
  assert.equal(Boolean(params.server_no_context_takeover), Boolean(alone));
  for (const compress of [true, false]) {
    heard.length = 0;
    for (const [i, message] of sent.entries()) {
      client.send(message, { compress });
      client.ping();
      // small ones all at once, large ones not: the server would take the client for a slow one
      if (message.length > 10_000) while (heard.length <= i) await next(client, "message");
    }
    while (heard.length < sent.length) await next(client, "message");
    assert.deepEqual(heard, sent);
  }

  // fragments
  client.send("a".repeat(5000), { fin: false });
  client.send("b".repeat(5000), { fin: false });
  client.send("c", { fin: true });
  const [whole] = await next(client, "message");
  assert.equal(whole.toString(), "a".repeat(5000) + "b".repeat(5000) + "c");

  // more than the server takes, in far fewer bytes
  client.send(Buffer.alloc(LIMIT + 1), { compress: true });
  const [status] = await next(client, "close");
  assert.equal(status, 1009);
}

for (const options of WAYS) {
  await exchange(options);
  console.log("ok", JSON.stringify(options));
}

const plain = new WebSocket(url, { perMessageDeflate: false });
await next(plain, "open");
assert.equal(plain.extensions, "");
plain.send("x".repeat(5000));
assert.equal((await next(plain, "message"))[0].toString(), "x".repeat(5000));
plain.close();
