package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.maru.wire.Json;
import io.maru.wire.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Questions and answers, in both directions. */
class RequestTest extends ServerFixture {

    private final BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();

    private Socket next() throws InterruptedException {
        Socket socket = sockets.poll(10, TimeUnit.SECONDS);
        assertThat(socket).isNotNull();
        return socket;
    }

    private WireClient client() {
        serve().onConnection(sockets::add);
        start();
        return socketIo();
    }

    private static void assertFails(CompletableFuture<Payload> answer, Class<? extends Throwable> cause) {
        assertThatThrownBy(() -> get(answer))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(cause);
    }

    @ParameterizedTest
    @EnumSource
    void areAnsweredByTheClient(Threads threads) throws Exception {
        serve(threads).onConnection(sockets::add);
        start();
        WireClient client = socketIo();
        Socket socket = next();
        CompletableFuture<Payload> first = socket.request("ask", "a", 1);
        CompletableFuture<Payload> second = socket.request("ask", "b");
        client.expect("420[\"ask\",\"a\",1]", "421[\"ask\",\"b\"]");
        client.send("431[\"B\",{\"x\":2}]", "430[]");
        assertThat(get(second)).hasToString("[\"B\",{\"x\":2}]");
        assertThat(get(first)).hasToString("[]");
    }

    @Test
    void areAnsweredByAPlainClient() throws Exception {
        serve().onConnection(sockets::add);
        start();
        WireClient client = plain();
        Socket socket = next();
        CompletableFuture<Payload> one = socket.request("ask", Map.of("q", 1));
        CompletableFuture<Payload> two = socket.request("ask", 1, 2);
        CompletableFuture<Payload> three = socket.request("ask");
        client.expect(
                "{\"type\":\"ask\",\"messageId\":0,\"q\":1}",
                "{\"type\":\"ask\",\"messageId\":1,\"args\":[1,2]}",
                "{\"type\":\"ask\",\"messageId\":2,\"args\":[]}");
        client.send(
                "{\"type\":\"callback\",\"messageId\":2}",
                "{\"type\":\"callback\",\"messageId\":0,\"data\":{\"a\":[1]}}",
                "{\"messageId\":1,\"data\":null,\"type\":\"callback\"}");
        assertThat(get(one)).hasToString("[{\"a\":[1]}]");
        assertThat(get(two)).hasToString("[null]");
        assertThat(get(three)).hasToString("[]");
        // nobody waits for these, which is no error
        client.send(
                "{\"type\":\"callback\",\"messageId\":0,\"data\":1}",
                "{\"type\":\"callback\",\"messageId\":77}",
                "{\"type\":\"callback\"}",
                "{\"type\":\"callback\",\"messageId\":\"x\"}");
        fencePlain(client);
    }

    @Test
    void haveIdsOfTheirOwnInTheWholeNamespace() throws Exception {
        WireClient one = client();
        Socket first = next();
        WireClient two = socketIo();
        Socket second = next();
        CompletableFuture<Payload> a = first.request("a");
        CompletableFuture<Payload> b = second.request("b");
        one.expect("420[\"a\"]");
        two.expect("421[\"b\"]");
        two.send("430[\"forged\"]");
        fence(two);
        assertThat(a).isNotDone();
        one.send("430[]");
        two.send("431[]");
        get(a);
        get(b);
    }

