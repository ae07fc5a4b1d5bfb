package io.maru.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.Encoded;
import io.maru.wire.Utf8Buffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of Engine.IO 3, where they are not like those of Engine.IO 4. */
class OlderClientsTest {

    private static final String POLLING = "/engine.io/?EIO=3&transport=polling";
    private static final String WEBSOCKET = "/engine.io/?EIO=3&transport=websocket";
    private static final String UNSUPPORTED = "400 {\"code\":5,\"message\":\"Unsupported protocol version\"}";
    private static final String BAD_REQUEST = "400 {\"code\":3,\"message\":\"Bad request\"}";
    private static final Duration MILLI = Duration.ofMillis(1);
    private static final Duration OPENING = Duration.ofMillis(10);

    private final EngineFixture fixture = fixture(options -> {});

    private static EngineFixture fixture(Consumer<EngineOptions.Builder> more) {
        return new EngineFixture(options -> more.accept(options.allowEngineIo3(true)
                .pingInterval(Duration.ofSeconds(25))
                .pingTimeout(Duration.ofSeconds(20))));
    }

    private static String open(EngineFixture fixture, String target) {
        FakeExchange exchange = fixture.send("GET", target);
        assertThat(exchange.header("content-type")).containsExactly("text/plain; charset=UTF-8");
        String[] payload = exchange.body().split(":", 2);
        assertThat(payload[0]).isEqualTo(String.valueOf(payload[1].length()));
        return EngineFixture.sidOf(payload[1]);
    }

    private String open() {
        return open(fixture, POLLING);
    }

    private FakeExchange get(String sid) {
        return fixture.send("GET", POLLING + "&sid=" + sid);
    }

    private FakeExchange post(String sid, String body) {
        FakeExchange exchange =
                fixture.send("POST", POLLING + "&sid=" + sid, "content-type", "text/plain;charset=UTF-8");
        exchange.arrive(body);
        return exchange;
    }

    private FakeExchange postBytes(String sid, String hex) {
        FakeExchange exchange =
                fixture.send("POST", POLLING + "&sid=" + sid, "content-type", "application/octet-stream");
        exchange.arrive(HexFormat.of().parseHex(hex));
        return exchange;
    }

    private static FakeChannel openWebSocket(EngineFixture fixture, String target) {
        FakeChannel channel = fixture.upgrade(target).channel();
        fixture.loop.advance(OPENING);
        assertThat(channel.take()).singleElement().asString().startsWith("0{\"sid\":");
        return channel;
    }

    private FakeChannel openWebSocket(String target) {
        return openWebSocket(fixture, target);
    }

    private void emitTextAndBytes() {
        Utf8Buffer text = Encoded.newText(8);
        text.append("51-[]");
        fixture.loop.turn(() -> {
            fixture.session().send(Encoded.text("€"));
            fixture.session().send(Encoded.of(text, List.of(new byte[] {1, 2, 3, 4})));
        });
    }

    private static String hex(FakeExchange exchange) {
        return HexFormat.of().formatHex(exchange.response().body());
    }

    // ---- the handshake

    @ParameterizedTest
    @ValueSource(strings = {"EIO=3&", "EIO=2&", "EIO=&", "", "EIO=04&", "EIO=abc&"})
    void areRefusedUnlessTheOptionsSayOtherwise(String version) {
        EngineFixture strict = new EngineFixture();
        String polling = "/engine.io/?" + version + "transport=polling";
        String webSocket = "/engine.io/?" + version + "transport=websocket";

        assertThat(strict.send("GET", polling).answer()).isEqualTo(UNSUPPORTED);
        assertThat(strict.upgrade(webSocket).refused()).isEqualTo("400 text/html Unsupported protocol version");

        assertThat(fixture.send("GET", polling).body()).matches("\\d+:0\\{.*");
        FakeChannel channel = openWebSocket(webSocket);
        assertThat(((EngineSession) fixture.session()).protocol()).isEqualTo(3);
        channel.text("2");
        assertThat(channel.take()).containsExactly("3");
    }

    @Test
    void areToldTheSameAsNewerOnes() {
        EngineFixture named = fixture(options -> options.generateId(request -> "abc"));

        assertThat(named.send("GET", POLLING).answer())
                .isEqualTo("200 101:0{\"sid\":\"abc\",\"upgrades\":[\"websocket\"],"
                        + "\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":1000000}");
    }

