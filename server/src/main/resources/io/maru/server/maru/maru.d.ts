/** The client of a Maru server: docs/maru-js.md. */

/** `waiting` is between two attempts; from `closed` only `connect()` leads out. */
export type State = "connecting" | "open" | "waiting" | "closed";

/** Why a question has no answer, or what an `error` event is about. */
export interface MaruError extends Error {
  /**
   * - `refused`: the server's word is the message, and `data` what came with it
   * - `timeout`: no answer in time
   * - `lost`: the connection ended before the answer; the server may have handled it or not
   * - `closed`: the client is closed, for good
   * - `full`: there is no connection, and the buffer has no room
   * - `invalid`: a message came that is no JSON, or of a reserved type
   */
  readonly code: "refused" | "timeout" | "lost" | "closed" | "full" | "invalid";
  readonly data?: any;
}

/** A connection or an attempt has ended. */
export interface Ended {
  /** The code of the WebSocket's end; 1006 when it just broke, 4403 when the server refused. */
  readonly code: number;
  readonly reason: string;
  /** Milliseconds until the next attempt; undefined when there will be none. */
  readonly delay: number | undefined;
}

export interface Options {
  /** What a server that asks for a first message is told; a function is asked before each attempt. */
  auth?: object | (() => object | Promise<object>);
  /** Whether to come back to the session, where the server keeps sessions. True unless set. */
  recovery?: boolean;
  /** Milliseconds for an answer, and for an attempt to connect: 10,000 unless set. */
  timeout?: number;
  /** Milliseconds of silence after which a connection counts as dead: 30,000 unless set; 0 never looks. */
  liveness?: number;
  /** How many messages are kept while there is no connection: 100 unless set. */
  buffer?: number;
  /** Milliseconds: the first attempt comes within this time, 1,000 unless set. It doubles with each. */
  minDelay?: number;
  /** Milliseconds: the most that it doubles to, 30,000 unless set. */
  maxDelay?: number;
  /** The class of WebSockets: that of `ws` where Node has none of its own. */
  WebSocket?: new (url: string, protocols?: string[]) => any;
  /** For tests: the clock and the dice. */
  setTimeout?: (task: () => void, delay: number) => any;
  clearTimeout?: (timer: any) => void;
  random?: () => number;
}

export interface MaruSocket {
  readonly state: State;

  /** The client is in, for the first time or again; `recovered` when it still has its rooms. */
  on(type: "connect", listener: (event: { readonly recovered: boolean }) => unknown): this;
  on(type: "disconnect" | "connect_error", listener: (event: Ended) => unknown): this;
  on(type: "error", listener: (error: MaruError) => unknown): this;
  /** Every event of the server, those named `error` among them, which nobody else hears. */
  on(type: "*", listener: (type: string, ...args: any[]) => unknown): this;
  /** An event of the server; where it asks, what the listener returns or resolves with is the answer. */
  on(type: string, listener: (...args: any[]) => unknown): this;
  once: MaruSocket["on"];
  /** Without a listener: removes all of the type. */
  off(type: string, listener?: (...args: any[]) => unknown): this;

  /**
   * Sends and asks for an answer. An array is a list of arguments; an object's members stand in the message.
   * Rejects with a {@link MaruError}; who does not look at it is not told. Throws a TypeError when the type is reserved,
   * or when a field cannot be written as JSON.
   */
  emit<Answer = any>(type: string, fields?: unknown, timeout?: number): Promise<Answer>;
  /** Sends and asks for nothing. False when it can neither be sent nor kept. Throws as `emit` does. */
  send(type: string, fields?: unknown): boolean;

  /** Opens it again after its end. */
  connect(): this;
  /** Closes it for good; resolves when the WebSocket is closed. */
  close(): Promise<void>;
}

/**
 * A client that begins to connect at once.
 *
 * @param address where to, "/" of the page's server unless set; a function is asked before each attempt
 */
export function maru(address?: string | (() => string | Promise<string>), options?: Options): MaruSocket;

export default maru;
