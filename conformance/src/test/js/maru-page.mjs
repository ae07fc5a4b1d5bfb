// maru.js in a page: as a module, and as a script.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test, { after, before } from "node:test";
import { chromium } from "playwright-core";
import { ARGS } from "./browser.mjs";

const [, , url, executablePath, mode] = process.argv;
const cases = readFileSync(new URL("./maru-cases.mjs", import.meta.url), "utf8");

let browser;
before(async () => (browser = await chromium.launch({ executablePath, args: ARGS, timeout: 120_000 })));
after(() => browser.close());

/** A page of the server's, where `cases` are the cases with the client that an expression gives. */
async function open(client, scripts = []) {
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(`${url}/maru.js`);
  for (const script of scripts) await page.addScriptTag({ url: script });
  await page.evaluate(
    async ([source, expression, mode]) => {
      const { casesOf } = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
      globalThis.cases = casesOf({ maru: await (0, eval)(expression), url: location.origin, mode });
    },
    [cases, client, mode],
  );
  return page;
}

test("as a module", async (t) => {
  const page = await open('import("/maru.mjs").then((module) => module.default)');
  assert.equal(await page.evaluate(() => typeof globalThis.maru), "undefined");
  for (const name of await page.evaluate(() => Object.keys(globalThis.cases))) {
    await t.test(name, { timeout: 90_000 }, () => page.evaluate((name) => globalThis.cases[name](), name));
  }
});

test("as a script, which connects to its page's server", async () => {
  const page = await open("globalThis.maru", ["/maru.js"]);
  await page.evaluate(() => globalThis.cases["asks and is asked"]());
  if (mode === "auth") return;
  const state = await page.evaluate(async () => {
    const socket = globalThis.maru();
    await socket.emit("echo", ["over /"]);
    return socket.state;
  });
  assert.equal(state, "open");
});

test("hurries when the network is back", async () => {
  const page = await open('import("/maru.mjs").then((module) => module.maru)');
  await page.context().setOffline(true);
  const taken = page.evaluate(async (mode) => {
    const { maru } = await import("/maru.mjs");
    const auth = mode === "auth" ? { token: "t" } : undefined;
    const socket = maru("/", { auth, minDelay: 600_000, maxDelay: 600_000, random: () => 1 });
    const failed = new Promise((resolve) => socket.once("connect_error", resolve));
    const connected = new Promise((resolve) => socket.once("connect", resolve));
    await failed;
    globalThis.failed = true;
    await connected;
    return socket.state;
  }, mode);
  await page.waitForFunction(() => globalThis.failed);
  await page.context().setOffline(false);
  assert.equal(await taken, "open");
});
