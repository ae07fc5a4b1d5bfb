package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.ConnectException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How a server sends its clients away before it stops. */
class DrainTest extends ServerFixture {

    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Drain AT_ONCE =
            Drain.DEFAULTS.withSpread(Duration.ZERO).withGrace(Duration.ofSeconds(10));

    private final List<String> heard = new CopyOnWriteArrayList<>();

    private MaruServer serveHeard(Threads threads) {
        MaruServer server = serve(options -> {
            threads.accept(options);
            options.health("/health");
        });
        server.onConnection(socket -> socket.onDisconnect(reason -> heard.add(reason.text())));
        return server;
    }

    private HttpAnswer get(String path) {
        return HttpAnswer.get(port(), path);
    }

    private boolean isRefused() {
        try (WireClient probe = WireClient.request(port(), "/")) {
            return probe.head().startsWith("HTTP/1.1 503 ");
        }
    }

    @ParameterizedTest
    @EnumSource
    void tellsEachClientInItsOwnWay(Threads threads) {
        serveHeard(threads);
        start();
        WireClient client = socketIo();
        WireClient plain = plain();
        fencePlain(plain);
        PollingClient polling = PollingClient.open(port()).post("40");
        connected(polling.poll());
        CompletableFuture<String> poll = polling.pollLater();
        await().until(() -> server().main().sockets().size() == 3);
        for (Socket socket : server().main().sockets().values()) {
            await().until(socket::isWritable); // the poll waits
        }
        server().main().emit("last words");
        CompletableFuture<Void> stopped = server().stop(AT_ONCE);
        client.expect("42[\"last words\"]");
        assertThat(client.closed()).isEqualTo(1005);
        plain.expect("{\"type\":\"last words\",\"args\":[]}");
        assertThat(plain.closeFrame()).isEqualTo(new WireClient.Closed(1001, "server shutting down"));
        client.sendClose(1000);
        plain.sendClose(1001);
        String words = get(poll);
        if (!words.endsWith("1")) { // the end can come in the same turn of the loop
            words += PollingClient.RS + polling.poll();
        }
        assertThat(words).isEqualTo("42[\"last words\"]" + PollingClient.RS + "1");
        get(stopped);
        assertThat(heard).containsOnly("server shutting down").hasSize(3);
    }

    @Test
    void mayTakeForEver() {
        serveHeard(Threads.ONE_LOOP);
        start();
        WireClient client = socketIo();
        Duration forEver = ChronoUnit.FOREVER.getDuration();
        CompletableFuture<Void> stopped = server().stop(new Drain(forEver, forEver, forEver, false));
        fence(client);
        assertThat(server().health().isReady()).isFalse();
        get(server().stop(Duration.ofSeconds(5)));
        get(stopped);
    }

    @Test
    void saysThatItComesBack() {
        serveHeard(Threads.ONE_LOOP);
        start();
        WireClient plain = plain();
        fencePlain(plain);
        CompletableFuture<Void> stopped = server().stop(AT_ONCE.forRestart());
        assertThat(plain.closeFrame()).isEqualTo(new WireClient.Closed(1012, "service restart"));
        plain.sendClose(1012);
        get(stopped);
        assertThat(heard).containsExactly("server shutting down");
    }

