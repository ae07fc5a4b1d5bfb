package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a socket is and knows. */
class SocketTest extends ServerFixture {

    private final BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();

    private Socket next() throws InterruptedException {
        Socket socket = sockets.poll(10, TimeUnit.SECONDS);
        assertThat(socket).isNotNull();
        return socket;
    }

    private void serveSockets() {
        serve().onConnection(sockets::add);
        start();
    }

    @Test
    void hasAnIdOf20CharactersThatNobodyElseHas() throws Exception {
        serveSockets();
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            socketIo();
            String id = next().id();
            assertThat(id).matches("[A-Za-z0-9_-]{20}");
            ids.add(id);
        }
        assertThat(ids).hasSize(20);
        assertThat(server().main().sockets()).containsOnlyKeys(ids);
    }

    @Test
    void knowsTheHandshakeOfASocketIoClient() throws Exception {
        serveSockets();
        long before = System.currentTimeMillis();
        WireClient client = open(
                "/socket.io/?EIO=4&transport=websocket&who=%EB%A7%88%EB%A3%A8&t=abc",
                "X-Custom: one", "Origin: http://example.com", "Cookie: a=1; b=2");
        client.text();
        connect(client, "40{\"token\":\"t\"}");
        Handshake handshake = next().handshake();
        assertThat(handshake.headers())
                .containsEntry("x-custom", "one")
                .containsEntry("origin", "http://example.com")
                .containsEntry("host", "127.0.0.1:" + port());
        assertThat(handshake.request().cookie("b")).isEqualTo("2");
        assertThat(handshake.query())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("EIO", "4", "transport", "websocket", "who", "마루", "t", "abc"));
        assertThat(handshake.url()).isEqualTo("/socket.io/?EIO=4&transport=websocket&who=%EB%A7%88%EB%A3%A8&t=abc");
        assertThat(handshake.address()).isEqualTo("127.0.0.1");
        assertThat(handshake.xdomain()).isTrue();
        assertThat(handshake.secure()).isFalse();
        assertThat(handshake.issued()).isBetween(before, System.currentTimeMillis());
        assertThat(handshake.time()).matches("\\w{3}, \\d{1,2} \\w{3} \\d{4} [0-9:]{8} GMT");
        assertThat(handshake.auth()).hasToString("{\"token\":\"t\"}");
    }

    @Test
    void knowsTheHandshakeOfAPlainClient() throws Exception {
        serveSockets();
        plain("/?token=t");
        Socket socket = next();
        assertThat(socket.isPlain()).isTrue();
        assertThat(socket.transport()).isEqualTo("websocket");
        assertThat(socket.handshake().query()).containsExactly(Map.entry("token", "t"));
        assertThat(socket.handshake().auth()).hasToString("{\"token\":\"t\"}");
        assertThat(socket.handshake().xdomain()).isFalse();
    }

    @Test
    void keepsData() throws Exception {
        serveSockets();
        socketIo();
        Socket socket = next();
        socket.data().put("name", "A");
        List<RemoteSocket> found = get(server().main().fetchSockets());
        assertThat(found).hasSize(1);
        assertThat(found.get(0).data()).containsExactly(Map.entry("name", "A"));
        socket.data().put("name", "B");
        assertThat(found.get(0).data()).containsExactly(Map.entry("name", "A")); // a snapshot
    }

    @Test
    void joinsAndLeavesAsOftenAsOneLikes() throws Exception {
        serveSockets();
        WireClient client = socketIo();
        Socket socket = next();
        socket.join("a").join("a", "b").join(List.of("b", "c"));
        assertThat(socket.rooms()).containsExactlyInAnyOrder(socket.id(), "a", "b", "c");
        assertThat(server().main().roomSizes())
                .containsExactly(Map.entry("a", 1), Map.entry("b", 1), Map.entry("c", 1));
        server().main().to("a").emit("once");
        socket.leave("a").leave("a").leave("never");
        assertThat(socket.rooms()).containsExactlyInAnyOrder(socket.id(), "b", "c");
        assertThat(socket.isIn("a")).isFalse();
        assertThat(socket.isIn("b")).isTrue();
        server().main().to("a").emit("not");
        socket.join("a");
        server().main().to("a").emit("again");
        client.expect("42[\"once\"]", "42[\"again\"]");
        fence(client);
    }

    @Test
    void isInTheRoomOfItsOwnId() throws Exception {
        serveSockets();
        WireClient client = socketIo();
        Socket socket = next();
        assertThat(socket.rooms()).containsExactly(socket.id());
        assertThat(socket.isIn(socket.id())).isTrue();
        assertThat(server().main().roomSize(socket.id())).isEqualTo(1);
        assertThat(server().main().roomSizes()).isEmpty();
        server().main().to(socket.id()).emit("x");
        socket.join(socket.id()).leave(socket.id());
        assertThat(socket.rooms()).containsExactly(socket.id());
        server().main().to(socket.id()).emit("y");
        client.expect("42[\"x\"]", "42[\"y\"]");
    }

    @Test
    void hasRoomsWhileItIsDisconnectingAndNoneAfter() throws Exception {
        List<Object> seen = new CopyOnWriteArrayList<>();
        MaruServer server = serve();
        server.onConnection(socket -> {
            socket.join("a", "b");
            socket.onDisconnecting(reason -> {
                seen.add(socket.rooms().size() + " " + socket.isIn("a"));
                seen.add("size " + server.main().roomSize("a"));
                socket.leave("a").join("c");
            });
            socket.onDisconnect(reason -> seen.add(socket.rooms().size() + " " + socket.isIn("a")));
            socket.join("ready");
        });
        start();
        WireClient client = socketIo();
        await().until(() -> server.main().roomSize("ready") == 1);
        client.cut();
        await().until(() -> seen.size() == 3);
        assertThat(seen).containsExactly("4 true", "size 0", "0 false");
        assertThat(server.main().roomSizes()).isEmpty();
    }

    @Test
    void doesNothingAfterItHasLeft() throws Exception {
        serveSockets();
        WireClient client = socketIo();
        Socket socket = next();
        CompletableFuture<DisconnectReason> left = new CompletableFuture<>();
        socket.onDisconnect(left::complete);
        client.cut();
        get(left);
        assertThat(socket.isConnected()).isFalse();
        socket.join("a");
        socket.emit("x");
        socket.asVolatile().emit("x");
        socket.disconnect(true);
        assertThat(socket.rooms()).isEmpty();
        assertThat(server().main().roomSizes()).isEmpty();
        await().until(() -> server().stats().droppedGone() == 2);
        assertThat(server().main().roomSize(socket.id())).isZero();
        // it may still speak to others
        WireClient other = socketIo();
        socket.broadcast().emit("y");
        other.expect("42[\"y\"]");
    }

    @Test
    void refusesReservedNamesAndWhatCannotBeWritten() throws Exception {
        serveSockets();
        WireClient client = socketIo();
        Socket socket = next();
        for (String name :
                List.of("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener")) {
            String message = "\"" + name + "\" is a reserved event name";
            assertThatThrownBy(() -> socket.emit(name, 1)).hasMessage(message);
            assertThatThrownBy(() -> socket.request(name)).hasMessage(message);
            assertThatThrownBy(() -> socket.asVolatile().emit(name)).hasMessage(message);
            assertThatThrownBy(() -> server().main().emit(name)).hasMessage(message);
            assertThatThrownBy(() -> server().main().everyone().request(name)).hasMessage(message);
            assertThatThrownBy(() -> socket.on(name, event -> {})).hasMessage(message);
        }
        List<Object> cyclic = new ArrayList<>();
        cyclic.add(cyclic);
        assertThatThrownBy(() -> socket.emit("x", 1, cyclic))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("argument 1 (java.util.ArrayList)");
        assertThatThrownBy(() -> socket.request("x", cyclic)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> socket.broadcast().emit("x", cyclic)).isInstanceOf(IllegalArgumentException.class);
        fence(client);
    }

    @Test
    void sendsWhatOneThreadEmitsInThatOrder() throws Exception {
        serveSockets();
        WireClient client = socketIo();
        Socket socket = next();
        WireClient plain = plain();
        next();
        for (int i = 0; i < 1000; i++) {
            switch (i % 3) {
                case 0 -> socket.emit("n", i);
                case 1 -> server().main().to(socket.id()).emit("n", i);
                default -> server().main().emit("n", i);
            }
        }
        for (int i = 0; i < 1000; i++) {
            client.expect("42[\"n\"," + i + "]");
            if (i % 3 == 2) {
                plain.expect("{\"type\":\"n\",\"args\":[" + i + "]}");
            }
        }
    }

    @Test
    void sendsEveryKindOfArgument() throws Exception {
        serveSockets();
        WireClient client = socketIo();
        Map<String, Object> nested = new LinkedHashMap<>();
        nested.put("a", Collections.singletonMap("b", null));
        next().emit("types", 1, -1.5, "s", true, false, null, List.of(), Map.of(), List.of(1, List.of(2)), nested);
        client.expect("42[\"types\",1,-1.5,\"s\",true,false,null,[],{},[1,[2]],{\"a\":{\"b\":null}}]");
    }

    @Test
    void isWritableAndTellsWhenItIsAgain() throws Exception {
        MaruServer server = serve(ServerOptions.Builder::handlersOnEventLoop);
        List<String> seen = new CopyOnWriteArrayList<>();
        String big = "x".repeat(500_000);
        server.onConnection(socket -> {
            socket.onDrain(() -> seen.add("drained"));
            socket.on("fill", event -> {
                seen.add("writable " + socket.isWritable() + ", " + socket.bufferedBytes());
                for (int i = 0; i < 60 && socket.isWritable(); i++) {
                    socket.emit("big", big);
                }
                seen.add("writable " + socket.isWritable() + ", " + (socket.bufferedBytes() >= big.length()));
            });
        });
        start();
        WireClient client = socketIo();
        client.send("42[\"fill\"]");
        await().until(() -> seen.size() >= 2);
        assertThat(seen.get(0)).isEqualTo("writable true, 0");
        assertThat(seen.get(1)).isEqualTo("writable false, true");
        String text = client.text();
        assertThat(text).hasSize(big.length() + "42[\"big\",\"\"]".length());
        await().until(() -> seen.contains("drained"));
    }

    @Test
    void mayBeAskedFromAnyThreadHowMuchWaits() throws Exception {
        serve(options -> options.engine(engine -> engine.maxBufferedBytes(1 << 30)))
                .onConnection(sockets::add);
        start();
        WireClient client = socketIo();
        WireClient plain = plain();
        for (Socket socket : List.of(next(), next())) {
            assertThat(socket.isWritable()).isTrue();
            String big = "x".repeat(900_000);
            for (int i = 0; i < 20; i++) {
                socket.emit("big", big);
            }
            await().until(() -> !socket.isWritable() && socket.bufferedBytes() > 0);
        }
        client.cut();
        plain.cut();
        await().until(() -> server().main().sockets().isEmpty());
    }

    @Test
    void mayBeAskedFromAnyThreadHowMuchWaitsForAPoll() throws Exception {
        serveSockets();
        PollingClient client = PollingClient.open(port()).post("40");
        connected(client.poll());
        Socket socket = next();
        assertThat(socket.transport()).isEqualTo("polling");
        assertThat(socket.isWritable()).isFalse();
        socket.emit("x");
        await().until(() -> socket.bufferedBytes() > 0);
        assertThat(client.poll()).isEqualTo("42[\"x\"]");
        await().until(() -> socket.bufferedBytes() == 0);
    }
}
