package io.maru.server.engine;

import static io.maru.server.engine.EngineFixture.POLLING;
import static io.maru.server.engine.EngineFixture.WEBSOCKET;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginsTest {

    private static final Cors LISTED = Cors.origins("http://good.example", "http://also.example")
            .withAllowedHeaders("x-custom", "content-type")
            .withMaxAge(Duration.ofMinutes(10));

    private final EngineFixture fixture = new EngineFixture(options -> options.cors(LISTED));
    private final EngineFixture open = new EngineFixture(options -> options.cors(Cors.anyOrigin()));

    private static Map<String, String> corsHeaders(FakeExchange exchange) {
        Map<String, String> headers = new TreeMap<>();
        exchange.response().headers().entries().stream()
                .filter(e ->
                        e.getKey().startsWith("Access-Control") || e.getKey().equals("Vary"))
                .forEach(e -> headers.merge(e.getKey(), e.getValue(), (a, b) -> a + ", " + b));
        return headers;
    }

    @Test
    void sendsNoHeadersWithoutARule() {
        assertThat(corsHeaders(new EngineFixture().send("GET", POLLING, "origin", "http://good.example")))
                .isEmpty();
    }

    @Test
    void answersPreflightsOfAListedOrigin() {
        FakeExchange preflight = fixture.send("OPTIONS", "/engine.io/", "origin", "http://also.example");

        assertThat(preflight.answer()).isEqualTo("204 ");
        assertThat(corsHeaders(preflight))
                .isEqualTo(Map.of(
                        "Access-Control-Allow-Origin", "http://also.example",
                        "Access-Control-Allow-Credentials", "true",
                        "Access-Control-Allow-Methods", "GET,POST",
                        "Access-Control-Allow-Headers", "x-custom,content-type",
                        "Access-Control-Max-Age", "600",
                        "Vary", "Origin"));
    }

    @Test
    void answersPreflightsOfAnotherOriginWithoutNamingIt() {
        FakeExchange preflight = fixture.send("OPTIONS", "/engine.io/", "origin", "http://evil.example");

        assertThat(preflight.status()).isEqualTo(204);
        assertThat(corsHeaders(preflight))
                .doesNotContainKey("Access-Control-Allow-Origin")
                .containsEntry("Vary", "Origin");
    }

    @Test
    void addsHeadersToGoodAnswersAndToErrors() {
        Map<String, String> expected = Map.of(
                "Access-Control-Allow-Origin", "http://good.example",
                "Access-Control-Allow-Credentials", "true",
                "Vary", "Origin");
        FakeExchange handshake = fixture.send("GET", POLLING, "origin", "http://good.example");
        String sid = EngineFixture.sidOf(handshake.body());
        String target = POLLING + "&sid=" + sid;

        assertThat(corsHeaders(handshake)).isEqualTo(expected);
        assertThat(corsHeaders(fixture.send("GET", "/engine.io/", "origin", "http://good.example")))
                .isEqualTo(expected);
        assertThat(corsHeaders(fixture.send("PUT", target, "origin", "http://good.example")))
                .isEqualTo(expected);
        FakeExchange post = fixture.send("POST", target, "origin", "http://good.example");
        post.arrive("4" + "x".repeat(1_000_000));
        assertThat(post.status()).isEqualTo(413);
        assertThat(corsHeaders(post)).isEqualTo(expected);
        FakeExchange poll = fixture.send("GET", target, "origin", "http://good.example");
        fixture.emit("x");
        assertThat(corsHeaders(poll)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "http://evil.example",
        "http://good.example.evil.example",
        "https://good.example",
        "http://good.example:81",
        "HTTP://GOOD.EXAMPLE",
        "null",
    })
    void servesOtherOriginsOverPollingWithoutTheHeader(String origin) {
        FakeExchange handshake = fixture.send("GET", POLLING, "origin", origin);

        assertThat(handshake.body()).startsWith("0{");
        assertThat(corsHeaders(handshake))
                .isEqualTo(Map.of("Access-Control-Allow-Credentials", "true", "Vary", "Origin"));
    }

    @ParameterizedTest
    @CsvSource({
        "http://evil.example, server.example",
        "http://server.example.evil.example, server.example",
        "http://server.example:8080, server.example",
        "null, server.example",
        "server.example, server.example",
        "https://good.example, server.example",
    })
    void refusesWebSocketsOfForeignOrigins(String origin, String host) {
        assertThat(fixture.upgrade(WEBSOCKET, "origin", origin, "host", host).refused())
                .isEqualTo("403 text/html Forbidden");
        assertThat(fixture.errors.get(0).detail()).isEqualTo("INVALID_ORIGIN");
    }

    @Test
    void refusesAForeignWebSocketForASessionToo() {
        String sid = fixture.open();

        assertThat(fixture.upgrade(WEBSOCKET + "&sid=" + sid, "origin", "http://evil.example")
                        .refused())
                .startsWith("403");
    }

    @ParameterizedTest
    @CsvSource({
        "http://good.example, server.example",
        "http://server.example, server.example",
        "https://server.example, Server.example:443",
        "http://server.example:80, server.example",
        "http://127.0.0.1:8200, 127.0.0.1:8200",
        "http://[::1]:8200, [::1]:8200",
    })
    void admitsWebSocketsOfListedOriginsAndItsOwn(String origin, String host) {
        FakeUpgrade upgrade = fixture.upgrade(WEBSOCKET, "origin", origin, "host", host);

        assertThat(upgrade.isAccepted()).isTrue();
        assertThat(upgrade.header("vary")).containsExactly("Origin");
    }

    @Test
    void admitsAWebSocketWithoutAnOrigin() {
        assertThat(fixture.upgrade(WEBSOCKET, "host", "server.example").isAccepted())
                .isTrue();
    }

    @Test
    void admitsForeignWebSocketsWithoutTheGuard() {
        EngineFixture other = new EngineFixture(options -> options.cors(LISTED.withoutUpgradeGuard()));

        assertThat(other.upgrade(WEBSOCKET, "origin", "http://evil.example").isAccepted())
                .isTrue();
    }

    @Test
    void admitsAnyOriginWithoutCredentials() {
        FakeExchange handshake = open.send("GET", POLLING, "origin", "http://any.example");

        assertThat(corsHeaders(handshake)).isEqualTo(Map.of("Access-Control-Allow-Origin", "*"));
        assertThat(open.upgrade(WEBSOCKET, "origin", "http://any.example").isAccepted())
                .isTrue();
    }

    @Test
    void allowsTheHeadersThatAPreflightAsksForWhenNoneAreListed() {
        FakeExchange preflight = open.send("OPTIONS", "/", "access-control-request-headers", "x-a,x-b");
        FakeExchange broken = open.send("OPTIONS", "/", "access-control-request-headers", "x-a\rset-cookie: a");

        assertThat(corsHeaders(preflight))
                .containsEntry("Access-Control-Allow-Headers", "x-a,x-b")
                .containsEntry("Vary", "Access-Control-Request-Headers");
        assertThat(corsHeaders(broken)).doesNotContainKey("Access-Control-Allow-Headers");
    }

    @Test
    void exposesHeadersToPages() {
        Cors exposing = new Cors(Set.of(), List.of("GET"), List.of(), List.of("x-one", "x-two"), false, null, false);
        EngineFixture other = new EngineFixture(options -> options.cors(exposing));

        assertThat(corsHeaders(other.send("GET", POLLING)))
                .containsEntry("Access-Control-Expose-Headers", "x-one,x-two");
        assertThat(corsHeaders(other.send("OPTIONS", POLLING))).doesNotContainKey("Access-Control-Expose-Headers");
    }
}