    @Test
    void doNotChangeWhatNewerOnesGet() {
        String sid = fixture.open();
        fixture.emit("a", "b");

        assertThat(fixture.get(sid).body()).isEqualTo("4a\u001e4b");
        assertThat(((EngineSession) fixture.session()).protocol()).isEqualTo(4);
    }

    @Test
    void keepTheirVersionForAsLongAsTheSessionLives() {
        String older = open();
        String newer = fixture.open();

        for (String method : List.of("GET", "POST")) {
            for (String target : List.of(
                    EngineFixture.POLLING + "&sid=" + older,
                    POLLING + "&sid=" + newer,
                    "/engine.io/?transport=polling&sid=" + newer)) {
                assertThat(fixture.send(method, target).answer()).isEqualTo(BAD_REQUEST);
            }
        }
        assertThat(fixture.upgrade(EngineFixture.WEBSOCKET + "&sid=" + older).refused())
                .isEqualTo("400 text/html Bad request");
        assertThat(fixture.upgrade(WEBSOCKET + "&sid=" + newer).refused()).isEqualTo("400 text/html Bad request");
        assertThat(fixture.errors).extracting(ConnectionError::detail).containsOnly("PROTOCOL_MISMATCH");
        assertThat(fixture.engine.clients()).isEqualTo(2);
        assertThat(post(older, "2:4a").answer()).isEqualTo("200 ok");
        assertThat(fixture.send("POST", "/engine.io/?EIO=2&transport=polling&sid=" + older)
                        .isAnswered())
                .as("3 by another name")
                .isFalse();
    }

    // ---- polling

    @Test
    void postPayloadsOfText() {
        FakeExchange post = post(open(), "6:4hello2:4€3:4😀1:410:b4AQIDBA==0:");

        assertThat(post.answer()).isEqualTo("200 ok");
        assertThat(fixture.listener().take())
                .containsExactly("text hello", "text €", "text 😀", "text ", "binary 01020304");
    }

    @Test
    void postPayloadsOfBytes() {
        FakeExchange post = postBytes(open(), "0004ff34e282ac" + "0105ff0401020304" + "0101ff04");

        assertThat(post.answer()).isEqualTo("200 ok");
        assertThat(fixture.listener().take()).containsExactly("text €", "binary 01020304", "binary ");
    }

    @Test
    void getBytesInAPayloadOfBytes() {
        String sid = open();
        emitTextAndBytes();

        FakeExchange poll = get(sid);
        assertThat(hex(poll)).isEqualTo("0004ff34e282ac" + "0006ff3435312d5b5d" + "0105ff0401020304");
        assertThat(poll.header("content-type")).containsExactly("application/octet-stream");
        assertThat(poll.header("cache-control")).containsExactly("no-store");

        fixture.emit("€");
        FakeExchange next = get(sid);
        assertThat(next.body()).isEqualTo("2:4€");
        assertThat(next.header("content-type")).containsExactly("text/plain; charset=UTF-8");
    }

