package io.maru.conformance.promises;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.client.ClientOptions;
import io.maru.client.DisconnectedException;
import io.maru.client.Event;
import io.maru.client.MaruClient;
import io.maru.client.Socket;
import io.maru.server.MaruServer;
import io.maru.server.RecoveryOptions;
import io.maru.testkit.Network;
import io.maru.wire.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Thousands of questions while the network between client and server is cut, held, and held and cut: what docs/delivery.md
 * says of each is so.
 */
class DeliveryTest {

    /** How the client speaks. */
    enum Speech {
        WEBSOCKET,
        POLLING,
        PLAIN;

        Socket open(MaruClient client, int port, UnaryOperator<ClientOptions.Builder> change) {
            UnaryOperator<ClientOptions.Builder> quick =
                    options -> change.apply(options.reconnectionDelay(Duration.ofMillis(20))
                            .reconnectionDelayMax(Duration.ofMillis(100))
                            .plainPingInterval(Duration.ofMillis(300))
                            .plainPingTimeout(Duration.ofMillis(300))
                            .plainSessions(true)
                            .ackTimeout(Duration.ofSeconds(20)));
            return this == PLAIN
                    ? client.plainSocket("ws://127.0.0.1:" + port + "/", quick)
                    : client.socket(
                            "http://127.0.0.1:" + port,
                            options -> quick.apply(options.transports(
                                    this == POLLING
                                            ? ClientOptions.Transport.POLLING
                                            : ClientOptions.Transport.WEBSOCKET)));
        }
    }

    private static final int QUESTIONS = 10_000;
    private static final int AHEAD = 200;

    private final long seed = Long.getLong("maru.test.seed", System.nanoTime());
    private final Random random = new Random(seed);

    // what the server has handled, in order; guarded by itself
    private final List<Integer> handled = new ArrayList<>();
    private final MaruServer server = MaruServer.create(options -> options.host("127.0.0.1")
            .port(0)
            .recovery(RecoveryOptions.DEFAULTS)
            .engine(engine -> engine.pingInterval(Duration.ofMillis(300)).pingTimeout(Duration.ofMillis(300))));
    private final MaruClient client = MaruClient.create();

    private Network serve() {
        System.out.println("DeliveryTest: -Dmaru.test.seed=" + seed);
        server.onConnection(socket -> {
            socket.join("all");
            socket.on("alive", event -> event.ack().send());
            socket.on("put", event -> {
                synchronized (handled) {
                    handled.add(event.get(0, Integer.class));
                }
                event.ack().send(event.get(0, Integer.class));
            });
        });
        server.start();
        return Network.to(server.port());
    }

    @AfterEach
    void end() {
        client.close();
        server.close();
    }

