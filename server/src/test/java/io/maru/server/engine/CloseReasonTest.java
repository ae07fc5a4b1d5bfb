package io.maru.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every reason for which a session of Engine.IO ends, and who hears of it. */
class CloseReasonTest {

    private static final Map<CloseReason, BiConsumer<EngineFixture, FakeChannel>> CAUSES =
            new EnumMap<>(CloseReason.class);

    static {
        CAUSES.put(CloseReason.TRANSPORT_CLOSE, (fixture, channel) -> channel.end(1006, ""));
        CAUSES.put(CloseReason.TRANSPORT_ERROR, (fixture, channel) -> channel.text("2"));
        CAUSES.put(CloseReason.PARSE_ERROR, (fixture, channel) -> channel.text("7"));
        CAUSES.put(CloseReason.PING_TIMEOUT, (fixture, channel) -> fixture.loop.advance(Duration.ofSeconds(45)));
        CAUSES.put(CloseReason.SLOW_CONSUMER, (fixture, channel) -> {
            channel.buffered = Integer.MAX_VALUE;
            fixture.emit("a");
        });
        CAUSES.put(CloseReason.SERVER_SHUTDOWN, (fixture, channel) -> {
            fixture.engine.close(CloseReason.SERVER_SHUTDOWN);
            fixture.loop.runTasks();
        });
        for (CloseReason reason : CloseReason.values()) {
            // what the session's owner decides
            CAUSES.putIfAbsent(reason, (fixture, channel) -> fixture.close(reason));
        }
    }

    @ParameterizedTest
    @EnumSource
    void isToldOnceAndLeavesNothing(CloseReason reason) {
        EngineFixture fixture = new EngineFixture();
        FakeChannel channel = fixture.openWebSocket();
        Objects.requireNonNull(CAUSES.get(reason)).accept(fixture, channel);
        channel.end(1006, "");
        fixture.close(CloseReason.SERVER_CLOSE);

        assertThat(fixture.listener().take()).containsExactly("closed " + reason);
        assertThat(fixture.session().isOpen()).isFalse();
        assertThat(fixture.engine.clients()).isZero();
        fixture.loop.advance(Duration.ofSeconds(26));
        assertThat(fixture.loop.timers()).isZero();
    }

    @Test
    void speaksSocketIosWords() {
        assertThat(CloseReason.TRANSPORT_CLOSE.text()).isEqualTo("transport close");
        assertThat(CloseReason.TRANSPORT_ERROR.text()).isEqualTo("transport error");
        assertThat(CloseReason.PARSE_ERROR.text()).isEqualTo("parse error");
        assertThat(CloseReason.PING_TIMEOUT.text()).isEqualTo("ping timeout");
        assertThat(CloseReason.FORCED_CLOSE.text()).isEqualTo("forced close");
    }
}