    @Test
    void failWhenNoAnswerComesInTimeAndALateOneIsIgnored() throws Exception {
        WireClient client = client();
        Socket socket = next();
        long before = System.nanoTime();
        CompletableFuture<Payload> answer =
                socket.timeout(Duration.ofMillis(300)).request("ask");
        client.expect("420[\"ask\"]");
        assertThatThrownBy(() -> get(answer))
                .hasCauseInstanceOf(TimeoutException.class)
                .hasMessageContaining("operation has timed out");
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofMillis(290));
        client.send("430[\"late\"]");
        fence(client);
        CompletableFuture<Payload> next = socket.request("ask");
        client.expect("421[\"ask\"]").send("431[\"in time\"]");
        assertThat(get(next)).hasToString("[\"in time\"]");
    }

    @Test
    void failAfterTheTimeOfTheServerWhereNothingElseIsSaid() throws Exception {
        serve(options -> options.ackTimeout(Duration.ofMillis(100))).onConnection(sockets::add);
        start();
        socketIo();
        assertFails(next().request("ask"), TimeoutException.class);
    }

    @Test
    void failAtOnceWhenTheClientLeaves() throws Exception {
        WireClient client = client();
        Socket socket = next();
        List<CompletableFuture<Payload>> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            answers.add(socket.request("ask", i));
        }
        for (int i = 0; i < 10; i++) {
            client.expect("42" + i + "[\"ask\"," + i + "]");
        }
        client.cut();
        for (CompletableFuture<Payload> answer : answers) {
            assertFails(answer, DisconnectedException.class);
        }
        assertFails(socket.request("ask"), DisconnectedException.class);
        assertFails(socket.timeout(Duration.ofDays(1)).request("ask"), DisconnectedException.class);
    }

    @Test
    void failAtOnceAfterTheServerHasStopped() throws Exception {
        client();
        Socket socket = next();
        CompletableFuture<Payload> pending = socket.request("ask");
        get(server().stop(Duration.ofSeconds(5)));
        assertFails(pending, DisconnectedException.class);
        assertFails(socket.request("ask"), DisconnectedException.class);
    }

    @Test
    void failAtOnceBeyondTheLimit() throws Exception {
        serve(options -> options.maxPendingAcks(3)).onConnection(sockets::add);
        start();
        WireClient client = socketIo();
        Socket socket = next();
        CompletableFuture<Payload> first = socket.request("ask");
        socket.request("ask");
        socket.request("ask");
        assertFails(socket.request("ask"), IllegalStateException.class);
        client.send("430[]");
        get(first);
        CompletableFuture<Payload> again = socket.request("ask");
        client.expect("420[\"ask\"]", "421[\"ask\"]", "422[\"ask\"]", "424[\"ask\"]"); // 3 was not sent
        client.send("434[]");
        get(again);
        fence(client);
    }

    @Test
    void completeWhereHandlersRun() throws Exception {
        WireClient client = client();
        Socket socket = next();
        AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
        CompletableFuture<Payload> answer = socket.request("ask");
        CompletableFuture<Void> after = answer.thenAccept(args -> thread.set(Thread.currentThread()));
        client.expect("420[\"ask\"]").send("430[]");
        get(after);
        Thread ran = Objects.requireNonNull(thread.get());
        assertThat(ran.getName()).doesNotContain("loop");
    }

    @Test
    void ofClientsAreAnsweredOnceWithTheirId() {
        MaruServer server = serve();
        server.onConnection(socket -> {
            socket.on("echo", event -> event.ack().send(event.args()));
            socket.on("twice", event -> {
                event.ack().send("first");
                event.ack().send("second");
                event.ack().fail("third");
            });
            socket.on("two handlers", event -> event.ack().send(1));
            socket.on("two handlers", event -> event.ack().send(event.ack().isWanted()));
            socket.on("never", event -> {});
            socket.on("unwritable", event -> {
                List<Object> cyclic = new ArrayList<>();
                cyclic.add(cyclic);
                try {
                    event.ack().send(cyclic);
                } catch (IllegalArgumentException e) {
                    event.ack().send("still to be given: " + event.ack().isWanted());
                }
            });
        });
        start();
        WireClient client = socketIo();
        client.send("420[\"echo\"]").expect("430[]");
        client.send("421[\"echo\",1,null,{}]").expect("431[1,null,{}]");
        client.send("42999999999999999[\"echo\",\"a\"]").expect("43999999999999999[\"a\"]");
        client.send("425[\"twice\"]").expect("435[\"first\"]");
        client.send("426[\"two handlers\"]").expect("436[1]");
        client.send("427[\"never\"]", "428[\"nobody\"]");
        client.send("42[\"twice\"]", "42[\"echo\",1]"); // asks for none
        client.send("429[\"unwritable\"]").expect("439[\"still to be given: true\"]");
        fence(client);
    }

    @Test
    void ofClientsMayBeAnsweredLaterAndInAnyOrder() {
        List<Ack> waiting = new ArrayList<>();
        serve().onConnection(socket -> socket.on("x", event -> {
            waiting.add(event.ack());
            if (waiting.size() == 3) {
                for (int i = 2; i >= 0; i--) {
                    waiting.get(i).send(i);
                }
            }
        }));
        start();
        WireClient client = socketIo();
        client.send("420[\"x\"]", "421[\"x\"]", "422[\"x\"]").expect("432[2]", "431[1]", "430[0]");
    }

    @Test
    void ofClientsThatHaveLeftAreAnsweredToNobody() {
        AtomicReference<@Nullable Ack> waiting = new AtomicReference<>();
        serve().onConnection(socket -> socket.on("x", event -> waiting.set(event.ack())));
        start();
        WireClient client = socketIo();
        client.send("420[\"x\"]");
        await().until(() -> waiting.get() != null);
        client.send("41");
        await().until(() -> server().main().sockets().isEmpty());
        connect(client, "40");
        Ack ack = Objects.requireNonNull(waiting.get());
        ack.send("too late");
        fence(client);
        assertThat(server().stats().droppedGone()).isEqualTo(1);
    }

    @Test
    void failInWordsForTheClient() {
        serve().onConnection(socket -> socket.on("x", event -> event.ack().fail("no \"way\"")));
        start();
        WireClient client = socketIo();
        client.send("42[\"x\"]", "427[\"x\"]").expect("437[{\"error\":\"no \\\"way\\\"\"}]");
        WireClient plain = plain();
        plain.send("{\"type\":\"x\"}").expect("{\"error\":\"no \\\"way\\\"\"}");
        plain.send("{\"type\":\"x\",\"messageId\":7}")
                .expect(
                        "{\"error\":\"no \\\"way\\\"\"}",
                        "{\"type\":\"callback\",\"messageId\":7,\"data\":{\"error\":\"no \\\"way\\\"\"}}");
    }

    @Test
    void takeAPayloadForAllOfTheirArguments() {
        serve().onConnection(socket -> {
            socket.on("ask", event -> socket.request("ask", event.args()));
            socket.on("send", event -> socket.send(event.args()));
            socket.on("both", event -> socket.emit("both", 1, event.args()));
        });
        start();
        WireClient client = socketIo();
        client.send("42[\"ask\",1,2]").expect("420[\"ask\",1,2]");
        client.send("42[\"send\",1,2]").expect("42[\"message\",1,2]");
        client.send("42[\"both\",1,2]");
        fence(client);
        assertThat(theError()).hasMessage("a Payload is all arguments and stands alone");
    }

    @Test
    void mayBePassedOnUnread() throws Exception {
        WireClient one = client();
        Socket first = next();
        WireClient two = socketIo();
        Socket second = next();
        CompletableFuture<Void> relayed = first.request("ask", Json.of("{ \"big\" : 12345678901234567890 }"))
                .thenAccept(args -> second.emit("answer", args));
        one.expect("420[\"ask\",{ \"big\" : 12345678901234567890 }]");
        one.send("430[ 1.0 ,{\"k\":\"\\u0041\"} ]");
        get(relayed);
        two.expect("42[\"answer\",1.0 ,{\"k\":\"\\u0041\"}]");
    }

    @Test
    void areForgottenWhenTheAskerGivesUp() throws Exception {
        serve(options -> options.maxPendingAcks(2)).onConnection(sockets::add);
        start();
        WireClient client = socketIo();
        Socket socket = next();
        for (int id = 0; id < 5; id++) {
            CompletableFuture<Payload> given = socket.request("q");
            client.expect("42" + id + "[\"q\"]");
            assertThat(given.cancel(true)).isTrue();
            fence(client);
        }
    }

    @Test
    void mayBeAwaitedByTheHandlerThatAsks() {
        serve().onConnection(socket -> socket.on(
                "go", event -> event.ack().send(socket.request("ask").join().get(0))));
        start();
        WireClient client = socketIo();
        client.send("427[\"go\"]")
                .expect("420[\"ask\"]")
                .send("430[\"answer\"]")
                .expect("437[\"answer\"]");
    }

    @Test
    void failAtOnceWhenTooManyAreAwaited() throws Exception {
        serve(options -> options.maxPendingAcks(2)).onConnection(sockets::add);
        start();
        WireClient client = socketIo();
        Socket socket = next();
        socket.request("q");
        socket.request("q");
        client.expect("420[\"q\"]", "421[\"q\"]");
        assertThat(socket.request("q")).isCompletedExceptionally();
        fence(client);
    }

    // a loop that stands still gets no more than some thousand tasks from workers
    @Test
    void areSlowedDownWhenTheLoopDoesNotKeepUp() throws Exception {
        serve().onConnection(sockets::add);
        start();
        WireClient client = socketIo();
        Socket socket = next();
        CountDownLatch held = new CountDownLatch(1);
        socket.loop().execute(() -> {
            try {
                held.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        AtomicInteger emitted = new AtomicInteger();
        Thread emitter = new Thread(() -> {
            for (int i = 0; i < 10_000; i++) {
                socket.asVolatile().emit("x");
                emitted.incrementAndGet();
            }
        });
        emitter.start();
        await().until(() -> emitter.getState() == Thread.State.TIMED_WAITING);
        assertThat(emitted.get()).isBetween(5_000, 9_999);
        held.countDown();
        await().until(() -> emitted.get() == 10_000);
        assertThat(client.text()).isEqualTo("42[\"x\"]");
    }
}
