// The client of Socket.IO 2 in a browser, where it polls as it cannot on Node: with bodies of bytes, and by JSONP.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { url, window, withBrowser } from "./browser.mjs";

const CLIENT = await readFile("node_modules/socket.io-client-2/dist/socket.io.js", "utf8");

/** Sends text and bytes and has them back, as an event and as an answer; in the page. */
function talk(options) {
  return new Promise((resolve, reject) => {
    const socket = globalThis.io(location.origin, { forceNew: true, reconnection: false, ...options });
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const text = "마루 😀 \u2028\u2029\n\\n\\\\n\"'\u0000";
    const heard = [];
    const list = (data) => Array.from(new Uint8Array(data));
    for (const failure of ["error", "connect_error", "disconnect"]) socket.on(failure, (why) => reject(new Error(`${failure}: ${why}`)));
    socket.on("echo", (...args) => heard.push(args));
    socket.on("connect", () => {
      socket.emit("echo", text, { n: [1, null] });
      socket.emit("echo", all.buffer, { deep: [new Uint8Array(0)] }, (data, more) => {
        const [[first, second], [third]] = heard;
        const { id } = socket;
        socket.off();
        socket.close();
        resolve({
          id,
          texts: first === text && JSON.stringify(second) === '{"n":[1,null]}',
          event: list(third),
          answer: list(data),
          empty: more.deep[0].byteLength,
        });
      });
    });
  });
}

await withBrowser(async (browser) => {
  const context = await window(browser, "en-US");
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(`${url}no-such-page`); // any page of this origin will do
  await page.addScriptTag({ content: CLIENT });
  const asked = [];
  const answers = [];
  page.on("request", (request) => asked.push(request.allHeaders()));
  page.on("response", (response) => answers.push(response.headers()["content-type"] ?? ""));
  const every = Array.from({ length: 256 }, (_, i) => i);

  for (const [way, options] of Object.entries({
    "polling with bytes": { transports: ["polling"] },
    "polling with base64": { transports: ["polling"], forceBase64: true },
    JSONP: { transports: ["polling"], forceJSONP: true },
    WebSocket: { transports: ["websocket"] },
    "WebSocket with base64": { transports: ["websocket"], forceBase64: true },
    upgrade: { transports: ["polling", "websocket"] },
    "JSONP and upgrade": { transports: ["polling", "websocket"], forceJSONP: true },
  })) {
    asked.length = 0;
    answers.length = 0;
    const result = await page.evaluate(talk, options);
    const requests = (await Promise.all(asked)).map((headers) => headers["content-type"] ?? "");
    assert.equal(result.texts, true, way);
    assert.deepEqual(result.event, every, way);
    assert.deepEqual(result.answer, every, way);
    assert.equal(result.empty, 0, way);
    const octets = "application/octet-stream";
    const isForm = (type) => type.startsWith("application/x-www-form-urlencoded");
    if (way === "polling with bytes") {
      assert.ok(requests.includes(octets), "a POST of bytes");
      assert.ok(answers.includes(octets), "an answer of bytes");
    } else {
      assert.ok(way === "upgrade" || !answers.includes(octets), `${way}: no answer of bytes`);
    }
    if (way === "JSONP") assert.ok(requests.some(isForm), "a form was posted");
    console.log(`ok: ${way}, ${result.id}`);
  }
  await context.close();
});
