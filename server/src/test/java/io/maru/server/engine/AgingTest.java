package io.maru.server.engine;

import static io.maru.server.engine.EngineFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sessions that end by time, though their heartbeat is well. */
class AgingTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private static void beat(EngineFixture fixture, FakeChannel channel) {
        fixture.loop.advance(SECOND);
        channel.text("3");
    }

    @Test
    void endsASessionWhoseClientSendsNothingButPongs() {
        EngineFixture fixture = new EngineFixture(o -> o.idleTimeout(Duration.ofSeconds(10)));
        FakeChannel channel = fixture.openWebSocket();
        for (int i = 0; i < 9; i++) {
            beat(fixture, channel);
        }
        channel.text("4message");
        for (int i = 0; i < 9; i++) {
            beat(fixture, channel);
        }
        channel.binary(1);
        for (int i = 0; i < 9; i++) {
            beat(fixture, channel);
        }
        fixture.emit("what the server sends does not count");
        assertThat(fixture.session().isOpen()).isTrue();
        beat(fixture, channel);
        assertThat(fixture.listener().take()).endsWith("closed IDLE_TIMEOUT");
        fixture.loop.advance(Duration.ofSeconds(60));
        assertThat(fixture.loop.timers()).isZero();
    }

    @Test
    void endsASilentSessionOverPolling() {
        EngineFixture fixture = new EngineFixture(o -> o.idleTimeout(Duration.ofSeconds(10)));
        String sid = fixture.open();
        fixture.loop.advance(Duration.ofSeconds(9));
        fixture.post(sid, "4a");
        fixture.loop.advance(Duration.ofSeconds(9));
        FakeExchange poll = fixture.get(sid);
        assertThat(fixture.session().isOpen()).as("a poll is no message").isTrue();
        fixture.loop.advance(SECOND);
        assertThat(poll.body()).isEqualTo("1");
        assertThat(fixture.listener().take()).endsWith("closed IDLE_TIMEOUT");
    }

    @Test
    void doesNotTakeForSilentWhoIsNotListenedTo() {
        EngineFixture fixture = new EngineFixture(o -> o.idleTimeout(Duration.ofSeconds(10)));
        fixture.openWebSocket();
        fixture.loop.turn(() -> fixture.session().setReading(false));
        fixture.loop.advance(Duration.ofSeconds(15));
        assertThat(fixture.session().isOpen()).isTrue();
        fixture.loop.turn(() -> fixture.session().setReading(true));
        fixture.loop.advance(Duration.ofSeconds(6));
        assertThat(fixture.session().isOpen()).isFalse();
    }

    @Test
    void endsASessionThatHasLastedLongEnough() {
        EngineFixture fixture = new EngineFixture(o -> o.maxLifetime(Duration.ofSeconds(20)));
        FakeChannel channel = fixture.openWebSocket();
        for (int i = 0; i < 19; i++) {
            beat(fixture, channel);
            channel.text("4a");
        }
        assertThat(fixture.session().isOpen()).isTrue();
        beat(fixture, channel);
        assertThat(fixture.listener().take()).endsWith("closed LIFETIME_OVER");
        assertThat(channel.closedWith).isEqualTo("1005");
    }

    @Test
    void endsPlainWebSocketsWithTheirOwnCodes() {
        ManualLoop loop = new ManualLoop();
        SessionLimits limits =
                SessionLimits.DEFAULTS.withIdleTimeout(Duration.ofSeconds(5)).withMaxLifetime(Duration.ofSeconds(12));
        PlainEndpoint endpoint =
                new PlainEndpoint(PlainOptions.DEFAULTS.withLimits(limits), Runnable::run, RecordingListener::new);
        List<FakeChannel> channels = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            FakeUpgrade upgrade = new FakeUpgrade(request("GET", "/"), loop);
            loop.turn(() -> endpoint.onUpgrade(upgrade));
            channels.add(upgrade.channel());
        }
        for (int i = 0; i < 4; i++) {
            loop.advance(Duration.ofSeconds(3));
            channels.get(0).text("a");
            channels.get(1).peerPong("");
        }
        assertThat(channels.get(0).closedWith).isEqualTo("4010 lifetime over");
        assertThat(channels.get(1).closedWith).isEqualTo("4009 idle timeout");
        assertThat(endpoint.clients()).isZero();
    }

    @Test
    void doesNothingUnlessToldTo() {
        EngineFixture fixture = new EngineFixture();
        FakeChannel channel = fixture.openWebSocket();
        for (int i = 0; i < 100; i++) {
            fixture.loop.advance(Duration.ofSeconds(25));
            channel.text("3");
        }
        assertThat(fixture.session().isOpen()).isTrue();
    }
}
