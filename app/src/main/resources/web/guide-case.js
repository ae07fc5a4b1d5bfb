import { PlainClient } from "./client.js";

const CLIENTS = 100;
const ROOM_SIZES = [3, 2, 4];
const MESSAGE_BYTES = 1024;

/** Splits 100 clients into rooms of 3, 2, 4, 3, 2, 4, …; the last takes the rest. */
export function planRooms(total = CLIENTS) {
  const rooms = [];
  for (let placed = 0; placed < total; ) {
    const size = Math.min(ROOM_SIZES[rooms.length % ROOM_SIZES.length], total - placed);
    rooms.push(Array.from({ length: size }, (_, seat) => placed + seat));
    placed += size;
  }
  return rooms;
}

/**
 * Runs the guide's case with real connections. Reports phases with
 * `onPhase(phase, done, total)` and single clients with `onClient(index, state)`.
 * Nothing is timed: every step waits for the server's answers.
 */
export async function runGuideCase({ onPhase, onClient }) {
  const rooms = planRooms();
  const clients = Array.from({ length: CLIENTS }, () => new PlainClient());
  // Other pages may run the case at the same moment; their rooms must differ.
  const prefix = `guide-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;
  const sender = rooms[0][0];
  let received = 0;

  clients.forEach((client, index) =>
    client.addEventListener("arrival", ({ detail }) => {
      if (detail.type !== "chat") return;
      received += 1;
      onClient(index, "received");
    }),
  );

  const forEachClient = async (phase, step) => {
    let done = 0;
    onPhase(phase, done, CLIENTS);
    await Promise.all(
      clients.map(async (client, index) => {
        await step(client, index);
        onPhase(phase, ++done, CLIENTS);
      }),
    );
  };

  try {
    await forEachClient("opening", async (client, index) => {
      await client.connect();
      onClient(index, "open");
    });

    const roomOf = new Map(rooms.flatMap((members, room) => members.map((index) => [index, `${prefix}-${room + 1}`])));
    await forEachClient("joining", async (client, index) => {
      await client.request("join-room", { roomId: roomOf.get(index) });
      onClient(index, "joined");
    });

    onPhase("sending", 0, CLIENTS);
    onClient(sender, "sender");
    const message = { from: String(sender + 1), text: "m".repeat(MESSAGE_BYTES) };
    await clients[sender].request("chat", { roomId: roomOf.get(sender), message });

    // Frames of one connection stay in order: once a client's own echo is back,
    // everything sent to it before has arrived, and the count is final.
    await forEachClient("checking", (client) => client.request("echo"));
  } finally {
    onPhase("closing", 0, CLIENTS);
    await Promise.all(clients.map((client) => client.close()));
  }

  return {
    roomSize: rooms[0].length,
    messageBytes: MESSAGE_BYTES,
    clients: CLIENTS,
    received,
    deliveredBytes: received * MESSAGE_BYTES,
    everyoneBytes: CLIENTS * MESSAGE_BYTES,
  };
}
