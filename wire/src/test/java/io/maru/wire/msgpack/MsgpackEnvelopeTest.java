package io.maru.wire.msgpack;

import static io.maru.wire.Vectors.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.Encoded;
import io.maru.wire.FuzzedConversation;
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
import io.maru.wire.json.EnvelopeDialect;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The envelope as MessagePack. Its vectors are what {@code @msgpack/msgpack} writes. */
class MsgpackEnvelopeTest {

    private static final WireLimits LIMITS = WireLimits.DEFAULTS;
    private static final JsonCodec CODEC = JsonCodec.standard();
    private static final MsgpackEnvelopeDialect DIALECT = new MsgpackEnvelopeDialect(LIMITS, CODEC);
    private static final MsgpackEnvelopeDialect ROOMY =
            new MsgpackEnvelopeDialect(new WireLimits(10_000_000, 10, 520, 1_000, 1_000), CODEC);

    private final PacketDecoder decoder = DIALECT.newDecoder("/ns");

    static Stream<Vector> read() {
        return Vectors.load(MsgpackEnvelopeTest.class, "envelopes.txt").filter(Vector::read);
    }

    static Stream<Vector> written() {
        return Vectors.load(MsgpackEnvelopeTest.class, "envelopes.txt").filter(Vector::written);
    }

