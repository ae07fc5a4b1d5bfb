package io.maru.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.server.ConnectRefusedException;
import io.maru.server.DisconnectReason;
import io.maru.server.Drain;
import io.maru.server.Event;
import io.maru.server.MaruServer;
import io.maru.server.ServerOptions;
import io.maru.server.Socket;
import io.maru.wire.Json;
import io.maru.wire.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A server that does on request what the tests of clients want to see done. Clients reach it through a proxy that can be
 * cut. The namespaces {@code /}, {@code /a} and {@code /방} behave alike; a client whose auth has {@code refuse} gets in
 * nowhere.
 */
final class LabServer implements AutoCloseable {

    static final List<String> NAMESPACES = List.of("/", "/a", "/방");

    private static final Duration ASK = Duration.ofSeconds(10);

    private final Consumer<ServerOptions.Builder> options;
    private final CuttableProxy proxy;
    // replaced by a restart, under the lock of this
    private volatile MaruServer server;
    private final Map<String, CompletableFuture<DisconnectReason>> ends = new ConcurrentHashMap<>();

    LabServer(Consumer<ServerOptions.Builder> options) {
        this.options = options;
        server = serve();
        proxy = new CuttableProxy(server.port());
    }

    private MaruServer serve() {
        MaruServer made = MaruServer.create(builder -> {
            builder.host("127.0.0.1").port(0);
            options.accept(builder);
        });
        for (String namespace : NAMESPACES) {
            made.of(namespace).use(LabServer::check).onConnection(this::serve);
        }
        return made.start();
    }

    /** Another server takes the place of this one, which tells its clients that it does. */
    synchronized void restart() {
        server.stop(Drain.DEFAULTS.withSpread(Duration.ZERO).forRestart()).join();
        server = serve();
        proxy.lead(server.port());
    }

    MaruServer server() {
        return server;
    }

    CuttableProxy proxy() {
        return proxy;
    }

    /** Where clients connect. */
    String url() {
        return "http://127.0.0.1:" + proxy.port();
    }

    /** The reason for which a socket left, once it has. */
    CompletableFuture<DisconnectReason> end(String socketId) {
        return ends.computeIfAbsent(socketId, id -> new CompletableFuture<>());
    }

