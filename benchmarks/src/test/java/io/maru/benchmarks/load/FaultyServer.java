package io.maru.benchmarks.load;

import io.maru.server.Event;
import io.maru.server.MaruServer;
import io.maru.server.Socket;
import io.maru.wire.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The application that is measured, which does wrong once. Its handlers all run on one loop. */
final class FaultyServer implements AutoCloseable {

    /** What it does wrong with one {@code chat}. */
    enum Wrong {
        NOTHING,
        DROPS,
        DOUBLES,
        SENDS_TO_ANOTHER_ROOM,
        SENDS_TO_THE_SENDER,
        DAMAGES_A_BYTE,
        CHANGES_THE_LENGTH,
        CLOSES
    }

    // one of those that are on their way at once when the load begins: it comes, however slow the machine is
    private static final int WHICH = 10;

    private final Wrong wrong;
    private final MaruServer server;
    private final Map<String, List<Socket>> rooms = new HashMap<>();
    private int chats;

    FaultyServer(Wrong wrong) {
        this.wrong = wrong;
        server = MaruServer.create(
                options -> options.host("127.0.0.1").port(0).loops(1).handlersOnEventLoop());
        server.onConnection(this::serve);
        server.start();
    }

    int port() {
        return server.port();
    }

    private void serve(Socket socket) {
        socket.on("join-room", event -> {
            String room = field(event, "roomId");
            socket.join(room);
            rooms.computeIfAbsent(room, name -> new ArrayList<>()).add(socket);
            event.ack().send();
        });
        socket.on("chat", event -> chat(socket, event));
        socket.on("echo", event -> socket.emit("echo", event.args()));
        socket.on("ack", event -> event.ack().send());
    }

    private void chat(Socket socket, Event event) {
        String room = field(event, "roomId");
        if (++chats != WHICH || wrong == Wrong.NOTHING) {
            socket.to(room).emit("chat", event.args());
            return;
        }
        Socket other = rooms.getOrDefault(room, List.of()).stream()
                .filter(member -> member != socket)
                .findFirst()
                .orElseThrow();
        switch (wrong) {
            case DROPS -> socket.to(room).except(other.id()).emit("chat", event.args());
            case DAMAGES_A_BYTE -> socket.to(room).emit("chat", Map.of("message", damaged(event)));
            case CHANGES_THE_LENGTH -> socket.to(room).emit("chat", Map.of("message", field(event, "message") + "."));
            case DOUBLES -> {
                socket.to(room).emit("chat", event.args());
                other.emit("chat", event.args());
            }
            case SENDS_TO_THE_SENDER -> server.to(room).emit("chat", event.args());
            case SENDS_TO_ANOTHER_ROOM -> {
                String foreign = rooms.keySet().stream()
                        .filter(name -> !name.equals(room))
                        .findFirst()
                        .orElseThrow();
                socket.to(room).emit("chat", event.args());
                server.to(foreign).emit("chat", event.args());
            }
            case CLOSES -> {
                socket.to(room).emit("chat", event.args());
                other.disconnect(true);
            }
            case NOTHING -> throw new AssertionError(wrong);
        }
    }

    private static String damaged(Event event) {
        char[] message = field(event, "message").toCharArray();
        message[message.length - 3] = (char) (message[message.length - 3] ^ 1);
        return new String(message);
    }

    private static String field(Event event, String name) {
        @Nullable Json field = event.field(name);
        return field == null ? "" : String.valueOf(field.string());
    }

    @Override
    public void close() {
        server.close();
    }
}
