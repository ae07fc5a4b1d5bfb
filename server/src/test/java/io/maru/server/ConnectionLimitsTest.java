package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.maru.server.engine.PlainOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** How much clients together may bring about, and what one more gets. */
class ConnectionLimitsTest extends ServerFixture {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();

    private HttpResponse<String> pollHandshake() {
        URI uri = URI.create("http://127.0.0.1:" + port() + "/socket.io/?EIO=4&transport=polling");
        try {
            return HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Socket next() {
        try {
            Socket socket = sockets.poll(10, TimeUnit.SECONDS);
            assertThat(socket).isNotNull();
            return socket;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertRefused(WireClient client, String status) {
        assertThat(client.head())
                .startsWith("HTTP/1.1 " + status + "\r\n")
                .containsPattern("\r\nRetry-After: [12]\\d\r\n");
        client.close();
    }

    @Test
    void oneConnectionTooManyGets503AndIsLetInWhenOneHasGone() {
        MaruServer server = serve(options -> options.limits(limits -> limits.maxConnections(3)));
        server.webSocket("/bare", PlainOptions.DEFAULTS, bare -> {});
        start();
        WireClient one = socketIo();
        WireClient two = plain();
        fencePlain(two);
        open("/bare");
        for (String target : List.of("/socket.io/?EIO=4&transport=websocket", "/", "/bare")) {
            assertRefused(WireClient.request(port(), target), "503 Service Unavailable");
        }
        HttpResponse<String> poll = pollHandshake();
        assertThat(poll.statusCode()).isEqualTo(503);
        assertThat(poll.body()).isEqualTo("{\"code\":3,\"message\":\"Too many connections\"}");
        assertThat(Integer.parseInt(poll.headers().firstValue("retry-after").orElseThrow()))
                .isBetween(10, 20);
        assertThat(server.stats().limits().refusedFull()).isEqualTo(4);
        fence(one);
        fencePlain(two);

        one.cut();
        await().until(() -> server.stats().clients() == 1);
        assertThat(pollHandshake().statusCode()).isEqualTo(200);
    }

    @Test
    void oneConnectionOfAnAddressTooManyGets429() {
        MaruServer server = serve(options -> options.limits(limits -> limits.maxConnectionsPerAddress(2)));
        start();
        WireClient one = socketIo();
        WireClient two = plain();
        assertRefused(WireClient.request(port(), "/"), "429 Too Many Requests");
        assertRefused(WireClient.request(port(), "/socket.io/?EIO=4&transport=websocket"), "429 Too Many Requests");
        assertThat(pollHandshake().statusCode()).isEqualTo(429);
        assertThat(server.stats().limits().refusedAddress()).isEqualTo(3);
        fence(one);
        fencePlain(two);
        two.cut();
        await().until(() -> server.stats().clients() == 1);
        fencePlain(plain());
    }

    @Test
    void placesAreGivenBackHoweverClientsGo() {
        MaruServer server = serve(options -> options.limits(limits -> limits.maxConnections(5)));
        start();
        for (int round = 0; round < 20; round++) {
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                clients.add(i % 2 == 0 ? socketIo() : plain());
            }
            clients.get(0).send("41");
            clients.get(0).cut();
            clients.get(1).sendClose(1000);
            clients.get(2).send("2"); // a client must not ping
            clients.get(3).cut();
            clients.get(4).cut();
            await().until(() -> server.stats().clients() == 0);
        }
    }

    @Test
    void oneDecisionTooManyIsRefusedAndOthersGoOn() {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        MaruServer server = serve(options -> options.limits(limits -> limits.maxPendingDecisions(3)));
        server.of("/slow").use(socket -> gate);
        start();
        WireClient bystander = socketIo();
        List<WireClient> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiting.add(engineIo().send("40/slow,"));
        }
        await().until(() -> server.stats().limits().pendingDecisions() == 3);
        engineIo().send("40/slow,").expect("44/slow,{\"message\":\"Server is busy\"}");
        WireClient plain = plain("/slow");
        plain.expect("{\"error\":\"Server is busy\"}");
        assertThat(plain.closed()).isEqualTo(1013);
        assertThat(server.stats().limits().refusedPending()).isEqualTo(2);
        fence(bystander);

        waiting.get(0).cut();
        await().until(() -> server.stats().limits().pendingDecisions() == 2);
        WireClient late = engineIo().send("40/slow,");
        await().until(() -> server.stats().limits().pendingDecisions() == 3);
        gate.complete(null);
        connected(late.text());
        connected(waiting.get(1).text());
        await().until(() -> server.stats().limits().pendingDecisions() == 0);
    }

    @Test
    void oneNamespaceTooManyIsInvalidAndOthersStay() {
        MaruServer server = serve(
                options -> options.cleanupEmptyChildNamespaces(true).limits(limits -> limits.maxDynamicNamespaces(2)));
        server.of(Pattern.compile("^/dyn-\\d+$"));
        start();
        WireClient one = socketIo("/dyn-1");
        socketIo("/dyn-2");
        engineIo().send("40/dyn-3,").expect("44/dyn-3,{\"message\":\"Invalid namespace\"}");
        socketIo("/dyn-1");
        assertThat(server.stats().limits().refusedNamespaces()).isEqualTo(1);
        assertThat(server.of("/dyn-4")).as("the application's own").isNotNull();
        one.send("42/dyn-1,1[\"fence\"]").expect("43/dyn-1,1[]");
    }

    @Test
    void namespacesThatHaveGoneMakeRoom() {
        MaruServer server = serve(
                options -> options.cleanupEmptyChildNamespaces(true).limits(limits -> limits.maxDynamicNamespaces(1)));
        server.of(Pattern.compile("^/dyn-\\d+$"));
        start();
        WireClient one = socketIo("/dyn-1");
        engineIo().send("40/dyn-2,").expect("44/dyn-2,{\"message\":\"Invalid namespace\"}");
        one.cut();
        await().until(() -> server.stats().namespaces() == 1);
        socketIo("/dyn-2");
    }

    @Test
    void oneRoomTooManyIsNotJoinedAndOthersAreHeard() {
        MaruServer server =
                serve(options -> options.limits(limits -> limits.maxRooms(2))).onConnection(sockets::add);
        start();
        WireClient client = socketIo();
        Socket socket = next();
        socket.join("a", "b", "b");
        assertThatThrownBy(() -> socket.join("c"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("at most 2 rooms");
        WireClient other = plain();
        Socket second = next();
        second.join("a");
        assertThat(server.stats().limits().rooms()).isEqualTo(2);
        assertThat(server.stats().limits().refusedJoins()).isEqualTo(1);
        assertThat(socket.isIn("c")).isFalse();
        server.to("a").emit("x");
        client.expect("42[\"x\"]");
        other.expect("{\"type\":\"x\",\"args\":[]}");

        socket.leave("b");
        second.join("c");
        assertThat(server.main().roomSizes()).containsOnlyKeys("a", "c");
        client.cut();
        other.cut();
        await().until(() -> server.stats().limits().rooms() == 0);
    }

    @Test
    void aRoomTooManyThatAMiddlewareJoinsIsLeftOutAndTheSocketIsIn() {
        MaruServer server = serve(options -> options.limits(limits -> limits.maxRooms(1)));
        server.use(socket -> {
            socket.join("a", "b");
            return null;
        });
        server.onConnection(sockets::add);
        start();
        WireClient client = socketIo();
        Socket socket = next();
        assertThat(socket.rooms()).hasSize(2);
        assertThat(server.stats().limits().refusedJoins()).isEqualTo(1);
        fence(client);
        client.cut();
        await().until(() -> server.stats().limits().rooms() == 0);
    }

    @Test
    void whatRoomListenersAreTooSlowForIsCounted() {
        CountDownLatch gate = new CountDownLatch(1);
        List<String> heard = new CopyOnWriteArrayList<>();
        MaruServer server = serve(options -> options.limits(limits -> limits.maxPendingRoomEvents(10)))
                .onConnection(sockets::add);
        server.main().onRooms(new RoomListener() {
            @Override
            public void onJoin(String room, String socketId) {
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                heard.add(room);
            }
        });
        start();
        WireClient client = socketIo();
        Socket socket = next();
        for (int i = 0; i < 100; i++) {
            socket.join("r" + i);
        }
        await().until(() -> server.stats().limits().droppedRoomEvents() > 150);
        fence(client);
        assertThat(socket.rooms()).hasSize(101);
        gate.countDown();
        socket.join("later");
        await().until(() -> {
            socket.leave("later").join("later");
            return heard.contains("later");
        });
        assertThat(heard).filteredOn(room -> room.startsWith("r")).hasSizeBetween(1, 12);
    }

    @Test
    void aNamespaceListenerThatBlocksKeepsNobodyElseWaiting() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch called = new CountDownLatch(1);
        MaruServer server = serve();
        server.of(Pattern.compile("^/dyn-\\d+$"));
        server.onNamespace(namespace -> {
            if (namespace.name().equals("/dyn-1")) {
                assertThat(server.of("/dyn-1")).isSameAs(namespace);
                called.countDown();
                gate.await();
            }
        });
        start();
        WireClient waiting = engineIo().send("40/dyn-1,");
        assertThat(called.await(10, TimeUnit.SECONDS)).isTrue();
        WireClient second = engineIo().send("40/dyn-1,");
        socketIo("/dyn-2");
        assertThat(server.of("/other").name()).isEqualTo("/other");
        assertThat(server.of("/dyn-1").sockets())
                .as("nobody is in before the listener has returned")
                .isEmpty();
        gate.countDown();
        connected(waiting.text());
        connected(second.text());
        assertThat(server.of("/dyn-1").sockets()).hasSize(2);
    }

    @Test
    void oneTcpConnectionTooManyIsClosedAtOnce() {
        MaruServer server = serve(options -> options.limits(limits -> limits.maxTcpConnections(2)));
        start();
        WireClient one = socketIo();
        plain();
        assertThatThrownBy(() -> WireClient.request(port(), "/")).isInstanceOf(Exception.class);
        assertThat(server.stats().limits().refusedTcp()).isEqualTo(1);
        await().until(() -> server.stats().limits().tcpConnections() == 2);
        fence(one);
        one.cut();
        await().until(() -> server.stats().limits().tcpConnections() == 1);
        socketIo();
    }
}
