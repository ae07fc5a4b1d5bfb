package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.maru.server.WebSocket.ReadyState;
import io.maru.server.engine.PlainOptions;
import io.maru.server.engine.RefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bare WebSockets, without events and rooms. */
class WebSocketTest extends ServerFixture {

    private final BlockingQueue<WebSocket> opened = new LinkedBlockingQueue<>();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private Set<WebSocket> clients = Set.of();

    private WebSocket next() throws InterruptedException {
        WebSocket webSocket = opened.poll(10, TimeUnit.SECONDS);
        assertThat(webSocket).isNotNull();
        return webSocket;
    }

    private void serveEcho(PlainOptions options) {
        clients = serve().webSocket("/raw", options, ws -> {
            ws.onMessage(text -> {
                if (text.equals("boom")) {
                    throw new IllegalStateException("boom");
                }
                ws.send("Echo: " + text);
            });
            ws.onBinary(ws::send);
            ws.onPing(data -> heard.add("ping " + new String(data, StandardCharsets.UTF_8)));
            ws.onPong(data -> heard.add("pong " + new String(data, StandardCharsets.UTF_8)));
            ws.onClose((status, reason) -> heard.add("close " + status + " " + reason + " " + ws.readyState()));
            opened.add(ws);
        });
        start();
    }

    private void serveEcho() {
        serveEcho(PlainOptions.DEFAULTS);
    }

    private WireClient raw() {
        return open("/raw");
    }

    @ParameterizedTest
    @EnumSource
    void sendsAndReceivesTextAndBytes(Threads threads) {
        serve(threads)
                .webSocket(
                        "/raw",
                        ws -> ws.onMessage(text -> ws.send("Echo: " + text)).onBinary(ws::send));
        start();
        WireClient client = raw();
        client.send("안녕 😀", "").expect("Echo: 안녕 😀", "Echo: ");
        byte[] large = new byte[200_000];
        large[199_999] = 7;
        client.send(large);
        assertThat(client.bytes()).isEqualTo(large);
        client.send(new byte[0]);
        assertThat(client.bytes()).isEmpty();
        client.frame(0x01, "in ".getBytes(StandardCharsets.UTF_8))
                .frame(0x00, "three ".getBytes(StandardCharsets.UTF_8))
                .frame(0x80, "parts".getBytes(StandardCharsets.UTF_8))
                .expect("Echo: in three parts");
    }

    @Test
    void knowsItsRequest() throws Exception {
        serveEcho();
        open("/raw?who=me", "X-Custom: 1");
        WebSocket ws = next();
        assertThat(ws.request().query("who")).isEqualTo("me");
        assertThat(ws.request().headers().get("x-custom")).isEqualTo("1");
        assertThat(ws.subprotocol()).isNull();
    }

    @Test
    void knowsItsSubprotocol() throws Exception {
        serveEcho(PlainOptions.DEFAULTS.withSubprotocols("b", "a"));
        open("/raw", "Sec-WebSocket-Protocol: x, a, b");
        assertThat(next().subprotocol()).isEqualTo("b");
    }

    @Test
    void isAmongTheClientsFromItsOpeningToItsEnd() throws Exception {
        serveEcho();
        WireClient one = raw();
        WebSocket first = next();
        raw();
        WebSocket second = next();
        assertThat(clients).containsExactlyInAnyOrder(first, second);
        assertThatThrownBy(() -> clients.remove(first)).isInstanceOf(UnsupportedOperationException.class);
        assertThat(first.readyState()).isEqualTo(ReadyState.OPEN).returns(1, ReadyState::ordinal);
        clients.forEach(ws -> ws.send("to all"));
        one.expect("to all");
        one.cut();
        await().until(() -> clients.size() == 1);
        assertThat(first.readyState()).isEqualTo(ReadyState.CLOSED);
        assertThat(clients).containsExactly(second);
        assertThat(server().stats().clients()).isZero(); // they speak neither dialect
    }

    @Test
    void hearsTheCloseOfTheClient() {
        serveEcho();
        assertThat(raw().sendClose(4321).closed()).isEqualTo(4321);
        await().until(() -> heard.size() == 1);
        raw().frame(0x88, new byte[0]);
        await().until(() -> heard.size() == 2);
        raw().cut();
        await().until(() -> heard.size() == 3);
        raw().frame(0x88, "\u000f\u00a1so long".getBytes(StandardCharsets.ISO_8859_1));
        await().until(() -> heard.size() == 4);
        assertThat(heard)
                .containsExactly(
                        "close 4321  CLOSED", "close 1005  CLOSED", "close 1006  CLOSED", "close 4001 so long CLOSED");
        assertThat(clients).isEmpty();
    }

