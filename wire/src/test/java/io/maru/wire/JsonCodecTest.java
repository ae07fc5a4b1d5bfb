package io.maru.wire;

import static io.maru.wire.Vectors.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.maru.wire.WireException.Reason;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

class JsonCodecTest {

    private static final JsonCodec CODEC = JsonCodec.standard();

    record Chat(String roomId, String message) {}

    record Holder(int before, Json value, @Nullable String behind) {}

    record Nested(Chat chat, List<Integer> numbers, Map<String, Integer> counts) {}

    record Positive(int n) {
        Positive {
            if (n < 0) {
                throw new IllegalStateException("secret " + n);
            }
        }
    }

    static final class Any {
        @JsonAnySetter
        final Map<String, Integer> rest = new HashMap<>();
    }

    static final class Unwritable {
        @SuppressWarnings("DoNotCallSuggester")
        public String getName() {
            throw new IllegalStateException("not now");
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME)
    sealed interface Typed {}

    record Late(Json chat) implements Typed {}

    enum Colour {
        RED
    }

    @Test
    void writesArgumentsOfAllKinds() {
        Payload args =
                CODEC.encode("a\"é", 1, -2L, 1.5, true, false, null, new Chat("r", "m"), List.of(1), Colour.RED, 'c');
        assertThat(args)
                .hasToString(
                        "[\"a\\\"é\",1,-2,1.5,true,false,null,{\"roomId\":\"r\",\"message\":\"m\"},[1],\"RED\",\"c\"]");
        assertThat(args.size()).isEqualTo(11);
        assertThat(args.attachments()).isEmpty();
        assertThat(CODEC.encode()).hasToString("[]").isEqualTo(Payload.empty());
        assertThat(CODEC.json(new Object[] {1, "x"})).hasToString("[1,\"x\"]");
    }

    @Test
    void walksOverFieldsAndElementsUnread() {
        assertThat(Json.of(" {\"a\" : [1 , {\"b\":2}] , \"\\u0063\":null, \"a\":3 } ")
                        .fields())
                .containsExactly(Map.entry("a", Json.of("3")), Map.entry("c", Json.of("null")));
        assertThat(Json.of("[1 , {\"b\":2},[]]").elements())
                .containsExactly(Json.of("1"), Json.of("{\"b\":2}"), Json.of("[]"));
        assertThat(Json.of("[ ]").elements()).isEmpty();
        assertThat(Json.of("1").elements()).isEmpty();
        assertThat(Json.of("[]").fields()).isEmpty();
    }

    @Test
    void writesArgumentsWithinArgumentsAsAnArray() {
        Payload inner = JsonCodec.standard().encode("a", new byte[] {1}, 2);
        Payload outer = JsonCodec.standard().encode(inner, Map.of("in", inner));
        assertThat(outer)
                .hasToString("[[\"a\",{\"_placeholder\":true,\"num\":0},2],"
                        + "{\"in\":[\"a\",{\"_placeholder\":true,\"num\":1},2]}]");
        assertThat(outer.attachments()).hasSize(2);
    }

    @Test
    void bindsArgumentsToTypes() {
        List<@Nullable Object> mixed = new ArrayList<>();
        Collections.addAll(mixed, 1, "x", null);
        Payload args = CODEC.encode(new Chat("r", "m"), 1, "é", mixed, Map.of("a", 1.5), true, List.of(List.of()));
        assertThat(args.get(0, Chat.class)).isEqualTo(new Chat("r", "m"));
        assertThat(bound(args, 0, Map.class)).isEqualTo(Map.of("roomId", "r", "message", "m"));
        assertThat(args.get(1, Integer.class)).isEqualTo(1);
        assertThat(args.get(1, int.class)).isEqualTo(1);
        assertThat(args.get(1, long.class)).isEqualTo(1L);
        assertThat(args.get(2, String.class)).isEqualTo("é");
        assertThat(bound(args, 3, List.class)).isEqualTo(mixed);
        assertThat(args.get(3, Object.class)).isEqualTo(mixed);
        assertThat(args.get(4, Object.class)).isEqualTo(Map.of("a", 1.5));
        assertThat(args.get(5, Boolean.class)).isTrue();
        assertThat(args.get(6, Object.class)).isEqualTo(List.of(List.of()));
        assertThat(args.get(6, Json.class)).hasToString("[[]]");
        assertThat(args.get(7, String.class))
                .as("an argument that did not come")
                .isNull();
        assertThat(args.get(-1)).isNull();
    }