    /**
     * Breaks a network until it is told to end; then all is well. Between two troubles so much gets on, however slow the machine
     * is: else there would be nothing but trouble.
     */
    private CompletableFuture<Void> breakAgainAndAgain(
            Network network, AtomicBoolean enough, IntSupplier progress, int least) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Wire.start("breaker", () -> {
            try {
                CountDownLatch never = new CountDownLatch(1);
                while (!enough.get()) {
                    // the time between two troubles, not a time to wait for something
                    assertThat(never.await(30 + random.nextInt(120), TimeUnit.MILLISECONDS))
                            .isFalse();
                    int until = progress.getAsInt() + least;
                    while (!enough.get() && progress.getAsInt() < until) {
                        assertThat(never.await(1, TimeUnit.MILLISECONDS)).isFalse();
                    }
                    int kind = random.nextInt(4);
                    if (kind > 0) {
                        network.hold();
                        assertThat(never.await(random.nextInt(kind == 1 ? 1_000 : 100), TimeUnit.MILLISECONDS))
                                .isFalse();
                    }
                    if (kind < 3) {
                        network.cut();
                    }
                    network.restore();
                }
                done.complete(null);
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    @ParameterizedTest
    @EnumSource
    void aQuestionIsAnsweredOrFailsAndIsHandledOnceAtMost(Speech speech) throws Exception {
        try (Network network = serve()) {
            Socket socket = speech.open(client, network.port(), options -> options);
            AtomicBoolean enough = new AtomicBoolean();
            AtomicInteger good = new AtomicInteger();
            CompletableFuture<Void> broken = breakAgainAndAgain(network, enough, good::get, 2 * AHEAD);
            List<CompletableFuture<Payload>> answers = ask(socket, good);
            enough.set(true);
            broken.get(30, TimeUnit.SECONDS);

            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> answers.stream().allMatch(CompletableFuture::isDone));
            int answered = 0;
            Map<Integer, Integer> counts = counts();
            for (int n = 0; n < QUESTIONS; n++) {
                int times = counts.getOrDefault(n, 0);
                try {
                    assertThat(answers.get(n).get(30, TimeUnit.SECONDS).get(0, Integer.class))
                            .isEqualTo(n);
                    assertThat(times)
                            .as("%d was answered, so it was handled", n)
                            .isEqualTo(1);
                    answered++;
                } catch (ExecutionException e) {
                    assertThat(e.getCause()).isInstanceOfAny(DisconnectedException.class, TimeoutException.class);
                    assertThat(times)
                            .as("%d failed: nobody knows, but never twice", n)
                            .isLessThan(2);
                }
            }
            synchronized (handled) {
                assertThat(handled).as("in the order of asking").isSorted();
            }
            assertThat(answered).isGreaterThan(QUESTIONS / 4);
            System.out.println("DeliveryTest: " + speech + ": " + answered + " answered of " + QUESTIONS);
        }
    }

    @Test
    void aQuestionWithRetriesIsAnsweredWhateverHappens() throws Exception {
        int questions = QUESTIONS / 10; // one at a time
        try (Network network = serve()) {
            Socket socket = Speech.WEBSOCKET.open(
                    client, network.port(), options -> options.retries(1_000).ackTimeout(Duration.ofMillis(200)));
            AtomicBoolean enough = new AtomicBoolean();
            CompletableFuture<Void> broken = breakAgainAndAgain(network, enough, this::handledSoFar, 1);
            List<CompletableFuture<Payload>> answers = new ArrayList<>();
            for (int n = 0; n < questions; n++) {
                answers.add(socket.emitWithAck("put", n));
            }
            for (int n = 0; n < questions; n++) {
                assertThat(answers.get(n).get(60, TimeUnit.SECONDS).get(0, Integer.class))
                        .isEqualTo(n);
            }
            enough.set(true);
            broken.get(30, TimeUnit.SECONDS);
            synchronized (handled) {
                assertThat(handled.stream().distinct())
                        .as("each, in order")
                        .hasSize(questions)
                        .isSorted();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "POLLING")
    void whoComesBackToItsSessionMissesNothingAndOthersKnow(Speech speech) throws Exception {
        int events = QUESTIONS / 2;
        try (Network network = serve()) {
            List<Integer> heard = new ArrayList<>();
            // how many were heard when it came back to nothing
            List<Integer> gaps = new ArrayList<>();
            CountDownLatch last = new CountDownLatch(1);
            Socket socket = speech.open(
                    client,
                    network.port(),
                    options -> options.setup(it -> it.onConnect(connected -> {
                                synchronized (heard) {
                                    if (!connected.isRecovered()) {
                                        gaps.add(heard.size());
                                    }
                                }
                            })
                            .on("tick", event -> hear(heard, event, events, last))));
            awaitAlone(socket);
            AtomicBoolean enough = new AtomicBoolean();
            CompletableFuture<Void> broken = breakAgainAndAgain(network, enough, () -> size(heard), 1);
            Semaphore pace = new Semaphore(0);
            Wire.start("pace", () -> {
                // a thousand a second, about
                CountDownLatch never = new CountDownLatch(1);
                try {
                    for (int n = 0; n < events && !never.await(1, TimeUnit.MILLISECONDS); n++) {
                        pace.release();
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            for (int n = 0; n < events - 1; n++) {
                assertThat(pace.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
                server.to("all").emit("tick", n);
            }
            enough.set(true);
            broken.get(30, TimeUnit.SECONDS);
            awaitAlone(socket);
            server.to("all").emit("tick", events - 1);
            assertThat(last.await(30, TimeUnit.SECONDS)).isTrue();
            synchronized (heard) {
                for (int i = 1; i < heard.size(); i++) {
                    int before = heard.get(i - 1);
                    if (gaps.contains(i)) {
                        assertThat(heard.get(i)).as("never twice").isGreaterThan(before);
                    } else {
                        assertThat(heard.get(i)).as("the next").isEqualTo(before + 1);
                    }
                }
                System.out.println("DeliveryTest: " + speech + ": heard " + heard.size() + " of " + events
                        + ", began anew " + gaps.size() + " times, recovered "
                        + server.stats().recovery().recovered());
            }
            assertThat(server.stats().recovery().recovered()).isPositive();
        }
    }

    private static int size(List<Integer> heard) {
        synchronized (heard) {
            return heard.size();
        }
    }

    /** Waits until the client is connected, as far as itself and the server know, and nothing is left of what it was before. */
    private void awaitAlone(Socket socket) {
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> {
            // an answer tells that the connection was not one that is gone, and was only not missed yet
            CompletableFuture<Payload> answer = socket.emitWithAck("alive");
            try {
                answer.get(30, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                return false;
            }
            return server.main().roomSizes().getOrDefault("all", 0) == 1;
        });
    }

    private static void hear(List<Integer> heard, Event event, int events, CountDownLatch last) {
        int number = Objects.requireNonNull(event.get(0, Integer.class));
        synchronized (heard) {
            heard.add(number);
        }
        if (number == events - 1) {
            last.countDown();
        }
    }

    private int handledSoFar() {
        synchronized (handled) {
            return handled.size();
        }
    }

    private List<CompletableFuture<Payload>> ask(Socket socket, AtomicInteger good) throws InterruptedException {
        Semaphore ahead = new Semaphore(AHEAD);
        List<CompletableFuture<Payload>> answers = new ArrayList<>();
        for (int n = 0; n < QUESTIONS; n++) {
            assertThat(ahead.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Payload> answer = socket.emitWithAck("put", n);
            answers.add(answer);
            answer.whenComplete((done, failure) -> {
                if (failure == null) {
                    good.incrementAndGet();
                }
                ahead.release();
            });
        }
        return answers;
    }

    private Map<Integer, Integer> counts() {
        Map<Integer, Integer> counts = new HashMap<>();
        synchronized (handled) {
            handled.forEach(n -> counts.merge(n, 1, Integer::sum));
        }
        return counts;
    }
}
