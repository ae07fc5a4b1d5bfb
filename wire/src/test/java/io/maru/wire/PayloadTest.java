package io.maru.wire;

import static io.maru.wire.Vectors.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.WireException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadTest {

    private static final String P0 = "{\"_placeholder\":true,\"num\":0}";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            []                         | 0 | []
            ' [ ] '                    | 0 | []
            [1]                        | 1 | [1]
            ' [ 1 , "é" ,[2 , 3],{} ] '| 4 | [1 , "é" ,[2 , 3],{}]
            """)
    void isReadFromAnArray(String array, int size, String text) {
        Payload args = payload(array.strip());
        assertThat(args.size()).isEqualTo(size);
        assertThat(args).hasToString(text);
        assertThat(args.length()).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length - 2);
        assertThat(args.values()).hasSize(size);
        for (int i = 0; i < size; i++) {
            assertThat(args.get(i)).isEqualTo(args.values().get(i));
        }
        assertThat(args.get(size)).isNull();
        assertThat(args.get(-1)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1]]", "[1]x", "[]1", "[}", "[1}"})
    void isNotReadFromAnythingElse(String text) {
        refused(Reason.MALFORMED, () -> payload(text));
    }

    @Test
    void equalsAPayloadOfTheSameTextAndBytesWhereverTheyLie() {
        Payload args = payload("[1,{\"a\":" + P0 + "}]");
        byte[] other = ("   " + args).getBytes(StandardCharsets.UTF_8);
        Payload same = Payload.readArray(other, 4, other.length, WireLimits.DEFAULTS, JsonCodec.standard());
        assertThat(same)
                .isEqualTo(args)
                .hasSameHashCodeAs(args)
                .isNotEqualTo(payload("[1]"))
                .isNotEqualTo("[1]");
        Payload whole = args.withAttachments(List.of(new byte[] {1}));
        assertThat(whole)
                .isEqualTo(same.withAttachments(List.of(new byte[] {1})))
                .isNotEqualTo(args)
                .isNotEqualTo(args.withAttachments(List.of(new byte[] {2})));
        assertThat(whole.get(1))
                .isEqualTo(same.withAttachments(List.of(new byte[] {1})).get(1))
                .isNotEqualTo(args.get(1));
        assertThat(Payload.empty()).isEqualTo(payload("[]"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            [{"a":1}]            | true
            [{}]                 | true
            [{"b":{"x":1}}]      | true
            [{"X":1,"xx":2}]     | true
            []                   | false
            [1]                  | false
            [[]]                 | false
            [{},{}]              | false
            [{"a":1,"x":2}]      | false
            [{"\\u0079":1}]      | false
            """)
    void knowsWhetherItIsOneObjectWithoutSomeMembers(String array, boolean expected) {
        assertThat(payload(array).isObjectWithout("x", "y")).isEqualTo(expected);
    }

    @Test
    void isNoObjectWhenItIsAnAttachment() {
        Payload args = payload("[" + P0 + "]");
        assertThat(args.isObjectWithout("x")).isTrue();
        assertThat(args.withAttachments(List.of(new byte[1])).isObjectWithout("x"))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            [{}]                                                   | ''
            [{ }]                                                  | ''
            [{ "a" : 1 }]                                          | ,"a" : 1
            [{"a":{"_placeholder":true,"num":0},"b":[{"num":0}]}]  | ,"a":"AQI=","b":[{"num":0}]
            """)
    void writesTheMembersOfAnObjectInline(String array, String members) {
        Utf8Buffer out = new Utf8Buffer(0);
        payload(array).withAttachments(List.of(new byte[] {1, 2})).writeMembersInlineTo(out);
        assertThat(out.toString().strip()).isEqualTo(members);
    }

    @Test
    void countsPlaceholdersAgainstTheLimitOfAttachments() {
        WireLimits two = new WireLimits(100, 2, 5, 5, 5);
        List<byte[]> one = List.of(new byte[1]);
        assertThat(payload("[" + P0 + "," + P0 + "]").withAttachments(one, two).attachments())
                .hasSize(1);
        refused(
                Reason.LIMIT,
                () -> payload("[" + P0 + "," + P0 + ",[" + P0 + "]]").withAttachments(one, two));
    }

    private static Payload payload(String array) {
        byte[] text = array.getBytes(StandardCharsets.UTF_8);
        return Payload.readArray(text, 1, text.length, WireLimits.DEFAULTS, JsonCodec.standard());
    }
}
