package io.maru.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.Encoded;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SlowConsumerTest {

    private final EngineFixture fixture = new EngineFixture(options -> options.maxBufferedBytes(1000));

    @Test
    void endsOverPollingWhenMoreThanTheLimitWaits() {
        String sid = fixture.open();
        fixture.emit("x".repeat(700));
        fixture.emit("y".repeat(200));
        assertThat(fixture.session().isOpen()).isTrue();
        fixture.loop.enter(() -> {
            assertThat(fixture.session().bufferedBytes()).isBetween(1100L, 1200L);
            fixture.session().send(Encoded.text("z"));
            assertThat(fixture.listener().events)
                    .as("heard before send returns")
                    .containsExactly("closed SLOW_CONSUMER");
        });

        assertThat(fixture.engine.clients()).isZero();
        assertThat(fixture.get(sid).body()).as("what waited is dropped").isEqualTo("1");
    }

    // what an empty message keeps is more than what it sends
    @Test
    void countsSmallMessagesOverPollingByWhatTheyKeep() {
        String sid = fixture.open();
        for (int i = 0; i < 9; i++) {
            fixture.emit("");
        }
        assertThat(fixture.session().isOpen()).isFalse();
        assertThat(fixture.get(sid).body()).isEqualTo("1");
    }

    @Test
    void letsOneMessageWaitWhateverItsSize() {
        String sid = fixture.open();
        fixture.emit("x".repeat(1_000_000));

        assertThat(fixture.get(sid).response().body()).hasSize(1_000_001);
        fixture.emit("next");
        assertThat(fixture.get(sid).body()).isEqualTo("4next");
        FakeChannel channel = fixture.openWebSocket();
        fixture.emit("x".repeat(1_000_000));
        assertThat(channel.take()).hasSize(1);
    }

    @Test
    void answersAWaitingPollInTheMidstOfATurnThatSendsMuch() {
        String sid = fixture.open();
        FakeExchange poll = fixture.get(sid);
        fixture.emit("a".repeat(600), "b".repeat(600), "c".repeat(600));

        assertThat(poll.body()).isEqualTo("4" + "a".repeat(600) + "\u001e4" + "b".repeat(600));
        assertThat(fixture.session().isOpen()).isTrue();
        assertThat(fixture.get(sid).body()).isEqualTo("4" + "c".repeat(600));
    }

    @Test
    void endsOverWebSocketWhenMoreThanTheLimitWaits() {
        FakeChannel channel = fixture.openWebSocket();
        channel.buffered = 1000;
        fixture.emit("a");
        assertThat(channel.take()).containsExactly("4a");
        channel.buffered = 1001;
        fixture.emit("b");

        assertThat(channel.sent).isEmpty();
        assertThat(channel.closedWith).isEqualTo("1005");
        assertThat(fixture.listener().take()).containsExactly("closed SLOW_CONSUMER");
        fixture.emit("c");
        assertThat(channel.sent).isEmpty();
    }

    @Test
    void doesNotTakeWhatIsNotFlushedForAPeerThatIsSlow() {
        FakeChannel channel = fixture.openWebSocket();
        channel.unflushed = 5000;
        fixture.emit("a");

        assertThat(channel.take()).containsExactly("4a");
        assertThat(channel.unflushed).isZero();
        assertThat(fixture.session().isOpen()).isTrue();
    }

    @Test
    void countsBinaryOverPollingAsItGoesOut() {
        String sid = fixture.open();
        fixture.loop.turn(() -> {
            fixture.session().send(Encoded.binary(new byte[900]));
            assertThat(fixture.session().bufferedBytes()).isBetween(1201L, 1340L);
        });

        assertThat(fixture.get(sid).response().body()).hasSize(1201);
    }

    @Test
    void isNotEndedByAPingThatWaits() {
        String sid = fixture.open();
        fixture.emit("x".repeat(2000));
        fixture.loop.advance(Duration.ofSeconds(25));

        assertThat(fixture.get(sid).body()).endsWith("\u001e2");
    }

    @Test
    void dropsMessagesAfterTheEnd() {
        String sid = fixture.open();
        fixture.close(CloseReason.SERVER_CLOSE);
        fixture.emit("late");

        assertThat(fixture.get(sid).body()).isEqualTo("1");
    }
}
