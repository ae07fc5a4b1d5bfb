package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.maru.server.ServerOptions.Transport;
import io.maru.server.netty.LoopStats;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Relaying a chat message costs a loop no more than it did: memory, tasks, writes, flushes and system calls. They are counted,
 * so no clock and no other load has a say.
 *
 * <p>The build keeps the optimizing compiler out ({@code -XX:TieredStopAtLevel=1}): what is allocated is then the same in
 * every run, and one object more for each delivery is seen. The ceilings are about a tenth over that, with the JDK that takes
 * more. With the optimizing compiler, which only removes allocations, they hold too. Who brings a figure down lowers its
 * ceiling.
 */
class HotPathGuardTest extends ServerFixture {

    /** Bytes for a message that comes, from the read to the end of the turn, without its deliveries. */
    private static final int SOCKET_IO_MESSAGE = 1500;

    private static final int PLAIN_MESSAGE = 1700;

    /** Bytes for each recipient. NIO and io_uring make something for each send, in Netty and the JDK. */
    private static final int NIO_DELIVERY = 140;

    private static final int EPOLL_DELIVERY = 76;
    private static final int IO_URING_DELIVERY = 150;

    private static final int FEW = 10;
    private static final int MANY = 60;
    private static final int MESSAGES = 200;
    private static final int BURST = 100;
    private static final int ROUNDS = 4; // the first ones load classes

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Path SYSTEM_CALLS = Path.of("/proc/thread-self/io");

    private static ResourceLeakDetector.Level leakDetection = ResourceLeakDetector.getLevel();

    private final Members members = new Members(this);

    private record Setup(Transport transport, boolean plain, boolean onLoop) {}

    /** What the loop has done; memory in bytes. */
    private record Cost(LoopStats sent, long memory) {
        // the task that looks at the figures is one itself
        Cost since(Cost before) {
            LoopStats then = before.sent;
            LoopStats more = new LoopStats(
                    sent.frames() - then.frames(),
                    sent.bytes() - then.bytes(),
                    sent.writes() - then.writes(),
                    sent.flushes() - then.flushes(),
                    sent.turns() - then.turns(),
                    sent.tasks() - then.tasks() - 1);
            return new Cost(more, memory - before.memory);
        }
    }

    static List<Setup> setups() {
        List<Setup> setups = new ArrayList<>();
        for (Transport transport : List.of(Transport.NIO, Transport.EPOLL, Transport.IO_URING)) {
            if (isThere(transport)) {
                for (boolean plain : new boolean[] {false, true}) {
                    setups.add(new Setup(transport, plain, true));
                    setups.add(new Setup(transport, plain, false));
                }
            }
        }
        return setups;
    }

    private static boolean isThere(Transport transport) {
        return switch (transport) {
            case EPOLL -> Epoll.isAvailable();
            case IO_URING -> IoUring.isAvailable() && IoUring.isRegisterBufferRingSupported();
            default -> true;
        };
    }

    // it allocates for each buffer
    @BeforeAll
    static void detectNoLeaks() {
        leakDetection = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterAll
    static void detectLeaks() {
        ResourceLeakDetector.setLevel(leakDetection);
    }

    @ParameterizedTest
    @MethodSource("setups")
    void isRelayedWithinItsCeilings(Setup setup) {
        open(setup);
        long few = Long.MAX_VALUE;
        long many = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            few = Math.min(few, relay(setup, "few1", FEW).memory());
            many = Math.min(many, relay(setup, "many", MANY).memory());
        }
        int message = setup.plain() ? PLAIN_MESSAGE : SOCKET_IO_MESSAGE;
        int delivery = deliveryCeiling(setup.transport());
        double toFew = (double) few / MESSAGES;
        double oneMore = (double) (many - few) / (MANY - FEW) / MESSAGES;
        assertThat(toFew)
                .as("bytes for a message to %d, %s", FEW, setup)
                .isBetween(1.0, message + FEW * (double) delivery);
        assertThat(oneMore).as("bytes for one more recipient, %s", setup).isLessThanOrEqualTo(delivery);
    }

    private static int deliveryCeiling(Transport transport) {
        return switch (transport) {
            case EPOLL -> EPOLL_DELIVERY;
            case IO_URING -> IO_URING_DELIVERY;
            default -> NIO_DELIVERY;
        };
    }

