// The client of a Maru server for browsers and Node. How to use it: docs/maru-js.md; what it speaks: docs/protocol.md.
//
// One WebSocket at a time, and three things that outlive it: listeners, questions that wait for an answer, and messages
// that wait for a connection. `state` says where it is; each state owns the one timer:
//
//   waiting ──retry──▶ connecting ──let in──▶ open         connecting: gives up after `timeout`
//      ▲                   │                   │           open: every quarter of `liveness` a look at the silence
//      └──────lost()───────┴───────────────────┘           waiting: until the next attempt
//
// and `closed`, from which only connect() leads out. A server strips comments: they stand on lines of their own.

const SESSION = "maru.json.session";

// close codes after which no attempt would end better: sent away, never let in, refused
const FINAL = [1000, 4401, 4403];

// close codes that all clients get at once, or for a fault of their own: the next attempt is far off
const SPREAD = [1008, 1012, 1013];

const MEMBERS = ["type", "messageId", "args"];

// no event has such a type, in either direction; `callback` is an answer
const RESERVED = ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener", "callback"];

// types that an event may have, whose listeners hear something else
const OWN = ["error", "*"];

const failure = (code, message, data) => Object.assign(new Error(message), { code, data });

// The text of a message. What is no object, or would be taken for something else, goes as the list of arguments.
function envelope(type, fields = {}, messageId) {
  if (RESERVED.includes(type)) throw new TypeError(`reserved type: ${type}`);
  const isList = Array.isArray(fields);
  const isArgument = isList || Object(fields) !== fields || fields.toJSON || MEMBERS.some((key) => key in fields);
  return JSON.stringify({ ...(isArgument ? { args: isList ? fields : [fields] } : fields), type, messageId });
}

