package io.maru.examples;

import io.maru.server.ConnectRefusedException;
import io.maru.server.MaruServer;
import io.maru.server.Namespace;
import io.maru.wire.Json;
import java.util.Map;

/**
 * Anybody may listen, in the main namespace; who speaks to all enters {@code /admin} with a token. Socket.IO clients give it as
 * {@code auth: { token }}, plain ones in the address: {@code ws://localhost:3000/admin?token=…}.
 */
public final class AdminServer {

    record Announcement(String text) {}

    record Announced(String by, String text) {}

    private AdminServer() {}

    public static void main(String[] args) {
        MaruServer server = MaruServer.create(options -> options.port(3000));
        install(server, Map.of("let-me-in", "Ada")); // a real one asks its users' store
        server.start();
    }

    static void install(MaruServer server, Map<String, String> namesByToken) {
        Namespace admin = server.of("/admin");
        admin.use(socket -> {
            Json token = socket.handshake().auth().get("token");
            String text = token == null ? null : token.string();
            String name = text == null ? null : namesByToken.get(text);
            if (name == null) {
                throw new ConnectRefusedException("Not authorized"); // what the client is told
            }
            socket.data().put("name", name);
            return null;
        });
        admin.onConnection(socket -> {
            String name = String.valueOf(socket.data().get("name"));
            socket.on("announce", Announcement.class, (announcement, ack) -> {
                server.emit("announcement", new Announced(name, announcement.text()));
                ack.send();
            });
        });
    }
}