    @Test
    void closesWithAStatusAndAReason() throws Exception {
        serveEcho();
        WireClient client = raw();
        WebSocket ws = next();
        ws.send("last");
        ws.close(4000, "go away");
        ws.close(4001, "again");
        ws.send("too late");
        client.expect("last");
        assertThat(client.closeFrame()).isEqualTo(new WireClient.Closed(4000, "go away"));
        await().until(() -> heard.size() == 1);
        assertThat(heard).containsExactly("close 4000 go away CLOSED");
        WireClient other = raw();
        next().close();
        assertThat(other.closed()).isEqualTo(1000);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 2999, 5000, -1})
    void refusesAStatusThatMayNotBeSent(int status) throws Exception {
        serveEcho();
        raw();
        WebSocket ws = next();
        assertThatThrownBy(() -> ws.close(status, "")).isInstanceOf(IllegalArgumentException.class);
        assertThat(ws.readyState()).isEqualTo(ReadyState.OPEN);
    }

    @Test
    void refusesAReasonOrAPingThatIsTooLong() throws Exception {
        serveEcho();
        raw();
        WebSocket ws = next();
        assertThatThrownBy(() -> ws.close(4000, "방".repeat(42))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ws.ping(new byte[126])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ws.pong(new byte[126])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void pingsAndPongs() throws Exception {
        serveEcho();
        WireClient client = raw();
        WebSocket ws = next();
        client.ping("c".getBytes(StandardCharsets.UTF_8)).expectPong("c".getBytes(StandardCharsets.UTF_8));
        ws.ping("s".getBytes(StandardCharsets.UTF_8));
        assertThat(client.expectPing()).asString().isEqualTo("s");
        client.frame(0x8a, "s".getBytes(StandardCharsets.UTF_8));
        ws.pong("unasked".getBytes(StandardCharsets.UTF_8));
        client.expectPong("unasked".getBytes(StandardCharsets.UTF_8));
        await().until(() -> heard.size() == 2);
        assertThat(heard).containsExactly("ping c", "pong s");
    }

    @Test
    void isDroppedWhenItAnswersNoPing() {
        serveEcho(PlainOptions.DEFAULTS.withHeartbeat(Duration.ofMillis(100), Duration.ofMillis(200)));
        WireClient client = raw();
        client.expectPing();
        assertThat(client.closed()).isEqualTo(1001);
        await().until(() -> !heard.isEmpty());
        assertThat(heard).containsExactly("close 1001 ping timeout CLOSED");
    }

    @Test
    void isClosedForMessagesAboveItsLimit() {
        serveEcho(PlainOptions.DEFAULTS.withMaxMessageBytes(10));
        assertThat(raw().send("x".repeat(11)).closed()).isEqualTo(1009);
        raw().send("x".repeat(10)).expect("Echo: xxxxxxxxxx");
    }

    @Test
    void goesOnWhenAHandlerThrows() {
        serveEcho();
        WireClient client = raw();
        client.send("boom", "next").expect("Echo: next");
        assertThat(theError()).hasMessage("boom");
    }

    @Test
    void goesOnWhenItsErrorHandlerThrows() {
        serve().webSocket(
                        "/raw",
                        ws -> ws.onMessage(text -> {
                                    if (text.equals("boom")) {
                                        throw new IllegalStateException(text);
                                    }
                                    ws.send(text);
                                })
                                .onError(error -> {
                                    heard.add(String.valueOf(error.getMessage()));
                                    throw new IllegalArgumentException("the error handler");
                                }));
        start();
        raw().send("boom", "next").expect("next");
        assertThat(heard).containsExactly("boom");
        assertThat(theError()).hasMessage("the error handler");
    }

    @Test
    void goesOnWhenItsSetUpThrows() {
        serve().webSocket("/raw", ws -> {
            ws.onMessage(ws::send);
            throw new IOException("set up");
        });
        start();
        raw().send("x").expect("x");
        Throwable error = theError();
        assertThat(error.getCause() == null ? error : error.getCause()).hasMessage("set up");
    }

    @Test
    void handlesMessagesInOrder() {
        AtomicInteger inside = new AtomicInteger();
        List<String> texts = new ArrayList<>();
        serve().webSocket(
                        "/raw",
                        ws -> ws.onMessage(text -> {
                            assertThat(inside.incrementAndGet()).isEqualTo(1);
                            texts.add(text);
                            inside.decrementAndGet();
                            if (text.equals("4999")) {
                                ws.send("done");
                            }
                        }));
        start();
        List<String> numbers = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            numbers.add(String.valueOf(i));
        }
        raw().sendAll(numbers).expect("done");
        assertThat(texts).isEqualTo(numbers);
    }

    @Test
    void stopsReadingWhileItIsPaused() throws Exception {
        serveEcho();
        WireClient client = raw();
        WebSocket ws = next();
        client.send("1").expect("Echo: 1");
        ws.pause();
        ws.pause(); // is paused all the same
        byte[] filler = new byte[500_000];
        AtomicInteger sent = new AtomicInteger();
        ws.onBinary(data -> heard.add("binary"));
        CompletableFuture<Void> sender = ServerFixture.inThread(() -> {
            for (int i = 0; i < 60; i++) {
                client.send(filler);
                sent.incrementAndGet();
            }
        });
        AtomicInteger last = new AtomicInteger();
        await().during(Duration.ofMillis(300)).until(() -> last.getAndSet(sent.get()) == sent.get() || sender.isDone());
        assertThat(sender).isNotDone();
        ws.resume();
        get(sender);
        client.send("2").expect("Echo: 2");
        assertThat(heard).hasSize(60);
    }

    @Test
    void knowsHowMuchWaitsAndTellsWhenItIsDrained() throws Exception {
        serve(options -> options.handlersOnEventLoop()).webSocket("/raw", ws -> {
            ws.onDrain(() -> heard.add("drained"));
            ws.onMessage(text -> {
                heard.add(ws.isWritable() + " " + ws.bufferedBytes());
                byte[] big = new byte[500_000];
                for (int i = 0; i < 60 && ws.isWritable(); i++) {
                    ws.send(big);
                }
                heard.add(ws.isWritable() + " " + (ws.bufferedBytes() >= big.length));
            });
        });
        start();
        WireClient client = raw();
        client.send("fill");
        await().until(() -> heard.size() >= 2);
        assertThat(heard.subList(0, 2)).containsExactly("true 0", "false true");
        assertThat(client.bytes()).hasSize(500_000);
        await().until(() -> heard.contains("drained"));
    }

    @Test
    void mayBeAskedFromAnyThreadHowMuchWaits() throws Exception {
        serveEcho();
        WireClient client = raw();
        WebSocket ws = next();
        assertThat(ws.isWritable()).isTrue();
        await().until(() -> ws.bufferedBytes() == 0); // the answer to the handshake has gone
        byte[] big = new byte[900_000];
        for (int i = 0; i < 10; i++) {
            ws.send(big);
        }
        await().until(() -> !ws.isWritable() && ws.bufferedBytes() > 0 || ws.readyState() == ReadyState.CLOSED);
        client.cut();
        await().until(() -> ws.readyState() == ReadyState.CLOSED);
        assertThat(ws.isWritable()).isFalse();
        assertThat(ws.bufferedBytes()).isZero();
    }

    @Test
    void isCutWhenItIsTerminated() throws Exception {
        serveEcho();
        WireClient client = raw();
        WebSocket ws = next();
        ws.terminate();
        ws.terminate();
        assertThat(client.closed()).isEqualTo(WireClient.CUT);
        await().until(() -> !heard.isEmpty());
        assertThat(heard).containsExactly("close 1006  CLOSED");
        assertThat(ws.readyState()).isEqualTo(ReadyState.CLOSED);
    }

    @Test
    void isClosedWith1001WhenTheServerStops() {
        serveEcho();
        WireClient client = raw();
        client.send("x").expect("Echo: x");
        server().stop(Duration.ofSeconds(5));
        assertThat(client.closed()).isEqualTo(1001);
        await().until(() -> !heard.isEmpty());
        assertThat(heard).containsExactly("close 1001 server shutting down CLOSED");
    }

    @Test
    void isRefusedWhomTheGuardDoesNotLetIn() {
        serveEcho(PlainOptions.DEFAULTS.withGuard(request -> {
            if (request.query("token") == null) {
                throw new RefusedException("no token");
            }
            return CompletableFuture.completedFuture(null);
        }));
        WireClient refused = WireClient.request(port(), "/raw");
        assertThat(refused.head()).startsWith("HTTP/1.1 403 ");
        refused.close();
        open("/raw?token=1").send("x").expect("Echo: x");
    }
}
