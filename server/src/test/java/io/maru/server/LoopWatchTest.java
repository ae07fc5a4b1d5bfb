package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.maru.server.engine.ManualLoop;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Handlers that hold an event loop are told of. */
class LoopWatchTest extends ServerFixture {

    // more than any other handler here takes, also where the machine is slow
    private static final Duration SLOW = Duration.ofMillis(500);

    private final Logger logger = (Logger) LoggerFactory.getLogger(MaruServer.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final CountDownLatch gate = new CountDownLatch(1);

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void listenNoMore() {
        gate.countDown();
        logger.detachAppender(log);
    }

    private List<ILoggingEvent> warnings() {
        return List.copyOf(log.list).stream()
                .filter(event -> event.getLevel() == Level.WARN)
                .toList();
    }

    private void blockTheLoop() throws InterruptedException {
        gate.await(10, TimeUnit.SECONDS);
    }

    @Test
    void warnsWithTheStackOfTheHandler() {
        serve(options -> options.handlersOnEventLoop().slowHandler(SLOW))
                .onConnection(socket -> socket.on("block", event -> blockTheLoop()));
        start();
        WireClient client = socketIo();
        client.send("42[\"block\"]");
        await().until(() -> server().stats().blockedLoops() == 1);
        await().until(() -> !warnings().isEmpty());
        gate.countDown();
        fence(client);
        ILoggingEvent warning = warnings().get(0);
        assertThat(warning.getFormattedMessage()).startsWith("a handler has held loop 0 for ");
        assertThat(Arrays.toString(warning.getThrowableProxy().getStackTraceElementProxyArray()))
                .contains("LoopWatchTest.blockTheLoop");
        assertThat(warnings()).hasSize(1);
    }

    @Test
    void warnsOfManyOnceAndCountsAll() throws Exception {
        serve(options -> options.handlersOnEventLoop().slowHandler(SLOW))
                .onConnection(socket -> socket.on("block", event -> {
                    long before = server().stats().blockedLoops();
                    while (server().stats().blockedLoops() == before) {
                        Thread.onSpinWait();
                    }
                }));
        start();
        WireClient client = socketIo();
        for (int i = 0; i < 3; i++) {
            client.send("42[\"block\"]");
            fence(client);
        }
        assertThat(server().stats().blockedLoops()).isEqualTo(3);
        assertThat(warnings()).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void letsWorkersTakeTheirTime() {
        serve(options -> options.slowHandler(Duration.ofMillis(1)))
                .onConnection(socket -> socket.on("block", event -> blockTheLoop()));
        start();
        WireClient client = socketIo();
        client.send("42[\"block\"]");
        fence(socketIo());
        gate.countDown();
        fence(client);
        assertThat(server().stats().blockedLoops()).isZero();
    }

    @Test
    void countsFromAnewWhenAllStoodStill() {
        Blocking loop = new Blocking();
        LoopWatch watch = new LoopWatch(
                List.of(loop.threads),
                Duration.ofMillis(100),
                () -> false,
                (index, nanos, stack) -> loop.told += nanos);
        loop.runs(() -> {
            watch.look(0, false);
            watch.look(ms(99), false);
            watch.look(ms(500), true); // a collection
            watch.look(ms(599), false);
            assertThat(loop.told).isZero();
            watch.look(ms(600), false);
            assertThat(loop.told).isEqualTo(ms(100));
            watch.look(ms(900), false);
            assertThat(loop.told).isEqualTo(ms(100));
        });
        watch.look(ms(2000), false);
        watch.look(ms(3000), false);
        assertThat(loop.told).isEqualTo(ms(100));
    }

    private static long ms(long ms) {
        return TimeUnit.MILLISECONDS.toNanos(ms);
    }

    /** A loop that is this thread. */
    private static final class Blocking {
        final ManualLoop loop = new ManualLoop();
        final HandlerThreads.OnLoop threads = new HandlerThreads.OnLoop(loop);
        long told;

        void runs(Runnable task) {
            loop.enter(() -> threads.execute(task));
        }
    }
}
