package io.maru.examples;

import io.maru.server.MaruServer;
import io.maru.server.Socket;

/** Rooms whose members hear who comes, says something, and goes. Who asks for what cannot be done gets an error for an answer. */
public final class GroupChat {

    record Join(String room, String name) {}

    record Joined(int members) {}

    record Say(String room, String text) {}

    record Said(String name, String text) {}

    record Member(String name) {}

    private GroupChat() {}

    public static void main(String[] args) {
        MaruServer server = MaruServer.create(options -> options.port(3000));
        install(server);
        server.start();
    }

    static void install(MaruServer server) {
        server.onConnection(socket -> {
            socket.on("join", Join.class, (join, ack) -> {
                if (join.name() == null || join.name().isBlank()) {
                    ack.fail("A name is needed"); // {"error":"A name is needed"}
                    return;
                }
                socket.data().put("name", join.name());
                socket.join(join.room());
                socket.to(join.room()).emit("joined", new Member(join.name()));
                ack.send(new Joined(server.main().roomSize(join.room())));
            });
            socket.on("say", Say.class, (say, ack) -> {
                if (!socket.isIn(say.room())) {
                    ack.fail("Not in this room");
                    return;
                }
                socket.to(say.room()).emit("said", new Said(name(socket), say.text()));
                ack.send();
            });
            // the last moment at which it is still in its rooms
            socket.onDisconnecting(reason -> {
                socket.to(socket.rooms()).emit("left", new Member(name(socket)));
            });
        });
    }

    private static String name(Socket socket) {
        return (String) socket.data().getOrDefault("name", "");
    }
}
