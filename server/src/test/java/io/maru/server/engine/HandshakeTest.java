package io.maru.server.engine;

import static io.maru.server.engine.EngineFixture.POLLING;
import static io.maru.server.engine.EngineFixture.WEBSOCKET;
import static io.maru.server.engine.EngineFixture.sidOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.Encoded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HandshakeTest {

    private final EngineFixture fixture = new EngineFixture();

    @Test
    void opensOverPollingWithTheOpenPacketAlone() {
        fixture.onAccept = session -> session.send(Encoded.text("hi"));

        FakeExchange exchange = fixture.send("GET", POLLING);

        String sid = fixture.session().id();
        assertThat(exchange.answer())
                .isEqualTo(
                        "200 0{\"sid\":\"" + sid
                                + "\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":1000000}");
        assertThat(exchange.header("content-type")).containsExactly("text/plain; charset=UTF-8");
        assertThat(exchange.header("cache-control")).containsExactly("no-store");
        assertThat(exchange.header("set-cookie")).isEmpty();
        assertThat(exchange.response().headers().entries()).hasSize(2);
        assertThat(fixture.get(sid).body()).isEqualTo("4hi");
    }

    @Test
    void opensOverWebSocketWithoutUpgrades() {
        fixture.onAccept = session -> session.send(Encoded.text("hi"));

        FakeUpgrade upgrade = fixture.upgrade(WEBSOCKET);

        assertThat(upgrade.channel().sent)
                .containsExactly(
                        "0{\"sid\":\"" + fixture.session().id()
                                + "\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":1000000}",
                        "4hi");
        assertThat(upgrade.maxMessageBytes()).isEqualTo(1_000_000);
        assertThat(upgrade.subprotocol()).isNull();
        assertThat(fixture.session().transport()).isEqualTo("websocket");
    }

    @Test
    void announcesItsOptions() {
        EngineFixture other = new EngineFixture(options -> options.pingInterval(Duration.ofMillis(300))
                .pingTimeout(Duration.ofMillis(200))
                .maxHttpBufferSize(5000)
                .allowUpgrades(false));

        assertThat(other.send("GET", POLLING).body())
                .endsWith("\"upgrades\":[],\"pingInterval\":300,\"pingTimeout\":200,\"maxPayload\":5000}");
    }

    @Test
    void announcesNoUpgradeToATransportThatIsNotEnabled() {
        EngineFixture other = new EngineFixture(options -> options.transports("polling"));

        assertThat(other.send("GET", POLLING).body()).contains("\"upgrades\":[]");
        assertThat(other.upgrade(WEBSOCKET).refused()).isEqualTo("400 text/html Transport unknown");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, ?EIO=4, 400, 0, Transport unknown, transport=null",
        "GET, ?EIO=4&transport=, 400, 0, Transport unknown, transport=",
        "GET, ?EIO=4&transport=webtransport, 400, 0, Transport unknown, transport=webtransport",
        "POST, ?transport=toString&sid=x, 400, 0, Transport unknown, transport=toString",
        "GET, ?EIO=4&transport=polling&sid=nobody, 400, 1, Session ID unknown, sid=nobody",
        "POST, ?EIO=3&transport=polling&sid=__proto__, 400, 1, Session ID unknown, sid=__proto__",
        "PUT, ?EIO=4&transport=websocket&sid=nobody, 400, 1, Session ID unknown, sid=nobody",
        "POST, ?EIO=4&transport=polling, 400, 2, Bad handshake method, method=POST",
        "OPTIONS, ?EIO=4&transport=polling, 400, 2, Bad handshake method, method=OPTIONS",
        "POST, ?EIO=3&transport=websocket, 400, 2, Bad handshake method, method=POST",
        "GET, ?EIO=4&transport=websocket, 400, 3, Bad request, TRANSPORT_HANDSHAKE_ERROR",
        "GET, ?EIO=3&transport=websocket, 400, 3, Bad request, TRANSPORT_HANDSHAKE_ERROR",
        "GET, ?EIO=3&transport=polling, 400, 5, Unsupported protocol version, protocol=3",
        "GET, ?transport=polling, 400, 5, Unsupported protocol version, protocol=null",
        "GET, ?EIO=04&transport=polling, 400, 5, Unsupported protocol version, protocol=04",
    })
    void refusesOverPolling(String method, String query, int status, int code, String message, String detail) {
        FakeExchange exchange = fixture.send(method, "/engine.io/" + query);

        assertThat(exchange.answer()).isEqualTo(status + " {\"code\":" + code + ",\"message\":\"" + message + "\"}");
        assertThat(exchange.header("content-type")).containsExactly("application/json");
        assertThat(fixture.errors).singleElement().satisfies(error -> {
            assertThat(error.error().code()).isEqualTo(code);
            assertThat(error.message()).isEqualTo(message);
            assertThat(error.detail()).isEqualTo(detail);
            assertThat(error.request()).isSameAs(exchange.request());
        });
        assertThat(fixture.engine.clients()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "?EIO=4, Transport unknown",
        "?EIO=4&transport=webtransport, Transport unknown",
        "?EIO=4&transport=websocket&sid=nobody, Session ID unknown",
        "?EIO=4&transport=polling, Bad request",
        "?EIO=3&transport=websocket, Unsupported protocol version",
        "?transport=websocket, Unsupported protocol version",
    })
    void refusesWebSockets(String query, String message) {
        FakeUpgrade upgrade = fixture.upgrade("/engine.io/" + query);

        assertThat(upgrade.refused()).isEqualTo("400 text/html " + message);
        assertThat(fixture.errors)
                .singleElement()
                .extracting(ConnectionError::message)
                .isEqualTo(message);
        assertThat(fixture.engine.clients()).isZero();
    }

    @Test
    void takesAnEmptySidForNone() {
        assertThat(fixture.send("GET", POLLING + "&sid=").body()).startsWith("0{");
    }

    @Test
    void refusesAnOriginThatNoHeaderMayHold() {
        assertThat(fixture.send("GET", POLLING, "origin", "http://a\u0001b").answer())
                .isEqualTo("400 {\"code\":3,\"message\":\"Bad request\"}");
        assertThat(fixture.errors.get(0).detail()).isEqualTo("INVALID_ORIGIN");
    }

    @Test
    void shortensWhatItTellsOfARequest() {
        fixture.send("GET", "/engine.io/?EIO=4&transport=polling&sid=" + "x".repeat(5000));

        assertThat(fixture.errors.get(0).detail()).hasSizeLessThan(120);
    }

    @Test
    void goesOnWhenAListenerForRefusalsFails() {
        EngineFixture other = new EngineFixture(options -> options.onConnectionError(error -> {
            throw new IllegalStateException("listener");
        }));

        assertThat(other.send("GET", "/engine.io/").status()).isEqualTo(400);
    }

    @Test
    void makesIdsThatAreUnguessableAndOfTheServersChoice() {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            String id = sidOf(fixture.send("GET", POLLING, "cookie", "io=mine", "io", "mine")
                    .body());
            assertThat(id).matches("[A-Za-z0-9_-]{20}");
            ids.add(id);
        }
        assertThat(ids).hasSize(1000);
        for (int i = 0; i < 20; i++) {
            int place = i;
            assertThat(ids.stream().map(id -> id.charAt(place)).distinct().count())
                    .as("characters at %d, of 64", place)
                    .isGreaterThan(50);
        }
        assertThat(fixture.engine.clients()).isEqualTo(1000);
    }

    @Test
    void takesIdsOfTheApplicationAndRefusesThoseInUse() {
        Iterator<String> ids =
                List.of("one", "one", "two", "two", "with space", "").iterator();
        EngineFixture other = new EngineFixture(options -> options.generateId(request -> ids.next()));

        assertThat(other.open()).isEqualTo("one");
        assertThat(other.send("GET", POLLING).answer()).isEqualTo("400 {\"code\":3,\"message\":\"Bad request\"}");
        assertThat(other.upgrade(WEBSOCKET).isAccepted()).isTrue();
        assertThat(other.upgrade(WEBSOCKET).refused()).as("in use").isEqualTo("400 text/html Bad request");
        assertThat(other.upgrade(WEBSOCKET).refused()).as("unusable").isEqualTo("400 text/html Bad request");
        assertThat(other.send("GET", POLLING).status()).isEqualTo(400);
        assertThat(other.send("GET", POLLING).status())
                .as("the generator throws")
                .isEqualTo(400);
        assertThat(other.errors).extracting(ConnectionError::detail).containsOnly("ID_GENERATION_ERROR");
        assertThat(other.engine.clients()).isEqualTo(2);
    }

    @Test
    void waitsForIdsThatTakeTheirTime() {
        List<CompletableFuture<String>> ids = new ArrayList<>();
        EngineFixture other = new EngineFixture(options -> options.generateIdAsync(request -> {
            ids.add(new CompletableFuture<>());
            return ids.get(ids.size() - 1);
        }));
        FakeExchange polling = other.send("GET", POLLING);
        FakeUpgrade webSocket = other.upgrade(WEBSOCKET);
        FakeExchange failing = other.send("GET", POLLING);
        FakeExchange same = other.send("GET", POLLING);
        FakeExchange leaving = other.send("GET", POLLING);
        assertThat(polling.isAnswered()).isFalse();
        assertThat(webSocket.isAnswered()).isFalse();
        assertThat(other.engine.clients()).isZero();

        ids.get(0).complete("one");
        ids.get(1).complete("two");
        ids.get(2).completeExceptionally(new IllegalStateException("no ids today"));
        ids.get(3).complete("one");
        leaving.cut();
        ids.get(4).complete("three");
        other.loop.runTasks();

        assertThat(sidOf(polling.body())).isEqualTo("one");
        assertThat(webSocket.channel().take()).singleElement().asString().startsWith("0{\"sid\":\"two\"");
        assertThat(failing.answer()).isEqualTo("400 {\"code\":3,\"message\":\"Bad request\"}");
        assertThat(same.status()).isEqualTo(400);
        assertThat(other.engine.clients()).isEqualTo(2);
    }

    @Test
    void closesTheSecondOfTwoWebSocketsThatGotOneIdAtOnce() {
        EngineFixture other = new EngineFixture(options -> options.generateId(request -> "same"));
        FakeUpgrade first = new FakeUpgrade(EngineFixture.request("GET", WEBSOCKET), other.loop);
        FakeUpgrade second = new FakeUpgrade(EngineFixture.request("GET", WEBSOCKET), other.loop);
        other.loop.turn(() -> {
            other.engine.onUpgrade(first);
            other.engine.onUpgrade(second);
        });

        assertThat(first.channel().isClosed()).isFalse();
        assertThat(second.channel().closedWith).isEqualTo("1005");
        assertThat(second.channel().sent).isEmpty();
        second.channel().end(1005, "");
        assertThat(other.engine.clients()).isEqualTo(1);
    }

    @Test
    void createsNothingForAWebSocketThatDoesNotOpen() {
        FakeUpgrade upgrade = new FakeUpgrade(EngineFixture.request("GET", WEBSOCKET), fixture.loop).hold();
        fixture.loop.turn(() -> fixture.engine.onUpgrade(upgrade));

        assertThat(upgrade.isAccepted()).isTrue();
        assertThat(fixture.engine.clients()).isZero();
        assertThat(fixture.listeners).isEmpty();
    }

    @Test
    void setsTheCookieByTheHandshakeOverPollingOnly() {
        EngineFixture other = new EngineFixture(options -> options.cookie(SessionCookie.standard()));

        FakeExchange handshake = other.send("GET", POLLING);
        String sid = sidOf(handshake.body());
        assertThat(handshake.header("set-cookie")).containsExactly("io=" + sid + "; Path=/; HttpOnly; SameSite=Lax");
        assertThat(other.post(sid, "4a").header("set-cookie")).isEmpty();
        other.emit("x");
        assertThat(other.get(sid).header("set-cookie")).isEmpty();
        assertThat(other.upgrade(WEBSOCKET).header("set-cookie")).isEmpty();
    }

    @Test
    void addsHeadersToHandshakesAndToEveryGoodAnswer() {
        EngineFixture other =
                new EngineFixture(options -> options.initialHeaders((request, headers) -> headers.add("X-Initial", "1"))
                        .headers((request, headers) -> headers.add("X-Every", "hi")
                                .add("X-Every", String.valueOf(request.headers().get("x-engineio"))))
                        .headers((request, headers) -> {
                            throw new IllegalStateException("hook");
                        }));

        FakeExchange handshake = other.send("GET", POLLING, "X-EngineIO", "v");
        assertThat(handshake.header("x-initial")).containsExactly("1");
        assertThat(handshake.header("x-every")).containsExactly("hi", "v");
        String sid = sidOf(handshake.body());
        FakeExchange post = other.post(sid, "4a");
        assertThat(post.header("x-initial")).isEmpty();
        assertThat(post.header("x-every")).containsExactly("hi", "null");
        FakeUpgrade probe = other.probe(sid);
        assertThat(probe.header("x-initial")).isEmpty();
        assertThat(probe.header("x-every")).hasSize(2);
        FakeUpgrade webSocket = other.upgrade(WEBSOCKET, "X-EngineIO", "w");
        assertThat(webSocket.header("x-initial")).containsExactly("1");
        assertThat(webSocket.header("x-every")).containsExactly("hi", "w");
        assertThat(other.send("GET", POLLING + "&sid=nobody").header("x-every")).isEmpty();
    }

    @Test
    void keepsOldBrowsersFromTakingPayloadsForAttacks() {
        String msie = "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1)";
        String trident = "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko";

        assertThat(fixture.send("GET", POLLING, "user-agent", msie).header("x-xss-protection"))
                .containsExactly("0");
        assertThat(fixture.send("GET", POLLING, "user-agent", trident).header("x-xss-protection"))
                .containsExactly("0");
        assertThat(fixture.send("GET", POLLING, "user-agent", "Mozilla/5.0 Firefox")
                        .header("x-xss-protection"))
                .isEmpty();
    }

    @Test
    void letsFiltersRefuseAndAddHeadersBeforeEverythingElse() {
        EngineFixture other = new EngineFixture(options -> options.filter((request, headers) -> {
            headers.add("X-Filter", "1");
            String query = String.valueOf(request.query("filter"));
            if (query.equals("no")) {
                throw new RefusedException("not \"you\"");
            } else if (query.equals("broken")) {
                throw new Exception("secret");
            }
        }));

        FakeExchange refused = other.send("POST", "/engine.io/?filter=no");
        assertThat(refused.answer()).isEqualTo("400 {\"code\":3,\"message\":\"not \\\"you\\\"\"}");
        assertThat(refused.header("x-filter")).containsExactly("1");
        assertThat(other.send("GET", POLLING + "&filter=broken").answer())
                .isEqualTo("400 {\"code\":3,\"message\":\"Bad request\"}");
        assertThat(other.upgrade(WEBSOCKET + "&filter=no").refused()).isEqualTo("400 text/html not \"you\"");
        assertThat(other.errors).extracting(ConnectionError::detail).containsOnly("MIDDLEWARE_FAILURE");
        assertThat(other.send("GET", POLLING).header("x-filter")).containsExactly("1");
        assertThat(other.upgrade(WEBSOCKET).header("x-filter")).containsExactly("1");
    }

    @Test
    void takesNoHandshakesAfterItsEnd() {
        String sid = fixture.open();
        fixture.engine.close(CloseReason.SERVER_SHUTDOWN);

        assertThat(fixture.send("GET", POLLING).answer())
                .isEqualTo("503 {\"code\":3,\"message\":\"Server is closing\"}");
        assertThat(fixture.upgrade(WEBSOCKET).refused()).isEqualTo("503 text/html Server is closing");
        assertThat(fixture.listener().take()).containsExactly("closed SERVER_SHUTDOWN");
        assertThat(fixture.get(sid).body()).isEqualTo("1");
        assertThat(fixture.engine.clients()).isZero();
        fixture.engine.close(CloseReason.SERVER_CLOSE);
        fixture.loop.runTasks();
        assertThat(fixture.listener().events).isEmpty();
    }

    @Test
    void refusesNewcomersWhileSessionsGoOn() {
        String sid = fixture.open();
        fixture.engine.refuse(CloseReason.SERVER_SHUTDOWN);

        FakeExchange refused = fixture.send("GET", POLLING);
        assertThat(refused.answer()).isEqualTo("503 {\"code\":3,\"message\":\"Server is closing\"}");
        assertThat(refused.header("Retry-After")).containsExactly("5");
        assertThat(refused.header("Connection")).containsExactly("close");
        assertThat(fixture.upgrade(WEBSOCKET).refused()).isEqualTo("503 text/html Server is closing");
        assertThat(fixture.post(sid, "4a").body()).isEqualTo("ok");
        FakeChannel webSocket = fixture.probe(sid).channel();
        webSocket.text("2probe");
        webSocket.text("5");
        fixture.emit("b");
        assertThat(webSocket.take()).containsExactly("3probe", "4b");
        assertThat(fixture.listener().take()).containsExactly("text a", "upgraded", "writable");
        assertThat(fixture.engine.clients()).isEqualTo(1);
    }

    @Test
    void endsASessionWhenItsOwnerHasDoneWhatItTook() {
        fixture.open();
        RecordingListener listener = fixture.listener();
        listener.closesLater = true;
        List<Session> visited = new ArrayList<>();
        fixture.loop.turn(() -> fixture.engine.forEach(fixture.loop, visited::add));
        fixture.otherLoop.turn(() -> fixture.engine.forEach(fixture.otherLoop, visited::add));
        assertThat(visited).containsExactly(listener.session);

        fixture.loop.turn(() -> listener.session.drain(CloseReason.SERVER_RESTART));
        fixture.loop.turn(() -> listener.session.drain(CloseReason.SERVER_RESTART));
        assertThat(listener.take()).containsExactly("draining");
        assertThat(fixture.engine.clients()).isEqualTo(1);
        listener.close.run(); // on a worker
        fixture.loop.runTasks();
        assertThat(listener.take()).containsExactly("closed SERVER_RESTART");
        assertThat(fixture.engine.clients()).isZero();
        assertThat(fixture.engine.farewells()).isEqualTo(1);
    }

    @Test
    void closesAWebSocketThatOpensAfterTheEnd() {
        FakeUpgrade upgrade = new FakeUpgrade(EngineFixture.request("GET", WEBSOCKET), fixture.loop).hold();
        fixture.loop.turn(() -> fixture.engine.onUpgrade(upgrade));
        fixture.engine.close(CloseReason.SERVER_SHUTDOWN);
        upgrade.release();

        assertThat(upgrade.channel().closedWith).isEqualTo("1005");
        assertThat(fixture.listener().take()).containsExactly("closed SERVER_SHUTDOWN");
        assertThat(fixture.engine.clients()).isZero();
    }

    @Test
    void closesASessionThatOpensWhileTheEngineCloses() {
        fixture.onAccept = session -> fixture.engine.close(CloseReason.SERVER_SHUTDOWN);

        FakeUpgrade upgrade = fixture.upgrade(WEBSOCKET);

        assertThat(upgrade.channel().closedWith).isEqualTo("1005");
        assertThat(fixture.listener().take()).containsExactly("closed SERVER_SHUTDOWN");
        assertThat(fixture.engine.clients()).isZero();
    }
}