    @Test
    void getBytesInBase64WhenTheyCannotTakeThem() {
        String sid = open(fixture, POLLING + "&b64=1");
        emitTextAndBytes();

        FakeExchange poll = get(sid);
        assertThat(poll.body()).isEqualTo("2:4€6:451-[]10:b4AQIDBA==");
        assertThat(poll.header("content-type")).containsExactly("text/plain; charset=UTF-8");
        assertThat(postBytes(sid, "0101ff04").answer()).isEqualTo("200 ok");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "4hello", "5:4hello", "7:4hello", "2:4a1:9", "2:4a\u001e4b", "2:4😀"})
    void endTheSessionByWhatIsNoPayload(String body) {
        String sid = open();

        assertThat(post(sid, body).answer()).isEqualTo("400 ");
        assertThat(fixture.listener().take()).containsExactly("closed PARSE_ERROR");
        assertThat(get(sid).body()).contains("\"code\":1");
    }

    @ParameterizedTest
    @CsvSource({"'', application/octet-stream", "0002ff34, application/octet-stream", "36fe, text/plain"})
    void endTheSessionByBytesThatAreNoPayload(String hex, String type) {
        String sid = open();
        FakeExchange post = fixture.send("POST", POLLING + "&sid=" + sid, "content-type", type);
        post.arrive(HexFormat.of().parseHex(hex));

        assertThat(post.answer()).isEqualTo("400 ");
        assertThat(fixture.listener().take()).containsExactly("closed PARSE_ERROR");
    }

    @Test
    void endTheSessionByAClosePacket() {
        String sid = open();
        FakeExchange poll = get(sid);

        assertThat(post(sid, "2:4a1:12:4b").answer()).isEqualTo("200 ok");
        assertThat(poll.body()).isEqualTo("1:6");
        assertThat(fixture.listener().take()).containsExactly("writable", "text a", "closed TRANSPORT_CLOSE");
    }

    @Test
    void endTheSessionByPollsThatOverlap() {
        String sid = open();
        FakeExchange first = get(sid);

        assertThat(get(sid).answer()).isEqualTo("400 ");
        assertThat(first.answer()).isEqualTo("200 1:1");
    }

    @Test
    void hearTheLastWordsLater() {
        String sid = open();
        fixture.emit("last");
        fixture.close(CloseReason.SERVER_CLOSE);

        assertThat(get(sid).body()).isEqualTo("5:4last");
        assertThat(get(sid).body()).isEqualTo("1:1");
        assertThat(get(sid).body()).contains("\"code\":1");
    }

    // ---- WebSocket

    @Test
    void haveTheTypeBeforeBytesOnAWebSocket() {
        FakeChannel channel = openWebSocket(WEBSOCKET);
        channel.text("4a");
        channel.binary(4, 1, 2, 255);
        channel.binary(4);
        channel.text("b4AQL/");
        emitTextAndBytes();

        assertThat(fixture.listener().take()).containsExactly("text a", "binary 0102ff", "binary ", "binary 0102ff");
        assertThat(channel.take()).containsExactly("4€", "451-[]", "hex:0401020304");
    }

    @Test
    void getTextOnlyWhenTheyCannotTakeBytes() {
        FakeChannel channel = openWebSocket(WEBSOCKET + "&b64=1");
        emitTextAndBytes();

        assertThat(channel.take()).containsExactly("4€", "451-[]", "b4AQIDBA==");
    }

    @Test
    void getTheOpenPacketApartFromTheHandshake() {
        FakeChannel channel = fixture.upgrade(WEBSOCKET).channel();
        fixture.loop.advance(OPENING.minus(MILLI));
        assertThat(channel.sent).isEmpty();
        assertThat(channel.reading).as("nothing is lost meanwhile").isFalse();
        assertThat(fixture.engine.clients()).isZero();
        fixture.loop.advance(MILLI);

        assertThat(channel.take()).singleElement().asString().startsWith("0{");
        assertThat(channel.reading).isTrue();
        assertThat(fixture.engine.clients()).isEqualTo(1);
    }

    @Test
    void leaveNoSessionWhenTheyGoBeforeItBegins() {
        FakeChannel channel = fixture.upgrade(WEBSOCKET).channel();
        channel.end(1006, "");
        fixture.loop.advance(OPENING);

        assertThat(fixture.engine.clients()).isZero();
        assertThat(fixture.listeners).isEmpty();
        assertThat(channel.sent).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "abc", "bAQID", "b4*"})
    void areClosedByTextThatIsNoPacket(String text) {
        FakeChannel channel = openWebSocket(WEBSOCKET);
        channel.text(text);

        assertThat(channel.closedWith).isEqualTo("1005");
        assertThat(fixture.listener().take()).containsExactly("closed PARSE_ERROR");
    }

    @Test
    void areClosedByBytesThatAreNoMessage() {
        for (int[] bytes : new int[][] {{}, {0x34, 1}, {2}}) {
            FakeChannel channel = openWebSocket(WEBSOCKET);
            channel.binary(bytes);

            assertThat(channel.closedWith).isEqualTo("1005");
            assertThat(fixture.listener().take()).containsExactly("closed PARSE_ERROR");
        }
    }

    // ---- the heartbeat

    @Test
    void pingAndAreAnswered() {
        FakeChannel channel = openWebSocket(WEBSOCKET);
        channel.text("2");
        assertThat(channel.take()).containsExactly("3");

        String sid = open();
        FakeExchange poll = get(sid);
        assertThat(post(sid, "1:2").answer()).isEqualTo("200 ok");
        assertThat(poll.body()).isEqualTo("1:3");
        assertThat(fixture.listener().take()).containsExactly("writable");
    }

    @Test
    void areGivenTheIntervalAndTheTimeoutForEachPing() {
        FakeChannel channel = openWebSocket(WEBSOCKET);
        fixture.loop.advance(Duration.ofMillis(44_999));
        channel.text("2");
        fixture.loop.advance(Duration.ofMillis(44_999));
        assertThat(channel.take()).as("the server does not ping").containsExactly("3");
        assertThat(channel.isClosed()).isFalse();
        fixture.loop.advance(MILLI);

        assertThat(fixture.listener().take()).containsExactly("closed PING_TIMEOUT");
        assertThat(channel.closedWith).isEqualTo("1005");
        assertThat(fixture.engine.clients()).isZero();
        fixture.loop.advance(Duration.ofMinutes(5));
        assertThat(fixture.loop.timers()).isZero();
    }

    @Test
    void areNotKeptByMessages() {
        String sid = open();
        for (int i = 0; i < 45; i++) {
            post(sid, "2:4a");
            fixture.loop.advance(Duration.ofSeconds(1));
        }

        assertThat(fixture.listener().events).endsWith("closed PING_TIMEOUT");
        assertThat(get(sid).body()).contains("\"code\":1");
    }

    @Test
    void keepTheirTimeThroughAnUpgrade() {
        String sid = open();
        fixture.loop.advance(Duration.ofSeconds(44));
        FakeChannel channel = fixture.upgrade(WEBSOCKET + "&sid=" + sid).channel();
        channel.text("2probe");
        channel.text("5");
        fixture.loop.advance(Duration.ofMillis(999));
        assertThat(channel.isClosed()).isFalse();
        fixture.loop.advance(MILLI);

        assertThat(fixture.listener().take()).containsExactly("upgraded", "writable", "closed PING_TIMEOUT");
    }

    @Test
    void areNotBlamedWhileNothingIsReadFromThem() {
        FakeChannel channel = openWebSocket(WEBSOCKET);
        fixture.loop.turn(() -> fixture.session().setReading(false));
        fixture.loop.advance(Duration.ofSeconds(45));
        assertThat(channel.isClosed()).isFalse();
        fixture.loop.turn(() -> fixture.session().setReading(true));
        fixture.loop.advance(Duration.ofSeconds(45));

        assertThat(fixture.listener().take()).containsExactly("closed PING_TIMEOUT");
    }

    @Test
    void mayNotAnswerAsIfTheyWereAsked() {
        FakeChannel channel = openWebSocket(WEBSOCKET);
        channel.text("3");

        assertThat(fixture.listener().take()).containsExactly("closed TRANSPORT_ERROR");
    }

    @Test
    void endWhenTheyPingAndDoNotTakeTheAnswers() {
        EngineFixture small = fixture(options -> options.maxBufferedBytes(1000));
        String sid = open(small, POLLING);
        FakeExchange post = small.send("POST", POLLING + "&sid=" + sid);
        post.arrive("1:2".repeat(100));
        assertThat(small.listener().take()).containsExactly("closed SLOW_CONSUMER");
        assertThat(small.send("GET", POLLING + "&sid=" + sid).body()).isEqualTo("1:1");

        FakeChannel channel = openWebSocket(small, WEBSOCKET);
        channel.text("2");
        assertThat(channel.take()).containsExactly("3");
        channel.buffered = 1001;
        channel.text("2");
        assertThat(small.listener().take()).containsExactly("closed SLOW_CONSUMER");
        assertThat(channel.sent).isEmpty();
    }

    // ---- the upgrade

    @Test
    void changeToAWebSocket() {
        String sid = open();
        FakeExchange poll = get(sid);
        FakeChannel channel = fixture.upgrade(WEBSOCKET + "&sid=" + sid).channel();
        channel.text("2probe");
        assertThat(channel.take()).containsExactly("3probe");
        assertThat(poll.body()).isEqualTo("1:6");
        assertThat(get(sid).body()).as("a later poll").isEqualTo("1:6");
        emitTextAndBytes();
        assertThat(channel.sent).isEmpty();

        channel.text("5");
        assertThat(channel.take()).containsExactly("4€", "451-[]", "hex:0401020304");
        channel.binary(4, 7);
        assertThat(fixture.listener().take()).containsExactly("writable", "upgraded", "writable", "binary 07");
        channel.text("2");
        assertThat(channel.take()).containsExactly("3");
        assertThat(get(sid).answer()).isEqualTo(BAD_REQUEST);
    }
}
