// The call view: two tabs find each other through the server's rooms and then talk without it.
import { assertFits, byId, openPage, picture, window, withBrowser } from "./browser.mjs";

const start = (page) => byId(page, "call-start").click();
const hangUp = (page) => byId(page, "call-hangup").click();
const isIn = (page, state) => page.waitForSelector(`[data-testid=call-state][data-state=${state}]`);

async function say(from, to, text) {
  await byId(from, "call-chat-input").fill(text);
  await byId(from, "call-chat-send").click();
  await to.waitForSelector(`[data-testid=call-log] [data-from=peer]:has-text("${text}")`);
}

async function talk(one, other) {
  await Promise.all([isIn(one, "open"), isIn(other, "open")]);
  await say(one, other, "안녕하세요");
  await say(other, one, "<b>hello</b> back");
}

await withBrowser(async (browser) => {
  const english = await window(browser, "en-US");
  const [one, two] = [await openPage(english, "#call"), await openPage(english, "#call")];

  await start(one);
  await isIn(one, "waiting");
  await start(two);
  await talk(one, two);
  await picture(one, "call-en");

  await two.reload();
  await isIn(one, "waiting");
  await start(two);
  await talk(one, two);

  const three = await openPage(english, "#call");
  await start(three);
  await isIn(three, "busy");
  await say(one, two, "still ours");
  await hangUp(one);
  await talk(two, three);
  await Promise.all([hangUp(two), hangUp(three)]);

  await Promise.all([start(one), start(two)]);
  await talk(one, two);
  await Promise.all([hangUp(one), hangUp(two)]);
  await english.close();
});

await withBrowser(
  async (browser) => {
    const permissions = ["camera", "microphone"];
    const wide = await window(browser, "ko-KR", { permissions });
    const narrow = await window(browser, "ko-KR", { permissions, colorScheme: "dark", viewport: { width: 375, height: 800 } });
    const [one, two] = [await openPage(wide, "#call"), await openPage(narrow, "#call")];
    await start(one);
    await isIn(one, "waiting");
    await start(two);
    await talk(one, two);
    for (const page of [one, two]) {
      await page.waitForFunction(() => {
        const video = document.querySelector("[data-testid=call-remote]");
        return video.videoWidth > 0 && video.currentTime > 0 && !video.paused;
      });
    }
    await assertFits(two);
    await picture(one, "call-ko-video");
    await picture(two, "call-ko-video-narrow-dark");
  },
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
);
