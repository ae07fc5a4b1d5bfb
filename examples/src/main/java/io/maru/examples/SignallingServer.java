package io.maru.examples;

import io.maru.server.Event;
import io.maru.server.MaruServer;
import io.maru.server.Socket;
import io.maru.wire.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * WebRTC's signalling: offers, answers and candidates go to the other members of a room as they came. The server reads nothing of
 * them but {@code roomId}; a plain client sends {@code {"type":"offer","roomId":"1","sdp":…}}, one of Socket.IO
 * {@code emit("offer", { roomId: "1", sdp })}, and either hears the other.
 */
public final class SignallingServer {

    record Room(String roomId) {}

    record Joined(int others) {}

    record Peer(String id) {}

    private SignallingServer() {}

    public static void main(String[] args) {
        MaruServer server = MaruServer.create(options -> options.port(3000));
        install(server);
        server.start();
    }

    static void install(MaruServer server) {
        server.onConnection(socket -> {
            socket.on("join-room", Room.class, (room, ack) -> {
                int others = server.main().roomSize(room.roomId());
                socket.join(room.roomId());
                socket.to(room.roomId()).emit("peer-joined", new Peer(socket.id()));
                ack.send(new Joined(others)); // who comes to others makes the offer
            });
            for (String signal : List.of("offer", "answer", "candidate")) {
                socket.on(signal, SignallingServer::relay);
            }
            socket.onDisconnecting(reason -> socket.to(socket.rooms()).emit("peer-left", new Peer(socket.id())));
        });
    }

    private static void relay(Event signal) {
        Socket socket = signal.socket();
        String room = string(signal.field("roomId"));
        if (room == null || !socket.isIn(room)) {
            signal.ack().fail("Not in this room");
            return;
        }
        socket.to(room).emit(signal.name(), signal.args()); // unread, as it came
        signal.ack().send();
    }

    private static @Nullable String string(@Nullable Json value) {
        return value == null ? null : value.string();
    }
}