    @ParameterizedTest
    @EnumSource
    void spreadsTheEnds(Threads threads) {
        serveHeard(threads);
        start();
        List<WireClient> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(i % 2 == 0 ? socketIo() : plain());
        }
        await().until(() -> server().main().sockets().size() == 20);
        long began = System.nanoTime();
        CompletableFuture<Void> stopped =
                server().stop(Drain.DEFAULTS.withSpread(Duration.ofSeconds(1)).withGrace(Duration.ofSeconds(10)));
        await().until(() -> heard.size() == 20);
        // 20 on one loop; on three, the loop with the fewest has 6, and the last of them has its turn at five sixths
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(800));
        for (WireClient client : clients) {
            assertThat(client.closed()).isIn(1001, 1005);
            client.close();
        }
        get(stopped);
    }

    @ParameterizedTest
    @EnumSource
    void beginsWithOneOfEachLoop(Threads threads) {
        serveHeard(threads);
        start();
        List<WireClient> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(i % 2 == 0 ? socketIo() : plain());
        }
        await().until(() -> server().main().sockets().size() == 20);
        CompletableFuture<Void> stopped = server().stop(Drain.DEFAULTS.withSpread(LONG));
        await().until(() -> heard.size() == threads.loops);
        assertThat(server().main().sockets()).hasSize(20 - threads.loops);
        assertThat(stopped).isNotDone();
        CompletableFuture<Void> cutShort = server().stop(Duration.ofSeconds(10));
        for (WireClient client : clients) {
            assertThat(client.closed()).isIn(1001, 1005);
            client.close();
        }
        get(cutShort);
        get(stopped);
        assertThat(heard).hasSize(20);
    }

    @Test
    void freesItsPortWhenTheLastHasGone() {
        serveHeard(Threads.ONE_LOOP);
        start();
        WireClient client = socketIo();
        CompletableFuture<Void> stopped = server().stop(Drain.DEFAULTS.withSpread(LONG));
        assertThat(client.closed()).isEqualTo(1005); // the first goes at once
        client.close();
        get(stopped);
        assertThatThrownBy(this::engineIo).hasRootCauseInstanceOf(ConnectException.class);
    }

    @Test
    void answersWhileItDrains() {
        serveHeard(Threads.ONE_LOOP).http("/page", request -> HttpAnswer.ok("page"));
        start();
        assertThat(get("/page").head()).doesNotContainIgnoringCase("connection: close");
        WireClient first = socketIo();
        WireClient second = socketIo();
        CompletableFuture<Void> stopped = server().stop(Drain.DEFAULTS.withSpread(LONG));
        await().until(() -> heard.size() == 1);

        for (String path : List.of("/health", "/health/ready")) {
            await().until(() -> get(path).body().equals("{\"status\":\"draining\",\"clients\":1}"));
            assertThat(get(path).status()).isEqualTo(503);
        }
        assertThat(get("/health/live").status()).isEqualTo(200);
        HttpAnswer handshake = get("/socket.io/?EIO=4&transport=polling");
        assertThat(handshake.status()).isEqualTo(503);
        assertThat(handshake.body()).isEqualTo("{\"code\":3,\"message\":\"Server is closing\"}");
        assertThat(handshake.head()).contains("\r\nRetry-After: 5\r\n").contains("\r\nConnection: close\r\n");
        for (String target : List.of("/", "/socket.io/?EIO=4&transport=websocket")) {
            WireClient refused = WireClient.request(port(), target);
            assertThat(refused.head())
                    .startsWith("HTTP/1.1 503 ")
                    .contains("\r\nRetry-After: 5\r\n")
                    .contains("\r\nConnection: close\r\n");
            refused.close();
        }
        HttpAnswer page = get("/page");
        assertThat(page.body()).isEqualTo("page");
        assertThat(page.head()).startsWith("HTTP/1.1 200 ").contains("\r\nConnection: close\r\n");
        assertThat(stopped).isNotDone();

        CompletableFuture<Void> cutShort = server().stop(Duration.ofSeconds(10));
        assertThat(List.of(first.closed(), second.closed())).containsExactly(1005, 1005);
        get(cutShort);
        get(stopped);
        assertThat(heard).containsExactly("server shutting down", "server shutting down");
    }

    @Test
    void onlySaysThatItIsNotReadyDuringTheNotice() {
        serveHeard(Threads.ONE_LOOP);
        start();
        CompletableFuture<Void> stopped = server().stop(AT_ONCE.withNotice(LONG));
        assertThat(get("/health/ready").status()).isEqualTo(503);
        WireClient late = socketIo();
        fence(late);
        assertThat(server().health().state()).isEqualTo(Health.State.DRAINING);
        server().close();
        assertThat(late.closed()).isEqualTo(1005);
        get(stopped);
    }

    @ParameterizedTest
    @EnumSource(names = {"ONE_LOOP", "THREE_LOOPS"})
    void endsASessionWhenItsHandlersHaveEnded(Threads threads) throws Exception {
        CountDownLatch entered = new CountDownLatch(2);
        CountDownLatch gate = new CountDownLatch(1);
        serveHeard(threads).onConnection(socket -> {
            socket.on("slow", event -> {
                entered.countDown();
                gate.await(10, TimeUnit.SECONDS);
                event.ack().send("done");
            });
            socket.on("behind", event -> event.ack().send("too"));
        });
        start();
        WireClient client = socketIo();
        WireClient plain = plain();
        client.send("421[\"slow\"]", "422[\"behind\"]");
        plain.send("{\"type\":\"slow\",\"messageId\":1}", "{\"type\":\"behind\",\"messageId\":2}");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Void> stopped = server().stop(AT_ONCE);
        await().until(this::isRefused);
        gate.countDown();
        client.expect("431[\"done\"]", "432[\"too\"]");
        plain.expect(
                "{\"type\":\"callback\",\"messageId\":1,\"data\":\"done\"}",
                "{\"type\":\"callback\",\"messageId\":2,\"data\":\"too\"}");
        assertThat(client.closed()).isEqualTo(1005);
        assertThat(plain.closed()).isEqualTo(1001);
        client.close();
        plain.close();
        get(stopped);
    }

    @Test
    void aHandlerMayStillAskItsClient() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        serveHeard(Threads.ONE_LOOP)
                .onConnection(socket -> socket.on("buy", event -> {
                    entered.countDown();
                    event.ack().send(socket.request("sure?").join());
                }));
        start();
        WireClient client = socketIo();
        client.send("421[\"buy\"]");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Void> stopped = server().stop(AT_ONCE);
        await().until(() -> server().health().state() == Health.State.DRAINING);
        client.expect("420[\"sure?\"]").send("430[\"yes\"]").expect("431[\"yes\"]");
        assertThat(client.closed()).isEqualTo(1005);
        client.close();
        get(stopped);
    }

    @Test
    void doesNotWaitForEverForAHandler() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        serveHeard(Threads.ONE_LOOP)
                .onConnection(socket -> socket.on("stuck", event -> {
                    entered.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        heard.add("interrupted");
                    }
                }));
        start();
        WireClient plain = plain();
        plain.send("{\"type\":\"stuck\"}");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Void> stopped = server().stop(AT_ONCE.withGrace(Duration.ofMillis(400)));
        assertThat(plain.closed()).isEqualTo(1001);
        get(stopped);
        await().until(() -> heard.contains("interrupted"));
    }

    @Test
    void drainsBareWebSocketsToo() {
        MaruServer server = serve();
        server.webSocket(
                "/raw",
                webSocket -> webSocket.onMessage(text -> {
                    heard.add(text);
                    webSocket.send("Echo: " + text);
                }));
        start();
        WireClient raw = open("/raw");
        raw.send("a").expect("Echo: a");
        CompletableFuture<Void> stopped = server.stop(AT_ONCE.forRestart());
        assertThat(raw.closeFrame()).isEqualTo(new WireClient.Closed(1012, "service restart"));
        raw.sendClose(1012);
        get(stopped);
    }

    @Test
    void isOneDrainHoweverOftenItIsAskedFor() {
        serveHeard(Threads.ONE_LOOP);
        start();
        WireClient client = socketIo();
        CompletableFuture<Void> first = server().stop(AT_ONCE);
        CompletableFuture<Void> second = server().stop(Drain.DEFAULTS.withNotice(LONG));
        assertThat(client.closed()).isEqualTo(1005);
        client.close();
        get(first);
        get(second);
        get(server().stop(AT_ONCE));
        get(server().stop(Duration.ZERO));
        assertThat(heard).hasSize(1);
        assertThat(server().health().state()).isEqualTo(Health.State.STOPPED);
    }

    @Test
    void stopsAtOnceWhenItWasNeverStarted() {
        MaruServer server = serve();
        get(server.stop(Drain.DEFAULTS.withNotice(LONG)));
        assertThat(server.health().state()).isEqualTo(Health.State.STOPPED);
    }

    @Test
    void needsTimesThatMakeSense() {
        assertThatThrownBy(() -> Drain.DEFAULTS.withNotice(Duration.ofSeconds(-1)))
                .hasMessageContaining("notice");
        assertThatThrownBy(() -> Drain.DEFAULTS.withSpread(Duration.ofSeconds(-1)))
                .hasMessageContaining("spread");
        assertThatThrownBy(() -> Drain.DEFAULTS.withGrace(Duration.ofSeconds(-1)))
                .hasMessageContaining("grace");
        assertThat(Drain.DEFAULTS.limit()).isEqualTo(Duration.ofSeconds(15));
    }
}
