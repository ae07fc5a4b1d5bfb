package io.maru.wire.msgpack;

import static io.maru.wire.Vectors.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.Encoded;
import io.maru.wire.FuzzedConversation;
import io.maru.wire.Json;
import io.maru.wire.JsonCodec;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.Seeded;
import io.maru.wire.Vectors;
import io.maru.wire.Vectors.Vector;
import io.maru.wire.WireException;
import io.maru.wire.WireException.Reason;
import io.maru.wire.WireLimits;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The parser for Socket.IO clients. Its vectors are what {@code socket.io-msgpack-parser} 3.0.2 writes, and timestamps what
 * {@code @msgpack/msgpack} writes.
 */
class MsgpackTest {

    private static final WireLimits LIMITS = WireLimits.DEFAULTS;
    private static final MsgpackDialect DIALECT = new MsgpackDialect(LIMITS, JsonCodec.standard());
    private static final MsgpackDialect ROOMY =
            new MsgpackDialect(new WireLimits(10_000_000, 10, 520, 1_000, 1_000), JsonCodec.standard());

    // {"type":2,"data":…,"nsp":"/"} but for the data
    private static final String EVENT = "83a47479706502a3" + "6e7370a12f" + "a464617461";

    private final PacketDecoder decoder = DIALECT.newDecoder("/");

    static Stream<Vector> read() {
        return Vectors.load(MsgpackTest.class, "packets.txt").filter(Vector::read);
    }