export function maru(address = "/", options = {}) {
  const {
    auth,
    recovery = true,
    timeout = 10_000,
    liveness = 30_000,
    buffer = 100,
    minDelay = 1_000,
    maxDelay = 30_000,
    WebSocket = globalThis.WebSocket,
    setTimeout = globalThis.setTimeout,
    clearTimeout = globalThis.clearTimeout,
    random = Math.random,
  } = options;
  const { addEventListener, removeEventListener, document, location } = globalThis;

  const listeners = new Map();
  // id → { resolve, reject, timer }: questions without an answer yet
  const asked = new Map();
  // id → text: what has not been sent, oldest first
  const kept = new Map();

  let state = "closed";
  let socket;
  let timer;
  let lastId = 0;
  // attempts since the last connection that lasted
  let attempts = 0;
  // looks at the open connection since something came
  let silent = 0;
  // the session to come back to: { id, offset }
  let session;
  // tells an attempt that waits for the application that it is not the current one any more
  let turn;

  if (!WebSocket) throw new TypeError("no WebSocket here: give one as an option");

  const resolveUrl = (text) => new URL(text, location?.href);
  const call = (value) => (typeof value === "function" ? value() : value);

  // What listeners throw does not reach the caller; it is an unhandled rejection unless somebody looks at it.
  const fire = (type, ...args) => (listeners.get(type) ?? []).map(async (listener) => listener(...args));

  const arm = (task, delay) => {
    clearTimeout(timer);
    timer = setTimeout(task, delay);
  };

  // ---- connecting

  async function open() {
    const mine = (turn = {});
    state = "connecting";
    arm(() => lost(1006, "timeout"), timeout);
    try {
      const url = resolveUrl(await call(address));
      const credentials = await call(auth);
      if (mine !== turn) return;
      url.hash = "";
      start(new WebSocket(url.href.replace(/^http/, "ws"), recovery ? [SESSION, "maru.json"] : []), credentials);
    } catch (error) {
      if (mine === turn) lost(1006, error.message);
    }
  }

  function start(fresh, credentials) {
    const whileCurrent = (handle) => (event) => {
      if (fresh === socket) handle(event);
    };
    socket = fresh;
    fresh.onopen = whileCurrent(() => {
      fresh.onerror = () => {};
      if (fresh.protocol === SESSION) introduce("session", { ...session, auth: credentials });
      else if (credentials) introduce("auth", credentials);
      else opened(false);
    });
    fresh.onmessage = whileCurrent(({ data }) => receive(data));
    fresh.onclose = whileCurrent(({ code, reason }) => lost(code, reason));
    // browsers and ws tell of the close next; that of Node 20 does not, when it could not connect
    fresh.onerror = whileCurrent(({ message = "" }) => lost(1006, message));
  }

  // Says who this is. Not by a promise: what the server sends behind its answer must find the connection open.
  function introduce(type, fields) {
    asked.set(++lastId, {
      resolve: () => state === "connecting" && opened(false),
      reject: ({ code, message }) => code === "refused" && lost(4403, message),
    });
    socket.send(envelope(type, fields, lastId));
  }

  // What listeners send at once, to enter their rooms again, goes before what was kept.
  function opened(recovered) {
    state = "open";
    silent = 0;
    clearTimeout(timer);
    if (liveness) arm(look, liveness / 4);
    else attempts = 0;
    fire("connect", { recovered });
    for (const [id, text] of kept) {
      if (!isOpen()) return;
      kept.delete(id);
      socket.send(text);
    }
  }

  const isOpen = () => state === "open" && socket.readyState === 1;

  function lost(code, reason) {
    const wasOpen = state === "open";
    const isFinal = FINAL.includes(code);
    const last = socket;
    socket = turn = undefined;
    clearTimeout(timer);
    // ws on Node would wait half a minute for a word of the other side, and keep the process
    if (code === 1006 && last?.terminate) last.terminate();
    else last?.close();

    if (SPREAD.includes(code)) attempts = Math.max(attempts, 3);
    // from 0 on: whoever was cut off together does not come back together
    const delay = isFinal ? undefined : random() * Math.min(maxDelay, minDelay * 2 ** attempts++);
    if (isFinal) {
      state = "closed";
      session = undefined;
      removeEventListener?.("online", wake);
      document?.removeEventListener("visibilitychange", wake);
    } else {
      state = "waiting";
      arm(open, delay);
    }
    // nobody knows whether the server has handled what was sent; sending it again could do it twice
    for (const id of asked.keys()) {
      if (isFinal || !kept.has(id)) settle(id, failure(isFinal ? "closed" : "lost", `connection lost: ${code} ${reason}`));
    }
    if (isFinal) kept.clear();
    fire(wasOpen ? "disconnect" : "connect_error", { code, reason, delay });
  }

  // ---- liveness: a page does not see the server's ping frames, so it asks when nothing has come for a while

  // Late timers of a tab in the background only make this slower: two questions are sent, and each has its time.
  function look() {
    if (silent > 2) return lost(1006, "silence");
    if (silent) ping();
    else attempts = 0;
    silent++;
    arm(look, liveness / 4);
  }

  const ping = () => socket.send(envelope("ping", {}, 0));

  // The network is back, or the page is looked at again: no time to lose.
  function wake() {
    if (document?.visibilityState === "hidden") return;
    if (state === "waiting") open();
    else if (isOpen() && liveness) {
      ping();
      silent = 3;
      arm(look, liveness / 4);
    }
  }

  // ---- messages

  function receive(data) {
    silent = 0;
    let message;
    try {
      message = { ...JSON.parse(data) };
    } catch {
      return fire("error", failure("invalid", "no JSON"));
    }
    const { type, messageId, ...fields } = message;
    if (type === "callback") {
      const error = fields.data?.error;
      settle(messageId, typeof error === "string" && failure("refused", error, fields.data), fields.data);
    } else if (type === undefined) {
      fire("error", failure("refused", fields.error, fields.data));
    } else if (socket.protocol === SESSION && type === "session" && state === "connecting") {
      session = { id: fields.id, offset: fields.offset };
      opened(fields.recovered);
    } else if (RESERVED.includes(type)) {
      fire("error", failure("invalid", `reserved type: ${type}`));
    } else if (state === "open") {
      event(type, messageId, fields);
    }
  }

  function event(type, messageId, { offset, ...fields }) {
    if (offset !== undefined) {
      if (socket.protocol !== SESSION) fields.offset = offset;
      else if (session) session.offset = offset;
    }
    const isList = Array.isArray(fields.args) && Object.keys(fields).length === 1;
    const args = isList ? fields.args : [fields];
    fire("*", type, ...args);
    const results = OWN.includes(type) ? [] : fire(type, ...args);
    if (messageId === undefined) return;

    // the server asks: the first value that a listener gives is the answer, and it goes to the connection that asked
    const current = socket;
    const answer = (data) => {
      if (current === socket && isOpen()) current.send(JSON.stringify({ type: "callback", messageId, data }));
    };
    if (results.length === 0) return answer({ error: "Unknown message type" });
    Promise.all(results)
      .then((values) => answer(values.find((value) => value !== undefined)))
      .catch((error) => answer({ error: String(error?.message ?? error) }));
  }

  function emit(type, fields, time = timeout) {
    const id = ++lastId;
    const text = envelope(type, fields, id);
    const answer = new Promise((resolve, reject) => {
      const late = () => settle(id, failure("timeout", `no answer to ${type}`));
      asked.set(id, { resolve, reject, timer: setTimeout(late, time) });
    });
    // who does not wait for the answer need not catch its failure
    answer.catch(() => {});
    if (!post(id, text)) settle(id, failure(state === "closed" ? "closed" : "full", `not sent: ${type}`));
    return answer;
  }

  function settle(id, error, data) {
    const question = asked.get(id);
    if (!question) return;
    asked.delete(id);
    kept.delete(id);
    clearTimeout(question.timer);
    if (error) question.reject(error);
    else question.resolve(data);
  }

  // Sends a text or keeps it until there is a connection; false when it can do neither.
  function post(id, text) {
    if (isOpen()) socket.send(text);
    else if (state !== "closed" && kept.size < buffer) kept.set(id, text);
    else return false;
    return true;
  }

  // ---- what users see

  const client = {
    get state() {
      return state;
    },
    on(type, listener) {
      listeners.set(type, [...(listeners.get(type) ?? []), listener]);
      return client;
    },
    once(type, listener) {
      const first = (...args) => {
        client.off(type, first);
        return listener(...args);
      };
      first.given = listener;
      return client.on(type, first);
    },
    off(type, listener) {
      const isOther = (each) => listener && each !== listener && each.given !== listener;
      listeners.set(type, (listeners.get(type) ?? []).filter(isOther));
      return client;
    },
    emit,
    send: (type, fields) => post(++lastId, envelope(type, fields)),
    connect() {
      if (state !== "closed") return client;
      attempts = 0;
      addEventListener?.("online", wake);
      document?.addEventListener("visibilitychange", wake);
      open();
      return client;
    },
    // resolves when the WebSocket is really closed
    close() {
      const last = socket;
      if (state !== "closed") lost(1000, "closed here");
      return new Promise((resolve) => {
        if (!last || last.readyState === 3) resolve();
        else last.onclose = () => resolve();
      });
    },
  };
  if (typeof address !== "function") resolveUrl(address);
  return client.connect();
}

export default maru;
