package io.maru.server.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.maru.wire.Encoded;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlainEndpointTest {

    private final ManualLoop loop = new ManualLoop();
    private final List<Runnable> work = new ArrayList<>();
    private @Nullable RecordingListener listener;
    private Consumer<Session> onAccept = session -> {};
    private PlainEndpoint endpoint = endpoint(PlainOptions.DEFAULTS);

    private PlainEndpoint endpoint(PlainOptions options) {
        return new PlainEndpoint(options, work::add, session -> {
            listener = new RecordingListener(session);
            onAccept.accept(session);
            return listener;
        });
    }

    private FakeUpgrade upgrade(String... headers) {
        FakeUpgrade upgrade = new FakeUpgrade(EngineFixture.request("GET", "/plain?a=b", headers), loop);
        loop.turn(() -> endpoint.onUpgrade(upgrade));
        return upgrade;
    }

    private RecordingListener listener() {
        return Objects.requireNonNull(listener);
    }

    private PlainSession session() {
        return (PlainSession) listener().session;
    }

    private void runWork() {
        List.copyOf(work).forEach(Runnable::run);
        loop.runTasks();
    }

    @Test
    void answersPlainRequestsWithNotFound() {
        FakeExchange exchange = new FakeExchange(EngineFixture.request("GET", "/plain"), loop);
        loop.turn(() -> endpoint.onRequest(exchange));

        assertThat(exchange.answer()).isEqualTo("404 Not Found");
        assertThat(exchange.header("content-type")).containsExactly("text/plain");
    }

    @Test
    void carriesMessagesBothWays() {
        onAccept = session -> session.send(Encoded.text("hello"));
        endpoint = endpoint(PlainOptions.DEFAULTS.withMaxMessageBytes(65536));
        FakeUpgrade upgrade = upgrade();
        FakeChannel channel = upgrade.channel();
        channel.text("a");
        channel.binary(1, 2);
        loop.turn(() -> session().send(Encoded.binary(new byte[] {3})));

        assertThat(channel.take()).containsExactly("hello", "hex:03");
        assertThat(listener().take()).containsExactly("text a", "binary 0102");
        assertThat(upgrade.maxMessageBytes()).isEqualTo(65536);
        assertThat(session().id()).matches("[A-Za-z0-9_-]{20}");
        assertThat(session().transport()).isEqualTo("websocket");
        assertThat(session().loop()).isSameAs(loop);
        assertThat(session().request()).isSameAs(upgrade.request());
        assertThat(session().messageRequest()).isSameAs(upgrade.request());
        assertThat(endpoint.clients()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "'b, a', a",
        "'b', b",
        "'c', ",
        "'', ",
        "'ab', ",
    })
    void choosesTheSubprotocolThatItPrefers(String offered, @Nullable String chosen) {
        endpoint = endpoint(PlainOptions.DEFAULTS.withSubprotocols("a", "b"));
        FakeUpgrade upgrade = upgrade("sec-websocket-protocol", offered);

        assertThat(upgrade.subprotocol()).isEqualTo(chosen);
        assertThat(session().subprotocol()).isEqualTo(chosen);
    }

    @Test
    void choosesNoSubprotocolOfItsOwn() {
        assertThat(upgrade("sec-websocket-protocol", "a").subprotocol()).isNull();
    }

    @Test
    void refusesForeignOrigins() {
        Cors origins = Cors.origins("http://good.example").withoutUpgradeGuard();
        endpoint = endpoint(new PlainOptions(
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                1,
                1,
                List.of(),
                null,
                origins,
                SessionLimits.DEFAULTS,
                List.of()));

        assertThat(upgrade("origin", "http://evil.example", "host", "server.example")
                        .refused())
                .isEqualTo("403 text/plain; charset=UTF-8 Forbidden");
        assertThat(upgrade("origin", "http://good.example").isAccepted()).isTrue();
        assertThat(upgrade("origin", "http://server.example", "host", "server.example")
                        .isAccepted())
                .isTrue();
        assertThat(upgrade().isAccepted()).isTrue();
    }

    @Test
    void asksTheGuardOnAWorker() {
        CompletableFuture<Void> decision = new CompletableFuture<>();
        endpoint = endpoint(PlainOptions.DEFAULTS.withGuard(request -> {
            assertThat(loop.inLoop()).isFalse();
            return decision;
        }));
        FakeUpgrade upgrade = upgrade();
        runWork();
        assertThat(upgrade.isAnswered()).isFalse();
        decision.complete(null);
        loop.runTasks();

        assertThat(upgrade.isAccepted()).isTrue();
    }

    @Test
    void refusesWhatTheGuardLetsInAfterTheEnd() {
        endpoint = endpoint(PlainOptions.DEFAULTS.withGuard(request -> null));
        FakeUpgrade upgrade = upgrade();
        endpoint.close(CloseReason.SERVER_SHUTDOWN);
        runWork();

        assertThat(upgrade.refused()).startsWith("503");
    }

    @Test
    void refusesWithTheGuardsWords() {
        endpoint = endpoint(PlainOptions.DEFAULTS.withGuard(request -> {
            throw new RefusedException("é no");
        }));
        FakeUpgrade upgrade = upgrade();
        runWork();

        assertThat(upgrade.refused()).isEqualTo("403 text/plain; charset=UTF-8 é no");
        assertThat(endpoint.clients()).isZero();
    }

    @Test
    void addsHeadersToTheHandshake() {
        endpoint = endpoint(new PlainOptions(
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                1,
                1,
                List.of(),
                null,
                null,
                SessionLimits.DEFAULTS,
                List.of((request, headers) -> headers.add("X-A", request.path()))));

        assertThat(upgrade().header("x-a")).containsExactly("/plain");
    }

    @Test
    void pingsAndTakesAnyPong() {
        endpoint = endpoint(PlainOptions.DEFAULTS.withHeartbeat(Duration.ofMillis(300), Duration.ofMillis(200)));
        FakeChannel channel = upgrade().channel();
        loop.advance(Duration.ofMillis(299));
        assertThat(channel.pings).isEmpty();
        loop.advance(Duration.ofMillis(1));
        assertThat(channel.pings).containsExactly("");
        loop.advance(Duration.ofMillis(199));
        channel.peerPong("whatever");
        loop.advance(Duration.ofMillis(499));
        assertThat(channel.isClosed()).isFalse();
        loop.advance(Duration.ofMillis(1));

        assertThat(channel.closedWith).isEqualTo("1001 ping timeout");
        assertThat(listener().take()).containsExactly("pong whatever", "closed PING_TIMEOUT");
        assertThat(endpoint.clients()).isZero();
        loop.advance(Duration.ofSeconds(1));
        assertThat(loop.timers()).isZero();
    }

    @Test
    void doesNotBlameThePeerWhileNothingIsReadFromIt() {
        FakeChannel channel = upgrade().channel();
        loop.turn(() -> session().setReading(false));
        assertThat(channel.reading).isFalse();
        loop.advance(Duration.ofSeconds(60));
        assertThat(channel.isClosed()).isFalse();
        loop.turn(() -> session().setReading(true));
        loop.advance(Duration.ofSeconds(60));
        assertThat(listener().take()).containsExactly("closed PING_TIMEOUT");
    }

    @Test
    void passesPingsAndPongsOn() {
        FakeChannel channel = upgrade().channel();
        channel.peerPing("a");
        channel.peerPong("b");
        loop.turn(() -> {
            session().ping("c".getBytes(StandardCharsets.UTF_8));
            session().pong("d".getBytes(StandardCharsets.UTF_8));
            assertThatIllegalArgumentException().isThrownBy(() -> session().ping(new byte[126]));
            assertThatIllegalArgumentException().isThrownBy(() -> session().pong(new byte[126]));
        });

        assertThat(listener().take()).containsExactly("ping a", "pong b");
        assertThat(channel.pings).containsExactly("c");
        assertThat(channel.pongs).containsExactly("d");
    }

    @ParameterizedTest
    @CsvSource({
        "TRANSPORT_CLOSE, 1005",
        "PING_TIMEOUT, 1001 ping timeout",
        "FORCED_CLOSE, 1008 forced close",
        "SERVER_CLOSE, 1000 forced server close",
        "SERVER_SHUTDOWN, 1001 server shutting down",
        "SLOW_CONSUMER, 4008 slow consumer",
        "CONNECT_TIMEOUT, 4401 connect timeout",
        "REFUSED, 4403 refused",
        "IDLE_TIMEOUT, 4009 idle timeout",
        "LIFETIME_OVER, 4010 lifetime over",
        "EXPIRED, 4011 expired",
        "TOO_MANY_MESSAGES, 1008 too many messages",
        "OVERLOADED, 1013 server overloaded",
    })
    void closesWithTheStatusOfTheReasonAndTellsOnce(CloseReason reason, String frame) {
        FakeChannel channel = upgrade().channel();
        loop.enter(() -> {
            session().close(reason);
            assertThat(listener().events).containsExactly("closed " + reason);
            session().close(CloseReason.SERVER_CLOSE);
            session().close(1000, "again");
            session().terminate();
            session().send(Encoded.text("dropped"));
            assertThat(session().isWritable()).isFalse();
        });
        channel.end(1000, "theirs");

        loop.advance(Duration.ofSeconds(26));
        assertThat(loop.timers()).isZero();
        assertThat(channel.pings).isEmpty();
        assertThat(channel.closedWith).isEqualTo(frame);
        assertThat(channel.terminated).isFalse();
        assertThat(channel.sent).isEmpty();
        assertThat(listener().events).hasSize(1);
        loop.turn(() -> assertThat(session().closeStatus() + " " + session().closeText())
                .isEqualTo(frame.contains(" ") ? frame : frame + " "));
    }

    @Test
    void closesWithAStatusOfTheApplication() {
        FakeChannel channel = upgrade().channel();
        loop.turn(() -> session().close(4321, "bye é"));

        assertThat(channel.closedWith).isEqualTo("4321 bye é");
        assertThat(listener().take()).containsExactly("closed SERVER_CLOSE");
        loop.turn(() -> {
            assertThat(session().closeStatus()).isEqualTo(4321);
            assertThat(session().closeText()).isEqualTo("bye é");
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 2999, 5000})
    void refusesToCloseWithAStatusThatMayNotBeSent(int status) {
        FakeChannel channel = upgrade().channel();
        loop.turn(() ->
                assertThatIllegalArgumentException().isThrownBy(() -> session().close(status, "")));
        loop.turn(() ->
                assertThatIllegalArgumentException().isThrownBy(() -> session().close(1000, "é".repeat(62))));

        assertThat(channel.isClosed()).isFalse();
    }

    @Test
    void cutsTheConnection() {
        FakeChannel channel = upgrade().channel();
        loop.turn(() -> session().terminate());

        assertThat(channel.terminated).isTrue();
        assertThat(channel.closedWith).isNull();
        assertThat(listener().take()).containsExactly("closed SERVER_CLOSE");
        loop.turn(() -> assertThat(session().closeStatus()).isEqualTo(1006));
        assertThat(endpoint.clients()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1000, TRANSPORT_CLOSE", "1006, TRANSPORT_CLOSE", "4000, TRANSPORT_CLOSE", "1009, TRANSPORT_ERROR"})
    void endsWithTheWebSocket(int status, CloseReason reason) {
        FakeChannel channel = upgrade().channel();
        channel.end(status, "theirs");
        channel.text("late");

        assertThat(listener().take()).containsExactly("closed " + reason);
        assertThat(channel.closedWith).isNull();
        assertThat(session().isOpen()).isFalse();
        loop.turn(() -> {
            assertThat(session().closeStatus()).isEqualTo(status);
            assertThat(session().closeText()).isEqualTo("theirs");
        });
    }

    @Test
    void endsAPeerThatIsTooSlow() {
        FakeChannel channel = upgrade().channel();
        channel.buffered = 1 << 20;
        channel.unflushed = 1;
        loop.turn(() -> session().send(Encoded.text("a")));
        assertThat(channel.take()).containsExactly("a");
        channel.buffered++;
        loop.turn(() -> session().send(Encoded.text("b")));

        assertThat(channel.sent).isEmpty();
        assertThat(channel.closedWith).isEqualTo("4008 slow consumer");
        assertThat(listener().take()).containsExactly("closed SLOW_CONSUMER");
    }

    @Test
    void passesWritabilityOn() {
        FakeChannel channel = upgrade().channel();
        channel.writable = false;
        channel.buffered = 5;
        loop.turn(() -> {
            assertThat(session().isWritable()).isFalse();
            assertThat(session().bufferedBytes()).isEqualTo(5);
        });
        channel.becomeWritable();
        assertThat(listener().take()).containsExactly("writable");
    }

    @Test
    void survivesAnOwnerThatFails() {
        FakeChannel channel = upgrade().channel();
        listener().onText = text -> {
            throw new IllegalStateException("owner");
        };
        channel.text("a");
        channel.text("b");
        assertThat(listener().take()).containsExactly("text a", "text b");

        onAccept = session -> {
            throw new IllegalStateException("acceptor");
        };
        assertThat(upgrade().channel().closedWith).isEqualTo("1008 forced close");
        assertThat(endpoint.clients()).isEqualTo(1);
    }

    @Test
    void tellsAnOwnerThatClosedWhileItAccepted() {
        onAccept = session -> session.close(CloseReason.REFUSED);

        assertThat(upgrade().channel().closedWith).isEqualTo("4403 refused");
        assertThat(listener().take()).containsExactly("closed REFUSED");
    }

    @Test
    void closesAllAndTakesNoMore() {
        FakeChannel channel = upgrade().channel();
        FakeUpgrade opening = new FakeUpgrade(EngineFixture.request("GET", "/plain"), loop).hold();
        loop.turn(() -> endpoint.onUpgrade(opening));
        endpoint.close(CloseReason.SERVER_SHUTDOWN);
        assertThat(channel.isClosed()).isFalse();
        loop.runTasks();

        assertThat(channel.closedWith).isEqualTo("1001 server shutting down");
        assertThat(upgrade().refused()).isEqualTo("503 text/plain; charset=UTF-8 Server is closing");
        opening.release();
        assertThat(opening.channel().closedWith).isEqualTo("1001 server shutting down");
        assertThat(endpoint.clients()).isZero();
    }

    @Test
    void refusesNewcomersWhileSessionsGoOn() {
        FakeChannel channel = upgrade().channel();
        endpoint.refuse(CloseReason.SERVER_RESTART);
        FakeUpgrade refused = upgrade();

        assertThat(refused.refused()).isEqualTo("503 text/plain; charset=UTF-8 Server is closing");
        channel.text("a");
        assertThat(listener().take()).containsExactly("text a");
        List<Session> visited = new ArrayList<>();
        loop.turn(() -> endpoint.forEach(loop, visited::add));
        assertThat(visited).containsExactly(session());
        assertThat(endpoint.farewells()).isZero();
    }

    @Test
    void endsASessionWhenItsOwnerHasDoneWhatItTook() {
        FakeChannel channel = upgrade().channel();
        listener().closesLater = true;
        loop.turn(() -> session().drain(CloseReason.SERVER_RESTART));
        loop.turn(() -> session().drain(CloseReason.SERVER_RESTART));
        assertThat(listener().take()).containsExactly("draining");
        listener().close.run(); // on a worker
        loop.runTasks();

        assertThat(channel.closedWith).isEqualTo("1012 service restart");
        assertThat(listener().take()).containsExactly("closed SERVER_RESTART");
    }

    @Test
    void givesEverySessionAnIdOfItsOwn() {
        upgrade();
        String first = session().id();
        upgrade();

        assertThat(Set.of(first, session().id())).hasSize(2);
    }
}
