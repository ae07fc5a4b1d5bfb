package io.maru.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What makes no sense is refused when the options are made, not when a connection is. */
class ClientOptionsTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "socket.io", "/a b", "/a?b=c", "/a#b", "//a", "/ü\n", "/%"})
    void refusesAPathThatCannotStandInARequest(String path) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClientOptions.builder().path(path).build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/socket.io/", "/a/b%20c"})
    void takesAPath(String path) {
        assertThat(ClientOptions.builder().path(path).build()).isNotNull();
    }

    @Test
    void refusesAHeaderThatCannotBeSent() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> ClientOptions.builder().extraHeader("x y", "z").build());
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        ClientOptions.builder().extraHeader("x", "a\r\nb: c").build());
    }

    @Test
    void takesTimesOfAnyLength() {
        Duration forEver = ChronoUnit.FOREVER.getDuration();
        ClientOptions options = ClientOptions.builder()
                .timeout(forEver)
                .upgradeTimeout(forEver)
                .ackTimeout(forEver)
                .reconnectionDelay(forEver)
                .reconnectionDelayMax(forEver)
                .plainPingInterval(forEver)
                .plainPingTimeout(forEver)
                .build();
        Endpoint endpoint = Endpoint.of("http://localhost");
        assertThat(options.plain(endpoint).pingIntervalNanos()).isPositive();
        assertThat(options.engine(endpoint, false).upgradeTimeoutNanos()).isPositive();
        assertThat(new Backoff(options.reconnectionDelay, options.reconnectionDelayMax, 1, () -> 0.99).next())
                .isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT0.0009S"})
    void refusesTimesThatCannotBeAwaited(String time) {
        Duration value = Duration.parse(time);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClientOptions.builder().ackTimeout(value).build())
                .withMessageStartingWith("ackTimeout of at least a millisecond expected");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClientOptions.builder().timeout(value).build());
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        ClientOptions.builder().reconnectionDelayMax(value).build());
    }
}
