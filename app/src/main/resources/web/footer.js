import { plainUrl } from "./client.js";
import { element } from "./dom.js";
import { label, say } from "./i18n.js";

const FILES = ["maru.js", "maru.mjs", "maru.d.ts", "socket.io/socket.io.js", "socket.io/socket.io.esm.min.js"];

const plainSample = (url) => `const socket = new WebSocket("${url}");
const send = (frame) => socket.send(JSON.stringify(frame));
socket.onmessage = ({ data }) => console.log(JSON.parse(data));
await new Promise((opened) => (socket.onopen = opened));
send({ type: "join-room", roomId: "1" });
send({ type: "chat", roomId: "1", message: "Hello" });`;

const maruSample = (base) => `import { maru } from "${base}maru.mjs";
const socket = maru("${base}");
socket.on("chat", ({ message }) => console.log(message));
socket.on("connect", () => socket.send("join-room", { roomId: "1" }));
const chat = { roomId: "1", message: "Hello" };
const { delivered } = await socket.emit("chat", chat);`;

const socketIoSample = (base) => `import { io } from "${base}socket.io/socket.io.esm.min.js";
const socket = io("${base}");
socket.on("chat", ({ message }) => console.log(message));
await socket.emitWithAck("join-room", { roomId: "1" });
const chat = { roomId: "1", message: "Hello" };
const { delivered } = await socket.emitWithAck("chat", chat);`;

export function mountFooter(root) {
  const base = new URL("./", location.href);
  base.hash = base.search = "";

  const links = element("p", { class: "files" }, say(element("span"), "footer.files"));
  for (const file of FILES) links.append(element("a", { href: file }, `/${file}`));

  root.append(
    say(element("h2"), "footer.heading"),
    element(
      "div",
      { class: "samples" },
      sample("footer.plain", "footer.plainNote", "WebSocket", "sample-plain", plainSample(plainUrl())),
      sample("footer.maru", "footer.maruNote", "maru.js", "sample-maru", maruSample(base.href)),
      sample("footer.socketio", "footer.socketioNote", "Socket.IO", "sample-socketio", socketIoSample(base.href)),
    ),
    links,
  );
}

function sample(titleKey, noteKey, kind, testId, code) {
  // Long lines scroll, and what scrolls must be reachable by keyboard.
  const block = label(element("pre", { tabindex: "0", role: "group", "data-testid": testId }, element("code", {}, code)), "footer.code", { kind });
  return element(
    "section",
    {},
    element("h3", {}, say(element("span"), titleKey), " ", say(element("small"), noteKey)),
    block,
  );
}
