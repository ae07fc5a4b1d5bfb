package io.maru.wire;

import static io.maru.wire.Vectors.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.WireException.Reason;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The names of the cases' groups are those of JSONTestSuite, whose spirit they follow. */
class JsonScannerTest {

    private static final WireLimits LIMITS = WireLimits.DEFAULTS;

    @ParameterizedTest
    @ValueSource(
            strings = {
                // arrays
                "[]",
                "[ ]",
                "[[]]",
                "[[],[[]]]",
                "[\"\"]",
                "[1\n]",
                " [1]",
                "[1,null,1,\"1\",{}]",
                "[2] ",
                "[ false ,\ttrue\r\n]",
                // numbers
                "0",
                "-0",
                "[-0]",
                "-0.0",
                "10",
                "123",
                "1e2",
                "1E22",
                "1e-2",
                "1E+2",
                "1e00",
                "0e1",
                "0e+1",
                "0.1",
                "-1.50",
                "123.456e78",
                "-0.000000000000000000000000000000000000000000000000000000000000000000000000000001",
                "1e99999",
                "-1e-99999",
                "100000000000000000000000000000000000000000",
                // objects
                "{}",
                "{ }",
                "{\"\":0}",
                "{\"a\":\"b\",\"a\":\"b\"}",
                "{\"a\":\"b\",\"a\":\"c\"}",
                "{\"foo\\u0000bar\":42}",
                "{\"a\":[]}",
                "{\n\"a\" :\t\"b\"\r}",
                "{\"\\ud800\":1}",
                "{\"a\\uDFFFb\":1}",
                "{\"min\":-1.0e+28,\"max\":1.0e+28}",
                "{\"한글\":{}}",
                // strings
                "\"\"",
                "\" \"",
                "\"\\u0060\\u012a\\u12AB\"",
                "\"\\uD801\\udc37\"",
                "\"\\ud83d\\ude39\\ud83d\\udc8d\"",
                "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
                "\"\\\\u0000\"",
                "\"\\\\\\\"\"",
                "\"a/*b*/c/*d//e\"",
                "\"\\\\a\"",
                "\"\\u0012\"",
                "\"\\uFFFF\"",
                "\"\uFFFF\"",
                "\"\uDBFF\uDFFF\"",
                "\"π\"",
                "\"asd \"",
                "\"new\\u00A0line\"",
                "\"\u007f\"",
                "\"\u2028\u2029\"",
                "\"€𝄞\"",
                "\"\\u0000\"",
                "\"\\uDFAA\"",
                "\"\\uD800\"",
                "\"\\uD800\\n\"",
                "\"\\uDd1ea\"",
                "\"\\uD800\\uD800\"",
                "\"\uFEFF\"",
                // structure
                "true",
                "false",
                "null",
                " true ",
                "\n\"x\"\n",
                "\t\r\n 1"
            })
    void acceptsWhatIsJson(String text) {
        assertThat(JacksonOracle.accepts(text)).as("by Jackson").isTrue();
        assertThat(JacksonOracle.scannerAccepts(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // arrays
                "[",
                "]",
                "[1",
                "[1,",
                "[,1]",
                "[1,,2]",
                "[1,]",
                "[\"x\",,]",
                "[\"x\"]]",
                "[\"\",]",
                "[,]",
                "[-]",
                "[x",
                "[3[4]]",
                "[1 true]",
                "[a",
                "[1:2]",
                "[\"a\",\n4\n,1,",
                "[*]",
                "[\"\"",
                "[1}",
                "[[",
                "[\"a\": 1]",
                "[1;2]",
                // numbers
                "-",
                "+",
                "+1",
                "++1",
                "-01",
                "-1.0.",
                "-2.",
                ".5",
                "-.5",
                "0.1.2",
                "0.3e",
                "0.3e+",
                "0.e1",
                "0e",
                "0e+",
                "0E",
                "0E+",
                "1.0e",
                "1.0e+",
                "1.0e-",
                "1 000.0",
                "1eE2",
                "2.e3",
                "2.e+3",
                "2.",
                "9.e+",
                "01",
                "00",
                "-00",
                "-012",
                "012",
                "0x1",
                "0x42",
                "1+2",
                "1-2",
                "1e1e1",
                "1a",
                "-a",
                "- 1",
                "--1",
                "1_0",
                "NaN",
                "-NaN",
                "Infinity",
                "-Infinity",
                "Inf",
                "１",
                "[1e]",
                "1,",
                "-e1",
                ".",
                "e1",
                "1..2",
                "1.e",
                // objects
                "{",
                "}",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "{\"a\":1,",
                "{\"a\":1,}",
                "{,}",
                "{\"a\"}",
                "{\"a\" 1}",
                "{\"a\"::1}",
                "{:1}",
                "{1:1}",
                "{a:1}",
                "{'a':1}",
                "{\"a\":1,,\"b\":2}",
                "{\"a\":1 \"b\":2}",
                "{\"a\",\"b\"}",
                "{\"a\":\"a\" 123}",
                "{null:null}",
                "{[]:1}",
                "{\"a\":1]",
                "{\"a\":/*c*/1}",
                "{\"a\":1}}",
                "{\"a\":1}#",
                "{\"a\":1}//",
                "{\"x\\\":1}",
                "{9999E9999:1}",
                "{\"a\":}",
                "{\"a\":,}",
                "{{}}",
                "{\"a\":{}",
                // strings
                "\"",
                "\"a",
                "a\"",
                "'a'",
                "\"\\",
                "\"\\\"",
                "\"\\\\\\\"",
                "\"\\x00\"",
                "\"\\a\"",
                "\"\\U0041\"",
                "\"\\u\"",
                "\"\\u00\"",
                "\"\\u00A\"",
                "\"\\u00G0\"",
                "\"\\u 041\"",
                "\"\\uD834\\uDd\"",
                "\"\\u-041\"",
                "\"\\u00é0\"",
                "\"\\🌀\"",
                "\"\\",
                "\"\\u1234",
                "\"\\u123",
                "\"a\nb\"",
                "\"a\tb\"",
                "\"\u0000\"",
                "\"\u001f\"",
                "\"\\\n\"",
                "\"\\'\"",
                "\"\\0\"",
                "\"\"x",
                "\"a\" \"b\"",
                "“a”",
                // structure
                "",
                " ",
                "\n",
                "\u0000",
                "\u000b1",
                "\u000c1",
                "\u00a01",
                "\u20601",
                "\uFEFF",
                "\uFEFF1",
                "\uFEFF{}",
                "<null>",
                "tru",
                "truee",
                "True",
                "TRUE",
                "nul",
                "nulll",
                "NULL",
                "fals",
                "falsee",
                "undefined",
                "t",
                "n",
                "f",
                "true false",
                "1 2",
                "1,2",
                "{}{}",
                "[][]",
                "{},",
                "[] x",
                "//c\n1",
                "/**/1",
                "1//",
                "#1",
                "*",
                "@",
                "é",
                "\\u0061",
                "[\\u0061]",
                "[true",
                "[tru]",
                "[nul",
                "[t,1]",
                "\"a\":1",
                ",",
                ":",
                "\\",
                "()",
                "1}",
                "2]"
            })
    void refusesWhatIsNot(String text) {
        assertThat(JacksonOracle.accepts(text)).as("by Jackson").isFalse();
        assertThat(JacksonOracle.scannerAccepts(text)).isFalse();
    }

    @Test
    void agreesWithJacksonOnRandomJson() {
        Seeded.repeat(20_000, random -> {
            RandomJson json = new RandomJson(random);
            String text = json.space() + json.value(5) + json.space();
            assertThat(JacksonOracle.accepts(text)).as("by Jackson: %s", text).isTrue();
            assertThat(JacksonOracle.scannerAccepts(text)).as(text).isTrue();
        });
    }

    @Test
    void agreesWithJacksonOnWhatIsNearlyJson() {
        Seeded.repeat(100_000, random -> {
            RandomJson json = new RandomJson(random);
            String mutated = json.mutate(json.value(4));
            // half of a surrogate pair has no UTF-8
            String text = new String(mutated.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
            boolean expected = JacksonOracle.accepts(text);
            if (JacksonOracle.scannerAccepts(text) != expected) {
                throw new AssertionError("Jackson " + (expected ? "accepts" : "refuses") + ": " + text);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"[,]", "{\"a\":,}"})
    void letsArraysAndObjectsNestToTheLimitAndNoDeeper(String open, String close) {
        int limit = LIMITS.maxDepth();
        byte[] deepest = utf8(open.repeat(limit - 1) + (open.equals("[") ? "[]" : "{}") + close.repeat(limit - 1));
        assertThat(JsonScanner.skipValue(deepest, 0, deepest.length, LIMITS)).isEqualTo(deepest.length);

        byte[] deeper = utf8(open + new String(deepest, StandardCharsets.UTF_8) + close);
        refused(Reason.LIMIT, () -> JsonScanner.skipValue(deeper, 0, deeper.length, LIMITS));
    }

    @Test
    void refusesAbsurdDepthWithoutOverflowingTheStack() {
        byte[] deep = utf8("[{\"a\":".repeat(100_000));
        refused(Reason.LIMIT, () -> JsonScanner.skipValue(deep, 0, deep.length, LIMITS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "0.", "-1e", "1E+"})
    void letsNumbersGrowToTheLimitAndNoLonger(String start) {
        String longest = start + "1".repeat(LIMITS.maxNumberLength() - start.length());
        byte[] within = utf8(longest);
        assertThat(JsonScanner.skipValue(within, 0, within.length, LIMITS)).isEqualTo(within.length);

        byte[] beyond = utf8(longest + "1");
        refused(Reason.LIMIT, () -> JsonScanner.skipValue(beyond, 0, beyond.length, LIMITS));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "a,]}"    | ,1
            "\\\\"      | "
            12.5e3    | ,
            -0        | 1
            true      | e
            null      | ]
            {"a":[1]} | }
            [[],{}]   | ]
            """)
    void findsWhereAValueEnds(String value, String rest) {
        byte[] text = utf8("한 " + value + rest);
        int from = utf8("한 ").length;
        assertThat(JsonScanner.skipValue(text, from, text.length, LIMITS)).isEqualTo(text.length - utf8(rest).length);
    }

    @Test
    void seesNothingBehindTheEndThatItIsGiven() {
        for (String text : new String[] {"true", "12.5e3", "\"a\\u0041\"", "[1,2]", "{\"a\":1}"}) {
            byte[] json = utf8(text);
            for (int end = 0; end < json.length; end++) {
                int cut = end;
                // a number is the one value that can be cut and stay one
                if (!JacksonOracle.accepts(text.substring(0, cut))) {
                    refused(Reason.MALFORMED, () -> JsonScanner.skipValue(json, 0, cut, LIMITS));
                } else {
                    assertThat(JsonScanner.skipValue(json, 0, cut, LIMITS)).isEqualTo(cut);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "type"        | type | true  | type
            "typ"         | type | false | typ
            "types"       | type | false | types
            "tyqe"        | type | false | tyqe
            "ty\\u0070e"  | type | false | type
            "한글"         | type | false | 한글
            "\\ud83d\\ude00\\n" | x | false | '😀
            '
            """)
    void readsStrings(String json, String ascii, boolean same, String characters) {
        byte[] text = utf8(json);
        assertThat(JsonScanner.skipString(text, 0, text.length)).isEqualTo(text.length);
        assertThat(JsonScanner.stringIs(text, 0, text.length, ascii)).isEqualTo(same);
        assertThat(JsonScanner.string(text, 0, text.length)).isEqualTo(characters);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
