// What the scripts about the page share: Chromium, and pages that complain about nothing.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

export const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const [, , url, executablePath, pictures] = process.argv;
const complaints = [];

export { url };

export const byId = (page, id) => page.getByTestId(id);

/** Runs with a browser of its own, and fails when a page has complained. */
export async function withBrowser(run, ...moreArgs) {
  const browser = await chromium.launch({ executablePath, args: [...ARGS, ...moreArgs], timeout: 120_000 });
  try {
    await run(browser);
  } finally {
    await browser.close();
  }
  assert.deepEqual(complaints, []);
}

/** A window of a language. */
export function window(browser, locale, options = {}) {
  return browser.newContext({ locale, viewport: { width: 1280, height: 900 }, ...options });
}

/** A page, by default the server's own, once it can be used. */
export async function openPage(context, rest = "", ready = "html[data-ready=true]") {
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(url + rest);
  await page.waitForSelector(ready);
  return page;
}

export async function picture(page, name) {
  await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
}

/** Nothing of the page lies beyond its right edge. */
export async function assertFits(page) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${over} pixels too wide`);
}
