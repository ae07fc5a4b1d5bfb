// Socket.IO's own server, with the events of the lab that the matrix needs. It prints its port, again after each line "restart".
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Server } from "socket.io";

const [ping, pong] = process.argv.slice(2).map(Number);

function serve(socket) {
  socket.on("transport", (value, answer) => answer(socket.conn.transport.name));
  socket.on("echo", (value, answer) => {
    socket.emit("echo", value);
    answer?.(value);
  });
  socket.on("reverse", (bytes, answer) => {
    const reversed = Buffer.from(bytes).reverse();
    socket.emit("reversed", reversed);
    answer(reversed);
  });
  socket.on("ask-me", async (value) => socket.emit("answered", await socket.timeout(10_000).emitWithAck("question", value)));
  socket.on("say-to-all", (value, answer) => {
    socket.nsp.emit("said", value);
    answer?.();
  });
}

function start() {
  const http = createServer();
  const io = new Server(http, { pingInterval: ping, pingTimeout: pong, serveClient: false });
  for (const namespace of ["/", "/a", "/방"]) io.of(namespace).on("connection", serve);
  http.listen(0, "127.0.0.1", () => console.log(http.address().port));
  return io;
}

let io = start();
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== "restart") throw new Error(line);
  await io.close();
  io = start();
}