    @Test
    void ignoresFieldsThatATypeDoesNotHave() {
        assertThat(Json.of("{\"roomId\":\"r\",\"x\":[1,{}],\"message\":\"m\"}").as(Chat.class))
                .isEqualTo(new Chat("r", "m"));
    }

    static Stream<String> values() {
        return Stream.of(
                "0",
                "-0",
                "1.0",
                "1e400",
                "-12.50E-3",
                "9007199254740993",
                "1".repeat(1000),
                "true",
                "false",
                "null",
                "\"\"",
                "\"a b\"",
                "\"한글 é 😀 \u2028\"",
                "\"\\u00e9\\n\\\"\\\\\\/\\ud83d\\ude00\\ud800\"",
                "{}",
                "[]",
                "[ ]",
                "{ }",
                "{\"a\" : [1, 2 ,{\"é\":null}] , \"a\":2}",
                "[[[\"]\"]],{\"}\":\"{\"}, 1.50]");
    }

    @ParameterizedTest
    @MethodSource("values")
    void capturesAJsonComponentAndWritesItAgainByteByByte(String value) {
        for (String space : new String[] {"", " ", "\n\t "}) {
            String object = "{\"x\":\"é😀\"," + space + "\"value\"" + space + ":" + space + value + space
                    + ",\"behind\":\"ok\",\"before\":" + space + "7}";
            Payload args = payload("\"첫째\"," + space + object + "," + value);
            Holder holder = require(args.get(1, Holder.class));
            assertThat(holder.value()).hasToString(value);
            assertThat(holder.before()).isEqualTo(7);
            assertThat(holder.behind()).isEqualTo("ok");
            assertThat(CODEC.encode(holder)).hasToString("[{\"before\":7,\"value\":" + value + ",\"behind\":\"ok\"}]");
            assertThat(CODEC.encode(holder.value(), args.get(2))).hasToString("[" + value + "," + value + "]");
            assertThat(require(args.get(2))).isEqualTo(holder.value()).hasSameHashCodeAs(holder.value());
        }
    }