    /** Waits until all clients have left, and their rooms: a connection goes first, what its handlers have to do follows. */
    void awaitNobody() {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            assertThat(server.stats().clients()).isZero();
            assertThat(server.main().roomSizes()).isEmpty();
        });
    }

    @Override
    public synchronized void close() {
        proxy.close();
        server.stop(Duration.ofSeconds(1)).join();
    }

    private static CompletableFuture<Void> check(Socket socket) {
        Json refusal = socket.handshake().auth().get("refuse");
        if (refusal != null) {
            throw new ConnectRefusedException("you may not enter", Map.of("because", refusal));
        }
        return CompletableFuture.completedFuture(null);
    }

    /** Cuts all. Who is back before the server has noticed that he was away begins anew: so nobody is. */
    private void cut(boolean reset) {
        proxy.closeEntrance();
        try {
            proxy.cut(reset);
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> NAMESPACES.stream()
                            .allMatch(name -> server.of(name).sockets().isEmpty()));
        } finally {
            proxy.openEntrance();
        }
    }

    private void serve(Socket socket) {
        List<String> heard = new CopyOnWriteArrayList<>();
        List<String> told = new CopyOnWriteArrayList<>();
        socket.onAny(event -> heard.add(event.name()));
        socket.onAnyOutgoing(event -> told.add(event.name()));
        socket.onDisconnect(reason -> end(socket.id()).complete(reason));

        socket.on(
                "who",
                event -> event.ack()
                        .send(Map.of(
                                "id", socket.id(),
                                "transport", socket.transport(),
                                "auth", socket.handshake().auth(),
                                "query", socket.handshake().query())));
        socket.on("log", event -> event.ack().send(Map.of("heard", heard, "told", told)));
        socket.on("echo", event -> {
            socket.emit("echo", event.args());
            event.ack().send(event.args());
        });
        List<String> asked = new ArrayList<>();
        socket.on("third-time", event -> {
            asked.add(text(event, 0));
            if (Collections.frequency(asked, text(event, 0)) >= 3) {
                event.ack().send(asked.stream().distinct().toList());
            }
        });
        socket.on("transport", event -> event.ack().send(socket.transport()));
        socket.on("reverse", byte[].class, (bytes, ack) -> {
            byte[] reversed = new byte[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                reversed[i] = bytes[bytes.length - 1 - i];
            }
            socket.emit("reversed", reversed);
            ack.send(reversed);
        });
        socket.on(
                "ask-me",
                event -> socket.timeout(ASK).request("question", event.args()).whenComplete((answer, failure) -> {
                    if (failure == null) {
                        socket.emit("answered", answer);
                    } else {
                        socket.emit("unanswered", failure.getClass().getSimpleName());
                    }
                }));
        socket.on("join", event -> {
            socket.join(text(event, 0));
            event.ack().send(socket.rooms().size());
        });
        socket.on("leave", event -> {
            socket.leave(text(event, 0));
            event.ack().send(socket.rooms().size());
        });
        socket.on("say", event -> {
            socket.to(text(event, 0)).emit("said", event.get(1));
            event.ack().send();
        });
        socket.on("say-to-all", event -> {
            socket.namespace().emit("said", event.get(0));
            event.ack().send();
        });
        socket.on(
                "ask-room",
                event -> socket.to(text(event, 0))
                        .timeout(Duration.ofMillis(integer(event, 1)))
                        .request("question", event.get(2))
                        .thenAccept(answers -> event.ack()
                                .send(Map.of(
                                        "expected", answers.expected(),
                                        "complete", answers.complete(),
                                        "received",
                                                answers.received().stream()
                                                        .map(LabServer::first)
                                                        .toList()))));
        socket.on("burst", event -> {
            for (int i = 0; i < integer(event, 0); i++) {
                socket.emit("tick", i);
            }
            event.ack().send();
        });
        socket.on("volatile-burst", event -> {
            for (int i = 0; i < integer(event, 0); i++) {
                socket.asVolatile().emit("maybe", i);
            }
            socket.emit("surely");
        });
        socket.on("dropped-volatile", event -> event.ack().send(server.stats().droppedVolatile()));
        socket.on("disconnect-me", event -> socket.disconnect(isTrue(event)));
        socket.on("cut-me", event -> cut(isTrue(event)));
        socket.on("close-entrance", event -> {
            proxy.closeEntrance();
            event.ack().send();
        });
        socket.on("open-entrance", event -> {
            proxy.openEntrance();
            event.ack().send();
        });
        socket.on(
                "is-here",
                event -> event.ack()
                        .send(Map.of("here", socket.namespace().sockets().containsKey(text(event, 0)))));
        socket.on("freeze-me", event -> proxy.freeze());
        socket.on("cut-frozen", event -> proxy.cutFrozen());
        socket.on("restart-me", event -> CompletableFuture.runAsync(this::restart));
        socket.on("release-websockets", event -> proxy.releaseWebSockets());
        socket.on("connections", event -> event.ack().send(proxy.accepted()));
        socket.on(
                "end-of",
                event -> end(text(event, 0)).thenAccept(reason -> event.ack().send(reason.text())));
    }

    private static Json first(Payload payload) {
        return Objects.requireNonNull(payload.get(0));
    }

    private static boolean isTrue(Event event) {
        return Objects.requireNonNull(event.get(0, Boolean.class));
    }

    private static String text(Event event, int index) {
        return Objects.requireNonNull(event.get(index, String.class));
    }

    private static int integer(Event event, int index) {
        return Objects.requireNonNull(event.get(index, Integer.class));
    }
}
