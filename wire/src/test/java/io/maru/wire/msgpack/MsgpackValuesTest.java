package io.maru.wire.msgpack;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.JsonCodec;
import io.maru.wire.Packet;
import io.maru.wire.Payload;
import io.maru.wire.RandomJson;
import io.maru.wire.Seeded;
import io.maru.wire.WireLimits;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What becomes of values on their way from JSON to MessagePack, and from MessagePack to JSON. */
class MsgpackValuesTest {

    private static final JsonCodec CODEC = JsonCodec.standard();
    private static final MsgpackDialect DIALECT = new MsgpackDialect(WireLimits.DEFAULTS, CODEC);
    private static final JsonMapper JACKSON = new JsonMapper();

    // {"type":3,"data":[… and …],"nsp":"/","id":0}
    private static final String BEFORE = "84a47479706503a464617461";
    private static final String BEHIND = "a36e7370a12fa2696400";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            0                       | 00
            127                     | 7f
            128                     | cc80
            -1                      | ff
            -32                     | e0
            -33                     | d0df
            4294967295              | ceffffffff
            4294967296              | cf0000000100000000
            9223372036854775807     | cf7fffffffffffffff
            9223372036854775808     | cf8000000000000000
            18446744073709551615    | cfffffffffffffffff
            18446744073709551616    | cb43f0000000000000
            -2147483648             | d280000000
            -2147483649             | d3ffffffff7fffffff
            -9223372036854775808    | d38000000000000000
            -9223372036854775809    | cbc3e0000000000000
            -0                      | cb8000000000000000
            0.0                     | cb0000000000000000
            1.0                     | cb3ff0000000000000
            0.1                     | cb3fb999999999999a
            1e3                     | cb408f400000000000
            1E+400                  | cb7ff0000000000000
            5e-324                  | cb0000000000000001
            0.1234567890123456789   | cb3fbf9add3746f65f
            123456789012345678901234567890 | cb45f8ee90ff6c373e
            [ ]                     | 90
            {"a" :[1 ,{}]}          | 81a161920180
            "\\u00e9\\n"            | a3c3a90a
            "\\ud83d\\ude00"        | a4f09f9880
            "\\ud83d"               | a3efbfbd
            "x\\ude00\\ud83dy"      | a878efbfbdefbfbd79
            "\\u0000"               | a100
            """)
    void areWritten(String json, String hex) {
        byte[] text = (json + "]").getBytes(StandardCharsets.UTF_8);
        Payload value = Payload.readArray(text, 0, text.length, WireLimits.DEFAULTS, CODEC);
        assertThat(written(value)).isEqualTo("91" + hex);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            d0ff                               | -1
            d3ffffffffffffffff                 | -1
            cc05                               | 5
            cf0000000000000005                 | 5
            cf8000000000000000                 | 9223372036854775808
            cfffffffffffffffff                 | 18446744073709551615
            d38000000000000000                 | -9223372036854775808
            ca3dcccccd                         | 0.10000000149011612
            ca3fc00000                         | 1.5
            cb3fb999999999999a                 | 0.1
            cb3ff0000000000000                 | 1.0
            cb8000000000000000                 | -0.0
            cb444b1ae4d6e2ef50                 | 1.0E21
            cb7ff8000000000000                 | null
            cb7ff0000000000000                 | null
            ca7fc00000                         | null
            caff800000                         | null
            d90161                             | "a"
            da000161                           | "a"
            db0000000161                       | "a"
            a122                               | "\\""
            dc0000                             | []
            dd0000000101                       | [1]
            de0000                             | {}
            df00000001a16101                   | {"a":1}
            8101c0                             | {"1":null}
            81ffc0                             | {"-1":null}
            81cfffffffffffffffffc0             | {"18446744073709551615":null}
            82a16101a16102                     | {"a":1,"a":2}
            82a161d40000a16201                 | {"b":1}
            81a161d40007                       | {}
            d40007                             | null
            d6ff39457980                       | "2000-06-13T00:00:00.000Z"
            d7ff1d53530039457980               | "2000-06-13T00:00:00.123Z"
            d7ff0000000439457980               | "2000-06-13T00:00:00.000000001Z"
            c70cff00000001fffffffffffffffe     | "1969-12-31T23:59:58.000000001Z"
            d700000000dfb7629c00               | "2000-06-13T00:00:00.000Z"
            d700ffffffffffffffff               | "1969-12-31T23:59:59.999Z"
            c70100ff                           | {"_placeholder":true,"num":0}
            c8000200ffff                       | {"_placeholder":true,"num":0}
            c90000000000                       | {"_placeholder":true,"num":0}
            c40101                             | {"_placeholder":true,"num":0}
            c5000101                           | {"_placeholder":true,"num":0}
            c60000000101                       | {"_placeholder":true,"num":0}
            """)
    void areRead(String hex, String json) {
        Payload read = read("91" + hex);
        assertThat(read.size()).isEqualTo(1);
        assertThat(read).hasToString("[" + json + "]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"d902e280|\ufffd", "a1ff|\ufffd", "a3eda080|\ufffd", "a3efbfbf|\uffff", "a578e280a878|x\u2028x"})
    void areReadAsTextWhateverTheirBytesAre(String hex, String text) {
        assertThat(read("91" + hex)).isEqualTo(CODEC.encode(text));
    }

    @Test
    void haveTheShortestHeadersAtEveryLength() {
        for (int length : new int[] {0, 1, 31, 32, 255, 256, 65_535, 65_536, 200_000}) {
            String text = "x".repeat(length);
            assertThat(written(CODEC.encode(text)))
                    .isEqualTo("91" + head(length, "a0", 32, "d9", "da", "db") + "78".repeat(length));
            byte[] data = new byte[length];
            assertThat(written(CODEC.encode((Object) data)))
                    .isEqualTo("91" + head(length, "", 0, "c4", "c5", "c6") + "00".repeat(length));
            List<Integer> list = Collections.nCopies(length, 1);
            assertThat(written(CODEC.encode(list)))
                    .isEqualTo("91" + head(length, "90", 16, "", "dc", "dd") + "01".repeat(length));
            String members = "\"a\":1,".repeat(length);
            byte[] object = ("{" + members.substring(0, Math.max(0, members.length() - 1)) + "}]")
                    .getBytes(StandardCharsets.UTF_8);
            Payload map = Payload.readArray(object, 0, object.length, WireLimits.DEFAULTS, CODEC);
            assertThat(written(map)).isEqualTo("91" + head(length, "80", 16, "", "de", "df") + "a16101".repeat(length));
            for (Payload payload : List.of(CODEC.encode(text), CODEC.encode((Object) data), CODEC.encode(list), map)) {
                assertThat(read(written(payload))).isEqualTo(payload);
            }
        }
    }

    private static String head(int length, String fixed, int fixedBelow, String one, String two, String four) {
        if (length < fixedBelow) {
            return HexFormat.of().toHexDigits((byte) (Integer.parseInt(fixed, 16) + length));
        }
        if (length < 256 && !one.isEmpty()) {
            return one + HexFormat.of().toHexDigits((byte) length);
        }
        return length < 65_536
                ? two + HexFormat.of().toHexDigits((short) length)
                : four + HexFormat.of().toHexDigits(length);
    }

    @Test
    void areTheSameWhenTheyComeBack() {
        Seeded.repeat(10_000, random -> {
            byte[] array = new RandomJson(random).array(5).getBytes(StandardCharsets.UTF_8);
            Payload before = Payload.readArray(array, 1, array.length, WireLimits.DEFAULTS, CODEC);
            Payload after = read(written(before));
            assertThat(after.size()).isEqualTo(before.size());
            // half of a surrogate pair has no UTF-8
            String expected = before.toString().replace("\\ud800", "\ufffd");
            requireSame(JACKSON.readTree(after.toString()), JACKSON.readTree(expected));
            // from then on nothing changes any more
            assertThat(read(written(after))).isEqualTo(after);
        });
    }

    @Test
    void areTheSameWithBytesInThem() {
        Seeded.repeat(2_000, random -> {
            List<byte[]> bytes = new ArrayList<>();
            List<Object> values = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                values.add(tree(random, 4, bytes));
            }
            Payload before = CODEC.encode(values.toArray());
            Payload after = read(written(before));
            assertThat(after.toString()).isEqualTo(before.toString());
            assertThat(after.attachments()).containsExactlyElementsOf(bytes);
        });
    }

    private static Object tree(Random random, int depth, List<byte[]> bytes) {
        int kind = random.nextInt(depth > 0 ? 6 : 3);
        if (kind == 0 && bytes.size() < WireLimits.DEFAULTS.maxAttachments()) {
            byte[] data = new byte[random.nextInt(300)];
            random.nextBytes(data);
            bytes.add(data);
            return data;
        } else if (kind < 2) {
            return random.nextLong();
        } else if (kind == 2) {
            return "text";
        } else if (kind == 3) {
            return Map.of("only", tree(random, depth - 1, bytes));
        }
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            list.add(tree(random, depth - 1, bytes));
        }
        return list;
    }

    // integers of 64 bits and text are kept, all else is what JavaScript makes of it
    private static void requireSame(JsonNode actual, JsonNode expected) {
        if (expected.isIntegralNumber() && fits(expected.bigIntegerValue())) {
            assertThat(actual.bigIntegerValue()).isEqualTo(expected.bigIntegerValue());
        } else if (expected.isNumber()) {
            assertThat(actual.isNull() ? Double.POSITIVE_INFINITY : actual.doubleValue())
                    .isEqualTo(expected.doubleValue());
        } else if (expected.isString()) {
            assertThat(actual.stringValue()).isEqualTo(expected.stringValue());
        } else if (expected.isArray()) {
            assertThat(actual.size()).isEqualTo(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                requireSame(actual.get(i), expected.get(i));
            }
        } else if (expected.isObject()) {
            assertThat(actual.size()).isEqualTo(expected.size());
            expected.properties().forEach(member -> requireSame(actual.get(member.getKey()), member.getValue()));
        } else {
            assertThat(actual).isEqualTo(expected);
        }
    }

    private static boolean fits(BigInteger number) {
        return number.bitLength() <= 63 || number.signum() > 0 && number.bitLength() == 64;
    }

    /** The values as MessagePack, in an array. */
    private static String written(Payload values) {
        byte[] message = Objects.requireNonNull(DIALECT.encode(new Packet.Ack("/", 0, values)))
                .attachments()
                .get(0);
        String hex = HexFormat.of().formatHex(message);
        assertThat(hex).startsWith(BEFORE).endsWith(BEHIND);
        return hex.substring(BEFORE.length(), hex.length() - BEHIND.length());
    }

    /** What an array of MessagePack says. */
    private static Payload read(String hex) {
        Packet packet = DIALECT.newDecoder("/").binary(HexFormat.of().parseHex(BEFORE + hex + BEHIND));
        return ((Packet.Ack) Objects.requireNonNull(packet)).args();
    }
}
