import { appendToLog, element } from "./dom.js";
import { label, say } from "./i18n.js";
import { closeLocalMedia, openLocalMedia } from "./local-media.js";
import { PeerCall } from "./peer-call.js";

export function mountCallView(root) {
  const view = build(root);
  let call = null;
  let localStream = null;
  // Counts starts and hang-ups, so that a late permission is known to be late.
  let session = 0;

  view.startForm.addEventListener("submit", (event) => {
    event.preventDefault();
    start();
  });
  view.hangUp.addEventListener("click", () => {
    hangUp();
    view.start.focus();
  });
  view.chatForm.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = view.input.value;
    if (!text || view.channel.dataset.state !== "open") return;
    call.sendText(text);
    logMessage("me", text);
    view.input.value = "";
  });
  view.microphone.addEventListener("click", () => toggle("audio"));
  view.camera.addEventListener("click", () => toggle("video"));
  // The other side then learns at once that this page is gone.
  addEventListener("pagehide", hangUp);

  async function start() {
    const mine = ++session;
    showRunning(true);
    showState("preparing");
    const { stream, outcome } = await openLocalMedia();
    if (mine !== session) {
      closeLocalMedia(stream);
      return;
    }
    localStream = stream;
    showLocal(outcome);

    const current = new PeerCall({ roomId: view.room.value.trim(), localStream });
    call = current;
    const whileCurrent = (handle) => ({ detail }) => {
      if (call === current) handle(detail);
    };
    current.addEventListener("state", whileCurrent(showState));
    current.addEventListener("channel", whileCurrent(showChannel));
    current.addEventListener("text", whileCurrent((text) => logMessage("peer", text)));
    current.addEventListener("media", whileCurrent(showRemote));
    try {
      await current.start();
    } catch {
      if (call !== current) return;
      hangUp();
      showState("failed");
    }
  }

  function hangUp() {
    session += 1;
    call?.hangUp();
    call = null;
    closeLocalMedia(localStream);
    localStream = null;
    showLocal("none");
    showRemote(null);
    showChannel("closed");
    showState("idle");
    showRunning(false);
  }

  function toggle(kind) {
    for (const track of localStream.getTracks()) if (track.kind === kind) track.enabled = !track.enabled;
    showToggles();
  }

  function showRunning(running) {
    view.start.hidden = running;
    view.hangUp.hidden = !running;
    view.room.readOnly = running;
    if (running) view.hangUp.focus();
  }

  function showState(state) {
    view.state.dataset.state = state;
    say(view.state, `call.state.${state}`);
    say(view.placeholder, state === "open" ? "call.stage.text" : "call.stage.idle");
  }

  function showChannel(state) {
    const before = view.channel.dataset.state;
    view.channel.dataset.state = state;
    say(view.channel, `call.channel.${state}`);
    view.input.disabled = view.send.disabled = state !== "open";
    if (state === "open") logNotice("call.chat.opened");
    else if (before === "open") logNotice("call.chat.ended");
  }

  function showLocal(outcome) {
    view.media.dataset.state = outcome;
    say(view.media, `call.media.${outcome}`);
    view.local.srcObject = localStream;
    view.local.hidden = !localStream?.getVideoTracks().length;
    showToggles();
  }

  function showToggles() {
    showToggle(view.microphone, localStream?.getAudioTracks()[0], "call.mute", "call.unmute");
    showToggle(view.camera, localStream?.getVideoTracks()[0], "call.cameraOff", "call.cameraOn");
  }

  function showRemote(stream) {
    if (view.remote.srcObject !== stream) view.remote.srcObject = stream;
    const hasVideo = Boolean(stream?.getVideoTracks().length);
    view.remote.dataset.tracks = stream?.getTracks().length ?? 0;
    // Sound alone still needs the element, so it stays and only looks empty.
    view.placeholder.hidden = hasVideo;
  }

  function logMessage(who, text) {
    const entry = element("li", { "data-from": who });
    entry.append(say(element("span", { class: "from" }), `call.chat.${who}`), element("span", { class: "text" }, text));
    appendToLog(view.log, entry);
  }

  function logNotice(key) {
    appendToLog(view.log, say(element("li", { class: "notice" }), key));
  }
}

function showToggle(button, track, onKey, offKey) {
  button.hidden = !track;
  if (track) say(button, track.enabled ? onKey : offKey);
}

function build(root) {
  const testId = (name, attributes = {}) => ({ "data-testid": `call-${name}`, ...attributes });

  const view = {
    room: element("input", testId("room", { id: "call-room", value: "call-1", autocomplete: "off", maxlength: "100", required: true })),
    start: say(element("button", testId("start", { type: "submit", class: "primary" })), "call.start"),
    hangUp: say(element("button", testId("hangup", { type: "button", class: "danger", hidden: true })), "call.hangUp"),
    microphone: say(element("button", testId("microphone", { type: "button", hidden: true })), "call.mute"),
    camera: say(element("button", testId("camera", { type: "button", hidden: true })), "call.cameraOff"),
    state: say(element("p", testId("state", { class: "state", role: "status", "data-state": "idle" })), "call.state.idle"),
    media: say(element("p", testId("media", { class: "hint", role: "status", "data-state": "none" })), "call.media.none"),
    remote: label(element("video", testId("remote", { autoplay: true, playsinline: true, "data-tracks": "0" })), "call.remote"),
    local: label(element("video", testId("local", { autoplay: true, playsinline: true, class: "local", hidden: true })), "call.local"),
    placeholder: say(element("p", { class: "placeholder" }), "call.stage.idle"),
    channel: say(element("span", testId("channel", { class: "state", role: "status", "data-state": "closed" })), "call.channel.closed"),
    log: label(element("ol", testId("log", { class: "log", role: "log", tabindex: "0" })), "call.chat.log"),
    input: element("input", testId("chat-input", { id: "call-chat-input", autocomplete: "off", disabled: true })),
    send: say(element("button", testId("chat-send", { type: "submit", class: "primary", disabled: true })), "call.chat.send"),
  };
  // The attribute alone does not mute an element that is already made.
  view.local.muted = true;

  view.startForm = element(
    "form",
    { class: "row call-controls" },
    element("div", { class: "field" }, say(element("label", { for: "call-room" }), "call.room"), view.room),
    view.start,
    view.hangUp,
    view.microphone,
    view.camera,
  );
  view.chatForm = element(
    "form",
    { class: "row" },
    element("div", { class: "field" }, say(element("label", { for: "call-chat-input" }), "call.chat.input"), view.input),
    view.send,
  );

  root.append(
    element(
      "div",
      { class: "intro" },
      say(element("h1", { id: "call-heading" }), "call.heading"),
      say(element("p"), "call.intro"),
    ),
    element("section", { class: "panel call-bar" }, view.startForm, element("div", { class: "call-status" }, view.state, view.media)),
    element(
      "div",
      { class: "call-stage" },
      element("div", { class: "stage" }, view.remote, view.placeholder, view.local),
      element(
        "section",
        { class: "panel chat" },
        element("div", { class: "panel-head" }, say(element("h2"), "call.chat"), view.channel),
        view.log,
        view.chatForm,
      ),
    ),
  );
  return view;
}
