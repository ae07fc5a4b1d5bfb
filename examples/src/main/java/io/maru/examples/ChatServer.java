package io.maru.examples;

import io.maru.server.MaruServer;
import java.util.Map;

public class ChatServer {

    record JoinRoom(String roomId) {}

    record Chat(String roomId, String message) {}

    public static void main(String[] args) {
        MaruServer server = MaruServer.create(options -> options.port(3000));
        install(server);
        server.start();
    }

    public static void install(MaruServer server) {
        server.onConnection(socket -> {
            socket.on("join-room", JoinRoom.class, (join, ack) -> {
                socket.join(join.roomId());
                ack.send(Map.of("success", true));
            });
            socket.on(
                    "chat",
                    Chat.class,
                    chat -> socket.to(chat.roomId()).emit("chat", Map.of("message", chat.message())));
        });
    }
}
