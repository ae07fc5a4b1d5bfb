package io.maru.conformance;

import io.maru.server.Event;
import io.maru.server.Handler;
import io.maru.server.Socket;
import io.maru.wire.Json;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What the requests about rooms have in common, whoever sends them. */
final class RoomRequests {

    private static final int ANY_LENGTH = Integer.MAX_VALUE;

    private RoomRequests() {}

    /** Handles a request that needs a room, whatever the length of its name. */
    static Handler<Event> withRoom(BiConsumer<Event, String> handler) {
        return withRoom(ANY_LENGTH, handler);
    }

    /** Handles a request that needs a room; others fail. */
    static Handler<Event> withRoom(int maxLength, BiConsumer<Event, String> handler) {
        return event -> {
            String roomId = Values.string(Values.field(event, "roomId"));
            if (roomId == null || roomId.isEmpty() || roomId.length() > maxLength) {
                fail(event, "Invalid roomId");
            } else {
                handler.accept(event, roomId);
            }
        };
    }

    /** Tells the sender that it did not work. */
    static void fail(Event event, String message) {
        Socket socket = event.socket();
        if (!socket.isPlain()) {
            socket.emit("problem", Map.of("error", message));
        }
        event.ack().fail(message);
    }

    /** For what the server would answer by itself, but these roles do not know. */
    static void failUnknown(Event event) {
        fail(event, "Unknown message type");
    }

    /** Tells the sender a room, by an event and as the answer. */
    static void confirm(Event event, String name, String roomId) {
        event.socket().emit(name, Map.of("roomId", roomId));
        event.ack().send(Map.of("roomId", roomId));
    }

    /** An object with one field, or without any when there is no value. */
    static Map<String, Json> field(String name, @Nullable Json value) {
        return value == null ? Map.of() : Map.of(name, value);
    }
}
