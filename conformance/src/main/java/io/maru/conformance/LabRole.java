package io.maru.conformance;

import io.maru.server.ConnectRefusedException;
import io.maru.server.MaruServer;
import io.maru.server.Namespace;
import io.maru.server.RecoveryOptions;
import io.maru.server.ServerOptions;
import io.maru.server.Socket;
import io.maru.server.engine.HttpRequest;
import io.maru.server.engine.HttpResponse;
import io.maru.wire.Json;
import io.maru.wire.JsonCodec;
import io.maru.wire.msgpack.MsgpackDialect;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The roles of the acceptance checks: Socket.IO clients and plain ones in the same rooms. */
final class LabRole {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
    private static final int PLAIN_MAX_BYTES = 65_536;

    private LabRole() {}

    static Role role() {
        return new Role("lab", 9, LabRole::options, LabRole::setUp);
    }

    /** The same for Socket.IO clients alone, which speak MessagePack. */
    static Role msgpack() {
        return new Role("lab-msgpack", 14, LabRole::msgpackOptions, server -> {
            LabEvents events = new LabEvents();
            server.onConnection(events::add);
            addNamespaces(server, events);
        });
    }

    /** Socket.IO alone, with clients that come back. */
    static Role recovering() {
        return new Role(
                "lab-csr",
                13,
                options -> {
                    Role.likeNode(options);
                    options.connectTimeout(CONNECT_TIMEOUT)
                            .recovery(RecoveryOptions.DEFAULTS.maxDisconnection(Duration.ofMillis(1500)));
                },
                server -> {
                    server.use(socket -> {
                        socket.data().merge("runs", 1, (runs, one) -> (int) runs + (int) one);
                        return null;
                    });
                    LabEvents events = new LabEvents();
                    server.onConnection(events::add);
                    addNamespaces(server, events);
                });
    }

    /** The same for clients of Socket.IO 2 as well, without a plain side. */
    static Role olderClients() {
        return new Role("lab-sio3", 12, LabRole::olderOptions, server -> {
            LabEvents events = new LabEvents();
            server.onConnection(events::add);
            addNamespaces(server, events);
        });
    }

    private static void options(ServerOptions.Builder options) {
        Role.likeNode(options);
        options.connectTimeout(CONNECT_TIMEOUT).plainPath("/plain").plainMaxMessageBytes(PLAIN_MAX_BYTES);
    }

    private static void olderOptions(ServerOptions.Builder options) {
        Role.likeNode(options);
        options.connectTimeout(CONNECT_TIMEOUT).engine(engine -> engine.allowEngineIo3(true));
    }

    private static void msgpackOptions(ServerOptions.Builder options) {
        Role.likeNode(options);
        options.connectTimeout(CONNECT_TIMEOUT).parser(MsgpackDialect::new);
    }

    private static void setUp(MaruServer server) {
        LabEvents events = new LabEvents();
        server.onConnection(socket -> {
            LabRooms.add(socket);
            if (socket.isPlain()) {
                LabRooms.addPlain(socket);
            } else {
                events.add(socket);
            }
        });
        addNamespaces(server, events);
        server.http("/stats", request -> stats(request, server.main()));
    }

    private static void addNamespaces(MaruServer server, LabEvents events) {
        server.of("/chat").onConnection(events::add);
        server.of("/auth").use(LabRole::refuseStrangers).onConnection(events::add);
        server.of("/plainerr")
                .use(socket -> {
                    throw new ConnectRefusedException("nope");
                })
                .onConnection(events::add);
        server.of("/slow").use(socket -> Later.after(Duration.ofMillis(100))).onConnection(events::add);
        server.of(Pattern.compile("^/dyn-\\d+\\z")).onConnection(events::add);
        server.of((name, auth) -> CompletableFuture.completedFuture(name.startsWith("/gate-") && isOpen(auth)))
                .onConnection(events::add);
    }

    private static CompletableFuture<?> refuseStrangers(Socket socket) {
        if ("secret".equals(Values.string(socket.handshake().auth().get("token")))) {
            return CompletableFuture.completedFuture(null);
        }
        throw new ConnectRefusedException(
                "not authorized", Map.<String, Object>of("code", "E_AUTH", "hint", List.of("use", "secret")));
    }

    private static boolean isOpen(@Nullable Json auth) {
        return auth != null && "open".equals(Values.string(auth.get("key")));
    }

    private static HttpResponse stats(HttpRequest request, Namespace namespace) {
        if (!request.method().equals("GET")) {
            return HttpResponse.of(405);
        }
        Json body = JsonCodec.standard().json(Map.of("rooms", namespace.roomSizes()));
        return HttpResponse.of(200, "application/json", body.toString());
    }
}
