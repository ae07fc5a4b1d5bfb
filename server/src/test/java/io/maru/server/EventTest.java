package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who hears the events of a client, and in which order. */
class EventTest extends ServerFixture {

    private final List<String> heard = new CopyOnWriteArrayList<>();

    private WireClient clientOf(Handler<Socket> setUp) {
        serve().onConnection(setUp);
        start();
        return socketIo();
    }

    private Handler<Event> note(String who) {
        return event -> heard.add(who + " " + event.name() + event.args());
    }

    @Test
    void goToAllTheirHandlersInOrder() {
        WireClient client = clientOf(socket -> {
            socket.on("x", note("first"));
            socket.on("x", note("second"));
            socket.on("y", note("other"));
        });
        client.send("42[\"x\",1,{\"a\":null},\"z\"]", "42[\"x\"]", "42[\"y\",[]]", "42[\"nobody\"]");
        fence(client);
        assertThat(heard)
                .containsExactly(
                        "first x[1,{\"a\":null},\"z\"]",
                        "second x[1,{\"a\":null},\"z\"]",
                        "first x[]",
                        "second x[]",
                        "other y[[]]");
    }

    @Test
    void goOnceToWhoeverWantsOne() {
        WireClient client = clientOf(socket -> {
            Handler<Event> twice = note("twice");
            socket.once("x", twice);
            socket.once("x", twice);
            socket.on("x", note("always"));
            socket.once("y", event -> socket.once("y", note("again")));
        });
        client.send("42[\"x\",1]", "42[\"x\",2]", "42[\"y\",1]", "42[\"y\",2]", "42[\"y\",3]");
        fence(client);
        assertThat(heard).containsExactly("twice x[1]", "twice x[1]", "always x[1]", "always x[2]", "again y[2]");
    }

    @Test
    void goNoLongerToWhoeverIsTakenAway() {
        Handler<Event> gone = note("gone");
        AckHandler<String> typed = (text, ack) -> heard.add("typed");
        WireClient client = clientOf(socket -> {
            socket.on("x", gone)
                    .on("x", note("stays"))
                    .on("x", String.class, typed)
                    .once("x", gone);
            socket.off("x", gone).off("x", gone).off("x", typed).off("x", note("unknown"));
            socket.on("y", note("y")).on("y", note("y")).off("y").off("z");
            socket.on("self", new Handler<>() {
                @Override
                public void handle(Event event) {
                    heard.add("self");
                    socket.off("self", this);
                }
            });
        });
        client.send("42[\"x\",\"t\"]", "42[\"y\"]", "42[\"self\"]", "42[\"self\"]");
        fence(client);
        assertThat(heard).containsExactly("stays x[\"t\"]", "self");
    }

    @Test
    void goFirstToThoseWhoHearAny() {
        WireClient client = clientOf(socket -> {
            Handler<Event> gone = note("gone");
            socket.on("x", note("x"));
            socket.onAny(note("second")).prependAny(note("first")).onAny(gone).offAny(gone);
        });
        client.send("42[\"x\",1]", "42[\"unknown\",2,3]", "42[7,8]", "4212[\"asks\"]");
        fence(client);
        assertThat(heard)
                .containsExactly(
                        "first x[1]",
                        "second x[1]",
                        "x x[1]",
                        "first unknown[2,3]",
                        "second unknown[2,3]",
                        "first 7[8]",
                        "second 7[8]",
                        "first asks[]",
                        "second asks[]",
                        "first fence[]",
                        "second fence[]");
    }

