// The official server, for clients that are not: prints its port, ends with its input.
import { createServer } from "node:http";
import { Server } from "socket.io";
import parser from "socket.io-msgpack-parser";

const features = process.argv.slice(2);
const http = createServer();
const io = new Server(http, {
  ...(features.includes("pings") ? { pingInterval: 500, pingTimeout: 20_000 } : {}),
  maxHttpBufferSize: 300_000,
  ...(features.includes("msgpack") ? { parser } : {}),
  // between two polls nothing but a ping tells that a client is away
  ...(features.includes("recovery")
    ? { pingInterval: 500, pingTimeout: 5_000, connectionStateRecovery: { maxDisconnectionDuration: 120_000 } }
    : {}),
  ...(features.includes("cookie") ? { cookie: { name: "io", path: "/" } } : {}),
  ...(features.includes("deflate") ? { perMessageDeflate: { threshold: 1 } } : {}),
});

const serve = (socket) => {
  socket.on("echo", (...args) => args.pop()(...args));
  socket.on("back", (...args) => socket.emit("back", ...args));
  socket.on("auth", (ack) => ack(socket.handshake.auth));
  socket.on("cookie", (ack) => ack(socket.request.headers.cookie ?? null));
  socket.on("header", (name, ack) => ack(socket.handshake.headers[name] ?? null));
  socket.on("transport", (ack) => ack(socket.conn.transport.name));
  socket.on("join", (room, ack) => {
    socket.join(room);
    ack();
  });
  socket.on("say", (room, value, ack) => {
    io.to(room).emit("said", value);
    ack();
  });
  socket.on("members", (room, ack) => ack(io.of("/").adapter.rooms.get(room)?.size ?? 0));
  socket.on("ask me", async (ack) => ack(await socket.emitWithAck("question", 7, Buffer.of(1, 2))));
  socket.on("leave me", () => socket.disconnect());
  socket.on("cut me", () => socket.conn.close());
  let calls = 0;
  socket.on("third time", (ack) => {
    if (++calls >= 3) ack(calls);
  });
};

io.on("connection", serve);
io.of("/admin").on("connection", serve);
io.of("/guarded").use((socket, next) => {
  const error = new Error("no entry");
  error.data = { code: 7, why: ["a", "b"] };
  next(error);
});

http.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: http.address().port })));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
