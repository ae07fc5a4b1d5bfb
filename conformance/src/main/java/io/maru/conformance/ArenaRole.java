package io.maru.conformance;

import io.maru.server.Ack;
import io.maru.server.ConnectRefusedException;
import io.maru.server.Event;
import io.maru.server.MaruServer;
import io.maru.server.Namespace;
import io.maru.server.ServerOptions;
import io.maru.server.Socket;
import io.maru.server.engine.Cors;
import io.maru.wire.Json;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The role for load, attacks, faults and soak. */
final class ArenaRole {

    private static final int MAX_ROOM_LENGTH = 256;
    private static final int MAX_QUESTIONS = 10_000;
    private static final long MAX_DELAY_MILLIS = 600_000;

    // The kinds of client hear the same thing by different events. So those in a room are in a room of their kind's,
    // and
    // whoever speaks to the room speaks to both
    private static final String SOCKET_IO = "s:";
    private static final String PLAIN = "p:";

    private ArenaRole() {}

    static Role role() {
        return new Role("arena", 17, ArenaRole::options, ArenaRole::setUp);
    }

    private static void options(ServerOptions.Builder options) {
        options.plainPath("/plain")
                .maxNameLength(MAX_ROOM_LENGTH + SOCKET_IO.length())
                .engine(engine -> engine.pingInterval(Duration.ofSeconds(5))
                        .pingTimeout(Duration.ofSeconds(4))
                        .cors(Cors.origins("http://good.example")));
    }

    private static void setUp(MaruServer server) {
        server.onConnection(socket -> {
            if (socket.isPlain()) {
                addPlain(server, socket);
            } else {
                addSocketIo(server, socket);
            }
        });
        server.of("/admin")
                .use(socket -> {
                    if (!"letmein"
                            .equals(Values.string(socket.handshake().auth().get("token")))) {
                        throw new ConnectRefusedException("not authorized");
                    }
                    return null;
                })
                .onConnection(socket -> addSocketIo(server, socket));
        server.of(Pattern.compile("^/dyn-\\d+\\z")).onConnection(socket -> addSocketIo(server, socket));
    }

    // ---- Socket.IO clients

    private static void addSocketIo(MaruServer server, Socket socket) {
        Namespace namespace = socket.namespace();
        onRoom(socket, "join", (event, room) -> {
            socket.join(SOCKET_IO + room);
            event.ack().send("ok");
        });
        onRoom(socket, "join-later", (event, room) -> {
            long millis = Math.max(0, Math.min(MAX_DELAY_MILLIS, Values.integer(event, 1)));
            Later.when(Later.after(Duration.ofMillis(millis)), now -> socket.join(SOCKET_IO + room));
        });
        onRoom(socket, "leave", (event, room) -> {
            socket.leave(SOCKET_IO + room);
            event.ack().send("ok");
        });
        onRoom(socket, "say", (event, room) -> {
            Json payload = event.get(1);
            namespace.to(SOCKET_IO + room).emit("said", room, payload);
            if (namespace.roomSize(PLAIN + room) > 0) {
                Map<String, Json> chat = payload == null
                        ? Map.of("roomId", Objects.requireNonNull(event.get(0)))
                        : Map.of("roomId", Objects.requireNonNull(event.get(0)), "message", payload);
                namespace.to(PLAIN + room).emit("chat", chat);
            }
            event.ack().send("ok");
        });
        onRoom(socket, "count", (event, room) -> event.ack().send(count(namespace, room)));
        socket.on("echo", event -> event.ack().send(event.args()));
        socket.on("bin", event -> event.ack().send(event.args()));
        socket.on("stats", event -> event.ack().send(stats(server, namespace)));
        socket.on("ask", event -> {
            int number = Math.min(MAX_QUESTIONS, Values.integer(event, 0));
            for (int i = 0; i < number; i++) {
                int question = i;
                Later.when(
                        socket.request("question", question),
                        answer -> socket.emit("answered", question, answer.get(0)));
            }
        });
        socket.on("whisper", event -> {
            String id = Values.text(event);
            if (id != null && namespace.sockets().containsKey(id)) {
                namespace.to(id).emit("whispered", event.get(1));
            }
            event.ack().send("ok");
        });
        socket.on("boom", event -> {
            throw new IllegalStateException("secret-detail-of-the-handler");
        });
    }

    private static void onRoom(Socket socket, String name, BiConsumer<Event, String> handler) {
        socket.on(name, event -> {
            String room = Values.text(event);
            if (room == null || room.isEmpty() || room.length() > MAX_ROOM_LENGTH) {
                event.ack().send("a room of 1 to " + MAX_ROOM_LENGTH + " characters expected");
            } else {
                handler.accept(event, room);
            }
        });
    }

    // ---- plain clients

    private static void addPlain(MaruServer server, Socket socket) {
        Namespace namespace = socket.namespace();
        socket.on("join-room", RoomRequests.withRoom(MAX_ROOM_LENGTH, (event, roomId) -> {
            socket.join(PLAIN + roomId);
            RoomRequests.confirm(event, "joined", roomId);
        }));
        socket.on("leave-room", RoomRequests.withRoom(MAX_ROOM_LENGTH, (event, roomId) -> {
            socket.leave(PLAIN + roomId);
            RoomRequests.confirm(event, "left", roomId);
        }));
        socket.on("chat", RoomRequests.withRoom(MAX_ROOM_LENGTH, ArenaRole::chat));
        socket.on(
                "count",
                RoomRequests.withRoom(
                        MAX_ROOM_LENGTH, (event, roomId) -> event.ack().send(count(namespace, roomId))));
        socket.on("stats", event -> event.ack().send(stats(server, namespace)));
        socket.on("echo", event -> {
            Json data = Values.field(event, "data");
            socket.emit("echo", RoomRequests.field("data", data));
            answer(event.ack(), data);
        });
        socket.on("ping", RoomRequests::failUnknown);
    }

    private static void answer(Ack ack, @Nullable Json data) {
        if (data == null) {
            ack.send();
        } else {
            ack.send(data);
        }
    }

    private static void chat(Event event, String roomId) {
        Socket socket = event.socket();
        if (!socket.isIn(PLAIN + roomId)) {
            RoomRequests.fail(event, "Not in room");
            return;
        }
        Namespace namespace = socket.namespace();
        Json message = Values.field(event, "message");
        int others = count(namespace, roomId) - 1;
        socket.to(PLAIN + roomId).emit("chat", RoomRequests.field("message", message));
        if (namespace.roomSize(SOCKET_IO + roomId) > 0) {
            namespace.to(SOCKET_IO + roomId).emit("said", roomId, message);
        }
        event.ack().send(Map.of("delivered", others));
    }

    // ---- both

    private static int count(Namespace namespace, String room) {
        return namespace.roomSize(SOCKET_IO + room) + namespace.roomSize(PLAIN + room);
    }

    private static Map<String, Integer> stats(MaruServer server, Namespace namespace) {
        Set<String> rooms = namespace.roomSizes().keySet().stream()
                .map(room -> room.substring(SOCKET_IO.length()))
                .collect(Collectors.toSet());
        return Map.of("clients", server.stats().clients(), "rooms", rooms.size());
    }
}
