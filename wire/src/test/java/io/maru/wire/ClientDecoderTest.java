package io.maru.wire;

import static io.maru.wire.Vectors.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.Vectors.Vector;
import io.maru.wire.WireException.Reason;
import io.maru.wire.json.EnvelopeDialect;
import io.maru.wire.msgpack.MsgpackDialect;
import io.maru.wire.msgpack.MsgpackEnvelopeDialect;
import io.maru.wire.socketio.SocketIoDialect;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What clients read: what servers write, and what only they say. */
class ClientDecoderTest {

    private static final WireLimits LIMITS = WireLimits.DEFAULTS;
    private static final JsonCodec CODEC = JsonCodec.standard();
    private static final Dialect SOCKET_IO = new SocketIoDialect(LIMITS, CODEC);
    private static final Dialect MSGPACK = new MsgpackDialect(LIMITS, CODEC);
    private static final Dialect ENVELOPE = new EnvelopeDialect(LIMITS, CODEC, true);
    private static final Dialect MSGPACK_ENVELOPE = new MsgpackEnvelopeDialect(LIMITS, CODEC, true);

    static Stream<Vector> socketIo() {
        return Vectors.load(ClientDecoderTest.class, "socketio/packets.txt").filter(Vector::written);
    }

    static Stream<Vector> msgpack() {
        return Vectors.load(ClientDecoderTest.class, "msgpack/packets.txt").filter(Vector::written);
    }

    @ParameterizedTest
    @MethodSource("socketIo")
    void readsWhatServersWrite(Vector vector) {
        PacketDecoder decoder = SOCKET_IO.newClientDecoder("/");
        Packet packet = decoder.text(vector.utf8());
        for (byte[] attachment : vector.attachments()) {
            packet = decoder.binary(attachment.clone());
        }
        assertThat(Vectors.line(packet)).isEqualTo(said(vector));
    }

    @ParameterizedTest
    @MethodSource("msgpack")
    void readsWhatServersWriteAsMessagePack(Vector vector) {
        Packet packet = MSGPACK.newClientDecoder("/").binary(vector.bytes());
        assertThat(Vectors.line(packet)).isEqualTo(said(vector));
    }

