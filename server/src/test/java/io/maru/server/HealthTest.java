package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether a server lives and is ready, in Java and over HTTP. */
class HealthTest extends ServerFixture {

    private HttpAnswer ask(String path) {
        return HttpAnswer.get(port(), path);
    }

    @Test
    void goesForwardOnly() {
        Health health = serve().health();
        assertThat(health.state()).isEqualTo(Health.State.CREATED);
        assertThat(health.isReady()).isFalse();
        start();
        assertThat(health.state()).isEqualTo(Health.State.RUNNING);
        assertThat(health.isReady()).isTrue();
        get(server().stop(Duration.ofSeconds(5)));
        assertThat(health.state()).isEqualTo(Health.State.STOPPED);
        assertThat(health.isReady()).isFalse();
        assertThat(health.reach(Health.State.RUNNING)).isFalse();
        assertThat(health.state()).isEqualTo(Health.State.STOPPED);
    }

    @Test
    void isOverWhenThePortCannotBeHad() {
        serve();
        start();
        MaruServer second = MaruServer.create(o -> o.host("127.0.0.1").port(port()));
        assertThat(second.startAsync()).failsWithin(Duration.ofSeconds(10));
        assertThat(second.health().state()).isEqualTo(Health.State.STOPPED);
        get(second.stop(Drain.DEFAULTS));
    }

    @Test
    void isAnsweredOverHttp() {
        serve(options -> options.health("/health"));
        start();
        socketIo();
        for (String path : new String[] {"/health", "/health/ready"}) {
            assertThat(ask(path).body()).isEqualTo("{\"status\":\"ready\",\"clients\":1}");
            assertThat(ask(path).head())
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("\r\nCache-Control: no-store\r\n")
                    .contains("\r\nContent-Type: application/json\r\n");
        }
        assertThat(ask("/health/live").status()).isEqualTo(200);
        assertThat(ask("/health/live").body()).isEqualTo("{\"status\":\"live\"}");
        assertThat(HttpAnswer.of(port(), "HEAD", "/health").status()).isEqualTo(200);
        assertThat(HttpAnswer.of(port(), "DELETE", "/health").head())
                .startsWith("HTTP/1.1 405 ")
                .contains("\r\nAllow: GET, HEAD\r\n");
        assertThat(ask("/health/other").status()).isEqualTo(404);
    }

    @Test
    void isNotAnsweredUnlessAskedFor() {
        serve();
        start();
        assertThat(ask("/health").status()).isEqualTo(404);
    }

    @Test
    void dependsOnWhatTheApplicationNeeds() {
        AtomicBoolean cache = new AtomicBoolean();
        Health health = serve(options -> options.health("/up")).health();
        health.readyWhen("database", () -> true).readyWhen("cache", cache::get);
        start();
        assertThat(health.isReady()).isFalse();
        assertThat(health.checks()).isEqualTo(Map.of("database", true, "cache", false));
        assertThat(ask("/up").status()).isEqualTo(503);
        assertThat(ask("/up").body())
                .isEqualTo("{\"status\":\"not ready\",\"clients\":0,\"checks\":{\"cache\":false,\"database\":true}}");
        assertThat(ask("/up/live").status()).isEqualTo(200);
        cache.set(true);
        assertThat(health.isReady()).isTrue();
        assertThat(ask("/up").status()).isEqualTo(200);
    }

    @Test
    void takesACheckThatFailsForANo() {
        Health health = serve().health();
        start();
        health.readyWhen("broken", () -> {
            throw new IllegalStateException("no connection");
        });
        assertThat(health.isReady()).isFalse();
        assertThat(theError()).hasMessage("no connection");
        health.readyWhen("broken", () -> true);
        assertThat(health.isReady()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\"b", "é"})
    void refusesNamesThatWouldBreakTheAnswer(String name) {
        Health health = serve().health();
        assertThatIllegalArgumentException().isThrownBy(() -> health.readyWhen(name, () -> true));
    }

    @Test
    void takesAHundredChecks() {
        Health health = serve().health();
        for (int i = 0; i < 100; i++) {
            health.readyWhen("check" + i, () -> true);
        }
        health.readyWhen("check0", () -> true);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> health.readyWhen("check100", () -> true))
                .withMessage("at most 100 checks: check100");
    }
}
