package io.maru.server.engine;

import static io.maru.server.engine.EngineFixture.WEBSOCKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.Encoded;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of messages for a client that takes nothing, on every way that they can go. */
class OverflowTest {

    private static final String RS = "\u001e";

    /** The ways of a message. */
    enum Way {
        POLLING,
        WEBSOCKET,
        PLAIN
    }

    /** One client, which takes nothing until it is told to. */
    private static final class Client {
        final Load load = new Load();
        final ManualLoop loop = new ManualLoop();
        private final Way way;
        private String sid = "";
        private @Nullable Engine engine;
        private @Nullable FakeChannel channel;
        private @Nullable RecordingListener listener;

        Client(Way way, Consumer<EngineOptions.Builder> configure) {
            this.way = way;
            EngineOptions.Builder builder = EngineOptions.builder();
            configure.accept(builder);
            EngineOptions options = builder.build();
            SessionAcceptor acceptor = session -> {
                listener = new RecordingListener(session);
                return listener;
            };
            if (way == Way.PLAIN) {
                PlainOptions plain = new PlainOptions(
                        options.pingInterval(),
                        options.pingTimeout(),
                        1000,
                        options.maxBufferedBytes(),
                        List.of(),
                        null,
                        null,
                        options.limits(),
                        List.of());
                open(new PlainEndpoint(plain, Runnable::run, acceptor, load), "/");
                return;
            }
            engine = new Engine(options, Runnable::run, acceptor, load);
            if (way == Way.WEBSOCKET) {
                open(engine, WEBSOCKET);
                channel().take();
                return;
            }
            sid = EngineFixture.sidOf(get(EngineFixture.POLLING).body());
        }

        private void open(HttpEndpoint endpoint, String target) {
            FakeUpgrade upgrade = new FakeUpgrade(EngineFixture.request("GET", target), loop);
            loop.turn(() -> endpoint.onUpgrade(upgrade));
            channel = upgrade.channel();
            channel.writable = false;
            channel.buffered = 100;
        }

        private FakeExchange get(String target) {
            FakeExchange exchange = new FakeExchange(EngineFixture.request("GET", target), loop);
            loop.turn(() -> Objects.requireNonNull(engine).onRequest(exchange));
            return exchange;
        }

        FakeChannel channel() {
            return Objects.requireNonNull(channel);
        }

        RecordingListener listener() {
            return Objects.requireNonNull(listener);
        }

        Session session() {
            return listener().session;
        }

        SendResult send(String text, Handling handling) {
            List<SendResult> results = new ArrayList<>(1);
            loop.turn(() -> results.add(session().send(Encoded.text(text), handling)));
            return results.get(0);
        }

        SendResult send(String text) {
            return send(text, Handling.USUAL);
        }

        /** Takes all that waits. */
        List<String> take() {
            if (way == Way.POLLING) {
                String body = get(EngineFixture.POLLING + "&sid=" + sid).body();
                return Arrays.stream(body.split(RS, -1))
                        .map(packet -> packet.substring(1))
                        .toList();
            }
            channel().buffered = 0;
            channel().becomeWritable();
            return channel().take().stream()
                    .map(text -> way == Way.PLAIN ? text : text.substring(1))
                    .toList();
        }
    }

    private static String text(int i) {
        return i + " ".repeat(100);
    }

    private static List<String> texts(int from, int to) {
        List<String> texts = new ArrayList<>();
        for (int i = from; i < to; i++) {
            texts.add(text(i));
        }
        return texts;
    }

    @ParameterizedTest
    @EnumSource
    void dropsTheOldestAndKeepsTheOrderOfTheOthers(Way way) {
        Client client = new Client(way, o -> o.maxBufferedBytes(5_000).overflow(Overflow.DROP_OLDEST));
        for (int i = 0; i < 1000; i++) {
            assertThat(client.send(text(i))).isEqualTo(SendResult.QUEUED);
            assertThat(client.session().bufferedBytes()).isLessThan(5_000 + 100 + Backlog.OVERHEAD + 10);
        }
        assertThat(client.session().isWritable()).isFalse();
        long waiting = client.load.queuedBytes();
        assertThat(waiting).isPositive().isLessThan(5_400);

        List<String> got = client.take();
        assertThat(got).hasSizeBetween(10, 20).isEqualTo(texts(1000 - got.size(), 1000));
        assertThat(client.load.stats().droppedOldest()).isEqualTo(1000 - got.size());
        assertThat(client.load.queuedBytes()).isZero();
        assertThat(client.listener().take()).containsExactly("writable");
    }

