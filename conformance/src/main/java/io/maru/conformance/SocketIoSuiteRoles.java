package io.maru.conformance;

import io.maru.server.ConnectRefusedException;
import io.maru.server.Event;
import io.maru.server.MaruServer;
import io.maru.server.Namespace;
import io.maru.server.RecoveryOptions;
import io.maru.server.ServerOptions;
import io.maru.server.Socket;
import io.maru.server.engine.HttpRequest;
import io.maru.server.engine.ResponseHeaders;
import io.maru.wire.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** The roles for the suites of the protocol and of the Socket.IO clients. */
final class SocketIoSuiteRoles {

    private static final Duration PING_INTERVAL = Duration.ofSeconds(2);
    private static final List<String> PHRASES =
            List.of("てすと", "Я Б Г Д Ж Й", "Ä ä Ü ü ß", "utf8 — string", "utf8 — string");

    private SocketIoSuiteRoles() {}

    static List<Role> all() {
        Role javaSio =
                new Role("java-sio", 5, SocketIoSuiteRoles::javaSioOptions, SocketIoSuiteRoles::javaSio).inOrder();
        return List.of(
                new Role("sio5", 2, SocketIoSuiteRoles::sio5Options, SocketIoSuiteRoles::sio5).inOrder(),
                new Role("js-sio", 3, SocketIoSuiteRoles::jsSioOptions, SocketIoSuiteRoles::jsSio).inOrder(),
                javaSio,
                javaSio.overTls(7, Role.Tls.SOCKET_IO));
    }

    // ---- the protocol suite

    private static void sio5Options(ServerOptions.Builder options) {
        Role.likeNode(options);
        options.connectTimeout(Duration.ofSeconds(1)).engine(EngineRoles::fastHeartbeat);
    }

    private static void sio5(MaruServer server) {
        for (String name : List.of("/", "/custom")) {
            server.of(name).onConnection(socket -> {
                socket.emit("auth", socket.handshake().auth());
                socket.on("message", event -> socket.emit("message-back", event.args()));
                socket.on("message-with-ack", event -> event.ack().send(event.args()));
            });
        }
    }

    // ---- the suite of the JavaScript client

    private static void jsSioOptions(ServerOptions.Builder options) {
        Role.likeNode(options);
        options.recovery(RecoveryOptions.DEFAULTS);
        options.engine(engine ->
                engine.pingInterval(PING_INTERVAL).allowRequest(request -> Later.after(Duration.ofMillis(10))));
    }

    private static void jsSio(MaruServer server) {
        addQuietNamespaces(server);
        server.of("/foo")
                .onConnection(socket -> socket.on("getId", event -> event.ack().send(socket.id())));
        server.of("/no").use(socket -> {
            throw new ConnectRefusedException("Auth failed (custom namespace)");
        });
        server.use(socket -> {
            if (socket.handshake().request().query("fail") != null) {
                throw new ConnectRefusedException("Auth failed (main namespace)");
            }
            return null;
        });
        server.onConnection(SocketIoSuiteRoles::jsSioSocket);
    }

    private static void addQuietNamespaces(MaruServer server) {
        server.of("/timeout_socket");
        server.of("/valid");
        server.of("/asd");
        server.of("/abc").onConnection(socket -> socket.emit("handshake", Values.handshake(socket.handshake())));
    }

    private static void jsSioSocket(Socket socket) {
        socket.on("hi", event -> socket.emit("hi"));
        socket.on("echo", event -> event.ack().send(event.get(0)));
        socket.on(
                "ack",
                event -> Later.when(socket.request("ack"), answer -> {
                    Json first = answer.get(0);
                    Json second = answer.get(1);
                    if (first != null
                            && first.toString().equals("5")
                            && second != null
                            && Values.truthy(second.get("test"))) {
                        socket.emit("got it");
                    }
                }));
        socket.on("getAckDate", event -> event.ack().send(Values.isoNow()));
        socket.on("getDate", event -> socket.emit("takeDate", Values.isoNow()));
        socket.on("getDateObj", event -> socket.emit("takeDateObj", Map.of("date", Values.isoNow())));
        socket.on("getUtf8", event -> PHRASES.forEach(phrase -> socket.emit("takeUtf8", phrase)));
        socket.on("false", event -> socket.emit("false", false));
        socket.on("doge", event -> socket.emit("doge", ascii("asdfasdf")));
        socket.on("getbin", event -> socket.emit("takebin", ascii("asdfasdf")));
        socket.on("getHandshake", event -> event.ack().send(Values.handshake(socket.handshake())));
        socket.on("getId", event -> event.ack().send(socket.id()));
        addBinary(socket);
    }

