package io.maru.conformance.promises;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.client.ClientOptions.Transport;
import io.maru.client.MaruClient;
import io.maru.client.Socket;
import io.maru.server.MaruServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

    private static MaruServer serve(int port) {
        return MaruServer.create(options -> options.host("127.0.0.1").port(port))
                .onConnection(socket -> socket.on("echo", event -> event.ack().send(event.args())))
                .start();
    }

    @Test
    void isSpreadAndEndsWithAllBack() {
        int clients = Integer.getInteger("maru.crowd", 500);
        // by slices of time since the stop, the attempts to reconnect; without an attempt before the server is back
        AtomicIntegerArray attempts = new AtomicIntegerArray(SLICES);
        AtomicLong stopped = new AtomicLong();
        AtomicInteger back = new AtomicInteger();
        MaruServer first = serve(0);
        int port = first.port();
        try (MaruClient client = MaruClient.create()) {
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                Socket socket = client.socket(
                        "http://127.0.0.1:" + port,
                        options -> options.transports(Transport.WEBSOCKET)
                                .forceNew(true)
                                .setup(it -> it.onConnect(connected -> {
                                    if (stopped.get() != 0) {
                                        back.incrementAndGet();
                                    }
                                })));
                socket.manager().onReconnectAttempt(n -> {
                    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - stopped.get());
                    attempts.incrementAndGet((int) Math.min(SLICES - 1, millis / SLICE_MILLIS));
                });
                sockets.add(socket);
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> sockets.stream().allMatch(Socket::isConnected));
            first.stop(Duration.ofSeconds(5)).join();
            stopped.set(System.nanoTime());
            try (MaruServer second = serve(port)) {
                Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> back.get() == clients);
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
                assertThat(all).as("in all").isLessThan(2 * clients);
            }
        }
    }
}
