package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/** What is beyond a limit is counted. */
class LimitStatsTest extends ServerFixture {

    private final BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();

    private void serveWith(Consumer<ServerOptions.Builder> options) {
        serve(options).onConnection(sockets::add);
        start();
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

    private void assertCounted(ToLongFunction<LimitStats> figure, long count) {
        await().untilAsserted(() ->
                assertThat(figure.applyAsLong(server().stats().limits())).isEqualTo(count));
    }

    @Test
    void requestsThatHttpDoesNotAllow() {
        serveWith(options -> {});
        String[] headers = new String[101];
        for (int i = 0; i < headers.length; i++) {
            headers[i] = "X-" + i + ": 1";
        }
        WireClient client = WireClient.request(port(), "/", headers);
        assertThat(client.head()).startsWith("HTTP/1.1 431 ");
        client.close();
        assertCounted(LimitStats::refusedRequests, 1);
    }

    @Test
    void webSocketsThatBreakTheProtocol() {
        serveWith(options -> {});
        WireClient client = plain();
        assertThat(client.frame(0x83, new byte[0]).closed()).isEqualTo(1002);
        assertThat(plain().sendClose(1000).closed()).isEqualTo(1000);
        assertCounted(LimitStats::brokenWebSockets, 1);
    }

    @Test
    void namespacesOfOneConnection() {
        serveWith(options -> options.maxNamespacesPerConnection(1));
        server().of("/a");
        socketIo().send("40/a,").expect("44/a,{\"message\":\"Too many namespaces\"}");
        assertCounted(LimitStats::refusedNamespaces, 1);
    }

    @Test
    void roomsOfOneSocketAndTheirNames() {
        serveWith(options -> options.maxRoomsPerSocket(1));
        socketIo();
        Socket socket = next().join("a");
        assertThatThrownBy(() -> socket.join("b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> socket.leave("a").join("x".repeat(257))).isInstanceOf(IllegalArgumentException.class);
        assertCounted(LimitStats::refusedJoins, 2);
    }

    @Test
    void answersThatAreAwaited() {
        serveWith(options -> options.maxPendingAcks(1));
        WireClient client = socketIo();
        Socket socket = next();
        var first = socket.request("ask");
        client.expect("420[\"ask\"]");
        assertThat(socket.request("ask")).isCompletedExceptionally();
        assertThat(get(server().main().request("ask")).complete()).isFalse();
        assertCounted(LimitStats::refusedQuestions, 2);
        client.send("430[1]");
        get(first);
    }

    @Test
    void eventsThatWaitForHandlers() {
        CountDownLatch gate = new CountDownLatch(1);
        serve(options -> options.maxPendingEvents(2)).onConnection(socket -> socket.on("wait", event -> gate.await()));
        start();
        WireClient client = socketIo();
        for (int i = 0; i < 5; i++) {
            client.send("42[\"wait\"]");
        }
        assertCounted(LimitStats::readPauses, 1);
        gate.countDown();
        fence(client);
    }

    @Test
    void clientsThatDoNotEnter() {
        serveWith(options -> options.connectTimeout(Duration.ofMillis(100)));
        assertThat(engineIo().closed()).isEqualTo(1005);
        assertCounted(LimitStats::connectTimeouts, 1);
        assertCounted(LimitStats::pingTimeouts, 0);
    }

    @Test
    void clientsThatDoNotAnswer() {
        serveWith(options -> options.engine(
                engine -> engine.pingInterval(Duration.ofMillis(100)).pingTimeout(Duration.ofMillis(100))));
        WireClient silent = engineIo();
        silent.expect("2");
        assertThat(silent.closed()).isEqualTo(1005);
        assertCounted(LimitStats::pingTimeouts, 1);
        assertCounted(LimitStats::connectTimeouts, 0);
    }

    @Test
    void andTheWaterMarksSayWhenAClientTakesNothing() {
        serveWith(options -> options.limits(limits -> limits.waterMarks(500_000, 1_000_000))
                .engine(engine -> engine.maxBufferedBytes(1 << 24)));
        WireClient client = socketIo();
        Socket socket = next();
        String padding = "x".repeat(50_000);
        int sent = 0;
        // the operating system may take some more after it seemed to be full
        while (socket.isWritable() || socket.bufferedBytes() < 900_000) {
            assertThat(sent).isLessThan(5_000);
            socket.emit("tick", padding);
            sent++;
            get(server().main().fetchSockets());
        }
        assertThat(socket.bufferedBytes()).isBetween(900_000L, 1_200_000L);
        for (int i = 0; i < sent; i++) {
            assertThat(client.text()).startsWith("42[\"tick\"");
        }
        await().until(socket::isWritable);
    }
}
