// The pages of the examples: three clients of different kinds, in one room.
import assert from "node:assert/strict";
import { openPage, window, withBrowser } from "./browser.mjs";

await withBrowser(async (browser) => {
  const context = await window(browser, "en-US");
  const pages = {};
  for (const kind of ["maru", "websocket", "socketio"]) {
    pages[kind] = await openPage(context, `${kind}.html`, "button:enabled");
  }

  const expected = { maru: [], websocket: [], socketio: [] };
  for (const [kind, page] of Object.entries(pages)) {
    const text = `<b>Hi</b> from ${kind} 😀`;
    await page.locator("input").fill(text);
    await page.locator("input").press("Enter");
    for (const other of Object.keys(pages).filter((name) => name !== kind)) {
      expected[other].push(text);
      await pages[other].getByText(text, { exact: true }).waitFor();
    }
  }

  for (const [kind, page] of Object.entries(pages)) {
    assert.deepEqual(await page.locator("li").allTextContents(), expected[kind], kind);
  }
  await context.close();
});
