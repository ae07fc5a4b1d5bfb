// maru.js as the server serves it, loaded in Node as the module that it is.
import { unlinkSync, writeFileSync } from "node:fs";

const [, , url] = process.argv;
const file = new URL(`./maru-served-${process.pid}.tmp.mjs`, import.meta.url);

writeFileSync(file, await (await fetch(`${url}/maru.mjs`)).text());

export { url };
export const { maru } = await import(file);
unlinkSync(file);