    @ParameterizedTest
    @MethodSource("values")
    void capturesJsonWithinArraysAndAsTheLastValue(String value) {
        String array = "[" + value + " , " + value + "," + value + "]";
        Payload args = payload(array + ",{\"value\":" + value + "}");
        assertThat(require(args.get(0, Json[].class)))
                .extracting(Json::toString)
                .containsExactly(value, value, value);
        assertThat(require(args.get(1, Holder.class)).value()).hasToString(value);
        assertThat(CODEC.encode((Object) args.get(0, Json[].class)))
                .hasToString("[[" + value + "," + value + "," + value + "]]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"a":1}   | OBJECT
            [1]       | ARRAY
            "a"       | STRING
            -1        | NUMBER
            0.5       | NUMBER
            true      | BOOLEAN
            false     | BOOLEAN
            null      | NULL
            """)
    void knowsWhatAValueIs(String text, Json.Kind kind) {
        Json json = Json.of(" \n" + text + "\t");
        assertThat(json.kind()).isEqualTo(kind);
        assertThat(json).hasToString(text);
        assertThat(json.string()).isEqualTo(kind == Json.Kind.STRING ? "a" : null);
        assertThat(json.get("a") == null).isEqualTo(kind != Json.Kind.OBJECT);
        assertThat(json.bytes()).isNull();
    }

    @Test
    void findsTheLastFieldOfAName() {
        Json json = Json.of("{\"a\":1,\"b\":{\"a\":5},\"\\u0061\" : [2] ,\"aa\":3}");
        assertThat(json.get("a")).hasToString("[2]");
        assertThat(require(json.get("b")).get("a")).hasToString("5");
        assertThat(json.get("c")).isNull();
        assertThat(Json.of("{}").get("a")).isNull();
    }

    @Test
    void comparesJsonByItsText() {
        assertThat(Json.of("[1]"))
                .isEqualTo(payload("0,[1]").get(1))
                .isNotEqualTo(Json.of("[1 ]"))
                .isNotEqualTo("[1]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "1 2", "{", "[1,]", "nul", "'a'", "1,"})
    void makesJsonOfOneValueOnly(String text) {
        refused(Reason.MALFORMED, () -> Json.of(text));
    }

    @Test
    void makesANullOfTheJsonTextNullAndNothingOfTheValue() {
        Holder nothing = require(Json.of("{\"before\":1,\"value\":null}").as(Holder.class));
        assertThat(nothing.value().kind()).isEqualTo(Json.Kind.NULL);
        assertThat(nothing.value()).hasToString("null");
        assertThat(nothing.value().as(String.class)).isNull();
        assertThat(nothing.behind()).isNull();
        assertThat(require(Json.of("[null,1]").as(Json[].class)))
                .extracting(Json::kind)
                .containsExactly(Json.Kind.NULL, Json.Kind.NUMBER);
        assertThat(payload("null").get(0, Chat.class)).isNull();
        assertThat(require(payload("null").get(0)).kind()).isEqualTo(Json.Kind.NULL);
    }

    static Stream<Arguments> misfits() {
        return Stream.of(
                Arguments.of(Integer.class, "\"secret\""),
                Arguments.of(int.class, "null"),
                Arguments.of(int.class, "99999999999"),
                Arguments.of(int.class, "{\"secret\":1}"),
                Arguments.of(String.class, "{\"secret\":1}"),
                Arguments.of(Chat.class, "[\"secret\"]"),
                Arguments.of(Chat.class, "\"secret\""),
                Arguments.of(Chat.class, "{\"roomId\":{\"secret\":1}}"),
                Arguments.of(Chat.class, "{\"roomId\":[\"secret\"]}"),
                Arguments.of(Nested.class, "{\"chat\":{\"roomId\":[\"secret\"]}}"),
                Arguments.of(Nested.class, "{\"numbers\":[1,\"secret\"]}"),
                Arguments.of(Nested.class, "{\"counts\":{\"secret\":\"x\"}}"),
                Arguments.of(Any.class, "{\"secret\":\"x\"}"),
                Arguments.of(Map.class, "[\"secret\"]"),
                Arguments.of(List.class, "{\"secret\":1}"),
                Arguments.of(Colour.class, "\"secret\""),
                Arguments.of(Positive.class, "{\"n\":-1}"),
                Arguments.of(byte[].class, "\"secret!\""),
                Arguments.of(byte[].class, "{\"secret\":1}"),
                Arguments.of(Instant.class, "\"secret\""),
                Arguments.of(BigInteger.class, "\"secret\""),
                Arguments.of(boolean.class, "\"secret\""),
                Arguments.of(Thread.State.class, "\"secret\""));
    }

    @ParameterizedTest
    @MethodSource("misfits")
    void refusesWhatDoesNotFitWithoutQuotingIt(Class<?> type, String json) {
        WireException refusal = refused(Reason.MALFORMED, () -> payload(json).get(0, type));
        assertThat(refusal).hasMessageContaining("expected").hasNoCause();
        assertThat(refusal.getMessage()).doesNotContain("secret");
        assertThat(refusal.getSuppressed()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"chat":{"roomId":[1]}}    | ["chat"]->["roomId"]
            {"numbers":[1,2,{}]}       | ["numbers"]->[2]
            {"counts":{"a":{}}}        | ["counts"]->[…]
            """)
    void saysWhereInTheTypeItDoesNotFit(String json, String where) {
        assertThat(refused(Reason.MALFORMED, () -> Json.of(json).as(Nested.class)))
                .hasMessageEndingWith(" at " + where);
    }

    @Test
    void namesNoUnknownFieldOfAClientWhenTheMapperRefusesThem() {
        JsonCodec strict = new JsonCodec(JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build());
        Json json = strict.parse("{\"secret\":1}".getBytes(StandardCharsets.UTF_8), WireLimits.DEFAULTS);
        assertThat(refused(Reason.MALFORMED, () -> json.as(Chat.class)).getMessage())
                .doesNotContain("secret");
    }

    @Test
    void refusesToWriteWhatJacksonCannot() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CODEC.encode(1, new Unwritable()))
                .withMessageStartingWith("argument 1 (" + Unwritable.class.getName() + ") cannot be written as JSON");
        List<Object> self = new ArrayList<>();
        self.add(self);
        assertThatIllegalArgumentException().isThrownBy(() -> CODEC.json(self)).withMessageStartingWith("argument 0");
    }