    // the vectors may leave out an id that is none
    private static String said(Vector vector) {
        return Vectors.line(Vectors.packet(vector.packets().get(0), vector.attachments()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            4                                  | CONNECT_ERROR / ""
            4"no"                              | CONNECT_ERROR / "no"
            4/a,{"message":"no"}               | CONNECT_ERROR /a "no"
            4{"message":"no","data":[1]}       | CONNECT_ERROR / "no" [1]
            4{"code":7}                        | CONNECT_ERROR / "" {"code":7}
            4{"message":7}                     | CONNECT_ERROR / "" {"message":7}
            0{"sid":"a","pid":"b"}             | CONNECT / {"sid":"a","pid":"b"}
            2["hi","Q823qDt"]                  | EVENT / - "hi" ["Q823qDt"]
            """)
    void readsPacketsOfSocketIo(String text, String packet) {
        assertThat(Vectors.line(SOCKET_IO.newClientDecoder("/").text(utf8(text))))
                .isEqualTo(packet);
    }

    @Test
    void refusesABrokenRefusal() {
        refused(Reason.MALFORMED, () -> SOCKET_IO.newClientDecoder("/").text(utf8("4{")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            {"type":"session","id":"a","offset":"3","recovered":true}  | CONNECT /ns {"id":"a","recovered":true,"offset":"3"} |
            {"offset":"3","type":"session","id":"a"}                   | CONNECT /ns {"id":"a","offset":"3"}   |
            {"type":"chat","offset":"7","message":"Hi"}                | EVENT /ns - "chat" [{"message":"Hi"}] | 7
            {"type":"chat","offset":"7","args":[1,2]}                  | EVENT /ns - "chat" [1,2]              | 7
            {"type":"chat","offset":7}                                 | EVENT /ns - "chat" [{"offset":7}]     |
            {"type":"chat","messageId":4,"error":"x"}                  | EVENT /ns 4 "chat" [{"error":"x"}]    |
            {"type":"callback","messageId":4,"data":{"error":"x"}}     | ACK /ns 4 [{"error":"x"}]             |
            {"error":"Invalid JSON"}                                   | FAILURE /ns "Invalid JSON"            |
            {"error":"no","data":{"code":1}}                           | CONNECT_ERROR /ns "no" {"code":1}     |
            """)
    void readsEnvelopes(String text, String line, @Nullable String offset) {
        Packet packet = ENVELOPE.newClientDecoder("/ns").text(utf8(text));
        assertThat(Vectors.line(packet)).isEqualTo(line);
        assertThat(packet instanceof Packet.Event event ? event.offset() : null).isEqualTo(offset);
    }

    @Test
    void takesNeitherErrorsNorSessionsForAnythingElseWithoutThem() {
        PacketDecoder decoder = new EnvelopeDialect(LIMITS, CODEC).newClientDecoder("/");
        assertThat(Vectors.line(decoder.text(utf8("{\"type\":\"session\",\"offset\":\"1\"}"))))
                .isEqualTo("EVENT / - \"session\" [{\"offset\":\"1\"}]");
        assertThat(refused(Reason.EVENT_NAME, () -> decoder.text(utf8("{\"error\":7}"))))
                .hasMessage("Unknown message type");
        PacketDecoder ofServer = ENVELOPE.newDecoder("/");
        assertThat(refused(Reason.EVENT_NAME, () -> ofServer.text(utf8("{\"error\":\"x\"}"))))
                .hasMessage("Unknown message type");
        assertThat(Vectors.line(ofServer.text(utf8("{\"type\":\"session\",\"offset\":\"1\"}"))))
                .isEqualTo("EVENT / - \"session\" [{\"offset\":\"1\"}]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            84a474797065a773657373696f6ea26964a161a66f6666736574a133a97265636f7665726564c3 | CONNECT /ns {"id":"a","recovered":true,"offset":"3"} |
            83a474797065a463686174a66f6666736574a137a76d657373616765a24869 | EVENT /ns - "chat" [{"message":"Hi"}] | 7
            81a56572726f72a26e6f                           | FAILURE /ns "no"         |
            82a56572726f72a26e6fa46461746181a4636f646501   | CONNECT_ERROR /ns "no" {"code":1} |
            """)
    void readsEnvelopesAsMessagePack(String hex, String line, @Nullable String offset) {
        Packet packet =
                MSGPACK_ENVELOPE.newClientDecoder("/ns").binary(HexFormat.of().parseHex(hex));
        assertThat(Vectors.line(packet)).isEqualTo(line);
        assertThat(packet instanceof Packet.Event event ? event.offset() : null).isEqualTo(offset);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            {}                                              | {"type":"session"}
            {"id":"a","offset":"3"}                         | {"type":"session","id":"a","offset":"3"}
            {"auth":{"token":"x"}}                          | {"type":"session","auth":{"token":"x"}}
            """)
    void asksForASession(String data, String text) {
        Encoded message = ENVELOPE.encode(new Packet.Connect("/ns", Json.of(data)));
        assertThat(message).isNotNull().extracting(Vectors::text).isEqualTo(text);
    }

    @Test
    void readsOrRefusesWhatIsBroken() {
        List<byte[]> texts = Stream.concat(
                        socketIo().map(Vector::utf8),
                        Stream.of(
                                utf8("{\"type\":\"session\",\"id\":\"a\",\"offset\":\"3\",\"recovered\":true}"),
                                utf8("{\"type\":\"chat\",\"offset\":\"7\",\"args\":[1,{\"a\":2}]}"),
                                utf8("{\"error\":\"no\",\"data\":{\"code\":1}}")))
                .toList();
        List<byte[]> messages = Stream.concat(
                        msgpack().map(Vector::bytes),
                        Stream.of(
                                HexFormat.of()
                                        .parseHex(
                                                "84a474797065a773657373696f6ea26964a161a66f6666736574a133a97265636f7665726564c3"),
                                HexFormat.of().parseHex("82a56572726f72a26e6fa46461746181a4636f646501")))
                .toList();
        Seeded.repeat(3_000, random -> {
            for (Dialect dialect : List.of(SOCKET_IO, ENVELOPE)) {
                byte[] broken = broken(texts.get(random.nextInt(texts.size())), random);
                if (Utf8.isValid(broken)) { // as whoever reads from the network sees to
                    readOrRefuse(() -> dialect.newClientDecoder("/").text(broken));
                }
            }
            for (Dialect dialect : List.of(MSGPACK, MSGPACK_ENVELOPE)) {
                byte[] broken = broken(messages.get(random.nextInt(messages.size())), random);
                readOrRefuse(() -> dialect.newClientDecoder("/").binary(broken));
            }
        });
    }

    private static void readOrRefuse(Runnable reading) {
        try {
            reading.run();
        } catch (WireException e) {
            assertThat(e.reason()).isNotNull();
        }
    }

    private static byte[] broken(byte[] message, Random random) {
        byte[] broken = Arrays.copyOf(message, 1 + random.nextInt(message.length + 2));
        for (int i = random.nextInt(4); i > 0; i--) {
            broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
        }
        return broken;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