    @ParameterizedTest
    @MethodSource("read")
    void reads(Vector vector) {
        Packet packet = decoder.binary(vector.bytes());
        assertThat(Vectors.line(packet)).isEqualTo(vector.packets().get(0));
        assertThat(Vectors.attachments(packet)).containsExactlyElementsOf(vector.attachments());
        assertThat(decoder.isWaiting()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("written")
    void writes(Vector vector) {
        Encoded message = encode(Vectors.packet(vector.packets().get(0), vector.attachments()));
        assertThat(message.hasText()).isFalse();
        assertThat(hex(message)).isEqualTo(vector.text());
    }

    @ParameterizedTest
    @MethodSource("read")
    void refusesAMessageThatIsCutOffAnywhereOrGoesOn(Vector vector) {
        byte[] whole = vector.bytes();
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThat(refused(Reason.MALFORMED, () -> decoder.binary(part))).hasMessage("Invalid MessagePack");
        }
        byte[] more = Arrays.copyOf(whole, whole.length + 1);
        assertThat(refused(Reason.MALFORMED, () -> decoder.binary(more))).hasMessage("Invalid MessagePack");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c0",
                "93a161a162a163",
                "a3616263",
                "c1",
                // a member without a name
                "82a474797065a161c001",
                // an extension
                "82a474797065a161a161d40500",
                // what looks as a placeholder does, beside bytes
                "83a474797065a161a16181ac5f706c616365686f6c646572c3a162c40101"
            })
    void refusesWhatIsNoMapOfWhatJsonHasInWordsForTheClient(String hex) {
        assertThat(refused(Reason.MALFORMED, () -> decoder.binary(bytes(hex)))).hasMessage("Invalid MessagePack");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{\"type\":\"a\"}"})
    void refusesText(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        assertThat(refused(Reason.MALFORMED, () -> decoder.text(utf8))).hasMessage("Invalid MessagePack");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # no type, with and without an id
            80                                              |
            81a96d657373616765496407                        | 7
            # a type that is no string, before and behind the id
            82a474797065c0a96d6573736167654964fd            | -3
            82a96d657373616765496405a47479706591a161        | 5
            82a96d6573736167654964c0a47479706501            |
            # "connect"
            82a474797065a7636f6e6e656374a96d657373616765496401 | 1
            """)
    void refusesAMessageWithoutAUsableTypeAndKnowsWhoAsked(String hex, Long ackId) {
        WireException refusal = refused(Reason.EVENT_NAME, () -> decoder.binary(bytes(hex)));
        assertThat(refusal).hasMessage("Unknown message type");
        assertThat(refusal.ackId()).isEqualTo(ackId == null ? Packet.NO_ACK : ackId);
    }

    @Test
    void takesTheDefaultLimitsToTheirEnds() {
        String head = "82a474797065a161a162";
        int inner = LIMITS.maxDepth() - 1;
        assertThat(decoder.binary(bytes(head + "91".repeat(inner - 1) + "90"))).isNotNull();
        refused(Reason.LIMIT, () -> decoder.binary(bytes(head + "91".repeat(inner) + "90")));

        int most = LIMITS.maxAttachments();
        assertThat(decoder.binary(bytes(head + "9a" + "c400".repeat(most)))).isNotNull();
        refused(Reason.LIMIT, () -> decoder.binary(bytes(head + "9b" + "c400".repeat(most + 1))));

        refused(Reason.LIMIT, () -> decoder.binary(new byte[LIMITS.maxBytes() + 1]));

        // nobody listens for such a name, and that is what its sender is told
        String name = "61".repeat(LIMITS.maxNameLength());
        assertThat(decoder.binary(bytes("81a474797065da0100" + name))).isNotNull();
        refused(Reason.EVENT_NAME, () -> decoder.binary(bytes("81a474797065da010161" + name)));
    }

    @Test
    void goesOnAfterARefusal() {
        refused(Reason.MALFORMED, () -> decoder.binary(bytes("82a474797065a161")));
        assertThat(Vectors.line(decoder.binary(bytes("81a474797065a162")))).isEqualTo("EVENT /ns - \"b\" [{}]");
    }

    @Test
    void tellsOffsetsAndSessionsToWhomeverCanComeBack() {
        MsgpackEnvelopeDialect sessions = new MsgpackEnvelopeDialect(LIMITS, CODEC, true);
        Packet.Connect session = new Packet.Connect("/ns", Json.of("{\"id\":\"x\",\"recovered\":false}"));
        assertThat(DIALECT.encode(session)).isNull();
        assertThat(hex(sessions.encode(session)))
                .isEqualTo("83a474797065a773657373696f6ea26964a178a97265636f7665726564c2");

        Packet.Event event = new Packet.Event("/ns", "e", CODEC.encode(Json.of("{\"a\":1}")), Packet.NO_ACK, "o7");
        assertThat(hex(DIALECT.encode(event))).isEqualTo("82a474797065a165a16101");
        assertThat(hex(sessions.encode(event))).isEqualTo("83a474797065a165a66f6666736574a26f37a16101");
        Packet.Event own = new Packet.Event("/ns", "e", CODEC.encode(Json.of("{\"offset\":1}")), Packet.NO_ACK, "o7");
        assertThat(hex(DIALECT.encode(own))).isEqualTo("82a474797065a165a66f666673657401");
        assertThat(hex(sessions.encode(own)))
                .isEqualTo("83a474797065a165a66f6666736574a26f37a46172677391" + "81a66f666673657401");
    }

    private static String hex(@Nullable Encoded message) {
        return HexFormat.of()
                .formatHex(Objects.requireNonNull(message).attachments().get(0));
    }

    @Test
    void saysWhatTheTextEnvelopeSays() {
        EnvelopeDialect text = new EnvelopeDialect(LIMITS, CODEC);
        Seeded.repeat(5_000, random -> {
            RandomJson json = new RandomJson(random);
            byte[] array = (random.nextBoolean() ? json.array(4) : "[" + json.object(4) + "]")
                    .getBytes(StandardCharsets.UTF_8);
            Payload args = Payload.readArray(array, 1, array.length, LIMITS, CODEC);
            long id = random.nextBoolean() ? Packet.NO_ACK : random.nextInt();
            Packet.Event event = new Packet.Event("/ns", "e", canonical(args), id);
            Packet byText = Vectors.read(text.newDecoder("/ns"), Objects.requireNonNull(text.encode(event)));
            Packet byBytes = Vectors.read(decoder, encode(event));
            assertThat(Vectors.squeezed(byBytes)).isEqualTo(Vectors.squeezed(byText));
        });
    }

    // numbers and text as MessagePack leaves them
    private static Payload canonical(Payload args) {
        MsgpackDialect dialect = new MsgpackDialect(LIMITS, CODEC);
        Packet ack = new Packet.Ack("/", 1, args);
        Packet again = Vectors.read(dialect.newDecoder("/"), Objects.requireNonNull(dialect.encode(ack)));
        return ((Packet.Ack) Objects.requireNonNull(again)).args();
    }

    @Test
    void refusesWhatIsNearlyAnEnvelopeWithNothingButItsOwnException() {
        List<byte[]> vectors = read().map(Vector::bytes).toList();
        Seeded.repeat(20_000, random -> {
            Packet packet = null;
            try {
                packet = DIALECT.newDecoder("/").binary(MutatedBytes.of(vectors, random));
            } catch (WireException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
            if (packet != null) {
                FuzzedConversation.survives(packet, ROOMY);
            }
        });
    }

    private static Encoded encode(Packet packet) {
        return Objects.requireNonNull(DIALECT.encode(packet), packet.toString());
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