    @ParameterizedTest
    @EnumSource
    void dropsTheOldestBeyondANumber(Way way) {
        Client client = new Client(way, o -> o.overflow(Overflow.DROP_OLDEST).maxBufferedMessages(3));
        for (int i = 0; i < 10; i++) {
            client.send(text(i));
        }
        assertThat(client.take()).isEqualTo(texts(7, 10));
        assertThat(client.load.stats().droppedOldest()).isEqualTo(7);
    }

    @ParameterizedTest
    @EnumSource
    void dropsTheNewest(Way way) {
        Client client = new Client(way, o -> o.maxBufferedBytes(1_000).overflow(Overflow.DROP_NEWEST));
        int kept = 0;
        if (way == Way.POLLING) {
            while (client.send(text(kept)) == SendResult.SENT) {
                kept++;
            }
            assertThat(kept).isBetween(3, 9);
        } else {
            client.channel().buffered = 1001;
            assertThat(client.send(text(0))).isEqualTo(SendResult.DROPPED);
        }
        assertThat(client.send(text(0))).isEqualTo(SendResult.DROPPED);
        assertThat(client.load.stats().droppedNewest()).isEqualTo(2);
        assertThat(client.session().isOpen()).isTrue();
        if (way == Way.POLLING) {
            assertThat(client.take()).isEqualTo(texts(0, kept));
        } else {
            assertThat(client.take()).isEmpty();
        }
        assertThat(client.send("next")).isEqualTo(SendResult.SENT);
        assertThat(client.session().isOpen()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void closesUnlessToldOtherwise(Way way) {
        Client client = new Client(way, o -> o.maxBufferedBytes(1_000));
        if (way != Way.POLLING) {
            client.channel().buffered = 1001;
        }
        SendResult result = SendResult.SENT;
        for (int i = 0; i < 10; i++) {
            result = client.send(text(i));
        }
        assertThat(result).isEqualTo(SendResult.CLOSED);
        assertThat(client.listener().take()).containsExactly("closed SLOW_CONSUMER");
    }

    @ParameterizedTest
    @EnumSource
    void sendsOnlyTheLastOfAKeyAndInOrder(Way way) {
        Client client = new Client(way, o -> {});
        Handling a = Handling.USUAL.withKey("a");
        Handling b = Handling.USUAL.withKey("b");
        client.send("a1", a);
        client.send("b1", b);
        client.send("x");
        client.send("a2", a);
        client.send("y");
        client.send("a3", a);
        assertThat(client.take()).containsExactly("b1", "x", "y", "a3");
        assertThat(client.load.stats().coalesced()).isEqualTo(2);
        assertThat(client.load.queuedBytes()).isZero();
        assertThat(client.session().isWritable()).isEqualTo(way != Way.POLLING);
    }

    @Test
    void sendsEveryMessageOfAKeyToAClientThatTakesIt() {
        Client client = new Client(Way.WEBSOCKET, o -> {});
        client.take();
        Handling key = Handling.USUAL.withKey("a");
        assertThat(client.send("1", key)).isEqualTo(SendResult.SENT);
        assertThat(client.send("2", key)).isEqualTo(SendResult.SENT);
        assertThat(client.channel().take()).containsExactly("41", "42");
        assertThat(client.load.stats().coalesced()).isZero();
    }

    @Test
    void countsWhatThisTurnWroteForNoBacklog() {
        Client client = new Client(Way.WEBSOCKET, o -> o.overflow(Overflow.DROP_OLDEST));
        FakeChannel channel = client.channel();
        channel.buffered = 0;
        channel.unflushed = 70_000;
        channel.writableWhenFlushed = true;
        assertThat(client.send("a")).isEqualTo(SendResult.SENT);
        assertThat(channel.take()).containsExactly("4a");
    }

    @ParameterizedTest
    @EnumSource
    void neverDropsWhatIsKept(Way way) {
        Client client = new Client(way, o -> o.maxBufferedBytes(5_000).overflow(Overflow.DROP_OLDEST));
        client.send("first");
        assertThat(client.send("answer", Handling.KEPT)).isEqualTo(SendResult.QUEUED);
        for (int i = 0; i < 100; i++) {
            client.send(text(i));
        }
        assertThat(client.send("question", Handling.KEPT)).isEqualTo(SendResult.QUEUED);
        List<String> got = client.take();
        assertThat(got.get(0)).isEqualTo("answer");
        assertThat(got.get(got.size() - 1)).isEqualTo("question");
        assertThat(got.subList(1, got.size() - 1)).isEqualTo(texts(100 - got.size() + 2, 100));
    }

    @ParameterizedTest
    @EnumSource
    void closesWhenWhatIsKeptFindsNoRoom(Way way) {
        Client client = new Client(way, o -> o.maxBufferedBytes(2_000).overflow(Overflow.DROP_OLDEST));
        client.send("goes first");
        int kept = 0;
        while (client.send(text(kept), Handling.KEPT) == SendResult.QUEUED) {
            kept++;
        }
        assertThat(kept).isBetween(4, 10);
        assertThat(client.load.stats().droppedOldest())
                .as("first what may be lost")
                .isEqualTo(1);
        assertThat(client.listener().take()).containsExactly("closed SLOW_CONSUMER");
        assertThat(client.load.queuedBytes()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void takesThePolicyOfTheMessageBeforeThatOfTheSession(Way way) {
        Client client = new Client(way, o -> o.maxBufferedBytes(2_000));
        Handling lossy = Handling.USUAL.withOverflow(Overflow.DROP_OLDEST);
        for (int i = 0; i < 50; i++) {
            assertThat(client.send(text(i), lossy)).isEqualTo(SendResult.QUEUED);
        }
        List<String> got = client.take();
        assertThat(got).isEqualTo(texts(50 - got.size(), 50));
        assertThat(client.session().isOpen()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void sendsWhatWaitsBeforeTheServersOwnEnd(Way way) {
        Client client = new Client(way, o -> o.overflow(Overflow.DROP_OLDEST));
        client.send("a");
        client.send("b");
        client.loop.turn(() -> client.session().close(CloseReason.SERVER_CLOSE));
        List<String> got = way == Way.POLLING
                ? client.take()
                : client.channel().take().stream()
                        .map(text -> way == Way.PLAIN ? text : text.substring(1))
                        .toList();
        assertThat(got).containsExactly("a", "b");
        assertThat(client.load.queuedBytes()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void letsGoOfWhatWaitsWhenTheClientHasGone(Way way) {
        Client client = new Client(way, o -> o.overflow(Overflow.DROP_OLDEST));
        client.send("a");
        client.loop.turn(() -> client.session().close(CloseReason.OVERLOADED));
        assertThat(client.load.queuedBytes()).isZero();
        assertThat(client.send("late")).isEqualTo(SendResult.CLOSED);
    }

    @Test
    void movesWhatWaitsToTheWebSocketInOrder() {
        EngineFixture fixture = new EngineFixture(o -> o.overflow(Overflow.DROP_OLDEST));
        String sid = fixture.open();
        fixture.emit("a", "b");
        FakeChannel channel = fixture.probe(sid).channel();
        channel.text("2probe");
        fixture.emit("c");
        assertThat(fixture.get(sid).body()).isEqualTo("6");
        channel.text("5");
        fixture.emit("d");
        assertThat(channel.take()).containsExactly("3probe", "4a", "4b", "4c", "4d");
        assertThat(fixture.session().isWritable()).isTrue();
        assertThat(fixture.listener().take()).containsExactly("upgraded", "writable");
    }

    @Test
    void goesOnWhenTheClientStopsInTheMiddle() {
        Client client = new Client(Way.WEBSOCKET, o -> o.overflow(Overflow.DROP_OLDEST));
        for (int i = 0; i < 10; i++) {
            client.send(text(i));
        }
        FakeChannel channel = client.channel();
        channel.takesBeforeItIsFull = 4;
        assertThat(client.take()).hasSize(4);
        assertThat(client.listener().take()).isEmpty();
        client.send("last");
        List<String> rest = client.take();
        assertThat(rest).hasSize(7).endsWith("last").startsWith(text(4));
        assertThat(client.listener().take()).containsExactly("writable");
    }
}