    @Test
    void escapesHalvesOfSurrogatePairsAsJsonStringifyDoes() {
        String text = "a\ud800b\udc00\"";
        String json = "\"a\\uD800b\\uDC00\\\"\"";
        assertThat(CODEC.encode(text)).hasToString("[" + json + "]");
        assertThat(CODEC.encode(List.of(text))).hasToString("[[" + json + "]]");
        assertThat(CODEC.encode("\ud800")).hasToString("[\"\\uD800\"]");
        assertThat(new String(JsonCodec.quote(text), StandardCharsets.UTF_8)).isEqualTo(json);
        assertThat(payload(json).get(0, String.class)).isEqualTo(text);
        assertThat(require(payload(json).get(0)).string()).isEqualTo(text);
        assertThat(payload("{\"x\":" + json + "}").get(0, Object.class)).isEqualTo(Map.of("x", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "😀 한글 é", "\u2028\u2029\u007f", "\u0000\u001f\b\t\n\f\r", "\"\\/", "{}"})
    void quotesStringsSoThatTheyAreReadAgain(String text) {
        byte[] quoted = JsonCodec.quote(text);
        assertThat(JsonScanner.skipString(quoted, 0, quoted.length)).isEqualTo(quoted.length);
        assertThat(JsonScanner.string(quoted, 0, quoted.length)).isEqualTo(text);
        assertThat(CODEC.encode(text).get(0, String.class)).isEqualTo(text);
    }

    @Test
    void keepsBigNumbers() {
        BigInteger big = new BigInteger("9".repeat(1000));
        assertThat(CODEC.encode(big).get(0, BigInteger.class)).isEqualTo(big);
        assertThat(CODEC.encode(Long.MIN_VALUE, Long.MAX_VALUE, 9007199254740991L))
                .hasToString("[-9223372036854775808,9223372036854775807,9007199254740991]");
        assertThat(payload("9223372036854775807").get(0, long.class)).isEqualTo(Long.MAX_VALUE);
        assertThat(payload("9223372036854775808").get(0, Object.class))
                .isEqualTo(new BigInteger("9223372036854775808"));
        assertThat(payload("0.1234567890123456789").get(0, BigDecimal.class)).isEqualTo("0.1234567890123456789");
        assertThat(payload("7").get(0, Object.class)).isEqualTo(7);
        refused(Reason.MALFORMED, () -> payload("9223372036854775808").get(0, long.class));
    }

    @Test
    void writesAndReadsToTheDepthThatDecodersTakeAndNoDeeper() {
        int limit = WireLimits.DEFAULTS.maxDepth();
        Object deepest = nested(limit);
        Payload written = CODEC.encode(deepest, deepest);
        assertThat(written).hasToString("[" + brackets(limit) + "," + brackets(limit) + "]");
        assertThat(payload(brackets(limit)).get(0, Object.class)).isEqualTo(deepest);
        assertThat(bound(payload(brackets(limit)), 0, List.class)).isEqualTo(deepest);
        String holder = "{\"value\":" + brackets(limit - 1) + "}";
        assertThat(require(payload(holder).get(0, Holder.class)).value()).hasToString(brackets(limit - 1));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> CODEC.encode(1, nested(limit + 1)))
                .withMessageStartingWith("argument 1 (");
        refused(Reason.LIMIT, () -> payload(brackets(limit + 1)));
        refused(Reason.LIMIT, () -> Json.of(brackets(limit + 1)));
    }

