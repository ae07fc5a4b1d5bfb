package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Middlewares that stand before a namespace. */
class MiddlewareTest extends ServerFixture {

    private final List<String> order = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable Socket> asking = new AtomicReference<>();
    private final CompletableFuture<Void> gate = new CompletableFuture<>();

    private static String error(String message) {
        return "44/a,{\"message\":\"" + message + "\"}";
    }

    @ParameterizedTest
    @EnumSource
    void runInOrderUntilOneRefuses(Threads threads) {
        MaruServer server = serve(threads);
        server.of("/a")
                .use(socket -> {
                    order.add("first");
                    return null;
                })
                .use(socket -> {
                    order.add("second");
                    return ServerFixture.inThread(() -> {
                        order.add("second is done");
                        if (socket.handshake().auth().get("ok") == null) {
                            throw new ConnectRefusedException("no");
                        }
                    });
                })
                .use(socket -> {
                    order.add("third");
                    return null;
                })
                .onConnection(socket -> order.add("connection"));
        start();
        WireClient client = engineIo();
        client.send("40/a,").expect(error("no"));
        assertThat(order).containsExactly("first", "second", "second is done");
        order.clear();
        connected(client.send("40/a,{\"ok\":1}").text());
        await().until(() -> order.size() == 5);
        assertThat(order).containsExactly("first", "second", "second is done", "third", "connection");
    }

    @Test
    void hidesWhatElseTheyThrow() {
        MaruServer server = serve();
        server.of("/a").use(socket -> {
            throw new IllegalStateException("the database's password is 1234");
        });
        server.of("/b").use(socket -> CompletableFuture.failedFuture(new IllegalStateException("secret")));
        start();
        WireClient client = engineIo();
        client.send("40/a,").expect(error("Internal error"));
        assertThat(theError()).hasMessageContaining("1234");
        client.send("40/b,").expect("44/b,{\"message\":\"Internal error\"}");
        assertThat(theError()).hasMessage("secret");
    }

    @Test
    void refuseWithDataThatCannotBeWritten() {
        MaruServer server = serve();
        List<Object> cyclic = new ArrayList<>();
        cyclic.add(cyclic);
        server.of("/a").use(socket -> {
            throw new ConnectRefusedException("no", cyclic);
        });
        start();
        engineIo().send("40/a,").expect(error("no"));
        assertThat(theError()).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @EnumSource
    void leaveNoGhostWhenTheClientGoesMeanwhile(Threads threads) {
        MaruServer server = serve(threads);
        server.of("/a")
                .use(socket -> {
                    socket.join("room");
                    asking.set(socket);
                    return gate;
                })
                .onConnection(socket -> order.add("connection"));
        start();
        WireClient client = engineIo();
        client.send("40/a,");
        await().until(() -> asking.get() != null);
        client.cut();
        await().until(() -> server.stats().clients() == 0);
        gate.complete(null);
        WireClient next = socketIo("/a");
        await().until(() -> order.size() == 1);
        assertThat(server.of("/a").sockets()).containsOnlyKeys(next.id());
        assertThat(server.of("/a").roomSizes()).containsExactly(Map.entry("room", 1));
        Socket gone = asking.getAndSet(null);
        assertThat(gone).isNotNull();
    }

    @Test
    void neverMindThatTheServerSendsTheSocketAwayMeanwhile() {
        MaruServer server = serve();
        server.of("/a").use(socket -> {
            socket.disconnect();
            return null;
        });
        start();
        WireClient client = engineIo();
        client.send("40/a,").expect("41/a,");
        assertThat(server.of("/a").sockets()).isEmpty();
        connect(client, "40");
        fence(client);
    }

    @ParameterizedTest
    @EnumSource
    void mayEmitBeforeTheClientIsIn(Threads threads) {
        MaruServer server = serve(threads);
        server.of("/a").use(socket -> {
            socket.emit("early", 1);
            return ServerFixture.inThread(() -> socket.emit("early", 2));
        });
        start();
        WireClient client = engineIo();
        client.send("40/a,").expect("42/a,[\"early\",1]", "42/a,[\"early\",2]");
        connected(client.text());
    }

    @Test
    void keepWhomTheyRefuseOutOfTheRoomsThatTheyJoinedItTo() {
        MaruServer server = serve();
        server.of("/a")
                .use(socket -> {
                    socket.join("room");
                    socket.data().put("seen", true);
                    asking.set(socket);
                    return gate;
                })
                .onConnection(socket -> socket.on("fence", event -> event.ack().send()));
        start();
        WireClient client = engineIo();
        client.send("40/a,");
        await().until(() -> asking.get() != null);
        assertThat(server.of("/a").roomSizes()).isEmpty();
        assertThat(server.of("/a").sockets()).isEmpty();
        server.of("/a").emit("all");
        server.of("/a").to("room").emit("room");
        gate.completeExceptionally(new ConnectRefusedException("no"));
        client.expect(error("no"));
        server.of("/a").emit("all");
        server.of("/a").to("room").emit("room");
        Socket refused = Objects.requireNonNull(asking.get());
        refused.emit("direct");
        refused.join("other");
        assertThat(server.of("/a").roomSizes()).isEmpty();
        connect(client, "40");
        fence(client);
        assertThat(client.send("42/a,[\"x\"]").closed()).isEqualTo(1005);
    }

    @Test
    void joinRoomsThatCountOnceTheSocketIsIn() {
        MaruServer server = serve();
        server.of("/a").use(socket -> {
            socket.join("left", "kept");
            socket.leave("left");
            return null;
        });
        start();
        WireClient client = socketIo("/a");
        assertThat(server.of("/a").roomSizes()).containsExactly(Map.entry("kept", 1));
        server.of("/a").to("left").emit("no");
        server.of("/a").to("kept").emit("yes");
        client.expect("42/a,[\"yes\"]");
    }

    @Test
    void guardPlainClientsToo() {
        AtomicInteger checked = new AtomicInteger();
        MaruServer server = serve();
        server.of("/a").use(socket -> {
            checked.incrementAndGet();
            if (!"secret".equals(socket.handshake().query().get("token"))) {
                throw new ConnectRefusedException("not authorized", Map.of("code", 7));
            }
            return null;
        });
        start();
        WireClient refused = plain("/a?token=wrong");
        refused.expect("{\"error\":\"not authorized\",\"data\":{\"code\":7}}");
        assertThat(refused.closed()).isEqualTo(4403);
        fencePlain(plain("/a?token=secret"));
        assertThat(checked).hasValue(2);
    }
}
