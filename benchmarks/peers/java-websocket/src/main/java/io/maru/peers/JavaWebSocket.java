package io.maru.peers;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.java_websocket.WebSocket;
import org.java_websocket.handshake.ClientHandshake;
import org.java_websocket.server.WebSocketServer;

/**
 * The plain application on Java-WebSocket, with rooms of our own, since it has none.
 *
 * <p>Fair: a chat message goes on as the text that came, by the library's own broadcast, which makes the frame once for
 * all; its check for lost connections, a timer that walks all of them, is off. It has one thread that selects and, beside it,
 * as many that decode as there are loops asked for.
 */
public final class JavaWebSocket extends WebSocketServer {

    private final ConcurrentHashMap<String, Set<WebSocket>> rooms = new ConcurrentHashMap<>();

    private JavaWebSocket(Arguments arguments) {
        super(new InetSocketAddress("127.0.0.1", arguments.port()), arguments.loops());
    }

    public static void main(String[] args) {
        JavaWebSocket server = new JavaWebSocket(Arguments.read(args));
        server.setTcpNoDelay(true);
        server.setReuseAddr(true);
        server.setConnectionLostTimeout(0);
        server.setMaxPendingConnections(4096);
        server.start();
    }

    @Override
    public void onMessage(WebSocket socket, String text) {
        Envelope message = Envelope.read(text);
        switch (message.type()) {
            case "join-room" -> {
                join(socket, message.roomId());
                socket.send(message.callback());
            }
            case "chat" -> broadcast(text, othersIn(message.roomId(), socket));
            case "echo" -> socket.send(text);
            case "ack" -> socket.send(message.callback());
            default -> {}
        }
    }

    private void join(WebSocket socket, String name) {
        rooms.compute(name, (key, existing) -> {
            Set<WebSocket> room = existing == null ? ConcurrentHashMap.newKeySet() : existing;
            room.add(socket);
            return room;
        });
        socket.<Set<String>>getAttachment().add(name);
    }

    private List<WebSocket> othersIn(String name, WebSocket sender) {
        Set<WebSocket> room = rooms.getOrDefault(name, Set.of());
        List<WebSocket> others = new ArrayList<>(room.size());
        for (WebSocket member : room) {
            if (member != sender) {
                others.add(member);
            }
        }
        return others;
    }

    @Override
    public void onOpen(WebSocket socket, ClientHandshake handshake) {
        socket.setAttachment(new HashSet<String>(2));
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason, boolean remote) {
        Set<String> joined = socket.getAttachment();
        if (joined == null) {
            return; // its handshake failed
        }
        for (String name : joined) {
            rooms.computeIfPresent(name, (key, room) -> {
                room.remove(socket);
                return room.isEmpty() ? null : room;
            });
        }
    }

    @Override
    public void onError(WebSocket socket, Exception e) {
        if (socket == null) {
            e.printStackTrace(); // the server could not start
        }
    }

    @Override
    public void onStart() {}
}
