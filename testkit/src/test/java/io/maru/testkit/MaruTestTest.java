package io.maru.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.maru.client.ClientOptions;
import io.maru.client.DisconnectReason;
import io.maru.client.MaruClient;
import io.maru.client.Socket;
import io.maru.server.ConnectRefusedException;
import io.maru.server.MaruServer;
import io.maru.server.RecoveryOptions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The kit as its user has it. A minute of the clock takes no time. */
@Timeout(60)
class MaruTestTest {

    private static void chat(MaruServer server) {
        server.onConnection(socket -> {
            socket.on("join", event -> {
                String room = Objects.requireNonNull(event.get(0, String.class));
                socket.join(room);
                socket.to(room).emit("joined", socket.id());
                event.ack().send();
            });
            socket.on(
                    "chat",
                    event -> socket.to(Objects.requireNonNull(event.get(0, String.class)))
                            .emit("chat", event.get(1, String.class)));
            socket.onDisconnect(reason -> server.to("lobby").emit("left", reason.text()));
        });
    }

    @Test
    void clientsOfBothKindsHearEachOther() {
        try (MaruTest test = MaruTest.start(MaruTestTest::chat)) {
            TestClient alice = test.connect();
            TestClient bob = test.connectPlain();
            TestClient carol = test.connect();
            alice.ask("join", "lobby");
            bob.ask("join", "lobby");
            assertThat(alice.next("joined", String.class)).isNotBlank();
            alice.emit("chat", "lobby", "Hi");
            assertThat(bob.next("chat", String.class)).isEqualTo("Hi");
            assertThat(alice.rest()).isEmpty();
            assertThat(carol.rest()).isEmpty();
        }
    }

    @Test
    void aSilentClientIsMissedByItsHeartbeat() {
        try (MaruTest test = MaruTest.start(MaruTestTest::chat)) {
            TestClient alice = test.connect();
            TestClient bob = test.connect();
            alice.ask("join", "lobby");
            bob.network().hold();
            test.advance(Duration.ofSeconds(44));
            assertThat(alice.rest()).isEmpty();
            assertThat(bob.socket().isConnected()).isTrue();
            test.advance(Duration.ofSeconds(1));
            assertThat(alice.next("left", String.class)).isEqualTo("ping timeout");
            bob.awaitDisconnected();
            assertThat(alice.socket().isConnected()).isTrue();
        }
    }

    @Test
    void connectionsLiveAsLongAsTheirHeartbeatsAreAnswered() {
        try (MaruTest test = MaruTest.start(MaruTestTest::chat)) {
            TestClient alice = test.connect();
            TestClient bob = test.connectPlain();
            List<DisconnectReason> ends = new CopyOnWriteArrayList<>();
            alice.socket().onDisconnect((reason, details) -> ends.add(reason));
            bob.socket().onDisconnect((reason, details) -> ends.add(reason));
            test.advance(Duration.ofMinutes(10));
            assertThat(ends).isEmpty();
            assertThat(test.server().stats().clients()).isEqualTo(2);
        }
    }

    @Test
    void aClientComesBackAfterItsDelay() {
        try (MaruTest test = MaruTest.start(MaruTestTest::chat)) {
            TestClient alice = test.connect("/", options -> options.randomizationFactor(0));
            AtomicInteger attempts = new AtomicInteger();
            alice.socket().manager().onReconnectAttempt(attempts::set);
            alice.network().takeDown();
            alice.awaitDisconnected();
            alice.emit("join", "lobby");
            test.advance(Duration.ofMillis(999));
            assertThat(attempts).hasValue(0);
            test.advance(Duration.ofMillis(1));
            assertThat(attempts).hasValue(1);
            test.advance(Duration.ofSeconds(2));
            assertThat(attempts).hasValue(2);
            alice.network().restore();
            test.advance(Duration.ofSeconds(4));
            alice.awaitConnected();
            test.settle();
            assertThat(test.server().main().roomSizes()).containsEntry("lobby", 1);
        }
    }

    @Test
    void aSessionIsKeptForItsTime() {
        RecoveryOptions recovery = RecoveryOptions.DEFAULTS;
        try (MaruTest test = MaruTest.start(options -> options.recovery(recovery), MaruTestTest::chat)) {
            TestClient alice = test.connect();
            TestClient bob = test.connect();
            bob.ask("join", "lobby");
            bob.network().takeDown();
            bob.awaitDisconnected();
            alice.emit("chat", "lobby", "missed");
            test.settle();
            bob.network().restore();
            test.advance(Duration.ofSeconds(10));
            assertThat(bob.next("chat", String.class)).isEqualTo("missed");
            assertThat(bob.socket().isRecovered()).isTrue();

            bob.network().takeDown();
            bob.awaitDisconnected();
            test.advance(recovery.maxDisconnection().plusSeconds(1));
            bob.network().restore();
            test.advance(Duration.ofSeconds(10));
            bob.awaitConnected();
            assertThat(bob.socket().isRecovered()).isFalse();
        }
    }

