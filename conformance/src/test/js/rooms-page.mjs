// The rooms view: clients of both kinds, the four ways to send, the guide's case, both languages.
import assert from "node:assert/strict";
import { assertFits, byId, openPage, picture, url, window, withBrowser } from "./browser.mjs";

const client = (name, rest = "") => `[data-testid=client-${name}]${rest}`;
const arrival = (name, type, from) => `[data-testid=client-${name}-log] [data-type=${type}][data-from="${from}"]`;
const bytes = async (page, id) => Number(await byId(page, id).getAttribute("data-bytes"));
const socketsOfServer = async () => Number(await (await fetch(`${url}test/sockets`)).text());

async function connectAll(page) {
  await byId(page, "rooms-connect-all").click();
  for (const name of "ABC") await page.waitForSelector(client(name, "[data-joined]"));
}

async function runGuideCase(page) {
  await byId(page, "guide-run").click();
  const result = byId(page, "guide-result");
  await page.waitForSelector("[data-testid=guide-result][data-state=done]");
  assert.equal(await result.getAttribute("data-delivered-bytes"), "2048");
  assert.equal(await result.getAttribute("data-everyone-bytes"), "102400");
  assert.equal(await page.locator("[data-testid=guide-dots] [data-state=received]").count(), 2);
  assert.equal(await page.locator("[data-testid=guide-dots] [data-state=sender]").count(), 1);
  // those of the guide have said goodbye, which the server may hear a little later
  for (const end = Date.now() + 30_000; (await socketsOfServer()) !== 3 && Date.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(await socketsOfServer(), 3, "only the three cards are still connected");
}

async function useAllWays(page) {
  assert.equal(await byId(page, "client-A-kind").inputValue(), "plain");
  assert.equal(await byId(page, "client-B-kind").inputValue(), "socketio");
  await connectAll(page);

  // A and B are in one room, C is in another
  await byId(page, "client-A-send-room").click();
  await page.waitForSelector(arrival("B", "chat", "A"));
  await byId(page, "client-B-send-all").click();
  for (const name of "ABC") await page.waitForSelector(arrival(name, "broadcast", "B"));
  await byId(page, "client-C-send-others").click();
  for (const name of "AB") await page.waitForSelector(arrival(name, "broadcast", "C"));
  for (const name of "BC") {
    await byId(page, `client-${name}-send-echo`).click();
    await page.waitForSelector(arrival(name, "echo", name));
  }
  await byId(page, "client-B-message").fill("<img src=x onerror=alert(1)>");
  await byId(page, "client-B-message").press("Enter");
  await page.waitForSelector(`${arrival("A", "chat", "B")} >> text=<img src=x onerror=alert(1)>`);
  // "Hello from X" has 12 bytes: it went to 1, 3, 2, 1 and 1, the last text to 1; everyone would have been 3 each time
  assert.equal(await bytes(page, "traffic-delivered"), 12 * 8 + 28);
  assert.equal(await bytes(page, "traffic-everyone"), 3 * (12 * 5 + 28));

  // behind all that could have come to C
  await byId(page, "client-C-send-echo").click();
  await page.locator(arrival("C", "echo", "C")).nth(1).waitFor();
  for (const [name, type, from] of [["A", "chat", "A"], ["C", "chat", "A"], ["C", "chat", "B"], ["C", "broadcast", "C"]]) {
    assert.equal(await page.locator(arrival(name, type, from)).count(), 0, `${name} has no ${type} of ${from}`);
  }
}

async function comeAndGo(page) {
  for (const name of "AB") {
    const join = byId(page, `client-${name}-join`);
    await join.click();
    await page.waitForSelector(client(name, ":not([data-joined])"));
    await byId(page, `client-${name}-room`).fill("");
    await join.click();
    await page.waitForSelector(`[data-testid=client-${name}-log] [data-type=problem]`);
    await byId(page, `client-${name}-room`).fill("1");
    await join.click();
    await page.waitForSelector(client(name, "[data-joined='1']"));
  }
  await byId(page, "client-add").click();
  await byId(page, "client-D-connect").click();
  await page.waitForSelector(client("D", "[data-state=open]"));
  await byId(page, "client-D-remove").click();
}

/** The network breaks: the plain clients come back to their rooms by themselves. */
async function comeBack(page) {
  const joins = (name) => page.locator(`[data-testid=client-${name}-log] [data-type=joined]`);
  const before = { A: await joins("A").count(), C: await joins("C").count() };
  await fetch(`${url}test/cut`).catch(() => {}); // itself is cut off, too
  for (const name of "AC") {
    await joins(name).nth(before[name]).waitFor();
    await page.waitForSelector(client(name, "[data-state=open][data-joined]"));
  }
  await page.waitForSelector(client("B", "[data-state=closed]"));
  await connectAll(page);
}

await withBrowser(async (browser) => {
  const english = await window(browser, "en-US");
  const page = await openPage(english);
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
  await page.waitForSelector("text=Who gets the message?");
  await useAllWays(page);
  await comeAndGo(page);
  await comeBack(page);
  await runGuideCase(page);
  await picture(page, "rooms-en");

  await byId(page, "lang-switch").click();
  await page.waitForSelector("text=메시지는 누구에게 갈까요?");
  await picture(page, "rooms-switched-to-ko");
  await page.reload();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "ko");
  await english.close();

  const narrow = { viewport: { width: 375, height: 800 }, colorScheme: "dark" };
  const korean = await window(browser, "ko-KR", narrow);
  const phone = await openPage(korean);
  assert.equal(await phone.evaluate(() => document.documentElement.lang), "ko");
  await connectAll(phone);
  await byId(phone, "client-A-send-all").click();
  await phone.waitForSelector(arrival("C", "broadcast", "A"));
  await runGuideCase(phone);
  await assertFits(phone);
  await picture(phone, "rooms-ko-narrow-dark");
  await korean.close();
});
