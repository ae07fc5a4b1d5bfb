package io.maru.app;

import io.maru.server.Ack;
import io.maru.server.Broadcast;
import io.maru.server.Event;
import io.maru.server.MaruServer;
import io.maru.server.Namespace;
import io.maru.server.ServerOptions;
import io.maru.server.Socket;
import io.maru.wire.Json;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A server for rooms: whoever joins one can talk to its other members, and two who call each other find their way through
 * it. For clients of both kinds; {@code docs/app.md} lists the events.
 */
public final class RoomsServer {

    private static final String INVALID_ROOM = "Invalid roomId";
    private static final String NOT_IN_ROOM = "Not in room";

    private RoomsServer() {}

    /**
     * A server with the rooms and the page, not started yet.
     *
     * @param options sets what is to be other than the default
     * @return the server
     */
    public static MaruServer create(Consumer<ServerOptions.Builder> options) {
        MaruServer server = MaruServer.create(options);
        server.onConnection(RoomsServer::serve);
        server.http("/", new WebPage());
        return server;
    }

    private static void serve(Socket socket) {
        socket.on(
                "join-room",
                event -> inRoom(event, room -> {
                    socket.join(room);
                    socket.emit("joined", Map.of("roomId", room));
                    event.ack().send(Map.of("roomId", room));
                }));
        socket.on(
                "leave-room",
                event -> inRoom(event, room -> {
                    socket.leave(room);
                    socket.emit("left", Map.of("roomId", room));
                    event.ack().send(Map.of("roomId", room));
                }));
        socket.on(
                "chat",
                event -> asMember(event, room -> {
                    Json message = event.field("message");
                    relay(event, room, message == null ? Map.of() : Map.of("message", message));
                }));
        for (String signal : List.of("offer", "answer", "candidate")) {
            socket.on(signal, event -> asMember(event, room -> relay(event, room, event.args())));
        }
        socket.on("echo", event -> {
            socket.emit("echo", event.args());
            event.ack().send(event.args());
        });
        socket.on("broadcast", RoomsServer::broadcast);
    }

    private static void broadcast(Event event) {
        Json message = event.field("message");
        Json to = event.field("to");
        boolean others = to != null && "others".equals(to.string());
        Namespace namespace = event.socket().namespace();
        Broadcast targets = others ? event.socket().broadcast() : namespace.everyone();
        targets.emit("broadcast", message == null ? Map.of() : Map.of("message", message));
        int everyone = namespace.sockets().size();
        event.ack().send(Map.of("delivered", others ? everyone - 1 : everyone));
    }

    private static void relay(Event event, String room, Object message) {
        Socket socket = event.socket();
        int others = socket.namespace().roomSize(room) - 1;
        socket.to(room).emit(event.name(), message);
        event.ack().send(Map.of("delivered", others));
    }

    private static void asMember(Event event, Consumer<String> action) {
        inRoom(event, room -> {
            if (event.socket().isIn(room)) {
                action.accept(room);
            } else {
                fail(event, NOT_IN_ROOM);
            }
        });
    }

    private static void inRoom(Event event, Consumer<String> action) {
        String room = roomId(event);
        if (room == null || room.isEmpty()) {
            fail(event, INVALID_ROOM);
            return;
        }
        try {
            action.accept(room);
        } catch (IllegalArgumentException e) {
            fail(event, INVALID_ROOM); // longer than the server allows, or one room too many
        }
    }

    private static @Nullable String roomId(Event event) {
        Json roomId = event.field("roomId");
        return roomId == null ? null : roomId.string();
    }

    private static void fail(Event event, String message) {
        Ack ack = event.ack();
        if (!event.socket().isPlain()) {
            event.socket().emit("problem", Map.of("error", message));
        }
        ack.fail(message);
    }
}
