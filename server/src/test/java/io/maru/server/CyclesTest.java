package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Thousands of clients come, join and go, a third of them cut, and leave nothing behind. */
class CyclesTest extends ServerFixture {

    private static final int CYCLES = 10_000;
    private static final int WARM_UP = 2_000;
    private static final int POLLING = 300;
    private static final long SLACK = 6L << 20; // 600 bytes a cycle would be more

    @Test
    void leaveRoomsSessionsAndMemoryAsTheyWere() {
        MaruServer server = serve(options -> options.loops(2)
                .engine(engine -> engine.pingInterval(Duration.ofSeconds(4)).pingTimeout(Duration.ofSeconds(2))));
        server.onConnection(socket -> socket.on("join", event -> {
            socket.join("room " + event.args().get(0), "everyone");
            socket.data().put("joined", true);
            socket.to("everyone").emit("joined", event.args());
            event.ack().send();
        }));
        start();

        run(WARM_UP, POLLING / 5);
        assertNobodyIsLeft();
        long heap = usedHeap();
        long direct = PlatformDependent.usedDirectMemory();

        run(CYCLES, POLLING);
        assertNobodyIsLeft();
        await().untilAsserted(() -> assertThat(usedHeap()).isLessThan(heap + SLACK));
        await().untilAsserted(
                        () -> assertThat(PlatformDependent.usedDirectMemory()).isLessThan(direct + SLACK));
        // the detector reports at the next allocation what a collection has found
        fence(socketIo());
        assertNoLeakIsKnown();
    }

    private void run(int cycles, int polling) {
        CompletableFuture<?>[] threads = new CompletableFuture<?>[3];
        for (int t = 0; t < 2; t++) {
            int from = t;
            threads[t] = ServerFixture.inThread(() -> {
                for (int i = from; i < cycles; i += 2) {
                    cycle(i);
                }
            });
        }
        threads[2] = ServerFixture.inThread(() -> {
            for (int i = 0; i < polling; i++) {
                pollingCycle(i);
            }
        });
        CompletableFuture.allOf(threads).join();
    }

    private void cycle(int i) {
        boolean plain = i % 2 == 0;
        WireClient client = WireClient.open(port(), plain ? "/" : "/socket.io/?EIO=4&transport=websocket");
        String answer;
        if (plain) {
            client.send("{\"type\":\"join\",\"args\":[" + i % 10 + "],\"messageId\":1}");
            answer = "{\"type\":\"callback\",\"messageId\":1}";
        } else {
            client.text();
            connected(client.send("40").text());
            client.send("421[\"join\"," + i % 10 + "]");
            answer = "431[]";
        }
        String text = client.text();
        while (!text.equals(answer)) {
            text = client.text(); // others have joined
        }
        if (i % 3 == 0) {
            client.cut();
        } else if (i % 3 == 1 || plain) {
            client.sendClose(1000);
            client.close();
        } else {
            client.send("41");
            client.close();
        }
    }

    private void pollingCycle(int i) {
        PollingClient client = PollingClient.open(port()).post("40");
        assertThat(client.poll()).startsWith("40{\"sid\":");
        client.post("421[\"join\"," + i % 10 + "]");
        if (i % 3 != 0) {
            client.post("1");
        } // the others are given up, and found out by their heartbeat
    }

    private void assertNobodyIsLeft() {
        MaruServer server = server();
        await().atMost(Duration.ofSeconds(30)).until(() -> server.stats().clients() == 0);
        await().untilAsserted(() -> assertThat(server.main().roomSizes()).isEmpty());
        assertThat(server.main().sockets()).isEmpty();
        assertThat(server.stats().namespaces()).isEqualTo(1);
        assertThat(server.main().roomSize("everyone")).isZero();
    }

    private static long usedHeap() {
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
