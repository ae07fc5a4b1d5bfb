package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How a server begins and ends. */
class LifecycleTest extends ServerFixture {

    private static final Duration GRACE = Duration.ofSeconds(10);

    private final List<String> heard = new CopyOnWriteArrayList<>();

    @Test
    void listensOnAFreePortFromItsStart() {
        MaruServer server = serve();
        assertThat(server.port()).isEqualTo(-1);
        assertThat(get(server.startAsync())).isEqualTo(server.port()).isPositive();
        assertThat(socketIo().id()).hasSize(20);
        assertThatThrownBy(server::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void freesItsPortAtOnce() {
        serve();
        start();
        int port = port();
        socketIo();
        plain();
        for (int i = 0; i < 3; i++) {
            get(server().stop(GRACE));
            serve(options -> options.port(port));
            start();
            socketIo();
            plain();
        }
    }

    @Test
    void stopsHoweverLongThatMayTake() {
        serve();
        start();
        assertThatThrownBy(() -> server().stop(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("grace");
        fence(socketIo()); // it goes on
        get(server().stop(ChronoUnit.FOREVER.getDuration()));
    }

    @Test
    void saysThatItCannotListen() {
        serve();
        start();
        int port = port();
        try (MaruServer second = MaruServer.create(o -> o.host("127.0.0.1").port(port))) {
            assertThatThrownBy(second::start)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessage("cannot listen on 127.0.0.1:" + port)
                    .hasRootCauseInstanceOf(IOException.class);
            assertThat(second.port()).isEqualTo(-1);
            get(second.stop(GRACE));
        }
        MaruServer third = MaruServer.create(o -> o.host("127.0.0.1").port(port));
        assertThat(third.startAsync()).failsWithin(Duration.ofSeconds(10));
        fence(socketIo());
    }

    @ParameterizedTest
    @EnumSource
    void tellsItsClientsWhenItStops(Threads threads) {
        serve(threads).onConnection(socket -> socket.onDisconnect(reason -> heard.add(reason.text())));
        start();
        WireClient client = socketIo();
        WireClient plain = plain();
        fencePlain(plain);
        WireClient nowhere = engineIo();
        PollingClient polling = PollingClient.open(port()).post("40");
        connected(polling.poll());
        CompletableFuture<String> poll = polling.pollLater();
        await().until(() -> server().main().sockets().size() == 3);
        for (Socket socket : server().main().sockets().values()) {
            await().until(socket::isWritable); // the poll waits
        }
        server().main().emit("last words");
        CompletableFuture<Void> stopped = server().stop(GRACE);
        client.expect("42[\"last words\"]");
        assertThat(client.closed()).isEqualTo(1005);
        plain.expect("{\"type\":\"last words\",\"args\":[]}");
        assertThat(plain.closeFrame()).isEqualTo(new WireClient.Closed(1001, "server shutting down"));
        assertThat(nowhere.closed()).isEqualTo(1005);
        assertThat(get(poll)).startsWith("42[\"last words\"]");
        get(stopped);
        assertThat(heard).containsOnly("server shutting down").hasSize(3);
    }

    @Test
    void finishesWhatItAccepted() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        serve().onConnection(socket -> socket.on("slow", event -> {
            entered.countDown();
            gate.await(10, TimeUnit.SECONDS);
            heard.add("finished");
        }));
        start();
        WireClient client = socketIo();
        client.send("42[\"slow\"]");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Void> stopped = server().stop(GRACE);
        assertThat(client.closed()).isEqualTo(1005);
        await().until(() -> server().stats().clients() == 0);
        assertThat(stopped).isNotDone();
        gate.countDown();
        get(stopped);
        assertThat(heard).containsExactly("finished");
    }

    @Test
    void interruptsWhatDoesNotEndInTime() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        serve().onConnection(socket -> socket.on("stuck", event -> {
            entered.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                heard.add("interrupted");
            }
        }));
        start();
        socketIo().send("42[\"stuck\"]");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        get(server().stop(Duration.ofMillis(200)));
        await().until(() -> heard.contains("interrupted"));
    }

    @Test
    void letsNobodyInAfterItsStop() {
        serve();
        start();
        get(server().stop(GRACE));
        assertThatThrownBy(this::engineIo).hasRootCauseInstanceOf(ConnectException.class);
    }

    @Test
    void stopsOnce() {
        MaruServer server = serve();
        start();
        socketIo();
        CompletableFuture<Void> first = server.stop(GRACE);
        get(server.stop(Duration.ZERO));
        get(first);
        server.close();
        server.close();
    }

    @Test
    void mayBeStoppedWithoutEverBeingStarted() {
        MaruServer server = serve();
        get(server.stop(GRACE));
        assertThatThrownBy(server::start).isInstanceOfAny(IllegalStateException.class, UncheckedIOException.class);
    }

    @Test
    void isDeafAfterItsStop() throws Exception {
        BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();
        MaruServer server = serve();
        server.onConnection(sockets::add);
        start();
        socketIo();
        Socket socket = sockets.poll(10, TimeUnit.SECONDS);
        assertThat(socket).isNotNull();
        get(server.stop(GRACE));
        socket.emit("x");
        socket.join("r");
        socket.disconnect(true);
        server.main().emit("x");
        assertThat(get(server.main().fetchSockets())).isEmpty();
        get(server.main().everyone().socketsJoin("r"));
        get(server.main().everyone().disconnectSockets(true));
        Answers none = get(server.main().everyone().request("x"));
        assertThat(none.expected()).isZero();
        assertThat(socket.request("x")).failsWithin(Duration.ofSeconds(10));
        assertThat(server.main().roomSizes()).isEmpty();
        assertThat(server.stats().clients()).isZero();
    }

    @Test
    void leavesNoThreadBehind() {
        Set<Thread> before = threadsOfOurs();
        MaruServer server = serve(options -> options.loops(3));
        server.onConnection(socket -> socket.on("x", event -> event.ack().send()));
        start();
        socketIo().send("420[\"x\"]").expect("430[]");
        get(server.stop(GRACE));
        await().untilAsserted(() -> assertThat(threadsOfOurs()).isSubsetOf(before));
    }

    private static Set<Thread> threadsOfOurs() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("maru-"))
                .collect(Collectors.toSet());
    }

    @Test
    void sharesNothingWithAnother() {
        MaruServer first = serve();
        first.onConnection(socket -> socket.join("r"));
        start();
        WireClient ofFirst = socketIo();
        MaruServer second = MaruServer.create(o -> o.host("127.0.0.1").port(0).loops(1));
        second.onConnection(socket -> socket.join("r"));
        second.of("/only here");
        second.start();
        try (second;
                WireClient ofSecond = WireClient.open(second.port(), "/socket.io/?EIO=4&transport=websocket")) {
            ofSecond.text();
            connect(ofSecond, "40");
            assertThat(second.port()).isNotEqualTo(first.port());
            await().until(() -> second.main().roomSize("r") == 1 && first.main().roomSize("r") == 1);
            second.main().to("r").emit("second");
            second.main().to(ofFirst.id()).emit("not this one");
            first.main().to("r").emit("first");
            ofSecond.expect("42[\"second\"]");
            ofFirst.expect("42[\"first\"]");
            engineIo().send("40/only here,").expect("44/only here,{\"message\":\"Invalid namespace\"}");
            assertThat(second.stats().clients()).isEqualTo(1);
        }
        fence(ofFirst);
    }

    @Test
    void stopsAlsoForWhomNobodyWaits() {
        MaruServer server = serve();
        CountDownLatch handled = new CountDownLatch(1);
        server.onConnection(socket -> handled.await()); // until then the stop is not done
        start();
        socketIo();
        assertThat(server.stop(GRACE).cancel(true)).isTrue();
        handled.countDown();
        get(server.stop(GRACE));
    }
}
