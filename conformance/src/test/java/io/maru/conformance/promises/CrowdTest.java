package io.maru.conformance.promises;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.server.MaruServer;
import io.maru.server.ServerOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many clients at once. The whole of what is promised: {@code -Dmaru.crowd=5000}. */
class CrowdTest {

    private static final int CROWD = Integer.getInteger("maru.crowd", 500);
    private static final Duration LIMIT = Duration.ofSeconds(30);

    // where the whole is asked for the machine has nothing else to do
    private static final Duration PATIENCE =
            System.getProperty("maru.crowd") == null ? Duration.ofSeconds(2) : Duration.ofMillis(500);

    private static final Duration PACE = System.getProperty("maru.crowd") == null
            ? Duration.ofSeconds(5)
            : Duration.ofMillis(Math.max(2_000, CROWD));

    private static MaruServer serve(Consumer<ServerOptions.Builder> more) {
        MaruServer server = MaruServer.create(options -> {
            options.host("127.0.0.1").port(0).loops(2);
            more.accept(options);
        });
        server.onConnection(socket -> {
            socket.on("join", event -> {
                socket.join(Objects.requireNonNull(event.get(0, String.class)));
                event.ack().send();
            });
            socket.on("echo", event -> event.ack().send(event.args()));
            socket.on("stand-still", Integer.class, (millis, ack) -> {
                new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
                ack.send();
            });
        });
        return server.start();
    }

    private static void await(String what, Duration limit, ThrowingRunnable assertion) {
        Awaitility.await(what)
                .atMost(limit)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(assertion);
    }

    /** Rooms and sessions are at nothing within a second of the resets. */
    @Test
    void leavesNoGhosts() throws IOException {
        try (MaruServer server = serve(options -> {});
                Stalls stalls = new Stalls();
                Crowd crowd = new Crowd(server.port(), true)) {
            for (int round = 1; round <= 5; round++) {
                int expected = round * CROWD;
                crowd.connect(CROWD);
                await("all are in", LIMIT, () -> assertThat(crowd.entered()).isEqualTo(expected));
                assertThat(server.main().roomSize("lobby")).isEqualTo(CROWD);
                long begin = stalls.nanoTime();
                crowd.cutAll();
                awaitNobody(server);
                assertThat(stalls.since(begin)).isLessThan(Duration.ofSeconds(1));
            }
            // some while they connect, some while they join
            for (int i = 0; i < 20; i++) {
                int before = crowd.entered();
                crowd.connect(CROWD / 10);
                int some = i;
                await("some are in", LIMIT, () -> assertThat(crowd.entered()).isGreaterThanOrEqualTo(before + some));
                crowd.cutAll();
            }
            long begin = stalls.nanoTime();
            awaitNobody(server);
            assertThat(stalls.since(begin)).isLessThan(Duration.ofSeconds(1));
            assertThat(crowd.lost()).isZero();
        }
    }

    private static void awaitNobody(MaruServer server) {
        await("nobody is left", LIMIT, () -> {
            assertThat(server.main().roomSizes()).isEmpty();
            assertThat(server.main().sockets()).isEmpty();
            assertThat(server.stats().clients()).isZero();
        });
    }

    /** All come back at the first try, at a good pace, and those who are there do not feel it. */
    @Test
    void isLetInAtOnce() throws Exception {
        try (MaruServer server = serve(options -> {});
                Stalls stalls = new Stalls();
                Crowd crowd = new Crowd(server.port(), true)) {
            AtomicLong slowest = new AtomicLong();
            CountDownLatch over = new CountDownLatch(1);
            Member bystander = Member.enter(Member.Kind.WEBSOCKET, server.port(), "/", new Silent());
            CompletableFuture<Void> talk = talk(bystander, stalls, slowest, over);
            crowd.connect(CROWD);
            await("all are in", LIMIT, () -> assertThat(crowd.entered()).isEqualTo(CROWD));
            crowd.cutAll();
            long begin = stalls.nanoTime();
            crowd.connect(CROWD);
            await("all are back", LIMIT, () -> assertThat(crowd.entered()).isEqualTo(2 * CROWD));
            Duration took = stalls.since(begin);
            over.countDown();
            talk.orTimeout(30, TimeUnit.SECONDS).join();
            assertThat(crowd.lost()).as("refused or hung up on").isZero();
            assertThat(took).isLessThan(PACE);
            assertThat(Duration.ofNanos(slowest.get())).as("the slowest answer").isLessThan(PATIENCE);
            bystander.close();
        }
    }

    private static CompletableFuture<Void> talk(
            Member bystander, Stalls stalls, AtomicLong slowest, CountDownLatch over) {
        CompletableFuture<Void> talk = new CompletableFuture<>();
        Wire.start("bystander", () -> {
            try {
                do {
                    long begin = stalls.nanoTime();
                    bystander.ask("echo", "1").orTimeout(30, TimeUnit.SECONDS).join();
                    slowest.accumulateAndGet(stalls.since(begin).toNanos(), Math::max);
                } while (!over.await(5, TimeUnit.MILLISECONDS));
                talk.complete(null);
            } catch (Throwable e) {
                talk.completeExceptionally(e);
            }
        });
        return talk;
    }

    /** The loop stands still: for less than a pong may take, and for longer than ping and pong together. */
    @ParameterizedTest
    @CsvSource({"2000, 0", "7500, 5"})
    void isNotBlamedForAPauseOfOurOwn(int millis, int percent) throws Exception {
        int count = Math.min(CROWD, 1_000);
        try (MaruServer server = serve(options -> options.loops(1)
                        .handlersOnEventLoop()
                        .engine(engine ->
                                engine.pingInterval(Duration.ofMillis(1_500)).pingTimeout(Duration.ofSeconds(3))));
                Crowd crowd = new Crowd(server.port(), false)) {
            crowd.connect(count);
            await("all are in", LIMIT, () -> assertThat(crowd.entered()).isEqualTo(count));
            Member stops = Member.enter(Member.Kind.WEBSOCKET, server.port(), "/", new Silent());
            stops.ask("stand-still", Integer.toString(millis))
                    .orTimeout(30, TimeUnit.SECONDS)
                    .join();
            awaitTheEndOfASilentClient(server.port());
            assertThat(crowd.lost()).isLessThanOrEqualTo(count * percent / 100);
            stops.close();
        }
    }

    /** Waits until everybody who was there before has been judged again. */
    private static void awaitTheEndOfASilentClient(int port) throws IOException {
        Tcp silent = new Tcp(port);
        silent.upgrade("/socket.io/?EIO=4&transport=websocket");
        while (silent.readFrame().first() != Tcp.CLOSE) {
            // pings, which it does not answer
        }
        silent.close();
    }

    /** Does not mind what it hears. */
    private static final class Silent implements Member.Listener {
        @Override
        public void onSaid(int number, String rest) {}

        @Override
        public void onEnd() {}
    }
}
