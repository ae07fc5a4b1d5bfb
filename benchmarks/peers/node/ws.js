// The plain application on ws, with rooms of our own, since it has none.
// Fair: the fastest way that ws has. A chat message is made one ready frame from the bytes that came, and that frame is
// written to the TCP socket of each receiver: no JSON is written and no frame made for a receiver.
"use strict";

const { WebSocketServer, Sender } = require("ws");

const TEXT = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: true };

const port = Number(process.argv[process.argv.indexOf("--port") + 1]);
const server = new WebSocketServer({ host: "127.0.0.1", port, backlog: 4096, perMessageDeflate: false });
const rooms = new Map();

server.on("connection", (socket) => {
  const joined = new Set();
  const callback = (message) => socket.send(`{"type":"callback","messageId":${message.messageId}}`);

  socket.on("message", (data) => {
    const message = JSON.parse(data);
    switch (message.type) {
      case "join-room":
        join(socket, message.roomId);
        joined.add(message.roomId);
        callback(message);
        break;
      case "chat":
        chat(socket, message.roomId, data);
        break;
      case "echo":
        socket.send(data, { binary: false });
        break;
      case "ack":
        callback(message);
        break;
    }
  });
  socket.on("error", () => {});
  socket.on("close", () => joined.forEach((name) => leave(socket, name)));
});

function join(socket, name) {
  let room = rooms.get(name);
  if (room === undefined) {
    room = new Set();
    rooms.set(name, room);
  }
  room.add(socket);
}

function leave(socket, name) {
  const room = rooms.get(name);
  room.delete(socket);
  if (room.size === 0) {
    rooms.delete(name);
  }
}

function chat(sender, name, data) {
  const frame = Buffer.concat(Sender.frame(data, TEXT));
  for (const member of rooms.get(name) ?? []) {
    if (member !== sender) {
      member._socket?.write(frame);
    }
  }
}