    private static void addBinary(Socket socket) {
        emitWhenBytes(socket, "buffa", "buffack");
        emitWhenBytes(socket, "blob", "back");
        emitWhenMixed(socket, "jsonbuff", "jsonbuff-ack");
        emitWhenMixed(socket, "jsonblob", "jsonblob-ack");

        AtomicBoolean first = new AtomicBoolean();
        socket.on("abuff1", event -> first.set(Values.isBytes(event.get(0))));
        socket.on("abuff2", event -> {
            if (first.get()) {
                socket.emit("abuff2-ack");
            }
        });

        AtomicInteger blobs = new AtomicInteger();
        socket.on("blob1", event -> blobs.set(Values.isBytes(event.get(0)) ? 1 : 0));
        socket.on("blob2", event -> blobs.set(blobs.get() == 1 && "second".equals(Values.text(event)) ? 2 : 0));
        socket.on("blob3", event -> {
            if (blobs.get() == 2 && Values.isBytes(event.get(0))) {
                socket.emit("blob3-ack");
            }
        });
    }

    private static void emitWhenBytes(Socket socket, String event, String answer) {
        socket.on(event, it -> {
            if (Values.isBytes(it.get(0))) {
                socket.emit(answer);
            }
        });
    }

    private static void emitWhenMixed(Socket socket, String event, String answer) {
        socket.on(event, it -> {
            if (isMixed(it)) {
                socket.emit(answer);
            }
        });
    }

    private static boolean isMixed(Event event) {
        return "lol".equals(Values.string(Values.field(event, "hello")))
                && Values.isBytes(Values.field(event, "message"))
                && "gotcha".equals(Values.string(Values.field(event, "goodbye")));
    }

    // ---- the suite of the Java client

    private static void javaSioOptions(ServerOptions.Builder options) {
        Role.likeNode(options);
        options.engine(engine -> engine.pingInterval(PING_INTERVAL).headers(SocketIoSuiteRoles::returnHeader));
    }

    private static void returnHeader(HttpRequest request, ResponseHeaders headers) {
        String value = request.headers().get("x-socketio");
        if (value != null) {
            headers.add("X-SocketIO", value);
        }
    }

    private static void javaSio(MaruServer server) {
        addQuietNamespaces(server);
        server.of("/no").use(socket -> {
            throw new ConnectRefusedException("auth failed", Map.<String, Object>of("a", "b", "c", 3));
        });
        server.of("/").onConnection(SocketIoSuiteRoles::javaSioSocket);
        server.of("/foo").onConnection(SocketIoSuiteRoles::javaSioSocket);
    }

    private static void javaSioSocket(Socket socket) {
        Namespace namespace = socket.namespace();
        socket.send("hello client");
        socket.on("message", event -> socket.emit("message", event.args()));
        socket.on("echo", event -> socket.emit("echoBack", event.args()));
        socket.on("ack", event -> event.ack().send(event.args()));
        socket.on("getAckDate", event -> event.ack().send(Values.isoNow()));
        socket.on("getAckBinary", event -> event.ack().send(ascii("huehue")));
        for (String name : List.of("callAck", "callAckBinary")) {
            socket.on(name, event -> Later.when(socket.request("ack"), answer -> socket.emit("ackBack", answer)));
        }
        socket.on("broadcast", event -> socket.broadcast().emit("broadcastBack", event.args()));
        socket.on("room", event -> namespace.to(socket.id()).emit("roomBack", event.args()));
        socket.on("requestDisconnect", event -> socket.disconnect());
        socket.on("getHandshake", event -> event.ack().send(Values.handshake(socket.handshake())));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