    static Stream<Arguments> times() {
        return Stream.of(
                Arguments.of(Instant.parse("2026-11-25T01:02:03.004Z"), "2026-11-25T01:02:03.004Z"),
                Arguments.of(LocalDate.of(2026, 1, 2), "2026-01-02"),
                Arguments.of(LocalDateTime.of(2026, 1, 2, 3, 4), "2026-01-02T03:04:00"),
                Arguments.of(
                        OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 0, ZoneOffset.ofHours(9)), "2026-01-02T03:04:05+09:00"),
                Arguments.of(Duration.ofMillis(1500), "PT1.5S"));
    }

    @ParameterizedTest
    @MethodSource("times")
    void writesTimesAsIsoStrings(Object time, String iso) {
        assertThat(CODEC.encode(time, Map.of("at", time), Optional.of(time)))
                .hasToString("[\"%s\",{\"at\":\"%s\"},\"%s\"]".formatted(iso, iso, iso));
        if (!(time instanceof OffsetDateTime)) {
            // an offset is read as UTC, as Jackson comes
            assertThat(CODEC.encode(time).get(0, time.getClass())).isEqualTo(time);
        }
    }

    @Test
    void usesTheMapperThatItIsGivenThroughout() {
        JsonCodec snakes = new JsonCodec(JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build());
        Chat chat = new Chat("r", "m");
        String json = "{\"room_id\":\"r\",\"message\":\"m\"}";
        Payload args = snakes.encode(chat, snakes.json(Map.of("value", chat)));
        assertThat(args).hasToString("[" + json + ",{\"value\":" + json + "}]");
        assertThat(args.get(0, Chat.class)).isEqualTo(chat);
        assertThat(require(require(args.get(1)).get("value")).as(Chat.class)).isEqualTo(chat);
        // captured as a component
        assertThat(require(require(args.get(1)).as(Holder.class)).value().as(Chat.class))
                .isEqualTo(chat);
    }

    @Test
    void usesTheMapperThatItIsGivenForWhatJacksonHeldBack() {
        JsonCodec snakes = new JsonCodec(JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build());
        byte[] text =
                "{\"chat\":{\"room_id\":\"r\",\"message\":\"m\"},\"@type\":\"Late\"}".getBytes(StandardCharsets.UTF_8);
        Late late = (Late) require(snakes.parse(text, WireLimits.DEFAULTS).as(Typed.class));
        assertThat(late.chat().as(Chat.class)).isEqualTo(new Chat("r", "m"));
    }

    @Test
    void readsBigDecimalsIntoObjectsWhenTheMapperSaysSo() {
        JsonCodec exact = new JsonCodec(JsonMapper.builder()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build());
        Json json = exact.parse("[0.10]".getBytes(StandardCharsets.UTF_8), WireLimits.DEFAULTS);
        assertThat(json.as(Object.class)).isEqualTo(List.of(new BigDecimal("0.10")));
        assertThat(Json.of("[0.10]").as(Object.class)).isEqualTo(List.of(0.1));
    }

    @Test
    void parsesTheRestOfAText() {
        byte[] text = "0 {\"é\":1} ".getBytes(StandardCharsets.UTF_8);
        assertThat(CODEC.parse(text, 1, WireLimits.DEFAULTS)).hasToString("{\"é\":1}");
        refused(Reason.MALFORMED, () -> CODEC.parse(text, 0, WireLimits.DEFAULTS));
        refused(Reason.MALFORMED, () -> CODEC.parse(text, text.length, WireLimits.DEFAULTS));
    }

    private static Object nested(int depth) {
        Object list = List.of();
        for (int i = 1; i < depth; i++) {
            list = List.of(list);
        }
        return list;
    }

    private static String brackets(int depth) {
        return "[".repeat(depth) + "]".repeat(depth);
    }

    private static Payload payload(String args) {
        byte[] text = ("[" + args + "]").getBytes(StandardCharsets.UTF_8);
        return Payload.readArray(text, 1, text.length, WireLimits.DEFAULTS, CODEC);
    }

    private static @Nullable Object bound(Payload args, int index, Class<?> type) {
        return args.get(index, type);
    }

    private static <T> T require(@Nullable T value) {
        assertThat(value).isNotNull();
        return Objects.requireNonNull(value);
    }
}