    @Test
    void goToNobodyWhoHeardAnyAfterAllAreTakenAway() {
        WireClient client =
                clientOf(socket -> socket.onAny(note("a")).onAny(note("b")).offAny(null));
        client.send("42[\"x\"]");
        fence(client);
        assertThat(heard).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void thatAreSentAreSeenButAnswersAreNot(Threads threads) {
        MaruServer server = serve(threads);
        server.onConnection(socket -> {
            Handler<Event> gone = note("gone");
            socket.onAnyOutgoing(note("second"))
                    .prependAnyOutgoing(note("first"))
                    .onAnyOutgoing(gone)
                    .offAnyOutgoing(gone);
            socket.on("go", event -> {
                socket.emit("direct", 1);
                server.main().emit("all");
                server.main().to(socket.id()).emit("room", 2);
                socket.broadcast().emit("others");
                event.ack().send("answer");
            });
        });
        start();
        WireClient client = socketIo();
        client.send("420[\"go\"]").expect("42[\"direct\",1]", "42[\"all\"]", "42[\"room\",2]", "430[\"answer\"]");
        await().until(() -> heard.size() == 6);
        assertThat(heard)
                .containsExactly(
                        "first direct[1]",
                        "second direct[1]",
                        "first all[]",
                        "second all[]",
                        "first room[2]",
                        "second room[2]");
    }

    @Test
    void thatAreSentAreSeenByNobodyAfterAllAreTakenAway() {
        WireClient client = clientOf(socket -> {
            socket.onAnyOutgoing(note("a")).onAnyOutgoing(note("b")).offAnyOutgoing(null);
            socket.emit("x");
        });
        client.expect("42[\"x\"]");
        fence(client);
        assertThat(heard).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void passTheMiddlewaresOfTheirSocketInOrder(Threads threads) {
        serve(threads).onConnection(socket -> {
            socket.onError(error -> {
                heard.add("error " + error.getMessage());
                socket.emit("refused", String.valueOf(error.getMessage()));
            });
            socket.use(event -> {
                heard.add("one " + event.name());
                if (event.name().equals("forbidden")) {
                    throw new IllegalArgumentException("forbidden event");
                }
                return null;
            });
            socket.use(event -> {
                heard.add("two " + event.name());
                return event.name().equals("later")
                        ? ServerFixture.inThread(() -> {
                            throw new IllegalArgumentException("refused later");
                        })
                        : CompletableFuture.completedFuture("ignored");
            });
            socket.onAny(note("any"));
        });
        start();
        WireClient client = socketIo();
        client.send("420[\"forbidden\"]").expect("42[\"refused\",\"forbidden event\"]");
        client.send("421[\"later\"]").expect("42[\"refused\",\"refused later\"]");
        fence(client);
        await().until(() -> heard.size() == 8);
        assertThat(heard)
                .containsExactly(
                        "one forbidden",
                        "error forbidden event",
                        "one later",
                        "two later",
                        "error refused later",
                        "one fence",
                        "two fence",
                        "any fence[]");
    }

    @Test
    void thatAreRefusedAreAnsweredToPlainClientsThatAsked() {
        serve().onConnection(socket -> {
            socket.onError(error -> heard.add("error"));
            socket.use(event -> {
                if (event.name().equals("forbidden")) {
                    throw new IllegalArgumentException("why");
                }
                return null;
            });
        });
        start();
        WireClient plain = plain();
        plain.send("{\"type\":\"forbidden\",\"messageId\":7}")
                .expect(
                        "{\"error\":\"Internal error\"}",
                        "{\"type\":\"callback\",\"messageId\":7,\"data\":{\"error\":\"Internal error\"}}");
        await().until(() -> !heard.isEmpty());
        assertThat(heard).containsExactly("error");
    }

    @Test
    void goOnWhenAHandlerThrows() {
        WireClient client = clientOf(socket -> {
            socket.onAny(event -> {
                if (event.name().equals("x")) {
                    throw new IllegalStateException("any");
                }
            });
            socket.on("x", event -> {
                throw new IOException("first");
            });
            socket.on("x", event -> {
                throw new StackOverflowError("second");
            });
            socket.on("x", note("third"));
        });
        client.send("420[\"x\",\"the client's secret\"]");
        fence(client);
        assertThat(heard).containsExactly("third x[\"the client's secret\"]");
        assertThat(errors).extracting(Throwable::getMessage).containsExactly("any", "first", "second");
        errors.clear();
    }

    @Test
    void goOnWhenAnErrorListenerThrows() {
        WireClient client = clientOf(socket -> {
            socket.onError(error -> {
                throw new IllegalStateException("the listener");
            });
            socket.onError(error -> heard.add(String.valueOf(error.getMessage())));
            socket.on("x", event -> {
                throw new IllegalStateException("the handler");
            });
        });
        client.send("42[\"x\"]");
        fence(client);
        assertThat(heard).containsExactly("the handler");
        assertThat(theError()).hasMessage("the listener");
    }

    @Test
    void goOnWhenTheErrorListenerOfTheServerThrows() {
        serve(options -> options.onError((socket, error) -> {
                    throw new AssertionError("the server's listener");
                }))
                .onConnection(socket -> socket.on("x", event -> {
                    throw new IllegalStateException("the handler");
                }));
        start();
        WireClient client = socketIo();
        client.send("42[\"x\"]");
        fence(client);
    }

    @ParameterizedTest
    @EnumSource
    void areHandledInTheOrderInWhichTheyCame(Threads threads) {
        List<Integer> numbers = new ArrayList<>();
        serve(threads)
                .onConnection(socket -> socket.on("n", event -> {
                    Integer number = event.get(0, Integer.class);
                    numbers.add(number == null ? -1 : number);
                }));
        start();
        WireClient client = socketIo();
        List<String> frames = new ArrayList<>();
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            frames.add("42[\"n\"," + i + "]");
            expected.add(i);
        }
        client.sendAll(frames);
        fence(client);
        assertThat(numbers).isEqualTo(expected);
    }

    @Test
    void waitForTheConnectionHandler() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        serve().onConnection(socket -> {
            slow.await(10, TimeUnit.SECONDS);
            socket.on("x", note("late"));
        });
        start();
        WireClient client = socketIo();
        client.send("42[\"x\"]", "42[\"x\"]");
        WireClient other = engineIo();
        connected(other.send("40").text()); // whoever blocks holds up nobody else
        slow.countDown();
        fence(client);
        assertThat(heard).containsExactly("late x[]", "late x[]");
    }

