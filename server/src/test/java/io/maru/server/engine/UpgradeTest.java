package io.maru.server.engine;

import static io.maru.server.engine.EngineFixture.WEBSOCKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.Encoded;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UpgradeTest {

    private static final Duration MILLI = Duration.ofMillis(1);

    private final EngineFixture fixture = new EngineFixture(options -> options.upgradeTimeout(Duration.ofMillis(600)));
    private final String sid = fixture.open();

    private FakeChannel probed() {
        FakeChannel channel = fixture.probe(sid).channel();
        channel.text("2probe");
        assertThat(channel.take()).containsExactly("3probe");
        return channel;
    }

    private void assertPollingWorks() {
        fixture.listener().take();
        assertThat(fixture.session().transport()).isEqualTo("polling");
        FakeExchange poll = fixture.get(sid);
        assertThat(poll.isAnswered()).isFalse();
        fixture.emit("down");
        assertThat(poll.body()).isEqualTo("4down");
        assertThat(fixture.post(sid, "4up").answer()).isEqualTo("200 ok");
        assertThat(fixture.listener().take()).containsExactly("writable", "text up");
    }

    @Test
    void changesToWebSocketAndReleasesThePoll() {
        FakeExchange poll = fixture.get(sid);
        fixture.listener().take();
        FakeUpgrade upgrade = fixture.probe(sid);
        assertThat(upgrade.maxMessageBytes()).isEqualTo(1_000_000);
        assertThat(upgrade.channel().sent).as("no open packet").isEmpty();
        assertThat(poll.isAnswered()).isFalse();

        upgrade.channel().text("2probe");
        assertThat(upgrade.channel().take()).containsExactly("3probe");
        assertThat(poll.answer()).isEqualTo("200 6");
        assertThat(fixture.session().transport()).isEqualTo("polling");

        upgrade.channel().text("5");
        assertThat(fixture.listener().take()).containsExactly("upgraded", "writable");
        assertThat(fixture.session().transport()).isEqualTo("websocket");
        assertThat(upgrade.channel().sent).isEmpty();
        upgrade.channel().text("4a");
        fixture.emit("b");
        assertThat(fixture.listener().take()).containsExactly("text a");
        assertThat(upgrade.channel().take()).containsExactly("4b");
        fixture.loop.turn(() -> assertThat(fixture.session().messageRequest()).isSameAs(upgrade.request()));
        assertThat(fixture.get(sid).answer()).isEqualTo("400 {\"code\":3,\"message\":\"Bad request\"}");
        assertThat(fixture.post(sid, "4late").body()).contains("\"code\":3");
        assertThat(fixture.engine.clients()).isEqualTo(1);
    }

    @Test
    void goesOnByPollingUntilTheUpgradePacket() {
        FakeChannel channel = probed();

        assertThat(fixture.get(sid).answer()).as("a later poll").isEqualTo("200 6");
        assertThat(fixture.post(sid, "4up").answer()).isEqualTo("200 ok");
        assertThat(fixture.listener().take()).containsExactly("text up");
        fixture.emit("between");
        assertThat(channel.sent).isEmpty();
        assertThat(fixture.get(sid).answer()).isEqualTo("200 4between");
    }

    @Test
    void sendsOverTheWebSocketWhatWaitedInOrder() {
        fixture.emit("before");
        FakeChannel channel = probed();
        fixture.loop.turn(() -> {
            fixture.session().send(Encoded.text("between"));
            fixture.session().send(Encoded.binary(new byte[] {1}));
        });
        channel.text("5");
        fixture.emit("after");

        assertThat(channel.take()).containsExactly("4before", "4between", "hex:01", "4after");
    }

    // the client has stopped polling by then: over polling it would hear nothing
    @Test
    void saysItsLastWordsOverTheWebSocketWhenItEndsDuringTheUpgrade() {
        FakeChannel channel = probed();
        fixture.emit("last");
        fixture.close(CloseReason.SERVER_CLOSE);
        assertThat(channel.isClosed()).isFalse();
        assertThat(fixture.engine.clients()).isZero();

        channel.text("5");
        assertThat(channel.take()).containsExactly("4last");
        assertThat(channel.closedWith).isEqualTo("1005");
    }

    @Test
    void closesAnAnsweredProbeOfAnEndedSessionWhenTheUpgradeIsLate() {
        FakeChannel channel = probed();
        fixture.close(CloseReason.SERVER_CLOSE);
        fixture.loop.advance(Duration.ofSeconds(10));
        assertThat(channel.closedWith).isEqualTo("1005");
    }

    @Test
    void carriesAPingThatWaitedOver() {
        fixture.loop.advance(Duration.ofSeconds(25));
        FakeChannel channel = probed();
        channel.text("5");
        assertThat(channel.take()).containsExactly("2");
        channel.text("3");
        fixture.loop.advance(Duration.ofSeconds(20));
        assertThat(channel.isClosed()).isFalse();
    }

    @Test
    void releasesAPollThatStillWaitsWhenTheUpgradeComesUnprobed() {
        FakeExchange poll = fixture.get(sid);
        FakeChannel channel = fixture.probe(sid).channel();
        fixture.loop.enter(() -> fixture.session().send(Encoded.text("sent in this turn")));
        channel.text("5");

        assertThat(poll.answer()).isEqualTo("200 6");
        assertThat(channel.take()).containsExactly("4sent in this turn");
        assertThat(fixture.listener().take()).as("it was writable, and is").containsExactly("writable", "upgraded");
        assertThat(fixture.session().transport()).isEqualTo("websocket");
    }

    @Test
    void answersAPollWithWhatWasSentInTheTurnOfTheProbe() {
        FakeExchange poll = fixture.get(sid);
        FakeChannel channel = fixture.probe(sid).channel();
        fixture.loop.enter(() -> fixture.session().send(Encoded.text("a")));
        channel.text("2probe");

        assertThat(poll.body()).isEqualTo("4a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"4a", "2", "2prob", "3probe", "6", "1", "", "x", "0"})
    void closesAWebSocketThatBeginsOtherwise(String first) {
        FakeChannel channel = fixture.probe(sid).channel();
        channel.text(first);

        assertThat(channel.closedWith).isEqualTo("1005");
        assertPollingWorks();
        channel.text("5");
        channel.end(1005, "");
        assertPollingWorks();
    }

    @Test
    void closesAWebSocketThatBeginsWithBytes() {
        FakeChannel channel = fixture.probe(sid).channel();
        channel.binary(1);

        assertThat(channel.closedWith).isEqualTo("1005");
        assertPollingWorks();
    }

    @Test
    void closesAProbedWebSocketThatSendsMessages() {
        FakeChannel channel = probed();
        channel.text("2probe");
        assertThat(channel.take()).containsExactly("3probe");
        channel.text("4a");

        assertThat(channel.closedWith).isEqualTo("1005");
        assertPollingWorks();
    }

    @Test
    void closesOnlyTheWebSocketWhenTheUpgradeIsLate() {
        FakeChannel channel = fixture.probe(sid).channel();
        fixture.loop.advance(Duration.ofMillis(500));
        channel.text("2probe");
        fixture.loop.advance(Duration.ofMillis(99));
        assertThat(channel.isClosed()).isFalse();
        fixture.loop.advance(MILLI);

        assertThat(channel.closedWith).isEqualTo("1005");
        assertPollingWorks();
        channel.text("5");
        assertThat(fixture.session().transport()).isEqualTo("polling");
    }

    @Test
    void hasNoDeadlineAfterTheUpgrade() {
        FakeChannel channel = probed();
        channel.text("5");
        fixture.loop.advance(Duration.ofSeconds(1));

        assertThat(channel.isClosed()).isFalse();
    }

    @Test
    void goesOnByPollingWhenTheProbeIsCut() {
        FakeChannel channel = probed();
        fixture.emit("kept");
        channel.end(1006, "");

        assertThat(fixture.get(sid).body()).isEqualTo("4kept");
        assertPollingWorks();
        FakeChannel second = probed();
        second.text("5");
        assertThat(fixture.session().transport()).isEqualTo("websocket");
    }

    @Test
    void endsWhenTheWebSocketIsCutRightAfterTheUpgrade() {
        FakeChannel channel = probed();
        channel.text("5");
        channel.end(1006, "");

        assertThat(fixture.listener().take()).containsExactly("upgraded", "writable", "closed TRANSPORT_CLOSE");
        assertThat(fixture.engine.clients()).isZero();
        assertThat(fixture.get(sid).body()).contains("\"code\":1");
    }

    @Test
    void closesASecondWebSocketDuringAndAfterAnUpgrade() {
        FakeChannel channel = fixture.probe(sid).channel();
        FakeChannel unprobed = fixture.probe(sid).channel();
        assertThat(unprobed.closedWith).isEqualTo("1005");
        channel.text("2probe");
        assertThat(fixture.probe(sid).channel().closedWith).isEqualTo("1005");
        channel.text("5");
        FakeChannel late = fixture.probe(sid).channel();
        assertThat(late.closedWith).isEqualTo("1005");
        for (FakeChannel closed : List.of(unprobed, late)) {
            closed.text("2probe");
            closed.text("5");
            closed.text("4stolen");
            closed.end(1005, "");
            assertThat(closed.sent).isEmpty();
        }
        channel.text("4a");
        fixture.emit("b");

        assertThat(fixture.listener().take()).containsExactly("upgraded", "writable", "text a");
        assertThat(channel.take()).containsExactly("3probe", "4b");
    }

    @Test
    void closesTheSecondOfTwoWebSocketsThatWereAcceptedAtOnce() {
        FakeUpgrade first = new FakeUpgrade(EngineFixture.request("GET", WEBSOCKET + "&sid=" + sid), fixture.loop);
        FakeUpgrade second = new FakeUpgrade(EngineFixture.request("GET", WEBSOCKET + "&sid=" + sid), fixture.loop);
        fixture.loop.turn(() -> {
            fixture.engine.onUpgrade(first);
            fixture.engine.onUpgrade(second);
        });

        assertThat(second.channel().closedWith).isEqualTo("1005");
        second.channel().text("2probe");
        second.channel().text("5");
        assertThat(second.channel().sent).isEmpty();
        first.channel().text("2probe");
        first.channel().text("5");
        assertThat(fixture.session().transport()).isEqualTo("websocket");
        first.channel().text("4a");
        assertThat(fixture.listener().events).endsWith("text a");
    }

    @Test
    void closesAWebSocketThatOpensAfterTheEndOfItsSession() {
        FakeUpgrade late =
                new FakeUpgrade(EngineFixture.request("GET", WEBSOCKET + "&sid=" + sid), fixture.loop).hold();
        fixture.loop.turn(() -> fixture.engine.onUpgrade(late));
        fixture.close(CloseReason.SERVER_CLOSE);
        late.release();

        assertThat(late.channel().closedWith).isEqualTo("1005");
    }

    @Test
    void forgetsAWebSocketThatWasAcceptedAndNeverOpened() {
        FakeUpgrade never =
                new FakeUpgrade(EngineFixture.request("GET", WEBSOCKET + "&sid=" + sid), fixture.loop).hold();
        fixture.loop.turn(() -> fixture.engine.onUpgrade(never));

        probed().text("5");

        assertThat(fixture.session().transport()).isEqualTo("websocket");
    }

    @Test
    void closesAProbeThatWasNotAnsweredWithTheSession() {
        FakeChannel channel = fixture.probe(sid).channel();
        fixture.emit("last");
        fixture.close(CloseReason.SERVER_CLOSE);

        assertThat(channel.closedWith).isEqualTo("1005");
        channel.text("5");
        assertThat(fixture.get(sid).body()).isEqualTo("4last");
        assertThat(fixture.get(sid).body()).isEqualTo("1");
        assertThat(fixture.listener().take()).containsExactly("closed SERVER_CLOSE");
        fixture.loop.advance(Duration.ofSeconds(60));
        assertThat(fixture.loop.timers()).isZero();
    }

    @Test
    void keepsReadingStoppedThroughAnUpgrade() {
        fixture.loop.turn(() -> fixture.session().setReading(false));
        FakeExchange post = fixture.post(sid, "4posted");
        FakeChannel channel = probed();
        channel.text("5");

        assertThat(fixture.listener().take()).containsExactly("text posted", "upgraded", "writable");
        assertThat(post.answer()).isEqualTo("200 ok");
        assertThat(channel.reading).isFalse();
        fixture.loop.turn(() -> fixture.session().setReading(true));
        assertThat(channel.reading).isTrue();
    }

    @Test
    void deliversAllOfAHeldPostEvenWhenReadingIsStoppedAgain() {
        fixture.listener().onText = text -> fixture.session().setReading(false);
        FakeExchange post = fixture.post(sid, "4a\u001e4b\u001e4c");
        assertThat(fixture.listener().take()).containsExactly("text a");
        FakeChannel channel = probed();
        channel.text("5");

        assertThat(fixture.listener().take()).containsExactly("text b", "text c", "upgraded", "writable");
        assertThat(post.answer()).isEqualTo("200 ok");
    }

    @Test
    void survivesAnOwnerThatClosesWhileAHeldPostIsDelivered() {
        fixture.loop.turn(() -> fixture.session().setReading(false));
        FakeExchange post = fixture.post(sid, "4a\u001e4b");
        fixture.listener().onText = text -> fixture.session().close(CloseReason.FORCED_CLOSE);
        FakeChannel channel = probed();
        channel.text("5");

        assertThat(fixture.listener().take()).containsExactly("text a", "closed FORCED_CLOSE");
        assertThat(post.answer()).isEqualTo("200 ok");
        assertThat(channel.closedWith).isEqualTo("1005");
        assertThat(fixture.get(sid).body()).isEqualTo("1");
    }

    @Test
    void refusesAPostThatIsBeingReceivedWhenTheTransportChanges() {
        FakeExchange post = fixture.send("POST", EngineFixture.POLLING + "&sid=" + sid);
        probed().text("5");

        assertThat(post.answer()).isEqualTo("400 {\"code\":3,\"message\":\"Bad request\"}");
        post.arrive("4late");
        assertThat(fixture.listener().take()).containsExactly("upgraded", "writable");
    }

    @ParameterizedTest
    @CsvSource({"?EIO=3&transport=websocket", "?transport=websocket", "?EIO=4&transport=polling"})
    void refusesAWebSocketThatDoesNotFitTheSession(String query) {
        assertThat(fixture.upgrade("/engine.io/" + query + "&sid=" + sid).refused())
                .isEqualTo("400 text/html Bad request");
        assertPollingWorks();
    }

    @Test
    void refusesUpgradesThatAreNotAllowed() {
        EngineFixture other = new EngineFixture(options -> options.allowUpgrades(false));

        assertThat(other.probe(other.open()).refused()).isEqualTo("400 text/html Bad request");
        assertThat(other.upgrade(WEBSOCKET).isAccepted()).isTrue();
    }
}
