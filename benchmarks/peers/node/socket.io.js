// The application on Socket.IO's own server, WebSocket only, one process.
// Fair: compression is off, which is its default too, and so is connection state recovery. A broadcast is encoded once,
// by the library itself: it gives its WebSocket library a ready frame.
"use strict";

const { createServer } = require("http");
const { Server } = require("socket.io");

const port = Number(process.argv[process.argv.indexOf("--port") + 1]);
const server = createServer();
const io = new Server(server, { transports: ["websocket"], perMessageDeflate: false, serveClient: false });

io.on("connection", (socket) => {
  socket.on("join-room", (message, answer) => {
    socket.join(message.roomId);
    answer?.();
  });
  socket.on("chat", (message) => socket.to(message.roomId).emit("chat", message));
  socket.on("echo", (message) => socket.emit("echo", message));
  socket.on("ack", (message, answer) => answer?.());
});

server.listen({ host: "127.0.0.1", port, backlog: 4096 });
