package io.maru.conformance;

import io.maru.server.Event;
import io.maru.server.Socket;
import io.maru.wire.Json;
import io.maru.wire.JsonCodec;
import io.maru.wire.Payload;
import java.time.Duration;
import java.util.Map;

/** The requests of the lab about rooms, which clients of both kinds send; and those of plain clients only. */
final class LabRooms {

    private static final Duration FOR_EVER = Duration.ofHours(1);

    private LabRooms() {}

    /** Adds what clients of both kinds may ask. */
    static void add(Socket socket) {
        socket.on("join-room", RoomRequests.withRoom((event, roomId) -> {
            socket.join(roomId);
            RoomRequests.confirm(event, "joined", roomId);
        }));
        socket.on("leave-room", RoomRequests.withRoom((event, roomId) -> {
            socket.leave(roomId);
            RoomRequests.confirm(event, "left", roomId);
        }));
        socket.on("chat", RoomRequests.withRoom((event, roomId) -> {
            Json message = Values.field(event, "message");
            relay(event, roomId, JsonCodec.standard().encode(RoomRequests.field("message", message)));
        }));
        for (String name : new String[] {"offer", "answer"}) {
            socket.on(name, RoomRequests.withRoom((event, roomId) -> relay(event, roomId, fields(event))));
        }
    }

    /** Adds what only plain clients ask. */
    static void addPlain(Socket socket) {
        socket.on("rooms", event -> event.ack().send(Map.of("rooms", Values.ownRooms(socket))));
        socket.on(
                "ask-me",
                event -> Later.when(
                        socket.timeout(FOR_EVER).request("ask", event.args()),
                        answer -> socket.emit("asked", RoomRequests.field("data", answer.get(0)))));
        socket.on("ping", RoomRequests::failUnknown);
    }

    private static void relay(Event event, String roomId, Payload args) {
        Socket socket = event.socket();
        if (!socket.isIn(roomId)) {
            RoomRequests.fail(event, "Not in room");
            return;
        }
        int others = socket.namespace().roomSize(roomId) - 1;
        socket.to(roomId).emit(event.name(), args);
        event.ack().send(Map.of("delivered", others));
    }

    /** The object that came, without the fields of the envelope; as it came, where it has none. */
    private static Payload fields(Event event) {
        Payload args = event.args();
        Json object = args.get(0);
        Values.Fields fields = null;
        if (object != null && !args.isObjectWithout("type", "messageId")) {
            fields = object.as(Values.Fields.class);
        }
        if (fields == null) {
            return args;
        }
        fields.remove("type");
        fields.remove("messageId");
        return JsonCodec.standard().encode(fields);
    }
}
