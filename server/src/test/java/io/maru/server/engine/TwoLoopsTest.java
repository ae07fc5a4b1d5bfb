package io.maru.server.engine;

import static io.maru.server.engine.EngineFixture.POLLING;
import static io.maru.server.engine.EngineFixture.WEBSOCKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.Encoded;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A session on one loop, whose requests come by connections of another. */
class TwoLoopsTest {

    private final EngineFixture fixture = new EngineFixture();
    private final ManualLoop home = fixture.loop;
    private final ManualLoop other = fixture.otherLoop;
    private final String sid = fixture.open();

    private FakeExchange request(String method) {
        return fixture.send(other, method, POLLING + "&sid=" + sid);
    }

    @Test
    void keepsASessionOnTheLoopOfItsHandshake() {
        FakeExchange elsewhere = fixture.send(other, "GET", POLLING);

        assertThat(fixture.session().loop()).isSameAs(other);
        assertThat(fixture.session().id()).isEqualTo(EngineFixture.sidOf(elsewhere.body()));
        assertThat(fixture.listeners.get(0).session.loop()).isSameAs(home);
        assertThat(fixture.upgrade(other, WEBSOCKET).channel().loop()).isSameAs(other);
    }

    @Test
    void handsAPollOver() {
        FakeExchange poll = request("GET");
        fixture.emit("a");
        assertThat(poll.body()).isEqualTo("4a");
        FakeExchange next = request("GET");
        home.runTasks();
        assertThat(fixture.listener().take()).contains("writable");
        fixture.close(CloseReason.SERVER_CLOSE);
        assertThat(next.body()).isEqualTo("1");
    }

    @Test
    void handsABodyOverThatHasComeBeforeTheSessionHeardOfIt() {
        FakeExchange post = request("POST");
        post.arrive("4a\u001e4b");
        assertThat(fixture.listener().events).isEmpty();

        home.runTasks();

        assertThat(fixture.listener().take()).containsExactly("text a", "text b");
        assertThat(post.answer()).isEqualTo("200 ok");
    }

    @Test
    void handsABodyOverThatComesLater() {
        FakeExchange post = request("POST");
        home.runTasks();
        post.arrive("4a");
        home.runTasks();

        assertThat(fixture.listener().take()).containsExactly("text a");
        assertThat(post.answer()).isEqualTo("200 ok");
    }

    @Test
    void answersABodyAboveTheLimitBothWays() {
        FakeExchange early = request("POST");
        early.arrive(new byte[1_000_001]);
        home.runTasks();
        FakeExchange late = request("POST");
        home.runTasks();
        late.arrive(new byte[1_000_001]);
        home.runTasks();

        assertThat(early.answer()).isEqualTo("413 ");
        assertThat(late.answer()).isEqualTo("413 ");
        assertThat(fixture.session().isOpen()).isTrue();
    }

    @Test
    void answersABodyThatIsKnownToBeTooLargeAtOnce() {
        FakeExchange post = new FakeExchange(EngineFixture.request("POST", POLLING + "&sid=" + sid), other);
        post.declare(1_000_001);
        other.turn(() -> fixture.engine.onRequest(post));
        home.runTasks();

        assertThat(post.answer()).isEqualTo("413 ");
        assertThat(fixture.session().isOpen()).isTrue();
    }

    @Test
    void endsWhenRequestsOfDifferentLoopsOverlap() {
        FakeExchange first = fixture.get(sid);
        FakeExchange second = request("GET");
        home.runTasks();

        assertThat(first.body()).isEqualTo("1");
        assertThat(second.answer()).isEqualTo("400 ");
        assertThat(fixture.listener().take()).endsWith("closed TRANSPORT_ERROR");
    }

    @Test
    void endsWhenAConnectionOfTheOtherLoopIsCut() {
        FakeExchange poll = request("GET");
        home.runTasks();
        poll.cut();
        assertThat(fixture.session().isOpen()).as("not heard of yet").isTrue();
        home.runTasks();

        assertThat(fixture.listener().take()).endsWith("closed TRANSPORT_CLOSE");
    }

