package io.maru.server.engine;

import static io.maru.server.engine.EngineFixture.POLLING;
import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.Encoded;
import io.maru.wire.Utf8Buffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketTest {

    private final EngineFixture fixture = new EngineFixture();
    private final FakeChannel channel = fixture.openWebSocket();
    private final String sid = fixture.session().id();

    @Test
    void carriesMessagesBothWays() {
        Utf8Buffer text = Encoded.newText(8);
        text.append("51-[]");
        channel.text("4a");
        channel.text("4");
        channel.binary(1, 2, 255);
        channel.binary();
        fixture.loop.turn(() -> {
            fixture.session().send(Encoded.text("b"));
            fixture.session().send(Encoded.text(""));
            fixture.session().send(Encoded.of(text, List.of(new byte[] {3}, new byte[0])));
        });

        assertThat(fixture.listener().take()).containsExactly("text a", "text ", "binary 0102ff", "binary ");
        assertThat(channel.take()).containsExactly("4b", "4", "451-[]", "hex:03", "hex:");
    }

    @Test
    void takesBytesInBase64OfClientsThatCannotSendAny() {
        channel.text("bAQL/");
        channel.text("b");

        assertThat(fixture.listener().take()).containsExactly("binary 0102ff", "binary ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "a", "hello", "-1", "2", "2probe", "b*", "b===", "bAQL/\u001e4a"})
    void closesWithoutAStatusByWhatItCannotTake(String text) {
        channel.text(text);

        assertThat(channel.closedWith).isEqualTo("1005");
        assertThat(fixture.listener().take())
                .containsExactly(text.startsWith("2") ? "closed TRANSPORT_ERROR" : "closed PARSE_ERROR");
        assertThat(fixture.engine.clients()).isZero();
        channel.text("4late");
        channel.end(1005, "");
        assertThat(fixture.listener().events).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "3", "3probe", "5", "6"})
    void ignoresPacketsThatAreNotForAServer(String text) {
        channel.text(text);

        assertThat(channel.isClosed()).isFalse();
        assertThat(channel.sent).isEmpty();
        assertThat(fixture.listener().events).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "1000, TRANSPORT_CLOSE",
        "1001, TRANSPORT_CLOSE",
        "1005, TRANSPORT_CLOSE",
        "1006, TRANSPORT_CLOSE",
        "1002, TRANSPORT_ERROR",
        "1007, TRANSPORT_ERROR",
        "1008, TRANSPORT_ERROR",
        "1009, TRANSPORT_ERROR",
    })
    void endsWithTheWebSocket(int status, CloseReason reason) {
        channel.end(status, "");

        assertThat(fixture.listener().take()).containsExactly("closed " + reason);
        assertThat(fixture.session().isOpen()).isFalse();
        assertThat(fixture.engine.clients()).isZero();
        assertThat(fixture.get(sid).body()).contains("\"code\":1");
    }

    @Test
    void closesWithoutAStatusAndTellsOnce() {
        fixture.loop.enter(() -> {
            fixture.session().send(Encoded.text("last"));
            fixture.session().close(CloseReason.SERVER_SHUTDOWN);
            assertThat(fixture.listener().take()).containsExactly("closed SERVER_SHUTDOWN");
            assertThat(fixture.session().isWritable()).isFalse();
            fixture.session().send(Encoded.text("dropped"));
            fixture.session().close(CloseReason.SERVER_CLOSE);
        });
        channel.end(1005, "");

        assertThat(channel.take()).containsExactly("4last");
        assertThat(channel.closedWith).isEqualTo("1005");
        assertThat(fixture.listener().events).isEmpty();
        assertThat(fixture.get(sid).body()).contains("\"code\":1");
    }

    @Test
    void tellsAnOwnerThatClosedWhileItAccepted() {
        fixture.onAccept = session -> session.close(CloseReason.REFUSED);

        FakeChannel refused = fixture.upgrade(EngineFixture.WEBSOCKET).channel();

        assertThat(refused.closedWith).isEqualTo("1005");
        assertThat(fixture.listener().take()).containsExactly("closed REFUSED");
        assertThat(fixture.engine.clients()).isEqualTo(1);
    }

    @Test
    void closesASessionWhoseOwnerFailsToAccept() {
        fixture.onAccept = session -> {
            throw new IllegalStateException("acceptor");
        };

        assertThat(fixture.upgrade(EngineFixture.WEBSOCKET).channel().closedWith)
                .isEqualTo("1005");
        assertThat(fixture.engine.clients()).isEqualTo(1);
        String polling = fixture.open();
        assertThat(fixture.get(polling).body()).isEqualTo("1");
        assertThat(fixture.engine.clients()).isEqualTo(1);
    }

    @Test
    void takesNoRequestsByPolling() {
        for (String method : List.of("GET", "POST")) {
            assertThat(fixture.send(method, POLLING + "&sid=" + sid).answer())
                    .isEqualTo("400 {\"code\":3,\"message\":\"Bad request\"}");
        }
        assertThat(fixture.send("GET", EngineFixture.WEBSOCKET + "&sid=" + sid).body())
                .contains("\"code\":3");
        assertThat(fixture.session().isOpen()).isTrue();
    }

    @Test
    void closesASecondWebSocket() {
        assertThat(fixture.probe(sid).channel().closedWith).isEqualTo("1005");
        assertThat(channel.isClosed()).isFalse();
    }

    @Test
    void passesWritabilityAndReadingOn() {
        channel.writable = false;
        fixture.loop.turn(() -> assertThat(fixture.session().isWritable()).isFalse());
        channel.becomeWritable();
        assertThat(fixture.listener().take()).containsExactly("writable");
        channel.buffered = 17;
        fixture.loop.turn(() -> {
            assertThat(fixture.session().isWritable()).isTrue();
            assertThat(fixture.session().bufferedBytes()).isEqualTo(17);
            fixture.session().setReading(false);
        });
        assertThat(channel.reading).isFalse();
        fixture.loop.turn(() -> fixture.session().setReading(true));
        assertThat(channel.reading).isTrue();
        fixture.close(CloseReason.SERVER_CLOSE);
        fixture.loop.turn(() -> assertThat(fixture.session().bufferedBytes()).isZero());
        channel.becomeWritable();
        assertThat(fixture.listener().take()).containsExactly("closed SERVER_CLOSE");
    }

    @Test
    void tellsWhichRequestCarriesItsMessages() {
        fixture.loop.turn(() -> assertThat(fixture.session().messageRequest())
                .isSameAs(fixture.session().request()));
        assertThat(fixture.session().request().target()).isEqualTo(EngineFixture.WEBSOCKET);
    }
}