    @Test
    void whatAServerSaysAtOnceIsHeard() {
        Consumer<MaruServer> greeting = server -> server.onConnection(socket -> socket.emit("welcome", "Hi"));
        try (MaruTest test = MaruTest.start(greeting);
                MaruClient clients = MaruClient.create()) {
            assertThat(test.connect().next("welcome", String.class)).isEqualTo("Hi");
            assertThat(test.connectPlain().next("welcome", String.class)).isEqualTo("Hi");

            Network network = Network.to(test.server().port());
            Socket idle = clients.socket("http://127.0.0.1:" + network.port(), options -> options.autoConnect(false));
            try (TestClient client = new TestClient(test, idle, network)) {
                // it was connected by who listened before
                assertThat(client.next("welcome", String.class)).isEqualTo("Hi");
            }
        }
    }

    @Test
    void whoLeavesSaysSo() {
        BlockingQueue<String> ends = new LinkedBlockingQueue<>();
        Consumer<MaruServer> counting =
                server -> server.onConnection(socket -> socket.onDisconnect(reason -> ends.add(reason.text())));
        try (MaruTest test = MaruTest.start(counting)) {
            for (int i = 0; i < 20; i++) {
                test.connect().close();
                assertThat(poll(ends)).isEqualTo("client namespace disconnect");
            }
            TestClient plain = test.connectPlain();
            plain.close();
            plain.close();
            assertThat(poll(ends)).isEqualTo("transport close");
            TestClient silent = test.connect();
            silent.network().hold();
            silent.close();
            assertThat(poll(ends)).isEqualTo("transport close");
        }
    }

    private static @Nullable String poll(BlockingQueue<String> ends) {
        try {
            return ends.poll(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whoIsNotLetInSaysSo() {
        AtomicInteger guests = new AtomicInteger();
        try (MaruTest test = MaruTest.start(server -> server.of("/admin").use(socket -> {
            throw new ConnectRefusedException("no", Map.of("guest", guests.incrementAndGet()));
        }))) {
            TestClient client = test.open("/admin", options -> options);
            for (int guest = 1; guest <= 2; guest++) {
                io.maru.client.ConnectRefusedException refusal = client.awaitRefused();
                assertThat(refusal).hasMessage("no");
                assertThat(refusal.data()).hasToString("Optional[{\"guest\":" + guest + "}]");
                assertThat(client.socket().isConnected()).isFalse();
                client.socket().connect();
            }
        }
    }

    @Test
    void optionsThatFailLeaveNothing() throws InterruptedException {
        try (MaruTest test = MaruTest.start(MaruTestTest::chat)) {
            Set<Thread> before = networkThreads();
            UnaryOperator<ClientOptions.Builder> failing = options -> {
                throw new IllegalStateException("mine");
            };
            assertThatThrownBy(() -> test.open("/", failing)).hasMessage("mine");
            assertThatThrownBy(() -> test.connectPlain("/", failing)).hasMessage("mine");
            Set<Thread> left = networkThreads();
            left.removeAll(before);
            for (Thread each : left) {
                each.join(5_000);
            }
            assertThat(left).noneMatch(Thread::isAlive);
        }
    }

    private static Set<Thread> networkThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("maru-testkit-network"))
                .collect(Collectors.toCollection(HashSet::new));
    }

    @Test
    void whatDoesNotComeIsNamed() {
        try (MaruTest test = MaruTest.start(MaruTestTest::chat)) {
            TestClient alice = test.connect();
            TestClient bob = test.connect();
            CompletableFuture<?> refusal = CompletableFuture.supplyAsync(bob::awaitRefused);
            assertThatThrownBy(() -> alice.next("chat"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("chat");
            assertThat(refusal)
                    .failsWithin(Duration.ofSeconds(5))
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(AssertionError.class)
                    .withMessageContaining("refused expected")
                    .withMessageContaining("is connected");
        }
    }

    @Test
    void nothingOfItIsLeft() {
        MaruTest.start(MaruTestTest::chat).close();
        try (MaruTest test = MaruTest.start(MaruTestTest::chat)) {
            test.connect();
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.isAlive() && thread.getName().startsWith("maru-client"));
    }
}