    @Test
    void endsWhenAConnectionIsCutBeforeTheSessionHeardOfIt() {
        request("GET").cut();
        home.runTasks();

        assertThat(fixture.listener().take()).endsWith("closed TRANSPORT_CLOSE");
    }

    @Test
    void endsWhenTheAnswerWasLostOnItsWay() {
        FakeExchange poll = request("GET");
        home.runTasks();
        poll.cut();
        home.enter(() -> fixture.session().send(Encoded.text("lost")));
        home.enter(() -> fixture.session().close(CloseReason.SERVER_CLOSE));
        home.runTasks();
        assertThat(poll.isAnswered()).isFalse();
        assertThat(fixture.listener().take()).endsWith("closed SERVER_CLOSE");
    }

    @Test
    void noticesThatAnAnswerWasLostOnItsWay() {
        FakeExchange poll = request("GET");
        home.runTasks();
        // the flush is put on the loop before the news of the cut
        home.enter(() -> fixture.session().send(Encoded.text("lost")));
        poll.cut();
        home.runTasks();

        assertThat(poll.isAnswered()).isFalse();
        assertThat(fixture.listener().take()).endsWith("closed TRANSPORT_CLOSE");
    }

    @Test
    void refusesRequestsForASessionThatEndsMeanwhile() {
        FakeExchange poll = request("GET");
        FakeExchange post = request("POST");
        FakeUpgrade upgrade = fixture.upgrade(other, WEBSOCKET + "&sid=" + sid);
        home.enter(() -> fixture.session().close(CloseReason.SERVER_CLOSE));
        home.runTasks();

        assertThat(poll.body()).as("it hears the goodbye").isEqualTo("1");
        assertThat(post.body()).contains("\"code\":1");
        assertThat(upgrade.refused()).isEqualTo("400 text/html Session ID unknown");
    }

    @Test
    void saysGoodbyeToAPollOfTheOtherLoop() {
        fixture.close(CloseReason.SERVER_CLOSE);

        assertThat(request("GET").body()).isEqualTo("1");
        assertThat(request("GET").body()).contains("\"code\":1");
    }

    @Test
    void movesAWebSocketToTheSessionsLoop() {
        FakeUpgrade upgrade = fixture.upgrade(other, WEBSOCKET + "&sid=" + sid);
        assertThat(upgrade.isAnswered()).isFalse();
        home.runTasks();

        assertThat(upgrade.channel().loop()).isSameAs(home);
        upgrade.channel().text("2probe");
        upgrade.channel().text("5");
        upgrade.channel().text("4a");
        assertThat(fixture.listener().take()).endsWith("text a");
    }

    @Test
    void pingsEachSessionOnItsOwnLoop() {
        FakeChannel here = fixture.openWebSocket();
        FakeChannel there = fixture.upgrade(other, WEBSOCKET).channel();
        there.take();
        other.advance(Duration.ofSeconds(25));

        assertThat(there.take()).containsExactly("2");
        assertThat(here.sent).isEmpty();
        home.advance(Duration.ofSeconds(25));
        assertThat(here.take()).containsExactly("2");
    }

    @Test
    void closesAllSessionsEachOnItsLoop() {
        FakeChannel here = fixture.openWebSocket();
        FakeChannel there = fixture.upgrade(other, WEBSOCKET).channel();
        fixture.engine.close(CloseReason.SERVER_SHUTDOWN);
        assertThat(here.isClosed() || there.isClosed()).isFalse();
        home.runTasks();
        assertThat(here.closedWith).isEqualTo("1005");
        assertThat(there.isClosed()).isFalse();
        other.runTasks();
        assertThat(there.closedWith).isEqualTo("1005");
        assertThat(fixture.engine.clients()).isZero();
    }
}
