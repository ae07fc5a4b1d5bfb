package io.maru.wire;

import static io.maru.wire.Vectors.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.maru.wire.WireException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes within arguments: out as attachments, in from attachments or base64. */
class JsonCodecBytesTest {

    private static final JsonCodec CODEC = JsonCodec.standard();
    private static final String P0 = "{\"_placeholder\":true,\"num\":0}";
    private static final String P1 = "{\"_placeholder\":true,\"num\":1}";
    private static final byte[] AB = {'a', 'b'};
    private static final byte[] CD = {'c', 'd'};

    @SuppressWarnings("ArrayRecordComponent")
    record Blob(String name, byte[] data) {}

    record Buffer(String name, ByteBuffer data) {}

    record Wrapped(String name, Json data) {}

    @SuppressWarnings("ArrayRecordComponent")
    record Many(List<byte[]> list, Map<String, byte[]> map, byte[][] array) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({@JsonSubTypes.Type(value = Picture.class, name = "picture")})
    interface Shape {}

    @SuppressWarnings("ArrayRecordComponent")
    record Picture(byte[] data, Json meta, Object any, Json behind) implements Shape {}

    @Test
    void leaveAsAttachmentsWhereverTheyStand() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("a", AB);
        map.put("list", List.<Object>of(1, CD));
        ByteBuffer buffer = ByteBuffer.wrap(new byte[] {0, 1, 2, 3}, 1, 2);
        Payload args = CODEC.encode(map, new Blob("b", AB), buffer, CD, "text");

