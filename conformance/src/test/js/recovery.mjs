// A client whose connection breaks again and again has its session back, and all that it missed, once and in order.
import assert from "node:assert/strict";
import { WebSocket } from "ws";
import { enter, hear, next, run, settle, url, until } from "./cases.mjs";

const say = (client, room, value) => client.emitWithAck("say", room, value);

/** Waits until the server knows that a client is away: who is back before that begins anew. */
const untilAway = (observer, id) => until(async () => !(await observer.emitWithAck("is-here", id)).here, "that it is away");

await run({
  async "rooms, id and what was missed are back, again and again"() {
    const speaker = await enter();
    const client = await settle(await enter({ reconnection: false }));
    const id = client.id;
    const heard = hear(client, "said");
    await client.emitWithAck("join", "lobby");
    for (let round = 0; round < 5; round++) {
      await say(speaker, "lobby", round * 10);
      if (round % 2 === 0) await until(() => heard.length === round * 3 + 1, "what was said before");
      const back = next(client, "connect");
      client.io.engine.close();
      await say(speaker, "lobby", round * 10 + 1);
      await say(speaker, "nowhere", "not for it");
      await untilAway(speaker, id);
      client.connect();
      await back;
      assert.equal(client.recovered, true);
      assert.equal(client.id, id);
      await say(speaker, "lobby", round * 10 + 2);
      await until(() => heard.length === round * 3 + 3, "what was said meanwhile");
      await settle(client);
    }
    assert.deepEqual(
      heard,
      [0, 1, 2, 3, 4].flatMap((round) => [round * 10, round * 10 + 1, round * 10 + 2]),
    );
  },

  async "before the first event, and with bytes"() {
    const speaker = await enter();
    const client = await settle(await enter({ reconnection: false }));
    const id = client.id;
    await client.emitWithAck("join", "bytes");
    const heard = hear(client, "said");
    const back = next(client, "connect");
    client.io.engine.close();
    await say(speaker, "bytes", { data: Buffer.from([0, 1, 255]) });
    await untilAway(speaker, id);
    client.connect();
    await back;
    assert.equal(client.recovered, true);
    await until(() => heard.length === 1, "the bytes");
    assert.deepEqual([...new Uint8Array(heard[0].data)], [0, 1, 255]);
  },

  async "a client that left by itself begins anew"() {
    const client = await enter();
    const id = client.id;
    client.disconnect();
    const back = next(client, "connect");
    client.connect();
    await back;
    assert.equal(client.recovered, false);
    assert.notEqual(client.id, id);
  },

  async "a plain client comes back, too"() {
    const speaker = await enter();
    const open = (first) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(url.replace("http", "ws") + "/", ["maru.json.session", "maru.json"]);
        const messages = [];
        socket.onopen = () => socket.send(JSON.stringify(first));
        socket.onmessage = ({ data }) => {
          messages.push(JSON.parse(data));
          resolve({ socket, messages });
        };
        socket.onerror = reject;
      });
    const { socket, messages } = await open({ type: "session" });
    socket.send(JSON.stringify({ type: "join", args: ["plain"], messageId: 1 }));
    await until(() => messages.length === 2, "the join");
    socket.send(JSON.stringify({ type: "who", messageId: 2 }));
    await until(() => messages.length === 3, "who it is");
    socket.close();
    await new Promise((resolve) => (socket.onclose = resolve));
    await untilAway(speaker, messages[2].data.id);
    await say(speaker, "plain", { text: "missed" });
    const back = await open({ type: "session", id: messages[0].id, offset: messages[0].offset });
    await until(() => back.messages.length === 2, "what was missed");
    assert.equal(back.messages[0].recovered, true);
    assert.equal(back.messages[1].text, "missed");
    back.socket.close();
  },
});
