package io.maru.server.engine;

import static io.maru.server.engine.EngineFixture.POLLING;
import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.Encoded;
import io.maru.wire.Utf8Buffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PollingTest {

    private static final String UNKNOWN = "400 {\"code\":1,\"message\":\"Session ID unknown\"}";

    private final EngineFixture fixture = new EngineFixture();
    private final String sid = fixture.open();

    private void assertEnded(CloseReason reason) {
        assertThat(fixture.listener().take()).endsWith("closed " + reason);
        assertThat(fixture.session().isOpen()).isFalse();
        assertThat(fixture.engine.clients()).isZero();
        assertThat(fixture.get(sid).answer()).isEqualTo(UNKNOWN);
        assertThat(fixture.post(sid, "4a").answer()).isEqualTo(UNKNOWN);
    }

    @Test
    void answersOnePollWithAllThatIsSentInOneTurn() {
        FakeExchange poll = fixture.get(sid);
        fixture.loop.enter(() -> {
            fixture.session().send(Encoded.text("a"));
            fixture.session().send(Encoded.binary(new byte[] {1, 2, 3, 4}));
            fixture.session().send(Encoded.text("é"));
        });
        assertThat(poll.isAnswered()).as("the turn is not over").isFalse();

        fixture.loop.runTasks();

        assertThat(poll.answer()).isEqualTo("200 4a\u001ebAQIDBA==\u001e4é");
        assertThat(poll.header("content-type")).containsExactly("text/plain; charset=UTF-8");
        assertThat(poll.header("cache-control")).containsExactly("no-store");
    }

    @Test
    void putsOneTaskOnTheLoopForAllThatIsSentInOneTurn() {
        fixture.get(sid);
        fixture.loop.enter(() -> {
            for (int i = 0; i < 100; i++) {
                fixture.session().send(Encoded.text("a"));
            }
        });

        assertThat(fixture.loop.tasks()).isEqualTo(1);
    }

    @Test
    void keepsWhatIsSentBetweenPollsInOrder() {
        fixture.emit("a", "b");
        fixture.emit("c");

        assertThat(fixture.get(sid).body()).isEqualTo("4a\u001e4b\u001e4c");
        FakeExchange next = fixture.get(sid);
        assertThat(next.isAnswered()).isFalse();
        fixture.emit("d");
        assertThat(next.body()).isEqualTo("4d");
    }

    @Test
    void writesTextWithAttachments() {
        Utf8Buffer text = Encoded.newText(8);
        text.append("51-[]");
        FakeExchange poll = fixture.get(sid);
        fixture.loop.turn(() ->
                fixture.session().send(Encoded.of(text, List.of(new byte[] {(byte) 255}, new byte[0]))));

        assertThat(poll.body()).isEqualTo("451-[]\u001eb/w==\u001eb");
    }

    @Test
    void answersAPollInTheTurnInWhichItComesWhenSomethingWaits() {
        fixture.emit("a");
        fixture.listener().onWritable = () -> {
            assertThat(fixture.session().isWritable()).isTrue();
            fixture.session().send(Encoded.text("volatile"));
        };

        assertThat(fixture.get(sid).body()).isEqualTo("4a\u001e4volatile");
        assertThat(fixture.session().transport()).isEqualTo("polling");
        fixture.loop.turn(() -> assertThat(fixture.session().isWritable()).isFalse());
    }

    @Test
    void isWritableWhileAPollWaits() {
        fixture.loop.turn(() -> assertThat(fixture.session().isWritable()).isFalse());
        fixture.get(sid);
        assertThat(fixture.listener().take()).containsExactly("writable");
        fixture.loop.turn(() -> {
            assertThat(fixture.session().isWritable()).isTrue();
            fixture.session().send(Encoded.text("a"));
            assertThat(fixture.session().isWritable())
                    .as("this turn answers it")
                    .isTrue();
            assertThat(fixture.session().bufferedBytes()).isPositive();
        });
        fixture.loop.turn(() -> {
            assertThat(fixture.session().isWritable()).isFalse();
            assertThat(fixture.session().bufferedBytes()).isZero();
        });
    }

    @Test
    void takesAPayload() {
        FakeExchange post = fixture.post(sid, "4a\u001e4\u001ebAQIDBA==\u001eb\u001e4é€😀");

        assertThat(post.answer()).isEqualTo("200 ok");
        assertThat(post.header("content-type")).containsExactly("text/html");
        assertThat(post.header("cache-control")).containsExactly("no-store");
        assertThat(fixture.listener().take())
                .containsExactly("text a", "text ", "binary 01020304", "binary ", "text é€😀");
    }

    @Test
    void tellsWhichRequestCarriedAMessage() {
        FakeExchange handshake = fixture.send("GET", POLLING);
        String other = EngineFixture.sidOf(handshake.body());
        Session session = fixture.session();
        HttpRequest[] carried = new HttpRequest[1];
        fixture.listener().onText = text -> carried[0] = session.messageRequest();
        FakeExchange post = fixture.post(other, "4a");

        assertThat(carried[0]).isSameAs(post.request());
        assertThat(session.request()).isSameAs(handshake.request());
        fixture.send("POST", POLLING + "&sid=" + other);
        fixture.loop.turn(
                () -> assertThat(session.messageRequest()).as("of no message").isSameAs(handshake.request()));
    }

    @Test
    void endsWhenPollsOverlap() {
        FakeExchange first = fixture.get(sid);
        FakeExchange second = fixture.get(sid);

        assertThat(first.answer()).isEqualTo("200 1");
        assertThat(second.answer()).isEqualTo("400 ");
        assertEnded(CloseReason.TRANSPORT_ERROR);
    }

    @Test
    void endsWhenPostsOverlap() {
        FakeExchange poll = fixture.get(sid);
        FakeExchange first = fixture.send("POST", POLLING + "&sid=" + sid);
        FakeExchange second = fixture.send("POST", POLLING + "&sid=" + sid);

        assertThat(second.answer()).isEqualTo("400 ");
        assertThat(first.status()).isEqualTo(400);
        assertThat(poll.answer()).isEqualTo("200 1");
        first.arrive("4late");
        assertThat(fixture.listener().events).doesNotContain("text late");
        assertEnded(CloseReason.TRANSPORT_ERROR);
    }

    @Test
    void endsWhenTheConnectionOfAPollIsClosed() {
        fixture.get(sid).cut();

        assertEnded(CloseReason.TRANSPORT_CLOSE);
    }

    @Test
    void endsWhenTheConnectionOfAPostIsClosed() {
        FakeExchange poll = fixture.get(sid);
        fixture.send("POST", POLLING + "&sid=" + sid).cut();

        assertThat(poll.answer()).isEqualTo("200 1");
        assertEnded(CloseReason.TRANSPORT_CLOSE);
    }

    @Test
    void survivesTheEndOfConnectionsWhoseRequestsWereAnswered() {
        FakeExchange poll = fixture.get(sid);
        fixture.emit("a");
        poll.cut();
        fixture.post(sid, "4a").cut();

        assertThat(fixture.session().isOpen()).isTrue();
    }

    @Test
    void survivesABodyAboveTheLimit() {
        FakeExchange tooLarge = fixture.post(sid, "4" + "x".repeat(1_000_000));
        FakeExchange largest = fixture.post(sid, "4" + "x".repeat(999_999));

        assertThat(tooLarge.answer()).isEqualTo("413 ");
        assertThat(largest.answer()).isEqualTo("200 ok");
        assertThat(fixture.listener().take()).hasSize(1);
    }

    @Test
    void answersABodyThatIsKnownToBeTooLargeAtOnce() {
        FakeExchange post = new FakeExchange(EngineFixture.request("POST", POLLING + "&sid=" + sid), fixture.loop);
        post.declare(1_000_001);
        fixture.loop.turn(() -> fixture.engine.onRequest(post));

        assertThat(post.answer()).isEqualTo("413 ");
        assertThat(fixture.post(sid, "4a").answer()).isEqualTo("200 ok");
    }

    @Test
    void endsByABodyThatIsKnownToBeEmptyAtOnce() {
        FakeExchange post = new FakeExchange(EngineFixture.request("POST", POLLING + "&sid=" + sid), fixture.loop);
        post.declare(0);
        fixture.loop.turn(() -> fixture.engine.onRequest(post));

        assertThat(post.answer()).isEqualTo("400 ");
        assertEnded(CloseReason.PARSE_ERROR);
    }

    @Test
    void endsByAPollWhoseConnectionIsGoneAlready() {
        FakeExchange poll = new FakeExchange(EngineFixture.request("GET", POLLING + "&sid=" + sid), fixture.loop);
        poll.cut();
        fixture.loop.turn(() -> fixture.engine.onRequest(poll));

        assertThat(fixture.listener().events).containsExactly("closed TRANSPORT_CLOSE");
        assertEnded(CloseReason.TRANSPORT_CLOSE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/octet-stream", "Application/Octet-Stream; charset=x"})
    void endsByAPostOfBytes(String type) {
        FakeExchange post = fixture.send("POST", POLLING + "&sid=" + sid, "content-type", type);

        assertThat(post.answer()).isEqualTo("400 ");
        assertEnded(CloseReason.TRANSPORT_ERROR);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "x", "4a\u001e", "\u001e4a", "4a\u001e7\u001e4b", "b!", "4a\u001eb===", "b*"})
    void endsByAPacketThatCannotBeRead(String payload) {
        FakeExchange poll = fixture.get(sid);
        fixture.listener().take();
        FakeExchange post = fixture.post(sid, payload);

        assertThat(post.answer()).isEqualTo("400 ");
        assertThat(poll.answer()).isEqualTo("200 1");
        assertThat(fixture.listener().events).containsExactly("closed PARSE_ERROR");
        assertEnded(CloseReason.PARSE_ERROR);
    }

    @Test
    void endsByTextThatIsNoUtf8() {
        FakeExchange post = fixture.send("POST", POLLING + "&sid=" + sid);
        post.arrive(new byte[] {'4', (byte) 0xc3, '('});

        assertThat(post.status()).isEqualTo(400);
        assertEnded(CloseReason.PARSE_ERROR);
    }

    @Test
    void endsByAPing() {
        FakeExchange post = fixture.post(sid, "4a\u001e2\u001e4b");

        assertThat(post.answer()).isEqualTo("200 ok");
        assertThat(fixture.listener().events).containsExactly("text a", "closed TRANSPORT_ERROR");
        assertEnded(CloseReason.TRANSPORT_ERROR);
    }

    @Test
    void ignoresPacketsThatAreNotForAServer() {
        FakeExchange post = fixture.post(sid, "0\u001e3\u001e3probe\u001e5\u001e6\u001e4a");

        assertThat(post.answer()).isEqualTo("200 ok");
        assertThat(fixture.listener().take()).containsExactly("text a");
        assertThat(fixture.session().isOpen()).isTrue();
    }

    @Test
    void endsByAClosePacket() {
        FakeExchange poll = fixture.get(sid);
        fixture.listener().take();
        FakeExchange post = fixture.post(sid, "4a\u001e1\u001e4b");

        assertThat(poll.answer()).isEqualTo("200 6");
        assertThat(post.answer()).isEqualTo("200 ok");
        assertThat(fixture.listener().events).containsExactly("text a", "closed TRANSPORT_CLOSE");
        assertEnded(CloseReason.TRANSPORT_CLOSE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "DELETE", "OPTIONS", "HEAD", "get"})
    void survivesOtherMethods(String method) {
        assertThat(fixture.send(method, POLLING + "&sid=" + sid).answer()).isEqualTo("405 ");
        assertThat(fixture.session().isOpen()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"?EIO=4&transport=websocket", "?EIO=3&transport=polling", "?transport=polling"})
    void refusesRequestsThatDoNotFitTheSession(String query) {
        assertThat(fixture.send("GET", "/engine.io/" + query + "&sid=" + sid).answer())
                .isEqualTo("400 {\"code\":3,\"message\":\"Bad request\"}");
        assertThat(fixture.errors.get(0).detail()).isIn("TRANSPORT_MISMATCH", "PROTOCOL_MISMATCH");
        assertThat(fixture.session().isOpen()).isTrue();
    }

    @Test
    void saysGoodbyeToAWaitingPollAfterWhatWaits() {
        FakeExchange poll = fixture.get(sid);
        fixture.listener().take();
        fixture.loop.enter(() -> {
            fixture.session().send(Encoded.text("last"));
            fixture.session().close(CloseReason.SERVER_CLOSE);
            assertThat(fixture.listener().events)
                    .as("heard before close returns")
                    .containsExactly("closed SERVER_CLOSE");
            fixture.session().send(Encoded.text("dropped"));
            fixture.session().close(CloseReason.FORCED_CLOSE);
        });
        fixture.loop.runTasks();

        assertThat(poll.answer()).isEqualTo("200 4last");
        assertThat(fixture.get(sid).answer()).as("the goodbye, alone").isEqualTo("200 1");
        assertEnded(CloseReason.SERVER_CLOSE);
    }

    @Test
    void saysGoodbyeToAPollThatWaitsInVainWhenTheServerStops() {
        FakeExchange poll = fixture.get(sid);
        fixture.engine.close(CloseReason.SERVER_SHUTDOWN);
        fixture.loop.runTasks();
        assertThat(poll.answer()).isEqualTo("200 1");
        assertEnded(CloseReason.SERVER_SHUTDOWN);
    }

    @Test
    void saysGoodbyeToTheNextPollsOnce() {
        fixture.emit("last");
        fixture.close(CloseReason.SERVER_CLOSE);
        assertThat(fixture.engine.clients()).isZero();

        assertThat(fixture.post(sid, "4a").answer()).isEqualTo(UNKNOWN);
        assertThat(fixture.probe(sid).refused()).isEqualTo("400 text/html Session ID unknown");
        FakeExchange poll = fixture.get(sid);
        assertThat(poll.answer()).isEqualTo("200 4last");
        assertThat(poll.header("cache-control")).containsExactly("no-store");
        assertThat(fixture.get(sid).answer()).isEqualTo("200 1");
        assertEnded(CloseReason.SERVER_CLOSE);
    }

    @Test
    void keepsItsGoodbyeForThirtySeconds() {
        String second = fixture.open();
        fixture.close(CloseReason.SERVER_CLOSE);
        fixture.loop.turn(() -> fixture.listeners.get(0).session.close(CloseReason.SERVER_CLOSE));
        fixture.loop.advance(Duration.ofMillis(29_999));
        assertThat(fixture.get(second).body()).isEqualTo("1");

        fixture.loop.advance(Duration.ofMillis(1));

        assertThat(fixture.get(sid).answer()).isEqualTo(UNKNOWN);
    }

    @Test
    void saysGoodbyeToAPostThatIsBeingReceived() {
        FakeExchange post = fixture.send("POST", POLLING + "&sid=" + sid);
        fixture.close(CloseReason.SERVER_CLOSE);

        assertThat(post.status()).isEqualTo(400);
        post.arrive("4late");
        assertThat(fixture.listener().take()).containsExactly("closed SERVER_CLOSE");
    }

    @Test
    void answersThePostWhoseMessageClosedTheSession() {
        fixture.listener().onText = text -> fixture.session().close(CloseReason.FORCED_CLOSE);

        assertThat(fixture.post(sid, "4a\u001e4b").answer()).isEqualTo("200 ok");
        assertThat(fixture.listener().take()).containsExactly("text a", "closed FORCED_CLOSE");
    }

    @Test
    void holdsBackTheAnswerOfAPostWhileItDoesNotRead() {
        fixture.listener().onText = text -> fixture.session().setReading(text.equals("go"));
        FakeExchange post = fixture.post(sid, "4stop\u001e4go\u001e4stop\u001e4go");

        assertThat(post.isAnswered()).isFalse();
        assertThat(fixture.listener().take()).containsExactly("text stop");
        fixture.loop.turn(() -> fixture.session().setReading(true));
        assertThat(fixture.listener().take()).containsExactly("text go", "text stop");
        assertThat(post.isAnswered()).isFalse();
        fixture.loop.turn(() -> fixture.session().setReading(true));
        assertThat(fixture.listener().take()).containsExactly("text go");
        assertThat(post.answer()).isEqualTo("200 ok");
    }

    @Test
    void takesNoMessageOfAPostThatComesWhileItDoesNotRead() {
        fixture.loop.turn(() -> fixture.session().setReading(false));
        FakeExchange post = fixture.post(sid, "4a");
        assertThat(fixture.listener().events).isEmpty();
        assertThat(post.isAnswered()).isFalse();

        fixture.loop.turn(() -> fixture.session().setReading(true));

        assertThat(fixture.listener().take()).containsExactly("text a");
        assertThat(post.answer()).isEqualTo("200 ok");
        assertThat(fixture.post(sid, "4b").answer()).isEqualTo("200 ok");
    }

    @Test
    void answersAHeldPostWhenTheSessionEnds() {
        fixture.loop.turn(() -> fixture.session().setReading(false));
        FakeExchange post = fixture.post(sid, "4a");
        fixture.close(CloseReason.SERVER_CLOSE);

        assertThat(post.isAnswered()).isTrue();
        assertThat(fixture.listener().take()).containsExactly("closed SERVER_CLOSE");
    }

    @Test
    void survivesAnOwnerThatFails() {
        fixture.listener().onText = text -> {
            throw new IllegalStateException("owner");
        };
        fixture.listener().onClosed = reason -> {
            throw new IllegalStateException("owner");
        };

        assertThat(fixture.post(sid, "4a\u001e4b").answer()).isEqualTo("200 ok");
        assertThat(fixture.listener().take()).containsExactly("text a", "text b");
        fixture.get(sid);
        fixture.close(CloseReason.SERVER_CLOSE);
        assertEnded(CloseReason.SERVER_CLOSE);
    }
}
