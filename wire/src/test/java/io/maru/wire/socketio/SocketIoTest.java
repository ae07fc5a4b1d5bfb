package io.maru.wire.socketio;

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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SocketIoTest {

    private static final WireLimits LIMITS = WireLimits.DEFAULTS;
    private static final SocketIoDialect DIALECT = new SocketIoDialect(LIMITS, JsonCodec.standard());
    private static final String P0 = "{\"_placeholder\":true,\"num\":0}";

    private final PacketDecoder decoder = DIALECT.newDecoder("/");

    static Stream<Vector> read() {
        return Vectors.load(SocketIoTest.class, "packets.txt").filter(Vector::read);
    }

    static Stream<Vector> written() {
        return Vectors.load(SocketIoTest.class, "packets.txt").filter(Vector::written);
    }

    @ParameterizedTest
    @MethodSource("read")
    void reads(Vector vector) {
        for (int round = 0; round < 2; round++) {
            Packet packet = decoder.text(vector.utf8());
            for (byte[] attachment : vector.attachments()) {
                assertThat(packet).as("nothing before the last attachment").isNull();
                assertThat(decoder.isWaiting()).isTrue();
                packet = decoder.binary(attachment.clone());
            }
            assertThat(decoder.isWaiting()).isFalse();
            assertThat(Vectors.line(packet)).isEqualTo(vector.packets().get(0));
            if (packet != null) {
                assertThat(Vectors.attachments(packet)).containsExactlyElementsOf(vector.attachments());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("written")
    void writes(Vector vector) {
        Encoded message = encode(Vectors.packet(vector.packets().get(0), vector.attachments()));
        assertThat(Vectors.text(message)).isEqualTo(vector.text());
        assertThat(message.attachments()).containsExactlyElementsOf(vector.attachments());
    }

    @Test
    void takesTheNamespaceThatItIsGivenForTheOneThatIsNotNamed() {
        PacketDecoder elsewhere = DIALECT.newDecoder("/home");
        assertThat(Vectors.line(elsewhere.text(utf8("2[\"a\"]")))).isEqualTo("EVENT /home - \"a\" []");
        assertThat(Vectors.line(elsewhere.text(utf8("2/,[\"a\"]")))).isEqualTo("EVENT / - \"a\" []");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # no packet type
            MALFORMED  | ''
            MALFORMED  | 7
            MALFORMED  | 9
            MALFORMED  | x
            MALFORMED  | ["a"]
            MALFORMED  | {"type":"chat"}
            MALFORMED  | ' 2["a"]'
            MALFORMED  | é
            # CONNECT: an object or nothing
            MALFORMED  | 0[]
            MALFORMED  | 0null
            MALFORMED  | 0"a"
            MALFORMED  | 01 2
            MALFORMED  | 0true
            MALFORMED  | 0/admin,[]
            MALFORMED  | 0{
            MALFORMED  | 0{}{}
            MALFORMED  | 0{}x
            MALFORMED  | 0{"a":}
            MALFORMED  | '0 '
            # DISCONNECT: nothing
            MALFORMED  | 1{}
            MALFORMED  | 1[]
            MALFORMED  | 1/admin,"a"
            MALFORMED  | 1x
            MALFORMED  | '1 '
            # CONNECT_ERROR is the server's
            UNEXPECTED | 4{"message":"no"}
            UNEXPECTED | 4
            UNEXPECTED | 4/admin,{}
            # EVENT: an array that begins with a name
            MALFORMED  | 2{}
            MALFORMED  | 2"a"
            MALFORMED  | 2null
            MALFORMED  | 2x
            MALFORMED  | 2["a"
            MALFORMED  | 2["a
            MALFORMED  | 2[
            MALFORMED  | 2[]
            MALFORMED  | 2["a",]
            MALFORMED  | 2["a",,1]
            MALFORMED  | 2["a" 1]
            MALFORMED  | 2["a",1
            MALFORMED  | 2["a",1}
            MALFORMED  | 2["a"}
            MALFORMED  | 2[,"a"]
            MALFORMED  | 2["a"]x
            MALFORMED  | 2["a"][]
            MALFORMED  | 2["a"]]
            MALFORMED  | 2["a",nul]
            MALFORMED  | 2["a",01]
            MALFORMED  | 2["a",'b']
            MALFORMED  | 2["a\\q"]
            MALFORMED  | 2[tru]
            MALFORMED  | 2-1["a"]
            MALFORMED  | 21-["a"]
            MALFORMED  | 2,["a"]
            MALFORMED  | 2admin,["a"]
            EVENT_NAME | 2[null]
            EVENT_NAME | 2[true,"a"]
            EVENT_NAME | 2[{}]
            EVENT_NAME | 2[["a"]]
            EVENT_NAME | 2["connect"]
            EVENT_NAME | 2["connect_error"]
            EVENT_NAME | 2["disconnect"]
            EVENT_NAME | 2["disconnecting"]
            EVENT_NAME | 2["newListener",1]
            EVENT_NAME | 2/admin,12["removeListener"]
            EVENT_NAME | 2["\\u0063onnect"]
            EVENT_NAME | 51-["connect",{"_placeholder":true,"num":0}]
            # ACK: an array
            MALFORMED  | 31{}
            MALFORMED  | 31"a"
            MALFORMED  | 31null
            MALFORMED  | 31[
            MALFORMED  | 31[1,]
            MALFORMED  | 31[]x
            MALFORMED  | 3{}
            MALFORMED  | 31x
            # attachments: a positive number
            MALFORMED  | 5
            MALFORMED  | 5["a"]
            MALFORMED  | 51["a"]
            MALFORMED  | 51
            MALFORMED  | 5-["a"]
            MALFORMED  | 50-["a"]
            MALFORMED  | 500-["a"]
            MALFORMED  | 5-1-["a"]
            MALFORMED  | 51.5-["a"]
            MALFORMED  | 51e0-["a"]
            MALFORMED  | 5x-["a"]
            MALFORMED  | 5 1-["a"]
            MALFORMED  | 5/admin,1-["a"]
            MALFORMED  | 51-{}
            MALFORMED  | 60-1[]
            MALFORMED  | 6[]
            MALFORMED  | 61-1{}
            MALFORMED  | 51111111111111111111111111-["a"]
            LIMIT      | 511-["a"]
            LIMIT      | 611-1[]
            LIMIT      | 5999999999999999999-["a"]
            # ids: 18 digits
            LIMIT      | 21000000000000000000["a"]
            LIMIT      | 31000000000000000000[]
            LIMIT      | 2/admin,0000000000000000000["a"]
            """)
    void refuses(Reason reason, String text) {
        assertThat(refused(reason, () -> decoder.text(utf8(text))).ackId()).isEqualTo(Packet.NO_ACK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"42", "1", "-1", "\"0\"", "0.0", "null", "true", "99999999999", "[0]", "{}"})
    void refusesPlaceholdersThatNameNoAttachment(String number) {
        for (String text : List.of(
                "51-[\"a\",{\"_placeholder\":true,\"num\":%s}]",
                "61-1[[{\"a\":{\"num\":%s,\"_placeholder\":true}}]]")) {
            PacketDecoder fresh = DIALECT.newDecoder("/");
            assertThat(fresh.text(utf8(text.formatted(number)))).isNull();
            refused(Reason.MALFORMED, () -> fresh.binary(new byte[1]));
        }
    }

    @Test
    void refusesAPlaceholderWithoutANumber() {
        decoder.text(utf8("51-[\"a\",{\"_placeholder\":true}]"));
        refused(Reason.MALFORMED, () -> decoder.binary(new byte[1]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2[\"a\"]", "51-[\"a\"," + P0 + "]", "1", "", "52-"})
    void refusesTextWhileAttachmentsAreMissing(String text) {
        for (String waiting : List.of("52-[\"a\"," + P0 + "]", "52-", "62-[]")) {
            PacketDecoder fresh = DIALECT.newDecoder("/");
            fresh.text(utf8(waiting));
            fresh.binary(new byte[1]);
            refused(Reason.UNEXPECTED, () -> fresh.text(utf8(text)));
        }
    }

    @Test
    void refusesAttachmentsThatNobodyWaitsFor() {
        refused(Reason.UNEXPECTED, () -> decoder.binary(new byte[1]));
        decoder.text(utf8("51-[\"a\"," + P0 + "]"));
        decoder.binary(new byte[1]);
        refused(Reason.UNEXPECTED, () -> decoder.binary(new byte[1]));
    }

    @Test
    void takesAPacketOfTheLargestSizeAndNoLarger() {
        int limit = LIMITS.maxBytes();
        String largest = "2[\"a\",\"" + "x".repeat(limit - 9) + "\"]";
        assertThat(largest).hasSize(limit);
        assertThat(decoder.text(utf8(largest))).isNotNull();
        refused(Reason.LIMIT, () -> decoder.text(utf8(largest + " ")));
    }

    @Test
    void countsAttachmentsAsPartOfThePacket() {
        byte[] text = utf8("52-[\"a\"," + P0 + "]");
        int rest = LIMITS.maxBytes() - text.length;
        for (int beyond = 0; beyond <= 1; beyond++) {
            PacketDecoder fresh = DIALECT.newDecoder("/");
            fresh.text(text.clone());
            fresh.binary(new byte[rest - 10]);
            byte[] last = new byte[10 + beyond];
            if (beyond == 0) {
                assertThat(fresh.binary(last)).isNotNull();
                fresh.text(text.clone());
                assertThat(fresh.binary(new byte[rest])).as("counted anew").isNull();
            } else {
                refused(Reason.LIMIT, () -> fresh.binary(last));
            }
        }
    }

    @Test
    void countsAnAttachmentAsOftenAsItIsNamed() {
        // or a small message would grow without bound where it is passed on in base64 or renumbered
        int most = LIMITS.maxAttachments();
        for (String type : List.of("51-[\"a\"", "61-1[0")) {
            PacketDecoder fresh = DIALECT.newDecoder("/");
            fresh.text(utf8(type + ("," + P0).repeat(most) + "]"));
            assertThat(fresh.binary(new byte[1])).isNotNull();
            fresh.text(utf8(type + ("," + P0).repeat(most + 1) + "]"));
            refused(Reason.LIMIT, () -> fresh.binary(new byte[1]));
        }
    }

    @Test
    void takesAsManyAttachmentsAsItsLimitsSay() {
        SocketIoDialect two = new SocketIoDialect(new WireLimits(100, 2, 2, 3, 4), JsonCodec.standard());
        two.newDecoder("/").text(utf8("52-[\"a\"]"));
        refused(Reason.LIMIT, () -> two.newDecoder("/").text(utf8("53-[\"a\"]")));
        SocketIoDialect none = new SocketIoDialect(new WireLimits(100, 0, 2, 3, 4), JsonCodec.standard());
        refused(Reason.LIMIT, () -> none.newDecoder("/").text(utf8("51-[\"a\"]")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2["four"]        | 2["fours"]
            2["\\\"\\\""]     | 2["\\u0061"]
            2[-1.5]          | 2[-12.5]
            2/abc,["a"]      | 2/abcd,["a"]
            0/abc            | 0/abcd
            2["a",[[]]]      | 2["a",[[[]]]]
            2["a",{"b":[]}]  | 2["a",{"b":[[]]}]
            0{"a":[]}        | 0{"a":[[]]}
            31[[[]]]         | 31[[[[]]]]
            2["a",-1234]     | 2["a",-12345]
            """)
    void takesWhatIsAtALimitAndNothingBeyond(String within, String beyond) {
        PacketDecoder strict =
                new SocketIoDialect(new WireLimits(100, 1, 2, 5, 4), JsonCodec.standard()).newDecoder("/");
        assertThat(strict.text(utf8(within))).isNotNull();
        refused(Reason.LIMIT, () -> strict.text(utf8(beyond)));
    }

    @Test
    void takesTheDefaultLimitsToTheirEnds() {
        String name = "n".repeat(LIMITS.maxNameLength());
        assertThat(decoder.text(utf8("2[\"" + name + "\"]"))).isNotNull();
        refused(Reason.LIMIT, () -> decoder.text(utf8("2[\"" + name + "n\"]")));
        String namespace = "/" + "n".repeat(LIMITS.maxNameLength() - 1);
        assertThat(decoder.text(utf8("0" + namespace + ","))).isNotNull();
        refused(Reason.LIMIT, () -> decoder.text(utf8("0" + namespace + "n,")));
        String deepest = "[".repeat(LIMITS.maxDepth()) + "]".repeat(LIMITS.maxDepth());
        assertThat(decoder.text(utf8("2[\"a\"," + deepest + "]"))).isNotNull();
        refused(Reason.LIMIT, () -> decoder.text(utf8("2[\"a\",[" + deepest + "]]")));
        refused(Reason.LIMIT, () -> decoder.text(utf8("2[\"a\"," + "[".repeat(10_000))));
        String number = "1".repeat(LIMITS.maxNumberLength());
        assertThat(decoder.text(utf8("2[\"a\"," + number + "]"))).isNotNull();
        refused(Reason.LIMIT, () -> decoder.text(utf8("2[\"a\"," + number + "1]")));
    }

    @Test
    void saysNothingOfThePayloadWhenItRefuses() {
        for (String text : List.of(
                "2[\"a\",\"secret\",]",
                "2[\"a\",secret]",
                "0[\"secret\"]",
                "0/secret,[]",
                "2secret",
                "2[\"a\"]secret",
                "secret")) {
            assertThat(refused(Reason.MALFORMED, () -> decoder.text(utf8(text))).getMessage())
                    .doesNotContain("secret");
        }
    }

    @Test
    void writesBytesThatWereEncodedAndTheyAreReadAgain() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("image", new byte[] {1, 2});
        map.put("n", 1);
        Packet.Event event = new Packet.Event("/a", "e", JsonCodec.standard().encode(map, new byte[] {3}), 4);
        Encoded message = encode(event);
        assertThat(Vectors.text(message))
                .isEqualTo(
                        "52-/a,4[\"e\",{\"image\":{\"_placeholder\":true,\"num\":0},\"n\":1},{\"_placeholder\":true,\"num\":1}]");
        assertThat(Vectors.read(decoder, message)).isEqualTo(event);
    }

    @Test
    void readsWhatItWrote() {
        Seeded.repeat(5_000, random -> {
            Packet packet = randomPacket(random);
            Encoded message = encode(packet);
            assertThat(Vectors.read(decoder, message)).isEqualTo(packet);
        });
    }

    @Test
    void refusesWhatIsNearlyAPacketWithNothingButItsOwnException() {
        Seeded.repeat(20_000, random -> {
            Encoded message = encode(randomPacket(random));
            String text = new RandomJson(random).mutate(Vectors.text(message));
            PacketDecoder fresh = DIALECT.newDecoder("/");
            try {
                Packet packet = fresh.text(utf8(text));
                for (byte[] attachment : message.attachments()) {
                    packet = fresh.binary(attachment);
                }
                if (packet != null) {
                    assertThat(Vectors.read(DIALECT.newDecoder("/"), encode(packet)))
                            .isEqualTo(packet);
                }
            } catch (WireException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        });
    }

    private static Packet randomPacket(Random random) {
        RandomJson json = new RandomJson(random);
        String namespace = List.of("/", "/a", "/방/b?c=d").get(random.nextInt(3));
        long id = random.nextInt(3) == 0 ? Packet.NO_ACK : random.nextLong(1_000_000_000_000_000_000L);
        List<@Nullable Object> args = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            byte[] bytes = new byte[random.nextInt(5)];
            random.nextBytes(bytes);
            Object[] kinds = {bytes, Map.of("b", bytes), random.nextLong(), json.string(), "text"};
            args.add(random.nextInt(6) == 5 ? null : kinds[random.nextInt(kinds.length)]);
        }
        Payload payload = JsonCodec.standard().encode(args.toArray());
        if (payload.attachments().isEmpty()) {
            byte[] array = utf8(json.array(4));
            payload = Payload.readArray(array, 1, array.length, LIMITS, JsonCodec.standard());
        }
        return switch (random.nextInt(6)) {
            case 0 -> new Packet.Connect(namespace, random.nextBoolean() ? null : Json.of(json.object(3)));
            case 1 -> new Packet.Disconnect(namespace);
            case 2 -> new Packet.Ack(namespace, Math.max(0, id), payload);
            default ->
                new Packet.Event(
                        namespace, Objects.requireNonNull(Json.of(json.string()).string()), payload, id);
        };
    }

    private static Encoded encode(Packet packet) {
        return Objects.requireNonNull(DIALECT.encode(packet), packet.toString());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
