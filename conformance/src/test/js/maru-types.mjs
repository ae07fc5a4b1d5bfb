// The types of maru.js, held against how it is used.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const [, , url] = process.argv;
const folder = new URL("./types/", import.meta.url);
const file = (name, text) => writeFileSync(new URL(name, folder), text);

mkdirSync(folder, { recursive: true });
file("maru.d.ts", await (await fetch(`${url}/maru.d.ts`)).text());
file("maru.mjs", await (await fetch(`${url}/maru.mjs`)).text());
file(
  "use.ts",
  `
import standard, { maru, type MaruError, type MaruSocket, type Options, type State } from "./maru.js";

const options: Options = { auth: async () => ({ token: "t" }), recovery: false, timeout: 1, liveness: 0, buffer: 0 };
const socket: MaruSocket = maru();
standard("/a", options).close().then(() => {});
maru(async () => "/?token=1", { WebSocket, setTimeout, clearTimeout, random: Math.random });

socket
  .on("connect", ({ recovered }) => recovered satisfies boolean)
  .on("disconnect", ({ code, reason, delay }) => [code satisfies number, reason satisfies string, delay satisfies number | undefined])
  .on("error", (error) => error.code satisfies MaruError["code"])
  .on("*", (type, ...args) => [type satisfies string, args.length])
  .on("chat", ({ text }: { text: string }) => text)
  .on("question", async (a: number, b: number) => a + b)
  .once("chat", () => {})
  .off("chat");

const answer: { success: boolean } = await socket.emit<{ success: boolean }>("join", { roomId: "1" });
const kept: boolean = socket.send("sum", [1, 2]);
const state: State = socket.connect().state;
socket.emit("x", {}, 100).catch((error: MaruError) => error.code === "timeout");
console.log(answer, kept, state);

// @ts-expect-error it is read only
socket.state = "open";
// @ts-expect-error a name is expected
socket.emit(1);
// @ts-expect-error no such option
maru("/", { reconnect: true });
`,
);

const program = ts.createProgram([fileURLToPath(new URL("use.ts", folder))], {
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
  types: [],
});
const problems = ts.getPreEmitDiagnostics(program);
if (problems.length > 0) {
  console.log(ts.formatDiagnostics(problems, { getCanonicalFileName: (name) => name, getCurrentDirectory: () => ".", getNewLine: () => "\n" }));
  process.exit(1);
}