    static Stream<Vector> written() {
        return Vectors.load(MsgpackTest.class, "packets.txt").filter(Vector::written);
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
    void refusesAPacketThatIsCutOffAnywhereOrGoesOn(Vector vector) {
        byte[] whole = vector.bytes();
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            refused(Reason.MALFORMED, () -> decoder.binary(part));
        }
        byte[] more = Arrays.copyOf(whole, whole.length + 1);
        refused(Reason.MALFORMED, () -> decoder.binary(more));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                                              | MALFORMED
            00                                              | MALFORMED
            c0                                              | MALFORMED
            90                                              | MALFORMED
            c1                                              | MALFORMED
            80                                              | MALFORMED
            # without, or with a bad, type
            81a36e7370a12f                                  | MALFORMED
            82a474797065c0a36e7370a12f                      | MALFORMED
            82a474797065a130a36e7370a12f                    | MALFORMED
            82a47479706505a36e7370a12f                      | MALFORMED
            82a474797065ffa36e7370a12f                      | MALFORMED
            82a474797065cb3fe0000000000000a36e7370a12f      | MALFORMED
            82a474797065cb7ff8000000000000a36e7370a12f      | MALFORMED
            82a474797065cfffffffffffffffffa36e7370a12f      | MALFORMED
            # without, or with a bad, namespace
            81a47479706501                                  | MALFORMED
            82a47479706501a36e7370c0                        | MALFORMED
            82a47479706501a36e737000                        | MALFORMED
            82a47479706501a36e7370c4012f                    | MALFORMED
            # CONNECT with data that is no object
            83a47479706500a36e7370a12fa464617461c0          | MALFORMED
            83a47479706500a36e7370a12fa46461746190          | MALFORMED
            83a47479706500a36e7370a12fa4646174619180        | MALFORMED
            83a47479706500a36e7370a12fa464617461a178        | MALFORMED
            83a47479706500a36e7370a12fa464617461c40101      | MALFORMED
            # DISCONNECT with data
            83a47479706501a36e7370a12fa464617461c0          | MALFORMED
            83a47479706501a36e7370a12fa46461746180          | MALFORMED
            # EVENT without data, or data that is no array
            82a47479706502a36e7370a12f                      | MALFORMED
            83a47479706502a36e7370a12fa464617461c0          | MALFORMED
            83a47479706502a36e7370a12fa46461746180          | MALFORMED
            83a47479706502a36e7370a12fa464617461a161        | MALFORMED
            # twice
            84a47479706502a36e7370a12fa46461746191a161a46461746191a161 | MALFORMED
            # EVENT whose name is none: none, nil, true, bytes, an array, a Date
            83a47479706502a36e7370a12fa46461746190          | EVENT_NAME
            83a47479706502a36e7370a12fa46461746191c0        | EVENT_NAME
            83a47479706502a36e7370a12fa46461746191c3        | EVENT_NAME
            83a47479706502a36e7370a12fa46461746191c40161    | EVENT_NAME
            83a47479706502a36e7370a12fa4646174619191a161    | EVENT_NAME
            83a47479706502a36e7370a12fa46461746191d6ff00000000 | EVENT_NAME
            # "connect"
            83a47479706502a36e7370a12fa46461746191a7636f6e6e656374 | EVENT_NAME
            # ids: nil, a string, 1.5, of 19 digits
            84a47479706502a36e7370a12fa46461746191a161a26964c0 | MALFORMED
            84a47479706502a36e7370a12fa46461746191a161a26964a131 | MALFORMED
            84a47479706502a36e7370a12fa46461746191a161a26964cb3ff8000000000000 | MALFORMED
            84a47479706502a36e7370a12fa46461746191a161a26964cf0de0b6b3a7640000 | MALFORMED
            # ACK without an array
            83a47479706503a36e7370a12fa2696400              | MALFORMED
            84a47479706503a36e7370a12fa2696400a464617461c0  | MALFORMED
            # CONNECT_ERROR
            83a47479706504a36e7370a12fa464617461a178        | UNEXPECTED
            # names of members: nil, bytes, an array, 1.5
            83a47479706502a36e7370a12fa46461746192a16181c000 | MALFORMED
            83a47479706502a36e7370a12fa46461746192a16181c4016100 | MALFORMED
            83a47479706502a36e7370a12fa46461746192a161819000 | MALFORMED
            83a47479706502a36e7370a12fa46461746192a16181cb3ff800000000000000 | MALFORMED
            # extensions: 5; notepack's in forms that it does not write; a timestamp of 2 bytes; one beyond time
            83a47479706502a36e7370a12fa46461746192a161d40500 | MALFORMED
            83a47479706502a36e7370a12fa46461746192a161c7000501 | MALFORMED
            83a47479706502a36e7370a12fa46461746192a161d5000000 | MALFORMED
            83a47479706502a36e7370a12fa46461746192a161d60000000000 | MALFORMED
            83a47479706502a36e7370a12fa46461746192a161d5ff0000 | MALFORMED
            83a47479706502a36e7370a12fa46461746192a161c70cff000000007fffffffffffffff | MALFORMED
            # c1 within data, and within what nobody wants
            83a47479706502a36e7370a12fa46461746192a161c1    | MALFORMED
            84a47479706502a36e7370a12fa46461746191a161a17891c1 | MALFORMED
            # what looks as a placeholder does, beside bytes
            83a47479706502a36e7370a12fa46461746193a16181ac5f706c616365686f6c646572c3c40101 | MALFORMED
            """)
    void refuses(String hex, Reason reason) {
        assertThat(refused(reason, () -> decoder.binary(bytes(hex)))).message().isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "2[\"a\"]", "\u0083"})
    void refusesText(String text) {
        refused(Reason.MALFORMED, () -> decoder.text(text.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c6ffffffff",
                "c67fffffff",
                "c603ffffff00",
                "db7fffffff",
                "db03ffffff61",
                "dd7fffffff",
                "ddffffffff",
                "dd00ffffffc0c0",
                "df7fffffff",
                "df40000000",
                "dfffffffff",
                "c97fffffff00",
                "c903ffffff0000",
                "c97fffffffff"
            })
    void makesNothingOfALengthThatIsNotThere(String value) {
        for (String within : List.of(EVENT + "92a161" + value, "84" + EVENT.substring(2) + "91a161a178" + value)) {
            byte[] message = bytes(within);
            refused(Reason.MALFORMED, () -> decoder.binary(message)); // loads the classes
            long before = Allocated.byThisThread();
            refused(Reason.MALFORMED, () -> decoder.binary(message));
            assertThat(Allocated.byThisThread() - before).as(within).isLessThan(50_000);
        }
    }

    @Test
    void takesTheDefaultLimitsToTheirEnds() {
        int inner = LIMITS.maxDepth();
        byte[] deepest = bytes(EVENT + "92a161" + "91".repeat(inner - 1) + "90");
        assertThat(decoder.binary(deepest)).isNotNull();
        refused(Reason.LIMIT, () -> decoder.binary(bytes(EVENT + "92a161" + "91".repeat(inner) + "90")));
        refused(Reason.LIMIT, () -> decoder.binary(bytes(EVENT + "92a161" + "81a161".repeat(inner) + "80")));
        refused(Reason.LIMIT, () -> decoder.binary(bytes(EVENT + "92a161" + "91".repeat(900_000))));
        // nobody reads this, so its depth is nobody's
        assertThat(decoder.binary(bytes("84" + EVENT.substring(2) + "91a161a178" + "91".repeat(900_000) + "90")))
                .isNotNull();

        int most = LIMITS.maxAttachments();
        assertThat(decoder.binary(bytes(EVENT + "9ba161" + "c400".repeat(most))))
                .isNotNull();
        refused(Reason.LIMIT, () -> decoder.binary(bytes(EVENT + "9ca161" + "c400".repeat(most + 1))));

        byte[] largest = new byte[LIMITS.maxBytes()];
        byte[] head = bytes(EVENT + "92a161" + "c6");
        System.arraycopy(head, 0, largest, 0, head.length);
        int rest = largest.length - head.length - 4;
        System.arraycopy(bytes(HexFormat.of().toHexDigits(rest)), 0, largest, head.length, 4);
        assertThat(Vectors.attachments(decoder.binary(largest)))
                .singleElement()
                .satisfies(data -> assertThat(data).hasSize(rest));
        refused(Reason.LIMIT, () -> decoder.binary(Arrays.copyOf(largest, largest.length + 1)));

        String name = "61".repeat(LIMITS.maxNameLength());
        assertThat(decoder.binary(bytes(EVENT + "91da0100" + name))).isNotNull();
        refused(Reason.LIMIT, () -> decoder.binary(bytes(EVENT + "91da0101" + name + "61")));
        assertThat(decoder.binary(bytes("82a47479706501a36e7370da0100" + name))).isNotNull();
        refused(Reason.LIMIT, () -> decoder.binary(bytes("82a47479706501a36e7370da0101" + name + "61")));
    }

    @Test
    void carriesBytesInTheCredentials() {
        Packet packet = decoder.binary(bytes("83a47479706500a36e7370a12fa46461746181a16bc4020102"));
        assertThat(packet)
                .isInstanceOfSatisfying(
                        Packet.Connect.class,
                        connect -> assertThat(Objects.requireNonNull(Objects.requireNonNull(connect.data())
                                                .get("k"))
                                        .bytes())
                                .containsExactly(1, 2));
    }

    @Test
    void writesAnOffsetAsTheLastArgument() {
        Packet.Event event = new Packet.Event("/", "a", JsonCodec.standard().encode(1), Packet.NO_ACK, "o7");
        assertThat(hex(encode(event))).isEqualTo("83a47479706502a46461746193a16101a26f37a36e7370a12f");
    }

    @Test
    void carriesBytesInARefusal() {
        Json data = JsonCodec.standard().json(Map.of("k", new byte[] {1, 2}));
        assertThat(hex(encode(new Packet.ConnectError("/", "no", data))))
                .isEqualTo("83a47479706504a46461746182a76d657373616765a26e6fa46461746181a16bc4020102a36e7370a12f");
    }

    @Test
    void refusesWhatIsNearlyAPacketWithNothingButItsOwnExceptionAndKeepsItsMemoryLow() {
        List<byte[]> vectors = read().map(Vector::bytes).toList();
        Seeded.repeat(20_000, random -> {
            byte[] message = MutatedBytes.of(vectors, random);
            Packet packet = readOrRefused(message);
            if (packet != null) {
                FuzzedConversation.survives(packet, ROOMY);
            }
            long before = Allocated.byThisThread(); // the first time can load classes
            readOrRefused(message);
            assertThat(Allocated.byThisThread() - before).isLessThan(50_000 + 100L * message.length);
        });
    }

    private static @Nullable Packet readOrRefused(byte[] message) {
        try {
            return DIALECT.newDecoder("/").binary(message.clone());
        } catch (WireException e) {
            assertThat(e.getMessage()).isNotEmpty();
            return null;
        }
    }

    private static Encoded encode(Packet packet) {
        return Objects.requireNonNull(DIALECT.encode(packet), packet.toString());
    }

    private static String hex(Encoded message) {
        return HexFormat.of().formatHex(message.attachments().get(0));
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
