// maru.js as a server serves it, loaded in Node as the module that it is.
import { unlinkSync, writeFileSync } from "node:fs";

let count = 0;

export async function served(url) {
  const file = new URL(`./maru-served-${process.pid}-${count++}.tmp.mjs`, import.meta.url);
  writeFileSync(file, await (await fetch(`${url}/maru.mjs`)).text());
  try {
    return (await import(file)).maru;
  } finally {
    unlinkSync(file);
  }
}
