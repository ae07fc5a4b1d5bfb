package io.maru.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HeartbeatTest {

    private static final Duration MILLI = Duration.ofMillis(1);

    private final EngineFixture fixture = new EngineFixture(
            options -> options.pingInterval(Duration.ofSeconds(25)).pingTimeout(Duration.ofSeconds(20)));
    private final ManualLoop loop = fixture.loop;

    private void advance(long millis) {
        loop.advance(Duration.ofMillis(millis));
    }

    @Test
    void pingsAfterTheIntervalAndAgainAfterEachPong() {
        FakeChannel channel = fixture.openWebSocket();
        advance(24_999);
        assertThat(channel.sent).isEmpty();
        loop.advance(MILLI);
        assertThat(channel.take()).containsExactly("2");

        advance(19_999);
        channel.text("3");
        advance(24_999);
        assertThat(channel.sent).isEmpty();
        loop.advance(MILLI);
        assertThat(channel.take()).containsExactly("2");
        assertThat(channel.isClosed()).isFalse();
    }

    @Test
    void endsWhenThePongDoesNotComeInTime() {
        FakeChannel channel = fixture.openWebSocket();
        advance(44_999);
        assertThat(fixture.listener().events).isEmpty();
        loop.advance(MILLI);

        assertThat(fixture.listener().take()).containsExactly("closed PING_TIMEOUT");
        assertThat(channel.closedWith).isEqualTo("1005");
        assertThat(fixture.engine.clients()).isZero();
        advance(200_000);
        assertThat(loop.timers()).isZero();
    }

    @Test
    void isNotStoppedByMessages() {
        FakeChannel channel = fixture.openWebSocket();
        for (int i = 0; i < 45; i++) {
            channel.text("4a");
            advance(1000);
        }

        assertThat(fixture.listener().events).endsWith("closed PING_TIMEOUT");
    }

    @Test
    void countsOverPollingWhetherOrNotAPollIsThere() {
        String fetching = fixture.open();
        RecordingListener first = fixture.listener();
        String silent = fixture.open();
        FakeExchange poll = fixture.get(fetching);
        advance(25_000);
        assertThat(poll.body()).isEqualTo("2");
        assertThat(fixture.post(fetching, "3").answer()).isEqualTo("200 ok");

        advance(20_000);
        assertThat(fixture.listener().take()).containsExactly("closed PING_TIMEOUT");
        assertThat(fixture.get(silent).body()).contains("\"code\":1");
        assertThat(first.events).doesNotContain("closed PING_TIMEOUT");
        FakeExchange next = fixture.get(fetching);
        advance(5_000);
        assertThat(next.body()).isEqualTo("2");
        advance(19_999);
        FakeExchange last = fixture.get(fetching);
        loop.advance(MILLI);
        assertThat(last.body()).as("a waiting poll is told").isEqualTo("1");
        assertThat(first.take()).endsWith("closed PING_TIMEOUT");
        assertThat(fixture.get(fetching).body()).contains("\"code\":1");
    }

    @Test
    void isNotHurtByStrayPongs() {
        FakeChannel channel = fixture.openWebSocket();
        for (int i = 0; i < 10_000; i++) {
            channel.text("3");
        }
        assertThat(channel.isClosed()).isFalse();
        assertThat(loop.timers()).isEqualTo(1);
        advance(25_000);
        assertThat(channel.take()).containsExactly("2");
        advance(20_000);
        assertThat(fixture.listener().take()).containsExactly("closed PING_TIMEOUT");
    }

    @Test
    void takesAPongThatIsLateButBeforeItsJudge() {
        FakeChannel channel = fixture.openWebSocket();
        advance(25_000);
        loop.execute(() -> loop.enter(() -> channel.text("3")));
        loop.stall(Duration.ofSeconds(20));

        assertThat(channel.isClosed()).isFalse();
        channel.take();
        advance(25_000);
        assertThat(channel.take()).containsExactly("2");
    }

    @Test
    void creditsItsOwnPauseToTheClients() {
        FakeChannel alive = fixture.openWebSocket();
        RecordingListener living = fixture.listener();
        fixture.openWebSocket();
        advance(25_000);
        loop.stall(Duration.ofSeconds(46));
        assertThat(fixture.engine.clients()).as("nobody is judged at once").isEqualTo(2);

        alive.text("3");
        advance(5_001);

        assertThat(fixture.listener().take()).containsExactly("closed PING_TIMEOUT");
        assertThat(living.events).isEmpty();
    }

    @Test
    void usesAFixedNumberOfTimersForAllSessions() {
        for (int i = 0; i < 100; i++) {
            fixture.openWebSocket();
            advance(1);
        }
        assertThat(loop.timers()).isEqualTo(1);
        advance(30_000);
        assertThat(loop.timers()).isLessThanOrEqualTo(2);
        advance(30_000);
        assertThat(fixture.engine.clients()).isZero();
    }

    @Test
    void doesNotBlameThePeerWhileNothingIsReadFromIt() {
        FakeChannel channel = fixture.openWebSocket();
        loop.turn(() -> fixture.session().setReading(false));
        advance(45_000);
        assertThat(channel.isClosed()).isFalse();
        advance(45_000);
        assertThat(channel.take()).containsExactly("2", "2");
        assertThat(channel.isClosed()).isFalse();

        loop.turn(() -> fixture.session().setReading(true));
        advance(45_000);

        assertThat(fixture.listener().take()).containsExactly("closed PING_TIMEOUT");
    }

    @Test
    void endsAPeerThatReadsNothingEvenWhileNothingIsReadFromIt() {
        FakeChannel channel = fixture.openWebSocket();
        channel.writable = false;
        loop.turn(() -> fixture.session().setReading(false));
        advance(45_000);

        assertThat(fixture.listener().take()).containsExactly("closed PING_TIMEOUT");
    }

    @Test
    void keepsItsTimeThroughAnUpgrade() {
        String sid = fixture.open();
        advance(10_000);
        FakeChannel channel = fixture.probe(sid).channel();
        channel.text("2probe");
        channel.text("5");
        channel.take();
        advance(14_999);
        assertThat(channel.sent).isEmpty();
        loop.advance(MILLI);
        assertThat(channel.take()).containsExactly("2");
    }
}
