package io.maru.wire.json;

import static io.maru.wire.Vectors.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.Encoded;
import io.maru.wire.Json;
import io.maru.wire.JsonCodec;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.Payload;
import io.maru.wire.RandomJson;
import io.maru.wire.Seeded;
import io.maru.wire.Vectors;
import io.maru.wire.Vectors.Vector;
import io.maru.wire.WireException;
import io.maru.wire.WireException.Reason;
import io.maru.wire.WireLimits;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeTest {

    private static final WireLimits LIMITS = WireLimits.DEFAULTS;
    private static final EnvelopeDialect DIALECT = new EnvelopeDialect(LIMITS, JsonCodec.standard());

    private final PacketDecoder decoder = DIALECT.newDecoder("/ns");

    static Stream<Vector> read() {
        return Vectors.load(EnvelopeTest.class, "envelopes.txt").filter(Vector::read);
    }

    static Stream<Vector> written() {
        return Vectors.load(EnvelopeTest.class, "envelopes.txt").filter(Vector::written);
    }

    @ParameterizedTest
    @MethodSource("read")
    void reads(Vector vector) {
        assertThat(Vectors.line(decoder.text(vector.utf8())))
                .isEqualTo(vector.packets().get(0));
        assertThat(decoder.isWaiting()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("written")
    void writes(Vector vector) {
        Encoded message = encode(Vectors.packet(vector.packets().get(0), vector.attachments()));
        assertThat(Vectors.text(message)).isEqualTo(vector.text());
        assertThat(message.attachments()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[]",
                "[{\"type\":\"a\"}]",
                "7",
                "\"type\"",
                "null",
                "true",
                "hello",
                "{",
                "}",
                "{]",
                "{\"type\"",
                "{\"type\":",
                "{\"type\":\"a\"",
                "{\"type\":\"a\",",
                "{\"type\":\"a\",}",
                "{,}",
                "{\"type\":\"a\"}}",
                "{\"type\":\"a\"} x",
                "{\"type\":\"a\"}{}",
                "{type:\"a\"}",
                "{'type':'a'}",
                "{\"type\":'a'}",
                "{\"type\" \"a\"}",
                "{\"type\":\"a\" \"b\":1}",
                "{\"type\":\"a\",\"b\":01}",
                "{\"type\":\"a\",\"b\":[1,]}",
                "{\"type\":\"a\",\"b\":tru}",
                "{\"type\":\"a\",\"b\":\"\\q\"}",
                "{\"type\":\"a\n\"}",
                "{\"type\":\"a\",\"messageId\":1.}",
                "{\"messageId\":1",
                "{\"type\":\"a\",\"args\":[1,2}",
                "{\"\\u00zz\":1}",
                "{\"type\":\"a\"}\0",
                "\uFEFF{}",
                "2[\"a\"]",
                "42[\"a\"]",
                "{\"type\":\"callback\",\"messageId\":1,\"data\":}"
            })
    void refusesWhatIsNoJsonObjectInWordsForTheClient(String text) {
        WireException refusal = refused(Reason.MALFORMED, () -> decoder.text(utf8(text)));
        assertThat(refusal).hasMessage("Invalid JSON");
        assertThat(refusal.ackId()).isEqualTo(Packet.NO_ACK);
    }

    @Test
    void refusesBytes() {
        assertThat(refused(Reason.MALFORMED, () -> decoder.binary(new byte[] {1})))
                .hasMessage("Invalid JSON");
        assertThat(decoder.isWaiting()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                      |
            {"messageId":7}                         | 7
            {"a":1,"messageId":-3}                  | -3
            {"type":null}                           |
            {"type":1,"messageId":0}                | 0
            {"type":["a"],"messageId":1}            | 1
            {"type":{"type":"a"},"messageId":1}     | 1
            {"messageId":5,"type":true}             | 5
            {"messageId":5.5,"type":true}           |
            {"type":"a","type":null,"messageId":2}  | 2
            {"Type":"a"}                            |
            {"data":{"type":"a"}}                   |
            {"type":"connect","messageId":1}        | 1
            {"type":"connect_error"}                |
            {"type":"disconnect","messageId":4}     | 4
            {"type":"disconnecting"}                |
            {"type":"newListener","a":1}            |
            {"messageId":8,"type":"removeListener"} | 8
            {"type":"\\u0063onnect"}                |
            """)
    void refusesAMessageWithoutAUsableTypeAndKnowsWhoAsked(String text, Long ackId) {
        WireException refusal = refused(Reason.EVENT_NAME, () -> decoder.text(utf8(text)));
        assertThat(refusal).hasMessage("Unknown message type");
        assertThat(refusal.ackId()).isEqualTo(ackId == null ? Packet.NO_ACK : ackId);
    }

    @Test
    void goesOnAfterARefusal() {
        refused(Reason.MALFORMED, () -> decoder.text(utf8("{\"type\":\"a\",\"b\":")));
        assertThat(Vectors.line(decoder.text(utf8("{\"type\":\"b\"}")))).isEqualTo("EVENT /ns - \"b\" [{}]");
    }

    @Test
    void takesTheDefaultLimitsToTheirEnds() {
        int bytes = LIMITS.maxBytes();
        String largest = "{\"type\":\"a\",\"b\":\"" + "x".repeat(bytes - 19) + "\"}";
        assertThat(largest).hasSize(bytes);
        assertThat(decoder.text(utf8(largest))).isNotNull();
        assertThat(refused(Reason.LIMIT, () -> decoder.text(utf8(largest + " "))))
                .hasMessage("Message too large");

        int depth = LIMITS.maxDepth() - 1;
        String deepest = "[".repeat(depth) + "]".repeat(depth);
        assertThat(decoder.text(utf8("{\"type\":\"a\",\"b\":" + deepest + "}"))).isNotNull();
        refused(Reason.LIMIT, () -> decoder.text(utf8("{\"type\":\"a\",\"b\":[" + deepest + "]}")));
        assertThat(decoder.text(utf8("{\"type\":\"a\",\"args\":" + deepest + "}")))
                .isNotNull();
        refused(Reason.LIMIT, () -> decoder.text(utf8("{\"type\":\"a\",\"args\":[" + deepest + "]}")));
        refused(Reason.LIMIT, () -> decoder.text(utf8("{\"a\":".repeat(10_000))));

        String number = "1".repeat(LIMITS.maxNumberLength());
        assertThat(decoder.text(utf8("{\"type\":\"a\",\"b\":" + number + "}"))).isNotNull();
        refused(Reason.LIMIT, () -> decoder.text(utf8("{\"type\":\"a\",\"b\":" + number + "1}")));
        refused(Reason.LIMIT, () -> decoder.text(utf8("{\"type\":\"a\",\"messageId\":" + number + "1}")));

        String name = "n".repeat(LIMITS.maxNameLength());
        assertThat(decoder.text(utf8("{\"type\":\"" + name + "\"}"))).isNotNull();
        // nobody listens for such a name, and that is what its sender is told
        assertThat(refused(Reason.EVENT_NAME, () -> decoder.text(utf8("{\"messageId\":3,\"type\":\"n" + name + "\"}")))
                        .ackId())
                .isEqualTo(3);
    }

    @Test
    void readsTheSameMessageOnceOnly() {
        // the members are moved within the message's own bytes
        byte[] text = utf8("{\"type\":\"x\",\"a\":1,\"messageId\":2,\"b\":2}");
        Packet packet = decoder.text(text);
        assertThat(Vectors.line(packet)).isEqualTo("EVENT /ns 2 \"x\" [{\"a\":1,\"b\":2}]");
        assertThat(new String(text, StandardCharsets.UTF_8)).startsWith("{\"a\":1,\"b\":2}");
    }

    @Test
    void writesBytesAsTheBase64ThatBindsToBytesAgain() {
        byte[] bytes = new byte[300];
        new Random(1).nextBytes(bytes);
        Packet.Event event =
                new Packet.Event("/ns", "e", JsonCodec.standard().encode(Map.of("b", bytes)), Packet.NO_ACK);
        Packet.Event again = (Packet.Event) Objects.requireNonNull(Vectors.read(decoder, encode(event)));
        Json argument = Objects.requireNonNull(again.args().get(0));
        assertThat(Objects.requireNonNull(argument.get("b")).as(byte[].class)).isEqualTo(bytes);
    }

    @Test
    void readsWhatItWrote() {
        Seeded.repeat(5_000, random -> {
            Packet packet = randomPacket(random);
            assertSurvives(packet);
        });
    }

    @Test
    void readsMembersInAnyOrderAndWithAnyWhiteSpace() {
        Seeded.repeat(5_000, random -> {
            RandomJson json = new RandomJson(random);
            String a = json.value(3);
            String b = json.value(3);
            String type = json.string();
            String[] members = {"\"type\":" + type, "\"messageId\":5", "\"x\":" + a, "\"y\":" + b};
            StringBuilder text = new StringBuilder();
            StringBuilder rest = new StringBuilder();
            for (int i = members.length; i > 0; i--) {
                int k = random.nextInt(i);
                String member = members[k];
                members[k] = members[i - 1];
                text.append(text.length() == 0 ? "" : ",")
                        .append(json.space())
                        .append(member)
                        .append(json.space());
                if (member.startsWith("\"x\"") || member.startsWith("\"y\"")) {
                    rest.append(rest.length() == 0 ? "" : ",").append(member);
                }
            }
            Packet packet = decoder.text(utf8(json.space() + "{" + text + "}" + json.space()));
            String name = Objects.requireNonNull(Json.of(type).string());
            byte[] args = utf8("{" + rest + "}]");
            assertThat(packet)
                    .isEqualTo(new Packet.Event(
                            "/ns", name, Payload.readArray(args, 0, args.length, LIMITS, JsonCodec.standard()), 5));
        });
    }

    @Test
    void refusesWhatIsNearlyAnEnvelopeWithNothingButItsOwnException() {
        Seeded.repeat(20_000, random -> {
            String text = new RandomJson(random).mutate(Vectors.text(encode(randomPacket(random))));
            try {
                Packet packet = decoder.text(utf8(text));
                if (packet != null) {
                    assertSurvives(packet);
                }
            } catch (WireException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        });
    }

    private void assertSurvives(Packet packet) {
        Packet again = Vectors.read(decoder, encode(packet));
        assertThat(Vectors.squeezed(again)).isEqualTo(Vectors.squeezed(packet));
    }

    private static Packet randomPacket(Random random) {
        RandomJson json = new RandomJson(random);
        long id = random.nextInt(3) == 0 ? Packet.NO_ACK : random.nextLong(2_000_000_000_000L) - 1_000_000_000_000L;
        byte[] array = utf8(random.nextBoolean() ? json.array(4) : "[" + json.object(4) + "]");
        Payload args = Payload.readArray(array, 1, array.length, LIMITS, JsonCodec.standard());
        if (id != Packet.NO_ACK && random.nextInt(3) == 0) {
            Json only = args.get(0);
            return new Packet.Ack(
                    "/ns",
                    id,
                    only == null ? Payload.empty() : JsonCodec.standard().encode(only));
        }
        return new Packet.Event(
                "/ns", Objects.requireNonNull(Json.of(json.string()).string()), args, id);
    }

    private static Encoded encode(Packet packet) {
        return Objects.requireNonNull(DIALECT.encode(packet), packet.toString());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