    /** Each message by itself: nothing is sent before the last one was got. */
    private Cost relay(Setup setup, String event, int recipients) {
        String text = text(setup, event);
        long callsBefore = onLoop(HotPathGuardTest::writeCalls);
        Cost before = cost();
        for (int i = 0; i < MESSAGES; i++) {
            client(setup, 0).send(text);
            client(setup, 1).expect(text);
        }
        for (int i = 2; i <= recipients; i++) {
            client(setup, i).skip(MESSAGES * frameLength(text));
        }
        Cost cost = cost().since(before);
        long calls = onLoop(HotPathGuardTest::writeCalls) - callsBefore;
        int deliveries = MESSAGES * recipients;
        int tasks = setup.onLoop() ? 0 : MESSAGES; // the deliveries
        assertThat(cost.sent())
                .isEqualTo(new LoopStats(
                        deliveries, (long) deliveries * frameLength(text), deliveries, deliveries, MESSAGES, tasks));
        if (setup.transport() == Transport.NIO) { // which uses write; others use what the system does not count
            // its selector may be woken, too
            assertThat(calls).isLessThanOrEqualTo(deliveries + 2 * MESSAGES + 10);
        }
        return cost;
    }

    @ParameterizedTest
    @MethodSource("setups")
    void isFlushedOnceWithAllThatCameInItsRead(Setup setup) {
        open(setup);
        String text = text(setup, "many");
        long flushes = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) { // the first ones teach the transport how much can come
            Cost before = cost();
            client(setup, 0).sendAll(Collections.nCopies(BURST, text));
            for (int i = 1; i <= MANY; i++) {
                client(setup, i).skip(BURST * frameLength(text));
            }
            LoopStats sent = cost().since(before).sent();
            assertThat(sent.frames()).isEqualTo(BURST * MANY);
            assertThat(sent.writes()).isEqualTo(sent.flushes());
            assertThat(sent.flushes()).isEqualTo(sent.turns() * MANY);
            assertThat(sent.tasks()).isEqualTo(setup.onLoop() ? 0 : BURST);
            flushes = Math.min(flushes, sent.flushes());
        }
        if (setup.onLoop()) { // workers and the loop run side by side
            assertThat(flushes).isEqualTo(MANY);
        }
    }

    private void open(Setup setup) {
        serve(options -> {
                    options.loops(1)
                            .transport(setup.transport())
                            .engine(engine -> engine.pingInterval(Duration.ofMinutes(10)));
                    if (setup.onLoop()) {
                        options.handlersOnEventLoop();
                    }
                })
                .onConnection(socket -> {
                    for (String room : List.of("few1", "many")) {
                        socket.on(room, event -> socket.to(room).emit(event.name(), event.args()));
                    }
                });
        start();
        for (int i = 0; i <= MANY; i++) {
            members.add(name(setup, i), i <= FEW ? new String[] {"few1", "many"} : new String[] {"many"});
        }
        members.assertSilence();
    }

    private static String name(Setup setup, int i) {
        return (setup.plain() ? "p" : "s") + i;
    }

    private WireClient client(Setup setup, int i) {
        return members.client(name(setup, i));
    }

    private static String text(Setup setup, String event) {
        String rest = "\"roomId\":\"lobby\",\"message\":\"" + "x".repeat(60) + "\"}";
        return setup.plain() ? "{\"type\":\"" + event + "\"," + rest : "42[\"" + event + "\",{" + rest + "]";
    }

    private static int frameLength(String text) {
        return 2 + text.length();
    }

    private Cost cost() {
        return onLoop(() -> new Cost(server().loopStats().get(0), THREADS.getCurrentThreadAllocatedBytes()));
    }

    /** What the loop says when it has done all that it is doing. */
    private <T> T onLoop(Supplier<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        server().loops().get(0).execute(() -> answer.complete(question.get()));
        return get(answer);
    }

    // of this thread, as Linux counts them
    private static long writeCalls() {
        if (!Files.isReadable(SYSTEM_CALLS)) {
            return 0;
        }
        try {
            for (String line : Files.readAllLines(SYSTEM_CALLS)) {
                if (line.startsWith("syscw: ")) {
                    return Long.parseLong(line.substring("syscw: ".length()));
                }
            }
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
