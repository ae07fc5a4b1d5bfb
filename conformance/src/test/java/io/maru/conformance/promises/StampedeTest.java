package io.maru.conformance.promises;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.client.ClientOptions.Transport;
import io.maru.client.MaruClient;
import io.maru.client.Socket;
import io.maru.server.MaruServer;
import io.maru.wire.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * A server stops and comes back: its clients come back by themselves, not all at the same moment, and all. 500 clients, or as
 * many as {@code -Dmaru.crowd} says.
 */
class StampedeTest {

    private static final int SLICE_MILLIS = 100;
    private static final int SLICES = 300;

    /** The system's clock, which knows of a task that is running when it was to run: a machine may be late. */
    private static final class MeantClock implements Clock {
        private final ThreadLocal<Long> meant = new ThreadLocal<>();

        long meant() {
            return meant.get();
        }

        @Override
        public long nanoTime() {
            return SYSTEM.nanoTime();
        }

        @Override
        public Timeout schedule(ScheduledExecutorService loop, long delayNanos, Runnable task) {
            long due = nanoTime() + delayNanos;
            return SYSTEM.schedule(loop, delayNanos, () -> {
                meant.set(due);
                try {
                    task.run();
                } finally {
                    meant.remove();
                }
            });
        }
    }

    private static MaruServer serve(int port) {
        return MaruServer.create(options -> options.host("127.0.0.1").port(port))
                .onConnection(socket -> socket.on("echo", event -> event.ack().send(event.args())))
                .start();
    }

    @Test
    void isSpreadAndEndsWithAllBack() {
        int clients = Integer.getInteger("maru.crowd", 500);
        // by slices of time since the stop, the attempts to reconnect, each at the moment that its client has chosen
        AtomicIntegerArray attempts = new AtomicIntegerArray(SLICES);
        AtomicInteger inVain = new AtomicInteger();
        AtomicLong stopped = new AtomicLong();
        AtomicInteger connects = new AtomicInteger();
        AtomicBoolean serving = new AtomicBoolean();
        MeantClock clock = new MeantClock();
        MaruServer first = serve(0);
        int port = first.port();
        // handlers run where the timers do, so that they can see for when an attempt was meant
        try (MaruClient client =
                MaruClient.create(options -> options.clock(clock).executor(Runnable::run))) {
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                Socket socket = client.socket(
                        "http://127.0.0.1:" + port,
                        options -> options.transports(Transport.WEBSOCKET)
                                .forceNew(true)
                                .setup(it -> it.onConnect(connected -> connects.incrementAndGet())));
                socket.manager().onReconnectAttempt(n -> {
                    long millis = TimeUnit.NANOSECONDS.toMillis(clock.meant() - stopped.get());
                    attempts.incrementAndGet((int) Math.min(SLICES - 1, millis / SLICE_MILLIS));
                    if (!serving.get()) {
                        inVain.incrementAndGet();
                    }
                });
                sockets.add(socket);
            }
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> connects.get() == clients);
            stopped.set(System.nanoTime());
            first.stop(Duration.ofSeconds(5)).join();
            try (MaruServer second = serve(port)) {
                serving.set(true);
                Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> connects.get() >= 2 * clients);
                long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - stopped.get());
                assertThat(second.stats().clients()).isEqualTo(clients);
                assertThat(sockets.stream().map(socket -> socket.emitWithAck("echo", 1)))
                        .allSatisfy(answer -> assertThat(answer).succeedsWithin(Duration.ofSeconds(30)));
                int most = 0;
                int all = 0;
                for (int i = 0; i < SLICES; i++) {
                    most = Math.max(most, attempts.get(i));
                    all += attempts.get(i);
                }
                System.out.println("StampedeTest: " + clients + " clients were back after " + millis + " ms with " + all
                        + " attempts, " + most + " of them within " + SLICE_MILLIS + " ms at most");
                // the first attempts are spread over a second
                assertThat(most).as("at a time").isLessThan(clients / 3);
                assertThat(all - inVain.get())
                        .as("in all, since there is a server")
                        .isLessThan(2 * clients);
            }
        }
    }
}
