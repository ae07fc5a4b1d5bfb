package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.server.engine.Overflow;
import io.maru.server.engine.SendResult;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that stops reading, on a real connection: what it costs, what it misses, and that others miss nothing. */
class BackpressureTest extends ServerFixture {

    private static final Pattern TICK = Pattern.compile("\"tick\",(?:\"args\":\\[)?(\\d+)");
    private static final int LIMIT = 300_000;
    private static final String PADDING = "x".repeat(20_000);

    private final BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();

    private void serveWith(Overflow policy) {
        serve(options -> options.engine(engine -> engine.overflow(policy).maxBufferedBytes(LIMIT)))
                .onConnection(sockets::add);
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

    private static int number(String text) {
        Matcher matcher = TICK.matcher(text);
        assertThat(matcher.find())
                .as(text.substring(0, Math.min(text.length(), 100)))
                .isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    /** Sends numbers, one a turn of the loop, until so many were lost; gives how many were sent. */
    private int sendUntilLost(Socket slow, WireClient bystander, IntConsumer send, int lost) {
        int sent = 0;
        while (losses() < lost) {
            assertThat(sent).as("nothing was ever lost").isLessThan(5_000);
            send.accept(sent);
            assertThat(number(bystander.text())).isEqualTo(sent);
            assertThat(slow.bufferedBytes()).isLessThan(LIMIT + 2 * PADDING.length());
            sent++;
        }
        return sent;
    }

    private long losses() {
        LimitStats limits = server().stats().limits();
        return limits.droppedNewest() + limits.droppedOldest() + limits.coalesced();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void losesTheOldestAndTheRoomLosesNothing(boolean plain) {
        serveWith(Overflow.DROP_OLDEST);
        WireClient slow = plain ? plain() : socketIo();
        Socket socket = next();
        WireClient bystander = plain ? socketIo() : plain();
        next();
        int sent = sendUntilLost(socket, bystander, i -> server().main().emit("tick", i, PADDING), 30);
        server().main().emit("end");
        int heard = 0;
        int last = -1;
        String text = slow.text();
        while (!text.contains("\"end\"")) {
            int number = number(text);
            assertThat(number).isGreaterThan(last);
            last = number;
            heard++;
            text = slow.text();
        }
        assertThat(last).as("the newest").isEqualTo(sent - 1);
        assertThat(heard).isEqualTo(sent - (int) server().stats().limits().droppedOldest());
        assertThat(server().stats().slowConsumers()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void losesTheNewestAndTheRoomLosesNothing(boolean plain) {
        serveWith(Overflow.DROP_NEWEST);
        WireClient slow = plain ? plain() : socketIo();
        Socket socket = next();
        WireClient bystander = plain ? socketIo() : plain();
        next();
        int sent = sendUntilLost(socket, bystander, i -> server().main().emit("tick", i, PADDING), 30);
        int kept = sent - (int) server().stats().limits().droppedNewest();
        int last = -1;
        for (int i = 0; i < kept; i++) {
            int number = number(slow.text());
            assertThat(number).isGreaterThan(last);
            last = number;
        }
        await().until(socket::isWritable);
        server().main().emit("tick", 99_999);
        assertThat(number(slow.text())).isEqualTo(99_999);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void getsOnlyTheLastOfAKeyAndAllElse(boolean plain) {
        serveWith(Overflow.CLOSE);
        WireClient slow = plain ? plain() : socketIo();
        Socket socket = next();
        WireClient bystander = plain ? socketIo() : plain();
        next();
        Broadcast position = server().main().coalesce("position");
        int sent = sendUntilLost(socket, bystander, i -> position.emit("tick", i, PADDING), 30);
        server().main().emit("between");
        position.emit("tick", sent);
        String text = slow.text();
        int heard = 0;
        while (!text.contains("\"between\"")) {
            heard++;
            text = slow.text();
        }
        assertThat(number(slow.text())).as("behind what came before it").isEqualTo(sent);
        assertThat(heard).isEqualTo(sent - (int) server().stats().limits().coalesced());
        assertThat(server().stats().slowConsumers()).isZero();
    }

    @Test
    void getsOnlyTheLastOfAKeyOverPolling() {
        serveWith(Overflow.CLOSE);
        PollingClient client = PollingClient.open(port()).post("40");
        connected(client.poll());
        Socket socket = next();
        for (int i = 0; i < 1000; i++) {
            socket.coalesce("position").emit("tick", i, PADDING);
            socket.coalesce("other").emit("other", i);
        }
        await().until(() -> server().stats().limits().coalesced() == 1998); // the loop has got to all of them
        assertThat(client.poll())
                .isEqualTo("42[\"tick\",999,\"" + PADDING + "\"]" + PollingClient.RS + "42[\"other\",999]");
    }

    @Test
    void losesTheOldestOverPolling() {
        serveWith(Overflow.DROP_OLDEST);
        PollingClient client = PollingClient.open(port()).post("40");
        connected(client.poll());
        Socket socket = next();
        for (int i = 0; i < 1000; i++) {
            socket.emit("tick", i, PADDING);
        }
        String[] got = get(socket.emitResult("end").thenApply(result -> {
                    assertThat(result).isEqualTo(SendResult.QUEUED);
                    return client.poll();
                }))
                .split(PollingClient.RS, -1);
        assertThat(got[got.length - 1]).isEqualTo("42[\"end\"]");
        assertThat(got.length).isBetween(5, LIMIT / PADDING.length() + 2);
        for (int i = 0; i < got.length - 1; i++) {
            assertThat(number(got[i])).isEqualTo(1000 - (got.length - 1) + i);
        }
        assertThat(server().stats().limits().droppedOldest()).isEqualTo(1000 - (got.length - 1));
    }

    @ParameterizedTest
    @EnumSource(
            value = Overflow.class,
            names = {"DROP_NEWEST", "DROP_OLDEST"})
    void isSentAwayWhenAnAnswerFindsNoRoom(Overflow policy) {
        serve(options -> options.engine(engine -> engine.overflow(policy).maxBufferedBytes(LIMIT)))
                .onConnection(socket -> {
                    socket.on("ask", event -> event.ack().send(PADDING));
                    sockets.add(socket);
                });
        start();
        WireClient slow = socketIo();
        next();
        WireClient bystander = socketIo();
        for (int i = 0; server().stats().slowConsumers() == 0; i++) {
            assertThat(i).isLessThan(5_000);
            try {
                slow.send("42" + i + "[\"ask\"]");
            } catch (UncheckedIOException e) {
                await().until(() -> server().stats().slowConsumers() == 1); // it was sent away just now
            }
            fence(bystander);
        }
        assertThat(server().stats().limits().droppedNewest()).isZero();
        assertThat(server().stats().limits().droppedOldest()).isZero();
        await().until(() -> server().stats().clients() == 1);
    }

    @Test
    void keysOfTwoNamespacesAreTwo() {
        MaruServer server = serve();
        server.onConnection(sockets::add);
        server.of("/a").onConnection(sockets::add);
        start();
        PollingClient client = PollingClient.open(port()).post("40");
        connected(client.poll());
        client.post("40/a,");
        connected(client.poll());
        List<Socket> both = List.of(next(), next());
        both.forEach(socket -> socket.coalesce("k").emit("x"));
        both.forEach(socket -> socket.coalesce("k").emit("y"));
        await().until(() -> server.stats().limits().coalesced() == 2);
        assertThat(client.poll().split(PollingClient.RS, -1)).containsExactlyInAnyOrder("42[\"y\"]", "42/a,[\"y\"]");
    }

    @Test
    void tellsWhatHasBecomeOfAnEvent() {
        serve(options -> options.engine(
                        engine -> engine.overflow(Overflow.DROP_NEWEST).maxBufferedBytes(LIMIT)))
                .onConnection(sockets::add);
        start();
        WireClient client = socketIo();
        Socket socket = next();
        assertThat(get(socket.emitResult("first"))).isEqualTo(SendResult.SENT);
        client.expect("42[\"first\"]");
        boolean queued = false;
        SendResult result = SendResult.SENT;
        for (int i = 0; result != SendResult.DROPPED; i++) {
            assertThat(i).isLessThan(5_000);
            result = get(socket.emitResult("big", PADDING));
            queued |= result == SendResult.QUEUED;
        }
        assertThat(queued).isTrue();
        // the operating system may still take some of what waits, until it is full as well
        await().until(() -> {
            get(socket.emitResult("big", PADDING));
            return get(socket.asVolatile().emitResult("big")) == SendResult.DROPPED;
        });
        client.cut();
        await().until(() -> !socket.isConnected());
        assertThat(get(socket.emitResult("late"))).isEqualTo(SendResult.CLOSED);
    }
}
