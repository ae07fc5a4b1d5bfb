package io.maru.peers;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The plain application on Vert.x, with rooms of our own, since its event bus would copy and hand over each message.
 *
 * <p>Fair: it runs on native epoll; an instance of the server on each event loop; a chat message goes on as the text that
 * came. Frames cannot be shared in its API: it makes one, and flushes, for each receiver.
 */
public final class VertxPeer extends VerticleBase {

    private static final ConcurrentHashMap<String, Set<ServerWebSocket>> ROOMS = new ConcurrentHashMap<>();

    private final int port;

    private VertxPeer(int port) {
        this.port = port;
    }

    public static void main(String[] args) {
        Arguments arguments = Arguments.read(args);
        Vertx vertx = Vertx.vertx(
                new VertxOptions().setEventLoopPoolSize(arguments.loops()).setPreferNativeTransport(true));
        vertx.deployVerticle(
                        () -> new VertxPeer(arguments.port()), new DeploymentOptions().setInstances(arguments.loops()))
                .onFailure(e -> {
                    e.printStackTrace();
                    System.exit(1);
                });
    }

    @Override
    public Future<?> start() {
        HttpServerOptions options = new HttpServerOptions()
                .setHost("127.0.0.1")
                .setPort(port)
                .setTcpNoDelay(true)
                .setAcceptBacklog(4096)
                .setMaxWebSocketFrameSize(1 << 20)
                .setMaxWebSocketMessageSize(1 << 20)
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false);
        return vertx.createHttpServer(options)
                .webSocketHandler(VertxPeer::serve)
                .listen();
    }

    private static void serve(ServerWebSocket socket) {
        Set<String> joined = new HashSet<>(2);
        socket.textMessageHandler(text -> {
            Envelope message = Envelope.read(text);
            switch (message.type()) {
                case "join-room" -> {
                    join(socket, message.roomId());
                    joined.add(message.roomId());
                    socket.writeTextMessage(message.callback());
                }
                case "chat" -> {
                    for (ServerWebSocket member : ROOMS.getOrDefault(message.roomId(), Set.of())) {
                        if (member != socket) {
                            member.writeTextMessage(text);
                        }
                    }
                }
                case "echo" -> socket.writeTextMessage(text);
                case "ack" -> socket.writeTextMessage(message.callback());
                default -> {}
            }
        });
        socket.exceptionHandler(e -> {});
        socket.closeHandler(end -> joined.forEach(name -> leave(socket, name)));
    }

    private static void join(ServerWebSocket socket, String name) {
        ROOMS.compute(name, (key, existing) -> {
            Set<ServerWebSocket> room = existing == null ? ConcurrentHashMap.newKeySet() : existing;
            room.add(socket);
            return room;
        });
    }

    private static void leave(ServerWebSocket socket, String name) {
        ROOMS.computeIfPresent(name, (key, room) -> {
            room.remove(socket);
            return room.isEmpty() ? null : room;
        });
    }
}