        assertThat(args)
                .hasToString(
                        "[{\"a\":{\"_placeholder\":true,\"num\":0},\"list\":[1,{\"_placeholder\":true,\"num\":1}]},"
                                + "{\"name\":\"b\",\"data\":{\"_placeholder\":true,\"num\":2}},"
                                + "{\"_placeholder\":true,\"num\":3},{\"_placeholder\":true,\"num\":4},\"text\"]");
        assertThat(args.attachments()).containsExactly(AB, CD, AB, new byte[] {1, 2}, CD);
        assertThat(args.size()).isEqualTo(5);
        assertThat(buffer.position()).as("an untouched buffer").isEqualTo(1);
    }

    static Stream<ByteBuffer> buffers() {
        ByteBuffer direct = ByteBuffer.allocateDirect(2).put(AB).flip();
        return Stream.of(
                direct,
                ByteBuffer.wrap(AB).asReadOnlyBuffer(),
                ByteBuffer.wrap(AB).slice());
    }

    @ParameterizedTest
    @MethodSource("buffers")
    void leaveFromEveryKindOfBuffer(ByteBuffer buffer) {
        Payload args = CODEC.encode(new Buffer("n", buffer));
        assertThat(args).hasToString("[{\"name\":\"n\",\"data\":" + P0 + "}]");
        assertThat(args.attachments()).containsExactly(AB);
    }

    @Test
    void areCopiedSoThatTheirOwnerMayGoOnUsingThem() {
        byte[] mine = AB.clone();
        Payload args = CODEC.encode((Object) mine);
        mine[0] = 'X';
        byte[] received = require(args.get(0)).bytes();
        assertThat(received).isEqualTo(AB);
        Objects.requireNonNull(received)[0] = 'Y';
        assertThat(require(args.get(0)).bytes()).isEqualTo(AB);
        require(args.get(0, byte[].class))[0] = 'Z';
        ((byte[]) require(args.get(0, Object.class)))[0] = 'Z';
        assertThat(args.attachments()).containsExactly(AB);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                P0,
                "{\"num\":0,\"_placeholder\":true}",
                "{ \"num\" : 0 , \"_placeholder\" : true }",
                "{\"x\":[1,{\"num\":9}],\"_placeholder\":true,\"y\":\"}\",\"num\":0}",
                "{\"_placeholder\":false,\"num\":1,\"_placeholder\":true,\"num\":0}",
                "{\"\\u005fplaceholder\":true,\"n\\u0075m\":0}",
            })
    void comeBackFromAPlaceholderHoweverItIsWritten(String placeholder) {
        Payload args = received("{\"name\":\"é\",\"data\":" + placeholder + "}," + placeholder, AB, CD);

        assertThat(require(args.get(0, Blob.class)).data()).isEqualTo(AB);
        assertThat(require(args.get(0, Buffer.class)).data()).isEqualTo(ByteBuffer.wrap(AB));
        assertThat(require(args.get(0, Wrapped.class)).data().bytes()).isEqualTo(AB);
        assertThat(require(args.get(0, Wrapped.class)).data()).hasToString(placeholder);
        for (Class<?> type : List.of(Map.class, Object.class)) {
            assertThat(bound(args, 0, type))
                    .isInstanceOfSatisfying(
                            Map.class, map -> assertThat(map.get("data")).isEqualTo(AB));
        }

        assertThat(require(args.get(1)).kind()).isEqualTo(Json.Kind.BINARY);
        assertThat(args.get(1, byte[].class)).isEqualTo(AB);
        assertThat(args.get(1, ByteBuffer.class)).isEqualTo(ByteBuffer.wrap(AB));
        assertThat(args.get(1, Object.class)).isEqualTo(AB);
    }

    @Test
    void comeBackWithinListsAndMaps() {
        Payload args = received(
                "{\"list\":[" + P1 + "],\"map\":{\"k\":" + P0 + "},\"array\":[" + P0 + "," + P1 + "]}", AB, CD);
        Many many = require(args.get(0, Many.class));
        assertThat(many.list()).containsExactly(CD);
        assertThat(many.map()).containsEntry("k", AB);
        assertThat(many.array()).isDeepEqualTo(new byte[][] {AB, CD});

        Payload list = received("[" + P1 + ",[" + P0 + "],{\"a\":" + P1 + "},null]", AB, CD);
        List<@Nullable Object> expected = new ArrayList<>();
        Collections.addAll(expected, CD, List.of(AB), Map.of("a", CD), null);
        assertThat(bound(list, 0, List.class)).usingRecursiveComparison().isEqualTo(expected);
        assertThat(Arrays.asList(require(list.get(0, Object[].class))))
                .usingRecursiveComparison()
                .isEqualTo(expected);
    }

    @Test
    void comeBackFromBase64() {
        Payload args = received("{\"name\":\"n\",\"data\":\"YWI=\"},\"YWI=\",{\"list\":[\"Y2Q=\"]}");
        assertThat(require(args.get(0, Blob.class)).data()).isEqualTo(AB);
        assertThat(require(args.get(0, Buffer.class)).data()).isEqualTo(ByteBuffer.wrap(AB));
        assertThat(args.get(1, byte[].class)).isEqualTo(AB);
        assertThat(args.get(1, ByteBuffer.class)).isEqualTo(ByteBuffer.wrap(AB));
        assertThat(require(args.get(2, Many.class)).list()).containsExactly(CD);
        assertThat(require(args.get(1)).bytes()).as("a string is no attachment").isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", P0, "{\"num\":0}", "7", "true", "[1,2]", "\"no base64!\"", "[\"a\"]"})
    void comeFromNothingElse(String json) {
        Payload args = received("{\"name\":\"n\",\"data\":" + json + "}," + json);
        refused(Reason.MALFORMED, () -> args.get(0, Blob.class));
        refused(Reason.MALFORMED, () -> args.get(0, Buffer.class));
        refused(Reason.MALFORMED, () -> args.get(1, byte[].class));
        refused(Reason.MALFORMED, () -> args.get(1, ByteBuffer.class));
    }

    @Test
    void comeBackWithinATypeWhoseNameStandsLast() {
        // Jackson holds back what stands before the name, and then knows no positions in the text
        String any = "{\"x\":" + P1 + "}";
        Payload args = received(
                "[1],{\"data\":" + P0 + ",\"meta\":{ \"é\": 1.5, \"in\":" + P1 + "},\"any\":" + any
                        + ",\"kind\":\"picture\",\"behind\":[ " + P1 + " ]}",
                AB,
                CD);
        Picture picture = (Picture) require(args.get(1, Shape.class));
        assertThat(picture.data()).isEqualTo(AB);
        assertThat(require(picture.meta().get("é"))).hasToString("1.5");
        assertThat(require(picture.meta().get("in")).bytes()).isEqualTo(CD);
        assertThat(picture.any()).usingRecursiveComparison().isEqualTo(Map.of("x", CD));
        assertThat(picture.behind().kind()).isEqualTo(Json.Kind.ARRAY);
        assertThat(require(picture.behind().as(byte[][].class))).isDeepEqualTo(new byte[][] {CD});

        Payload again = CODEC.encode(picture);
        assertThat(again.attachments()).containsExactly(AB, CD, CD, CD);
    }

    @Test
    void areAnOrdinaryObjectWhenNoAttachmentsCame() {
        Payload args = received(P0 + ",{\"data\":" + P0 + "}");
        Json first = require(args.get(0));
        assertThat(first.kind()).isEqualTo(Json.Kind.OBJECT);
        assertThat(first.bytes()).isNull();
        assertThat(bound(args, 0, Map.class)).isEqualTo(Map.<String, Object>of("_placeholder", true, "num", 0));
        assertThat(args.get(1, Object.class))
                .isEqualTo(Map.of("data", Map.<String, Object>of("_placeholder", true, "num", 0)));
        assertThat(CODEC.encode(first)).hasToString("[" + P0 + "]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"2", "-1", "0.0", "1e0", "\"0\"", "null", "true", "[0]", "1234567890", "00000000000000000000"})
    void areRefusedWhenThePlaceholderNamesNoAttachment(String number) {
        if (number.startsWith("00")) {
            refused(Reason.MALFORMED, () -> Json.of(number));
            return;
        }
        refused(Reason.MALFORMED, () -> received("{\"_placeholder\":true,\"num\":" + number + "}", AB, CD));
        refused(Reason.MALFORMED, () -> received("[{\"a\":{\"num\":" + number + ",\"_placeholder\":true}}]", AB, CD));
    }

    @Test
    void areRefusedWhenThePlaceholderHasNoNumber() {
        refused(Reason.MALFORMED, () -> received("{\"_placeholder\":true}", AB));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"_placeholder\":1,\"num\":9}",
                "{\"_placeholder\":\"true\",\"num\":9}",
                "{\"num\":9}",
                "{\"_placeholder\":false}"
            })
    void areNotMeantByAnObjectThatIsNoPlaceholder(String object) {
        Payload args = received(object + "," + P0, AB);
        assertThat(require(args.get(0)).kind()).isEqualTo(Json.Kind.OBJECT);
        assertThat(args.get(0, Object.class)).isInstanceOf(Map.class);
        assertThat(args.get(1, Object.class)).isEqualTo(AB);
    }

    @Test
    void areNotLookedForWithinAPlaceholder() {
        String inner = "{\"_placeholder\":true,\"num\":99}";
        Payload args = received("{\"_placeholder\":true,\"num\":0,\"x\":" + inner + ",\"y\":[" + inner + "]}", AB);
        assertThat(args.get(0, Object.class)).isEqualTo(AB);
        assertThat(args.get(0, byte[].class)).isEqualTo(AB);
        Json x = require(require(args.get(0)).get("x"));
        assertThat(x.bytes()).isNull();
        assertThat(x.kind()).isEqualTo(Json.Kind.OBJECT);
        assertThat(x.as(Object.class)).isEqualTo(Map.<String, Object>of("_placeholder", true, "num", 99));
        assertThat(CODEC.encode(x, 1)).hasToString("[" + inner + ",1]");
        refused(Reason.MALFORMED, () -> x.as(byte[].class));
    }

    @Test
    void areRenumberedWhenPassedOn() {
        Payload args =
                received("[{\"num\":1,\"_placeholder\":true}, 1.0 ,{\"b\": " + P0 + " }],{\"u\":\"\\u00e9\"}", AB, CD);
        Payload again = CODEC.encode(new byte[] {9}, args.get(0), new Wrapped("w", require(args.get(0))), args.get(1));

        assertThat(again)
                .hasToString("[" + P0 + ",[" + P1 + ", 1.0 ,{\"b\": {\"_placeholder\":true,\"num\":2} }],"
                        + "{\"name\":\"w\",\"data\":[{\"_placeholder\":true,\"num\":3}, 1.0 ,"
                        + "{\"b\": {\"_placeholder\":true,\"num\":4} }]},{\"u\":\"\\u00e9\"}]");
        assertThat(again.attachments()).containsExactly(new byte[] {9}, CD, AB, CD, AB);
    }

    @Test
    void comeOncePerUseWhenOneAttachmentIsUsedTwice() {
        Payload args = received(P0 + ",[" + P0 + "]", AB);
        assertThat(args.get(0, byte[].class)).isEqualTo(AB);
        assertThat(require(args.get(1, byte[][].class))).isDeepEqualTo(new byte[][] {AB});
        Payload again = CODEC.encode(args.get(0), args.get(1));
        assertThat(again).hasToString("[" + P0 + ",[" + P1 + "]]");
        assertThat(again.attachments()).containsExactly(AB, AB);
    }

    @Test
    void stayWithThePartThatIsPassedOn() {
        Payload args = received("{\"keep\":" + P1 + ",\"drop\":" + P0 + "}", AB, CD);
        Payload again = CODEC.encode(require(args.get(0)).get("keep"));
        assertThat(again).hasToString("[" + P0 + "]");
        assertThat(again.attachments()).containsExactly(CD);
        assertThat(CODEC.json(require(args.get(0)).get("keep")).bytes()).isEqualTo(CD);
    }

    static Stream<Object> foreignPlaceholders() {
        return Stream.of(
                Json.of(P0),
                Json.of("[{\"a\":{\"num\":7,\"x\":1,\"_placeholder\":true}}]"),
                Json.of("{\"\\u005fplaceholder\":true}"),
                Map.of("_placeholder", true),
                // with our own inside of them, so that their number is right
                Map.<String, Object>of("_placeholder", true, "bytes", AB),
                Map.<String, Object>of("_placeholder", true, "num", 0, "bytes", AB));
    }

    @ParameterizedTest
    @MethodSource("foreignPlaceholders")
    void areNeverSentBesideAnObjectThatLooksLikeAPlaceholder(Object foreign) {
        boolean holdsBytes = foreign instanceof Map<?, ?> map && map.containsKey("bytes");
        if (!holdsBytes) {
            assertThat(CODEC.encode(foreign).attachments())
                    .as("without bytes it is harmless")
                    .isEmpty();
        }
        Object[] args = holdsBytes ? new Object[] {foreign} : new Object[] {AB, foreign};
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CODEC.encode(args))
                .withMessageContaining("_placeholder");
    }

    private static Payload received(String args, byte[]... attachments) {
        byte[] text = ("[\"é\"," + args + "]").getBytes(StandardCharsets.UTF_8);
        int from = "[\"é\",".getBytes(StandardCharsets.UTF_8).length;
        Payload payload = Payload.readArray(text, from, text.length, WireLimits.DEFAULTS, CODEC);
        return attachments.length == 0 ? payload : payload.withAttachments(List.of(attachments));
    }

    private static @Nullable Object bound(Payload args, int index, Class<?> type) {
        return args.get(index, type);
    }

    private static <T> T require(@Nullable T value) {
        assertThat(value).isNotNull();
        return Objects.requireNonNull(value);
    }
}
