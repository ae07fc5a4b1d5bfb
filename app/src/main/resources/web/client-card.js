import { createClient } from "./client.js";
import { appendToLog, element, pulse } from "./dom.js";
import { hasString, label, say, t } from "./i18n.js";

const TIME = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/** The four ways to send; each turns a message into a request. */
const WAYS = {
  echo: (message) => ["echo", { message }],
  all: (message) => ["broadcast", { message, to: "all" }],
  others: (message) => ["broadcast", { message, to: "others" }],
  room: (message, roomId) => ["chat", { message, roomId }],
};

/**
 * One client on the page. Events on the card: "change" (connection or room),
 * "sent" and "arrived" with the message, "aim" with a way to send or null.
 */
export class ClientCard extends EventTarget {
  #client = null;
  #joinedRoom = null;
  #messageIsPreset = true;

  constructor({ name, kind, room, removable }) {
    super();
    this.name = name;
    this.#build(kind, room, removable);
    this.#show();
  }

  get connected() {
    return this.#client?.state === "open";
  }

  get joinedRoom() {
    return this.#joinedRoom;
  }

  async connect() {
    if (this.#client && this.#client.state !== "closed") return;
    const client = createClient(this.kind.value);
    this.#client = client;
    client.addEventListener("state", ({ detail }) => this.#stateChanged(client, detail));
    client.addEventListener("arrival", ({ detail }) => this.#arrived(detail));
    say(this.status, "status.none");
    // A failure also arrives as the state "closed", which says what happened.
    await client.connect().catch(() => {});
  }

  async disconnect() {
    const client = this.#client;
    this.#client = null;
    this.#joinedRoom = null;
    say(this.status, "status.none");
    this.#show();
    await client?.close();
  }

  async join() {
    const joined = await this.#request("join-room", { roomId: this.room.value.trim() });
    if (!joined) return;
    this.#joinedRoom = joined.roomId;
    this.#show();
  }

  async leave() {
    const left = await this.#request("leave-room", { roomId: this.#joinedRoom });
    if (!left) return;
    this.#joinedRoom = null;
    this.#show();
  }

  /** Connects and joins the room in the field, as far as not yet done. */
  async enter() {
    if (!this.connected) await this.connect();
    if (this.connected && this.#joinedRoom === null) await this.join();
  }

  async send(way) {
    const message = { from: this.name, text: this.message.value };
    const [type, fields] = WAYS[way](message, this.#joinedRoom);
    this.#emit("sent", message);
    const answer = await this.#request(type, fields);
    if (!answer) return;
    if (way === "echo") say(this.status, "status.echo");
    else say(this.status, "status.delivered", { n: answer.delivered });
  }

  forbidSocketIo() {
    this.kind.querySelector("[value=socketio]").disabled = true;
    if (this.kind.value === "socketio") this.kind.value = "plain";
    this.kindNote.hidden = false;
  }

  showPreset() {
    if (this.#messageIsPreset) this.message.value = t("client.message.preset", { name: this.name });
  }

  /** Resolves with the answer, or with null when it failed: the log shows why. */
  async #request(type, fields) {
    say(this.status, "status.none");
    try {
      return await this.#client.request(type, fields);
    } catch {
      return null;
    }
  }

  #stateChanged(client, state) {
    if (client !== this.#client) return;
    const wasOpen = this.node.dataset.state === "open";
    if (state === "closed") {
      this.#joinedRoom = null;
      say(this.status, wasOpen ? "status.lost" : "status.connectFailed");
    } else if (wasOpen) {
      say(this.status, "status.reconnecting");
    }
    this.#show();
    if (state === "open" && this.#joinedRoom !== null) this.#joinAgain();
  }

  /** A connection that has come back is in no room. */
  async #joinAgain() {
    const joined = await this.#request("join-room", { roomId: this.#joinedRoom });
    this.#joinedRoom = joined?.roomId ?? null;
    this.#show();
  }

  #arrived(arrival) {
    const { type, message } = arrival;
    const readable = readMessage(message);
    const entry = element("li", { "data-type": type, "data-from": readable.from });
    entry.append(tag(type));
    if (type === "problem") {
      const key = `problem.${arrival.error}`;
      entry.append(hasString(key) ? say(element("span", { class: "text" }), key) : text(String(arrival.error)));
    } else if (type === "joined" || type === "left") {
      entry.append(say(element("span", { class: "text" }), "arrival.room", { roomId: arrival.roomId }));
    } else {
      if (readable.from) entry.append(element("span", { class: "from" }, readable.from));
      entry.append(text(message === undefined ? JSON.stringify(arrival) : readable.text));
    }
    entry.append(element("time", {}, TIME.format()));

    this.empty.hidden = true;
    appendToLog(this.log, entry);
    pulse(this.node, type);
    if (["chat", "echo", "broadcast"].includes(type)) this.#emit("arrived", message);
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #build(kind, room, removable) {
    const { name } = this;
    const id = (part) => `client-${name}-${part}`;
    const button = (part, key, attributes = {}) =>
      say(element("button", { type: "button", "data-testid": id(part), ...attributes }), key);

    this.badge = element("span", { class: "state", "data-testid": id("state") });
    this.kind = element(
      "select",
      { id: id("kind"), "data-testid": id("kind") },
      say(element("option", { value: "plain" }), "client.kind.plain"),
      say(element("option", { value: "socketio" }), "client.kind.socketio"),
    );
    this.kind.value = kind;
    this.kindNote = say(
      element("p", { class: "hint", hidden: true, "data-testid": id("kind-note") }),
      "client.kind.unavailable",
    );
    this.connectButton = button("connect", "client.connect");
    this.room = element("input", { id: id("room"), "data-testid": id("room"), value: room, autocomplete: "off", maxlength: "100" });
    this.joinButton = button("join", "client.join");
    this.message = element("input", { id: id("message"), "data-testid": id("message"), autocomplete: "off" });
    this.showPreset();
    this.sendButtons = Object.keys(WAYS).map((way) =>
      button(`send-${way}`, `client.send.${way}`, {
        "data-way": way,
        type: way === "room" ? "submit" : "button",
        class: way === "room" ? "primary" : null,
      }),
    );
    this.status = say(element("p", { class: "status", role: "status", "data-testid": id("status") }), "status.none");
    this.empty = say(element("p", { class: "empty" }), "client.log.empty");
    this.log = label(
      element("ol", { class: "log", role: "log", tabindex: "0", "data-testid": id("log") }),
      "client.log",
      { name },
    );

    const head = element(
      "header",
      {},
      element("span", { class: "letter", "aria-hidden": "true" }, name),
      say(element("h2", { id: id("title") }), "client.title", { name }),
      this.badge,
    );
    if (removable) {
      const remove = label(element("button", { type: "button", class: "quiet icon", "data-testid": id("remove") }, "×"), "client.remove", { name });
      remove.addEventListener("click", () => this.#emit("remove"));
      head.append(remove);
    }

    const form = element(
      "form",
      {},
      labelled("client.message", this.message),
      element(
        "fieldset",
        { class: "ways" },
        say(element("legend"), "client.sendTo"),
        ...this.sendButtons,
      ),
    );

    this.node = element(
      "article",
      { class: "card", "data-testid": `client-${name}`, "data-client": name, "aria-labelledby": id("title") },
      head,
      element("div", { class: "row" }, labelled("client.kind", this.kind), this.connectButton),
      this.kindNote,
      element("div", { class: "row" }, labelled("client.room", this.room), this.joinButton),
      form,
      this.status,
      element("div", { class: "log-frame" }, this.empty, this.log),
    );

    this.connectButton.addEventListener("click", () => (this.#client ? this.disconnect() : this.connect()));
    this.joinButton.addEventListener("click", () => (this.#joinedRoom === null ? this.join() : this.leave()));
    this.room.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !this.joinButton.disabled && this.#joinedRoom === null) this.join();
    });
    this.message.addEventListener("input", () => (this.#messageIsPreset = false));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send("room");
    });
    for (const sendButton of this.sendButtons) {
      const { way } = sendButton.dataset;
      if (way !== "room") sendButton.addEventListener("click", () => this.send(way));
      for (const event of ["pointerenter", "focus"]) sendButton.addEventListener(event, () => this.#emit("aim", way));
      for (const event of ["pointerleave", "blur"]) sendButton.addEventListener(event, () => this.#emit("aim", null));
    }
  }

  #show() {
    if (this.#client?.state === "closed") this.#client = null;
    const state = this.#client?.state ?? "closed";
    const open = state === "open";
    const joined = this.#joinedRoom !== null;

    this.node.dataset.state = state;
    if (joined) this.node.dataset.joined = this.#joinedRoom;
    else delete this.node.dataset.joined;

    this.badge.dataset.state = state;
    say(this.badge, `client.state.${state}`);
    say(this.connectButton, state === "closed" ? "client.connect" : "client.disconnect");
    this.connectButton.classList.toggle("primary", state === "closed");
    this.kind.disabled = state !== "closed";
    this.room.readOnly = joined;
    this.joinButton.disabled = !open;
    this.joinButton.classList.toggle("primary", open && !joined);
    say(this.joinButton, joined ? "client.leave" : "client.join");
    for (const button of this.sendButtons) button.disabled = !open || (button.dataset.way === "room" && !joined);
    this.#emit("change");
  }
}

/** A message may be any JSON value; those of this page say who sent them. */
function readMessage(message) {
  if (message && typeof message === "object" && typeof message.text === "string") {
    return { from: typeof message.from === "string" ? message.from : null, text: message.text };
  }
  return { from: null, text: typeof message === "string" ? message : JSON.stringify(message) ?? "" };
}

function tag(type) {
  const node = element("span", { class: "tag" });
  const key = `arrival.${type}`;
  if (hasString(key)) return say(node, key);
  node.textContent = type;
  return node;
}

function text(content) {
  return element("span", { class: "text" }, content);
}

function labelled(key, control) {
  return element("div", { class: "field" }, say(element("label", { for: control.id }), key), control);
}
