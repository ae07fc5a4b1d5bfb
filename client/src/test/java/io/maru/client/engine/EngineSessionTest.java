package io.maru.client.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.client.engine.FakeNetwork.FakeWebSocket;
import io.maru.wire.Encoded;
import io.maru.wire.Utf8Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions on a clock by hand: what they send, literally, and when they end. */
class EngineSessionTest {

    private static final String OPEN =
            "0{\"sid\":\"abc\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":60}";
    private static final String OPEN_UPGRADE =
            "0{\"sid\":\"abc\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":60}";

    private static final List<TransportKind> BOTH = List.of(TransportKind.POLLING, TransportKind.WEBSOCKET);

    private final ManualLoop loop = new ManualLoop();
    private final FakeNetwork network = new FakeNetwork();
    private final List<String> heard = new ArrayList<>();
    private Runnable onText = () -> {};

    private final SessionListener listener = new SessionListener() {
        @Override
        public void onOpen() {
            heard.add("open");
        }

        @Override
        public void onText(byte[] utf8) {
            heard.add(new String(utf8, StandardCharsets.UTF_8));
            onText.run();
        }

        @Override
        public void onBinary(byte[] data) {
            heard.add("<" + HexFormat.of().formatHex(data) + ">");
        }

        @Override
        public void onPing() {
            heard.add("ping");
        }

        @Override
        public void onWritable() {
            heard.add("writable");
        }

        @Override
        public void onUpgrade() {
            heard.add("upgrade");
        }

        @Override
        public void onClose(Ending ending) {
            heard.add("close " + ending.reason() + " " + ending.code());
        }

        @Override
        public void onGone() {
            heard.add("gone");
        }
    };

    private EngineSession open(boolean tryAll, TransportKind... kinds) {
        EngineOptions options = new EngineOptions(
                "/socket.io/",
                "",
                List.of(kinds),
                tryAll,
                true,
                Duration.ofSeconds(10).toNanos());
        EngineSession session = new EngineSession(loop, network, options, listener);
        loop.turn(session::open);
        return session;
    }

    private EngineSession openWebSocket() {
        EngineSession session = open(false, TransportKind.WEBSOCKET);
        loop.turn(() -> {
            network.webSocket().listener.onOpen("");
            network.webSocket().text(OPEN);
        });
        assertThat(heard).containsExactly("open");
        heard.clear();
        return session;
    }

    private EngineSession openPolling(String handshake) {
        EngineSession session = open(false, BOTH.toArray(TransportKind[]::new));
        loop.turn(() -> network.request("GET").answer(200, handshake));
        assertThat(heard).containsExactly("open");
        heard.clear();
        return session;
    }

    private void send(EngineSession session, String text, byte[]... attachments) {
        loop.turn(() -> session.send(message(text, attachments)));
    }

    private static Encoded message(String text, byte[]... attachments) {
        Utf8Buffer out = Encoded.newText(16);
        out.appendText(text);
        return Encoded.of(out, List.of(attachments));
    }

    private static Encoded message(int length) {
        return message("x".repeat(length));
    }

    // ---- WebSocket

    @Test
    void opensAWebSocketAndSpeaksThroughIt() {
        EngineSession session = openWebSocket();
        FakeWebSocket webSocket = network.webSocket();
        assertThat(webSocket.target).isEqualTo("/socket.io/?EIO=4&transport=websocket");
        assertThat(webSocket.subprotocols).isEmpty();
        send(session, "0");
        send(session, "51-[\"a\",{}]", new byte[] {1, 2});
        assertThat(webSocket.sent).containsExactly("40", "451-[\"a\",{}]", "<0102>");
        loop.turn(() -> {
            webSocket.text("4hi");
            webSocket.binary(0xff);
        });
        assertThat(heard).containsExactly("hi", "<ff>");
        assertThat(session.transport()).isEqualTo("websocket");
        assertThat(session.takes(message(59))).isTrue();
        assertThat(session.takes(message(60))).isFalse();
    }

    @Test
    void answersPings() {
        openWebSocket();
        loop.turn(() -> network.webSocket().text("2"));
        assertThat(network.webSocket().sent).containsExactly("3");
        assertThat(heard).containsExactly("ping");
    }

    @Test
    void endsWhenNoPingHasComeInTimeWhateverElseHas() {
        openWebSocket();
        loop.advance(Duration.ofSeconds(30));
        loop.turn(() -> network.webSocket().text("4hi"));
        loop.advance(Duration.ofMillis(14_999));
        assertThat(heard).containsExactly("hi");
        loop.advance(Duration.ofMillis(1));
        assertThat(heard).containsExactly("hi", "close PING_TIMEOUT 0", "gone");
        assertThat(network.webSocket().aborted).isTrue();
    }

    @Test
    void eachPingGivesTheWholeTimeAgain() {
        openWebSocket();
        for (int i = 0; i < 5; i++) {
            loop.advance(Duration.ofMillis(44_999));
            loop.turn(() -> network.webSocket().text("2"));
        }
        assertThat(heard).doesNotContain("close PING_TIMEOUT 0").hasSize(5);
        assertThat(loop.timers()).isEqualTo(1);
    }

    @Test
    void expectsNoPingWhileItDoesNotRead() {
        EngineSession session = openWebSocket();
        loop.turn(() -> session.setReading(false));
        assertThat(network.webSocket().reading).isFalse();
        loop.advance(Duration.ofMinutes(5));
        assertThat(heard).isEmpty();
        loop.turn(() -> session.setReading(true));
        loop.advance(Duration.ofSeconds(45));
        assertThat(heard).containsExactly("close PING_TIMEOUT 0", "gone");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "x"})
    void endsOnWhatIsNoPacket(String text) {
        openWebSocket();
        loop.turn(() -> network.webSocket().text(text));
        assertThat(heard).containsExactly("close PARSE_ERROR 0", "gone");
    }

    @Test
    void endsOnABrokenHandshake() {
        open(false, TransportKind.WEBSOCKET);
        loop.turn(() -> {
            network.webSocket().listener.onOpen("");
            network.webSocket().text("0{}");
        });
        assertThat(heard).containsExactly("close PARSE_ERROR 0", "gone");
    }

    @Test
    void endsWhenTheServerClosesTheSession() {
        openWebSocket();
        loop.turn(() -> network.webSocket().text("1"));
        assertThat(heard).containsExactly("close TRANSPORT_CLOSE 0", "gone");
    }

    @Test
    void waitsWhileTheNetworkTakesNothing() {
        EngineSession session = openWebSocket();
        network.webSocket().writable = false;
        send(session, "0");
        assertThat(network.webSocket().sent).isEmpty();
        assertThat(session.isWritable()).isFalse();
        assertThat(session.bufferedBytes()).isPositive();
        network.webSocket().writable = true;
        loop.turn(() -> network.webSocket().listener.onWritable());
        assertThat(network.webSocket().sent).containsExactly("40");
        assertThat(heard).containsExactly("writable");
        assertThat(session.bufferedBytes()).isZero();
    }

    @Test
    void closesBehindWhatWaits() {
        EngineSession session = openWebSocket();
        network.webSocket().writable = false;
        send(session, "1");
        loop.turn(session::close);
        assertThat(network.webSocket().sent).containsExactly("41");
        assertThat(network.webSocket().closed).isZero();
        assertThat(heard).isEmpty();
        loop.turn(() -> network.webSocket().cut());
        assertThat(heard).containsExactly("gone");
        assertThat(loop.timers()).isZero();
    }

    @Test
    void keepsOneAnswerForAServerThatPingsAndDoesNotRead() {
        EngineSession session = openWebSocket();
        network.webSocket().writable = false;
        for (int i = 0; i < 1000; i++) {
            loop.turn(() -> network.webSocket().text("2" + "x".repeat(1000)));
        }
        assertThat(session.bufferedBytes()).isLessThan(100);
        network.webSocket().writable = true;
        loop.turn(() -> network.webSocket().listener.onWritable());
        assertThat(network.webSocket().takeSent()).containsExactly("3");
        loop.turn(() -> network.webSocket().text("2"));
        assertThat(network.webSocket().takeSent()).containsExactly("3");
    }

    @Test
    void encodesTheServersIdInItsRequests() {
        openPolling(OPEN_UPGRADE.replace("abc", "a &\u00e4"));
        assertThat(network.request("GET").target).endsWith("&sid=a+%26%C3%A4");
        assertThat(network.webSocket().target).endsWith("&sid=a+%26%C3%A4");
    }

    // ---- polling

    @Test
    void pollsAndPosts() {
        EngineSession session = openPolling(OPEN);
        assertThat(network.requests.get(0).target).startsWith("/socket.io/?EIO=4&transport=polling&t=");
        assertThat(network.request("GET").target).matches("/socket.io/\\?EIO=4&transport=polling&t=[^&]+&sid=abc");
        send(session, "0");
        assertThat(network.request("POST").body).isEqualTo("40");
        assertThat(network.request("POST").target).endsWith("&sid=abc");
        send(session, "2[\"a\"]");
        send(session, "51-[\"b\"]", new byte[] {1, 2});
        assertThat(network.requests).hasSize(3);
        loop.turn(() -> network.request("POST").answer(200, "ok"));
        assertThat(network.request("POST").body).isEqualTo("42[\"a\"]\u001e451-[\"b\"]\u001ebAQI=");
        loop.turn(() -> network.request("GET").answer(200, "40{}\u001e4hi\u001ebAQI="));
        assertThat(heard).containsExactly("0{}", "hi", "<0102>");
        assertThat(network.open("GET")).isNotNull();
    }

    @Test
    void sendsNoMoreAtOnceThanTheServerTakes() {
        EngineSession session = openPolling(OPEN);
        send(session, "0");
        for (int i = 0; i < 4; i++) {
            send(session, "2[\"0123456789012\"]");
        }
        loop.turn(() -> network.request("POST").answer(200, "ok"));
        String three = network.request("POST").body;
        assertThat(three.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(60);
        assertThat(three.split("\u001e")).hasSize(3);
        loop.turn(() -> network.request("POST").answer(200, "ok"));
        assertThat(network.request("POST").body).isEqualTo("42[\"0123456789012\"]");
    }

    @Test
    void answersPingsOverPolling() {
        openPolling(OPEN);
        loop.turn(() -> network.request("GET").answer(200, "2"));
        assertThat(network.request("POST").body).isEqualTo("3");
    }

    @Test
    void pollsNoMoreWhileItDoesNotRead() {
        EngineSession session = openPolling(OPEN);
        loop.turn(() -> session.setReading(false));
        loop.turn(() -> network.request("GET").answer(200, "6"));
        assertThat(network.open("GET")).isNull();
        loop.turn(() -> session.setReading(true));
        assertThat(network.open("GET")).isNotNull();
    }

    @Test
    void handsOnNoMoreOfAPollWhileItDoesNotRead() {
        EngineSession session = openPolling(OPEN);
        onText = () -> session.setReading(false);
        loop.turn(() -> network.request("GET").answer(200, "4a\u001e4b\u001e2\u001e4c"));
        assertThat(heard).containsExactly("a");
        assertThat(network.open("GET")).isNull();
        loop.turn(() -> session.setReading(true));
        assertThat(heard).containsExactly("a", "b");
        onText = () -> {};
        loop.turn(() -> session.setReading(true));
        assertThat(heard).containsExactly("a", "b", "ping", "c");
        assertThat(network.open("GET")).isNotNull();
    }

    @Test
    void answersTheManyPingsOfAPollOnceOrTwice() {
        openPolling(OPEN);
        loop.turn(() -> network.request("GET").answer(200, "2\u001e".repeat(10_000) + "2"));
        assertThat(network.request("POST").body).isEqualTo("3");
        loop.turn(() -> network.request("POST").answer(200, "ok"));
        assertThat(network.request("POST").body).isEqualTo("3");
        loop.turn(() -> network.request("POST").answer(200, "ok"));
        assertThat(network.open("POST")).isNull();
    }

    @Test
    void countsBytesAsTheyTravel() {
        EngineSession polling = openPolling(OPEN);
        assertThat(polling.takes(message("x", new byte[42]))).isTrue();
        assertThat(polling.takes(message("x", new byte[45]))).isFalse();
        EngineSession webSocket = openWebSocket();
        assertThat(webSocket.takes(message("x", new byte[60]))).isTrue();
        assertThat(webSocket.takes(message("x", new byte[61]))).isFalse();
    }

    @Test
    void endsWhenAPollIsRefused() {
        openPolling(OPEN);
        loop.turn(() -> network.request("GET").answer(400, "{\"code\":1}"));
        assertThat(heard).containsExactly("close TRANSPORT_ERROR 400", "gone");
    }

    @Test
    void endsWhenAnAnswerIsNoTextOrNoPackets() {
        openPolling(OPEN);
        loop.turn(() -> network.request("GET").answer(new byte[] {'4', (byte) 0xb1}));
        assertThat(heard).containsExactly("close PARSE_ERROR 0", "gone");
        heard.clear();
        openPolling(OPEN);
        loop.turn(() -> network.request("GET").answer(200, "4a\u001e9"));
        assertThat(heard).containsExactly("close PARSE_ERROR 0", "gone");
    }

    @Test
    void saysGoodbyeOverPollingBehindWhatWaits() {
        EngineSession session = openPolling(OPEN);
        send(session, "0");
        send(session, "1");
        loop.turn(session::close);
        assertThat(heard).isEmpty();
        loop.turn(() -> network.request("POST").answer(200, "ok"));
        assertThat(network.request("POST").body).isEqualTo("41\u001e1");
        loop.turn(() -> network.request("POST").answer(200, "ok"));
        assertThat(heard).containsExactly("gone");
        assertThat(network.closedCalls).isPositive();
    }

    @Test
    void waitsNoLongerThanTwoSecondsForItsGoodbye() {
        EngineSession session = openPolling(OPEN);
        loop.turn(session::close);
        loop.advance(Duration.ofSeconds(2));
        assertThat(heard).containsExactly("gone");
    }

    // ---- the change

    @Test
    void changesToAWebSocketAndLosesNothing() {
        EngineSession session = openPolling(OPEN_UPGRADE);
        FakeWebSocket webSocket = network.webSocket();
        assertThat(webSocket.target).isEqualTo("/socket.io/?EIO=4&transport=websocket&sid=abc");
        loop.turn(() -> webSocket.listener.onOpen(""));
        assertThat(webSocket.takeSent()).containsExactly("2probe");
        send(session, "2[\"before\"]");
        loop.turn(() -> webSocket.text("3probe"));
        send(session, "2[\"meanwhile\"]");
        assertThat(webSocket.sent).isEmpty();
        loop.turn(() -> network.request("POST").answer(200, "ok"));
        loop.turn(() -> network.request("GET").answer(200, "4last\u001e6"));
        assertThat(webSocket.takeSent()).containsExactly("5", "42[\"meanwhile\"]");
        assertThat(network.open("GET")).isNull();
        assertThat(heard).containsExactly("last", "upgrade", "writable");
        assertThat(session.transport()).isEqualTo("websocket");
        loop.turn(() -> webSocket.text("2"));
        assertThat(webSocket.takeSent()).containsExactly("3");
        assertThat(loop.timers()).isEqualTo(1);
    }

    @Test
    void doesNotReadAfterTheChangeWhereItDidNotBefore() {
        EngineSession session = openPolling(OPEN_UPGRADE);
        FakeWebSocket webSocket = network.webSocket();
        loop.turn(() -> {
            webSocket.listener.onOpen("");
            webSocket.text("3probe");
        });
        onText = () -> session.setReading(false);
        loop.turn(() -> network.request("GET").answer(200, "4last"));
        assertThat(session.transport()).isEqualTo("websocket");
        assertThat(webSocket.reading).isFalse();
        loop.turn(() -> session.setReading(true));
        assertThat(webSocket.reading).isTrue();
    }

    @Test
    void goesOnPollingWhenTheServerDoesNotLetItsPollEnd() {
        EngineSession session = openPolling(OPEN_UPGRADE);
        FakeWebSocket webSocket = network.webSocket();
        loop.turn(() -> {
            webSocket.listener.onOpen("");
            webSocket.text("3probe");
        });
        send(session, "0");
        assertThat(network.open("POST")).isNull();
        loop.advance(Duration.ofSeconds(10));
        assertThat(webSocket.aborted).isTrue();
        assertThat(session.transport()).isEqualTo("polling");
        assertThat(network.request("POST").body).isEqualTo("40");
    }

    @Test
    void goesOnPollingWhenTheWebSocketIsRefused() {
        EngineSession session = openPolling(OPEN_UPGRADE);
        loop.turn(() -> network.webSocket().listener.onEnd(Ending.error("status 400", null)));
        send(session, "0");
        assertThat(network.request("POST").body).isEqualTo("40");
        assertThat(session.transport()).isEqualTo("polling");
        assertThat(heard).isEmpty();
    }

    @Test
    void goesOnPollingWhenTheWebSocketEndsBetweenAnswerAndChange() {
        EngineSession session = openPolling(OPEN_UPGRADE);
        FakeWebSocket webSocket = network.webSocket();
        loop.turn(() -> {
            webSocket.listener.onOpen("");
            webSocket.text("3probe");
        });
        send(session, "0");
        assertThat(network.open("POST")).isNull();
        loop.turn(webSocket::cut);
        assertThat(network.request("POST").body).isEqualTo("40");
        loop.turn(() -> network.request("GET").answer(200, "6"));
        assertThat(network.open("GET")).isNotNull();
    }

    @Test
    void givesUpAWebSocketThatIsNotReadyInTime() {
        openPolling(OPEN_UPGRADE);
        loop.turn(() -> network.webSocket().listener.onOpen(""));
        loop.advance(Duration.ofSeconds(10));
        assertThat(network.webSocket().aborted).isTrue();
        assertThat(heard).isEmpty();
    }

    @Test
    void givesUpTheWebSocketWhenTheSessionEnds() {
        EngineSession session = openPolling(OPEN_UPGRADE);
        loop.turn(() -> network.webSocket().listener.onOpen(""));
        loop.turn(session::close);
        assertThat(network.webSocket().aborted).isTrue();
        loop.turn(() -> network.request("POST").answer(200, "ok"));
        assertThat(heard).containsExactly("gone");
    }

    // ---- which transport

    @Test
    void triesTheNextTransportWhereToldTo() {
        open(true, TransportKind.WEBSOCKET, TransportKind.POLLING);
        loop.turn(() -> network.webSocket().listener.onEnd(Ending.error("refused", null)));
        assertThat(heard).isEmpty();
        loop.turn(() -> network.request("GET").answer(200, OPEN));
        assertThat(heard).containsExactly("open");
    }

    @Test
    void triesOneTransportUnlessTold() {
        open(false, TransportKind.WEBSOCKET, TransportKind.POLLING);
        loop.turn(() -> network.webSocket().listener.onEnd(Ending.error("refused", null)));
        assertThat(heard).containsExactly("close TRANSPORT_ERROR 0", "gone");
        assertThat(network.requests).isEmpty();
    }

    @Test
    void givesUpWhenAllTransportsHaveFailed() {
        open(true, TransportKind.WEBSOCKET, TransportKind.POLLING);
        loop.turn(() -> network.webSocket().listener.onEnd(Ending.error("refused", null)));
        loop.turn(() -> network.request("GET").fail());
        assertThat(heard).containsExactly("close TRANSPORT_ERROR 0", "gone");
    }
}