    // a session without pongs would end after 2.1 seconds
    @Test
    void mayTakeLongerThanTheHeartbeat() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        serve(options -> options.engine(
                        engine -> engine.pingInterval(Duration.ofMillis(100)).pingTimeout(Duration.ofSeconds(2))))
                .onConnection(socket -> socket.on("x", event -> {
                    gate.await(20, TimeUnit.SECONDS);
                    event.ack().send(socket.isConnected());
                }));
        start();
        WireClient client = socketIo();
        client.send("427[\"x\"]");
        for (int i = 0; i < 25; i++) {
            client.expect("2").send("3");
        }
        gate.countDown();
        String answer = client.text();
        while (answer.equals("2")) {
            client.send("3");
            answer = client.text();
        }
        assertThat(answer).isEqualTo("437[true]");
    }

    @Test
    void stopBeingReadWhileTooManyWaitAndAreNotLost() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        List<Integer> numbers = new ArrayList<>();
        serve(options -> options.maxPendingEvents(10))
                .onConnection(socket -> socket.on("n", event -> {
                    gate.await(20, TimeUnit.SECONDS);
                    numbers.add(Objects.requireNonNull(event.get(0, Integer.class)));
                }));
        start();
        WireClient client = socketIo();
        WireClient bystander = socketIo();
        String filler = "x".repeat(20_000);
        int count = 3000; // 60 MB: more than operating systems hold between client and server
        AtomicInteger sent = new AtomicInteger();
        CompletableFuture<Void> sender = ServerFixture.inThread(() -> {
            for (int i = 0; i < count; i++) {
                client.send("42[\"n\"," + i + ",\"" + filler + "\"]");
                sent.incrementAndGet();
            }
        });
        AtomicInteger last = new AtomicInteger();
        await().during(Duration.ofMillis(500)).until(() -> last.getAndSet(sent.get()) == sent.get() || sender.isDone());
        assertThat(sender).isNotDone();
        fence(bystander);
        gate.countDown();
        get(sender);
        fence(client);
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            expected.add(i);
        }
        assertThat(numbers).isEqualTo(expected);
    }

    @Test
    void goOnFromThreadsOfTheApplication() {
        Consumer<Socket> later = socket -> ServerFixture.inThread(() -> socket.emit("later"));
        WireClient client = clientOf(later::accept);
        client.expect("42[\"later\"]");
    }
}
