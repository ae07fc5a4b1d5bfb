// Many clients at once.
import assert from "node:assert/strict";
import { enter, hear, run, until } from "./cases.mjs";

await run({
  async "100 clients of both transports get the same bytes"() {
    const data = Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 31) % 256));
    const clients = await Promise.all(
      Array.from({ length: 100 }, (_, i) => enter({ way: i % 3 === 0 ? "polling" : "websocket" })),
    );
    const heard = clients.map((client) => hear(client, "said"));
    await clients[0].emitWithAck("say-to-all", { data, last: Buffer.of(0, 255) });
    await until(() => heard.every((messages) => messages.length > 0), "a message at each client");
    for (const messages of heard) assert.deepEqual(messages, [{ data, last: Buffer.of(0, 255) }]);
  },

  async "100 polling clients talk in rooms of ten"() {
    const clients = await Promise.all(Array.from({ length: 100 }, () => enter({ way: "polling", reconnection: false })));
    const heard = clients.map((client) => hear(client, "said"));
    const room = (i) => `room ${Math.floor(i / 10)}`;
    await Promise.all(clients.map((client, i) => client.emitWithAck("join", room(i))));
    await Promise.all(
      clients.map(async (client, i) => {
        for (let n = 0; n < 5; n++) await client.emitWithAck("say", room(i), { i, n });
      }),
    );
    await until(() => heard.every((messages) => messages.length >= 45), "45 messages at each client");
    heard.forEach((messages, me) => {
      assert.equal(messages.length, 45);
      for (let other = me - (me % 10); other < me - (me % 10) + 10; other++) {
        const numbers = messages.filter(({ i }) => i === other).map(({ n }) => n);
        assert.deepEqual(numbers, other === me ? [] : [0, 1, 2, 3, 4]);
      }
    });
    assert.ok(clients.every((client) => client.connected));
  },
});
