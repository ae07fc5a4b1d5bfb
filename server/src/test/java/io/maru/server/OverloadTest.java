package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** More is kept for all clients together than may be. */
class OverloadTest extends ServerFixture {

    private static final int MAX = 1_000_000;
    private static final String PADDING = "x".repeat(20_000);

    private final BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();
    private final List<String> ends = new CopyOnWriteArrayList<>();
    private final CountDownLatch gate = new CountDownLatch(1);

    @BeforeEach
    void serveLittle() {
        serve(options -> options.loops(2)
                        .maxPendingBytes(1 << 30)
                        .maxPendingEvents(1 << 20)
                        .limits(limits -> limits.maxQueuedBytes(MAX))
                        .engine(engine -> engine.maxBufferedBytes(1 << 30)))
                .onConnection(socket -> {
                    socket.on("wait", event -> gate.await());
                    socket.onDisconnect(reason -> ends.add(socket.id() + " " + reason.text()));
                    sockets.add(socket);
                });
        start();
    }

    private Socket next() {
        try {
            Socket socket = sockets.poll(10, TimeUnit.SECONDS);
            assertThat(socket).isNotNull();
            return socket;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private LimitStats limits() {
        return server().stats().limits();
    }

    private String handshake() {
        WireClient client = WireClient.request(port(), "/");
        client.close();
        return client.head();
    }

    /** Newcomers are refused, then the one for whom most is kept goes, and all is well. */
    private void assertRefusedAndShed(Socket worst, WireClient bystander) {
        await().until(() -> handshake().startsWith("HTTP/1.1 503 "));
        assertThat(limits().refusedOverloaded()).isPositive();
        await().until(() -> limits().overloaded() == 1);
        gate.countDown();
        await().until(() -> ends.contains(worst.id() + " server overloaded"));
        assertThat(ends).filteredOn(end -> end.endsWith("overloaded")).hasSize(1);
        fence(bystander);
        await().until(() -> limits().queuedBytes() == 0);
        await().until(() -> handshake().startsWith("HTTP/1.1 101 "));
        assertThat(limits().overloaded()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bySomebodyWhoDoesNotRead(boolean plain) {
        WireClient bystander = socketIo();
        next();
        WireClient slow = plain ? plain() : socketIo();
        Socket socket = next();
        for (int i = 0; limits().queuedBytes() < MAX / 2; i++) {
            assertThat(i).isLessThan(5_000);
            server().main().emit("tick", PADDING);
            assertThat(bystander.text()).startsWith("42[\"tick\",");
        }
        emitTooMuch(socket);
        assertRefusedAndShed(socket, bystander);
        slow.close();
    }

    // at once: who is over the limit for long is sent away before the test has got to what it asks
    private static void emitTooMuch(Socket socket) {
        for (int i = 0; i < 2 * MAX / PADDING.length(); i++) {
            socket.emit("tick", PADDING);
        }
    }

    @Test
    void bySomebodyWhoDoesNotPoll() {
        WireClient bystander = socketIo();
        next();
        connected(PollingClient.open(port()).post("40").poll());
        Socket socket = next();
        emitTooMuch(socket);
        await().until(() -> limits().queuedBytes() > MAX);
        assertRefusedAndShed(socket, bystander);
    }

    @Test
    void bySomebodyWhoSendsMoreThanHandlersTake() {
        WireClient bystander = socketIo();
        next();
        WireClient busy = socketIo();
        Socket socket = next();
        for (int i = 0; i < 2 * MAX / PADDING.length(); i++) {
            busy.send("42[\"wait\",\"" + PADDING + "\"]");
        }
        await().until(() -> limits().queuedBytes() > MAX);
        assertRefusedAndShed(socket, bystander);
    }

    @Test
    void forAMomentHurtsNobody() {
        WireClient client = socketIo();
        Socket socket = next();
        for (int i = 0; limits().queuedBytes() < MAX / 2; i++) {
            assertThat(i).isLessThan(5_000);
            socket.emit("tick", PADDING);
            get(server().main().fetchSockets());
        }
        emitTooMuch(socket);
        await().until(() -> limits().queuedBytes() > MAX);
        socket.emit("end");
        String text = client.text();
        while (!text.equals("42[\"end\"]")) {
            text = client.text();
        }
        await().until(() -> limits().queuedBytes() == 0);
        fence(client);
        assertThat(limits().overloaded()).isZero();
    }
}
