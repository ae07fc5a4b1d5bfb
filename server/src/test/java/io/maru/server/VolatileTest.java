package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Events that may be lost. */
class VolatileTest extends ServerFixture {

    private static final String BIG = "x".repeat(100_000);

    @Test
    void arriveAtAClientThatReads() {
        serve().onConnection(socket -> socket.on("go", event -> {
            for (int i = 0; i < 50; i++) {
                socket.asVolatile().emit("v", i);
            }
            server().main().everyone().asVolatile().emit("all");
            socket.timeout(Duration.ofSeconds(1)).asVolatile().emit("done");
        }));
        start();
        WireClient client = socketIo();
        client.send("42[\"go\"]");
        for (int i = 0; i < 50; i++) {
            client.expect("42[\"v\"," + i + "]");
        }
        client.expect("42[\"all\"]", "42[\"done\"]");
        assertThat(server().stats().droppedVolatile()).isZero();
    }

    @Test
    void areDroppedWhileTheClientDoesNotReadAndOthersAreKept() {
        serve(options -> options.engine(engine -> engine.maxBufferedBytes(1 << 30)))
                .onConnection(socket -> socket.on("go", event -> {
                    int kept = 0;
                    while (server().stats().droppedVolatile() == 0 && kept < 1000) {
                        socket.emit("kept", kept++, BIG);
                        socket.asVolatile().emit("may be lost");
                        server().main().everyone().asVolatile().emit("may be lost too");
                        // a turn of the loop between
                        get(server().main().fetchSockets());
                    }
                    socket.emit("done", kept);
                }));
        start();
        WireClient client = socketIo();
        client.send("42[\"go\"]");
        await().until(() -> server().stats().droppedVolatile() > 0);
        int kept = 0;
        String text = client.text();
        while (!text.startsWith("42[\"done\"")) {
            if (text.startsWith("42[\"kept\"")) {
                assertThat(text).startsWith("42[\"kept\"," + kept++ + ",");
            }
            text = client.text();
        }
        assertThat(text).isEqualTo("42[\"done\"," + kept + "]");
        assertThat(kept).isPositive();
    }

    @Test
    void areDroppedOverPollingUnlessAPollWaits() {
        MaruServer server = serve();
        start();
        PollingClient client = PollingClient.open(port()).post("40");
        connected(client.poll());
        server.main().everyone().asVolatile().emit("lost");
        server.main().emit("kept");
        await().until(() -> server.stats().droppedVolatile() == 1);
        assertThat(client.poll()).isEqualTo("42[\"kept\"]");
        CompletableFuture<String> poll = client.pollLater();
        await().until(() -> {
            server.main().everyone().asVolatile().emit("arrives");
            return poll.isDone();
        });
        assertThat(get(poll)).startsWith("42[\"arrives\"]");
    }

    @Test
    void areQuestionsNever() {
        serve().onConnection(socket -> {
            for (int i = 0; i < 8; i++) {
                socket.emit("big", BIG);
            }
            socket.asVolatile().request("ask").thenAccept(answer -> socket.emit("asked", answer));
        });
        start();
        WireClient client = socketIo();
        for (int i = 0; i < 8; i++) {
            assertThat(client.text()).startsWith("42[\"big\"");
        }
        client.expect("420[\"ask\"]").send("430[7]").expect("42[\"asked\",7]");
    }
}
