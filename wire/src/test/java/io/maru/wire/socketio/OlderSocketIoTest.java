package io.maru.wire.socketio;

import static io.maru.wire.Vectors.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.Encoded;
import io.maru.wire.Json;
import io.maru.wire.JsonCodec;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.Vectors;
import io.maru.wire.WireException.Reason;
import io.maru.wire.WireLimits;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Protocol 4, where it is not like protocol 5. */
class OlderSocketIoTest {

    private static final WireLimits LIMITS = WireLimits.DEFAULTS;
    private static final SocketIoDialect DIALECT = SocketIoDialect.ofProtocol4(LIMITS, JsonCodec.standard());

    private final PacketDecoder decoder = DIALECT.newDecoder("/");

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            0                          | CONNECT /
            0/chat,                    | CONNECT /chat
            0/chat                     | CONNECT /chat
            0/chat?token=t,            | CONNECT /chat {"token":"t"}
            0/chat?token=t             | CONNECT /chat {"token":"t"}
            0/?token=t,                | CONNECT / {"token":"t"}
            0/chat?,                   | CONNECT /chat {}
            0/chat?&&,                 | CONNECT /chat {}
            0/chat?a,                  | CONNECT /chat {"a":""}
            0/chat?=b&c==&,            | CONNECT /chat {"":"b","c":"="}
            0/chat?a=1&a=2,            | CONNECT /chat {"a":"1","a":"2"}
            0/chat?a=b+c%20d%22&e%3D=f | CONNECT /chat {"a":"b c d\\"","e=":"f"}
            0/chat?a=%zz&b=%,          | CONNECT /chat {"a":"%zz","b":"%"}
            0/방?키=값&u=%EA%B0%92,     | CONNECT /방 {"키":"값","u":"값"}
            0/chat?a=b?c,              | CONNECT /chat {"a":"b?c"}
            # a payload is not what counts here
            0/chat?token=t,{"token":1} | CONNECT /chat {"token":"t"}
            0{"token":1}               | CONNECT /
            1/chat?a=b,                | DISCONNECT /chat
            2/chat?a=b,7["e",1]        | EVENT /chat 7 "e" [1]
            3/chat?a=b,7[1]            | ACK /chat 7 [1]
            """)
    void reads(String text, String packet) {
        assertThat(Vectors.line(decoder.text(utf8(text)))).isEqualTo(packet);
    }

    @Test
    void takesTheLastOfParametersWithOneName() {
        Packet packet = decoder.text(utf8("0/chat?a=1&a=2,"));

        assertThat(packet).isInstanceOfSatisfying(Packet.Connect.class, connect -> {
            Json data = Objects.requireNonNull(connect.data());
            assertThat(data.get("a")).hasToString("\"2\"");
            assertThat(data.fields()).hasSize(1);
        });
    }

    @Test
    void writes() {
        assertThat(text(new Packet.Connect("/", Json.of("{\"sid\":\"abc\"}")))).isEqualTo("0");
        assertThat(text(new Packet.Connect("/chat", null))).isEqualTo("0/chat,");
        assertThat(text(new Packet.ConnectError("/", "nope", null))).isEqualTo("4\"nope\"");
        assertThat(text(new Packet.ConnectError("/chat", "\"é\n", null))).isEqualTo("4/chat,\"\\\"é\\n\"");
        assertThat(text(new Packet.ConnectError("/chat", "nope", Json.of("{\"code\":1}"))))
                .isEqualTo("4/chat,{\"code\":1}");
        assertThat(text(new Packet.Disconnect("/chat"))).isEqualTo("1/chat,");
    }

    @Test
    void hasTheSameEventsAndAnswers() {
        SocketIoDialect newer = new SocketIoDialect(LIMITS, JsonCodec.standard());
        for (Packet packet : new Packet[] {
            new Packet.Event("/chat", "e", JsonCodec.standard().encode(1, new byte[] {1}), 7),
            new Packet.Ack("/", 7, JsonCodec.standard().encode(new byte[] {1}, "x")),
        }) {
            Encoded message = Objects.requireNonNull(DIALECT.encode(packet));
            Encoded other = Objects.requireNonNull(newer.encode(packet));
            assertThat(Vectors.text(message)).isEqualTo(Vectors.text(other));
            assertThat(message.attachments()).containsExactlyElementsOf(other.attachments());
            assertThat(Vectors.read(decoder, message)).isEqualTo(packet);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0/chat?a=1,2,", "0/chat?a,[]", "0/chat?a,x", "0[]"})
    void refuses(String text) {
        refused(Reason.MALFORMED, () -> decoder.text(utf8(text)));
    }

    @Test
    void refusesWhatOnlyServersSay() {
        refused(Reason.UNEXPECTED, () -> decoder.text(utf8("4\"error\"")));
    }

    @Test
    void countsTheQueryAsPartOfThePacketAndNotOfTheName() {
        String name = "/" + "n".repeat(LIMITS.maxNameLength() - 1);
        String token = "t".repeat(LIMITS.maxBytes() - name.length() - 20);
        assertThat(decoder.text(utf8("0" + name + "?token=" + token + ","))).isNotNull();
        refused(Reason.LIMIT, () -> decoder.text(utf8("0" + name + "n?token=t,")));
        refused(Reason.LIMIT, () -> decoder.text(utf8("0/n?" + "t".repeat(LIMITS.maxBytes()))));
        // six bytes of JSON for each
        refused(Reason.LIMIT, () -> decoder.text(utf8("0/n?t=" + "\u0001".repeat(LIMITS.maxBytes() / 6) + ",")));
    }

    @Test
    void takesManyParametersInReasonableTime() {
        String query = "a&".repeat(LIMITS.maxBytes() / 8);
        assertThat(decoder.text(utf8("0/n?" + query + ","))).isNotNull();
    }

    private static String text(Packet packet) {
        return Vectors.text(Objects.requireNonNull(encode(packet)));
    }

    private static @Nullable Encoded encode(Packet packet) {
        return DIALECT.encode(packet);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
