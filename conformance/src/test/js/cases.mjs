// What the scripts share: cases that run one after another, and clients that are closed after each.
import { io } from "socket.io-client";

const LIMIT_MS = 60_000;
const [, , url, way, notation] = process.argv;
const TRANSPORTS = { websocket: ["websocket"], polling: ["polling"], upgrade: ["polling", "websocket"] };

const parser = notation === "msgpack" ? (await import("socket.io-msgpack-parser")).default : undefined;

let opened = [];

export { parser, url, way };

/** A client of its own connection; it begins to connect at once. `library` is another version's `io`. */
export function open({ library = io, ...options } = {}, namespace = "") {
  const client = library(url + namespace, {
    forceNew: true,
    transports: TRANSPORTS[options.way ?? way],
    reconnectionDelay: 20,
    reconnectionDelayMax: 100,
    ...(parser && { parser }),
    ...options,
  });
  opened.push(client);
  return client;
}

/** A client that has entered. */
export async function enter(options, namespace) {
  const client = open(options, namespace);
  await connected(client);
  return client;
}

export async function connected(client) {
  if (!client.connected) await next(client, "connect");
}

/** The client once it will not change its transport any more. */
export async function settle(client) {
  const engine = client.io.engine;
  const last = client.io.opts.transports.at(-1);
  if (engine.transport.name !== last) await new Promise((resolve) => engine.once("upgrade", resolve));
  return client;
}

/** The arguments of the next event of a name. */
export function next(emitter, event) {
  return new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
}

/** All that comes of an event from now on. */
export function hear(client, event) {
  const heard = [];
  client.on(event, (arg) => heard.push(arg));
  return heard;
}

/** Waits until something holds that changes while other things happen. */
export async function until(condition, what) {
  const end = Date.now() + LIMIT_MS / 2;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Runs the cases; the process ends with them. */
export async function run(cases) {
  let failures = 0;
  for (const [name, body] of Object.entries(cases)) {
    const start = Date.now();
    const failure = await withinLimit(body).then(
      () => null,
      (error) => error,
    );
    console.log(`${failure ? "FAILED" : "ok"}: ${name} (${Date.now() - start} ms)`);
    if (failure) {
      console.log(failure);
      failures += 1;
    }
    for (const client of opened) client.disconnect();
    opened = [];
  }
  // The last POSTs are still on their way; what hangs longer is left.
  process.exitCode = failures === 0 ? 0 : 1;
  setTimeout(() => process.exit(), 3000).unref();
}

async function withinLimit(body) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  try {
    await Promise.race([body(), late]);
  } finally {
    clearTimeout(timer);
  }
}
