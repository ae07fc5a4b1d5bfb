// A polling client says at once far more than the server takes in one POST.
import assert from "node:assert/strict";
import { connected, open, run, until } from "./cases.mjs";

await run({
  async "all arrives, in order, in several POSTs"() {
    const client = open();
    await connected(client);
    const heard = [];
    client.on("echo", (value) => heard.push(value));
    const sent = Array.from({ length: 200 }, (_, i) => `${i}:${"x".repeat(i * 7)}`);
    for (const text of sent) client.emit("echo", text);
    client.emit("echo", "한".repeat(1000));
    await until(() => heard.length === 201, "201 echoes");
    assert.deepEqual(heard, [...sent, "한".repeat(1000)]);
  },
});
