package io.maru.wire;

import io.maru.wire.Placeholders.Placeholder;
import io.maru.wire.WireException.Reason;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/**
 * Makes arguments of Java objects and Java objects of arguments, by Jackson. Bytes ({@code byte[]}, {@link ByteBuffer})
 * become attachments wherever they stand in an object, and come back from attachments or base64. Immutable; safe for all
 * threads.
 */
public final class JsonCodec {

    /** For text that was validated before. */
    static final WireLimits UNLIMITED = new WireLimits(
            Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);

    private static final Object SOURCE = "io.maru.source";
    private static final Object ATTACHMENTS = "io.maru.attachments";
    private static final byte[] NOTHING = {};

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(WireLimits.DEFAULTS.maxDepth() + 1)
                    .maxNumberLength(WireLimits.DEFAULTS.maxNumberLength())
                    .build())
            .streamWriteConstraints(StreamWriteConstraints.builder()
                    .maxNestingDepth(WireLimits.DEFAULTS.maxDepth())
                    .build())
            .build();

    private static final JsonCodec STANDARD =
            new JsonCodec(JsonMapper.builder(FACTORY).build());

    private final ObjectWriter writer;
    private final ObjectReader reader;
    private final Map<Class<?>, ObjectReader> readers = new ConcurrentHashMap<>();

    /**
     * A codec on a mapper of one's own.
     *
     * @param mapper how Java objects are written and read; bytes and {@link Json} are added to it
     */
    public JsonCodec(JsonMapper mapper) {
        JsonMapper ours = mapper.rebuild()
                .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .addModule(new BinaryModule())
                .build();
        this.writer = ours.writer();
        this.reader = ours.reader();
    }

    /**
     * The codec that is used when none is given: Jackson as it comes, within the depth that decoders allow.
     *
     * @return the codec
     */
    public static JsonCodec standard() {
        return STANDARD;
    }

    /**
     * Writes arguments.
     *
     * @param args the arguments: any objects that the mapper can write, {@link Json} as it stands, null
     * @return them as JSON
     * @throws IllegalArgumentException when one cannot be written; the message has its position and type
     */
    public Payload encode(@Nullable Object... args) {
        if (args.length == 0) {
            return new Payload(NOTHING, 0, 0, 0, List.of(), this);
        }
        Utf8Buffer out = new Utf8Buffer(64);
        List<byte[]> attachments = new ArrayList<>(0);
        for (int i = 0; i < args.length; i++) {
            if (i > 0) {
                out.append(',');
            }
            try {
                write(args[i], out, attachments);
            } catch (JacksonException | IllegalArgumentException e) {
                Object arg = args[i];
                throw new IllegalArgumentException(
                        "argument " + i + " ("
                                + (arg == null ? "null" : arg.getClass().getName()) + ") cannot be written as JSON: "
                                + e.getMessage(),
                        e);
            }
        }
        byte[] text = out.toByteArray();
        if (!attachments.isEmpty()) {
            requireOwnPlaceholders(text, attachments);
        }
        return new Payload(text, 0, text.length, args.length, attachments, this);
    }

    /**
     * Writes one value.
     *
     * @param value the value, without bytes in it
     * @return it as JSON
     * @throws IllegalArgumentException when it cannot be written
     */
    public Json json(@Nullable Object value) {
        Json json = encode(value).get(0);
        if (json == null) {
            throw new AssertionError("one argument was encoded");
        }
        return json;
    }

    /**
     * Reads one value.
     *
     * @param text UTF-8; belongs to the value from now on
     * @param limits what it may hold
     * @return the value
     * @throws WireException when it is not one JSON value with nothing but white space around
     */
    public Json parse(byte[] text, WireLimits limits) {
        return parse(text, 0, limits);
    }

    /**
     * Reads one value from the rest of a text.
     *
     * @param text UTF-8; belongs to the value from now on
     * @param from where the rest begins
     * @param limits what it may hold
     * @return the value
     * @throws WireException when it is not one JSON value with nothing but white space around
     */
    public Json parse(byte[] text, int from, WireLimits limits) {
        int start = JsonScanner.skipSpace(text, from, text.length);
        int to = JsonScanner.skipValue(text, start, text.length, limits);
        int rest = JsonScanner.skipSpace(text, to, text.length);
        if (rest != text.length) {
            throw JsonScanner.bad("nothing expected behind the value", rest);
        }
        return new Json(text, start, to, List.of(), this);
    }

    /**
     * The text of a string as JSON, quotes included.
     *
     * @param text the string
     * @return UTF-8
     */
    public static byte[] quote(String text) {
        byte[] inner;
        try {
            inner = JsonStringEncoder.getInstance().quoteAsUTF8(text);
        } catch (IllegalArgumentException e) {
            // half of a surrogate pair has no UTF-8; as JSON.stringify does, the generator escapes it
            return STANDARD.writer.writeValueAsBytes(text);
        }
        byte[] quoted = new byte[inner.length + 2];
        quoted[0] = '"';
        System.arraycopy(inner, 0, quoted, 1, inner.length);
        quoted[quoted.length - 1] = '"';
        return quoted;
    }

    /**
     * Appends the text of a string as JSON, quotes included.
     *
     * @param text the string
     * @param out takes it
     */
    public static void quote(String text, Utf8Buffer out) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                out.append(quote(text));
                return;
            }
        }
        out.append('"');
        out.append(text);
        out.append('"');
    }

    /** A string with escapes, by Jackson. */
    static String readString(byte[] json, int from, int to) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json, from, to - from)) {
            parser.nextToken();
            return parser.getString();
        }
    }

    <T> @Nullable T bind(Json value, Class<T> type) {
        if (type == Json.class) {
            return type.cast(value);
        }
        ObjectReader typed = readers.get(type);
        if (typed == null) {
            typed = reader.forType(type);
            readers.put(type, typed);
        }
        try (JsonParser parser = typed.createParser(value.text, value.from, value.to - value.from)) {
            return typed.withAttribute(SOURCE, new Source(value, parser)).readValue(parser);
        } catch (JacksonException e) {
            throw new WireException(
                    Reason.MALFORMED, "a value that binds to " + type.getTypeName() + " expected: " + where(e));
        }
    }

    // Jackson's own message can quote the value, which is a client's, and so can the path: with the keys of a map
    private static String where(JacksonException e) {
        StringJoiner path = new StringJoiner("->", " at ", "").setEmptyValue("");
        for (JacksonException.Reference step : e.getPath()) {
            String name = step.getPropertyName();
            path.add(name == null ? "[" + step.getIndex() + "]" : isField(name, step) ? "[\"" + name + "\"]" : "[…]");
        }
        return e.getClass().getSimpleName() + path;
    }

    private static boolean isField(String name, JacksonException.Reference step) {
        Object from = step.from();
        Class<?> type = from instanceof Class<?> itself ? itself : from == null ? null : from.getClass();
        for (; type != null && !Map.class.isAssignableFrom(type); type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    return true;
                }
            }
        }
        return false;
    }

    private void write(@Nullable Object arg, Utf8Buffer out, List<byte[]> attachments) {
        if (arg == null) {
            out.append("null");
        } else if (arg instanceof String text) {
            quote(text, out);
        } else if (arg instanceof Integer || arg instanceof Long) {
            out.append(((Number) arg).longValue());
        } else if (arg instanceof Boolean flag) {
            out.append(flag ? "true" : "false");
        } else if (arg instanceof Json json) {
            writeRaw(json, out, attachments);
        } else if (arg instanceof Payload payload) {
            writeArray(payload, out, attachments);
        } else {
            out.append(writer.withAttribute(ATTACHMENTS, attachments).writeValueAsBytes(arg));
        }
    }

    // within other arguments, arguments are an array
    private static void writeArray(Payload payload, Utf8Buffer out, List<byte[]> attachments) {
        out.append('[');
        boolean first = true;
        for (Json value : payload.values()) {
            if (!first) {
                out.append(',');
            }
            first = false;
            writeRaw(value, out, attachments);
        }
        out.append(']');
    }

    private static void writeRaw(Json json, Utf8Buffer out, List<byte[]> attachments) {
        int i = json.from;
        if (!json.attachments.isEmpty()) {
            for (Placeholder placeholder : Placeholders.find(json.text, json.from, json.to)) {
                if (!placeholder.isWithin(json.attachments)) {
                    continue; // it was taken out of another, where nobody looks
                }
                out.append(json.text, i, placeholder.from());
                out.append(placeholder(attachments, json.attachments.get(placeholder.number())));
                i = placeholder.to();
            }
        }
        out.append(json.text, i, json.to);
    }

    private static String placeholder(List<byte[]> attachments, byte[] data) {
        attachments.add(data);
        return placeholder(attachments.size() - 1);
    }

    private static String placeholder(int number) {
        return "{\"_placeholder\":true,\"num\":" + number + "}";
    }

    // what a client sent as an ordinary object must not turn into a placeholder because bytes are sent beside it
    private static void requireOwnPlaceholders(byte[] text, List<byte[]> attachments) {
        List<Placeholder> found = Placeholders.find(text, 0, text.length);
        boolean own = found.size() == attachments.size();
        for (int i = 0; own && i < found.size(); i++) {
            // one that holds ours is longer
            Placeholder it = found.get(i);
            own = it.number() == i && it.to() - it.from() == placeholder(i).length();
        }
        if (!own) {
            throw new IllegalArgumentException(
                    "an object with \"_placeholder\":true cannot be sent together with bytes");
        }
    }

    @SuppressWarnings("unchecked")
    private static @Nullable List<byte[]> attachmentsOf(SerializationContext context) {
        return (List<byte[]>) context.getAttribute(ATTACHMENTS);
    }

    /** What is being bound, and the parser whose positions are positions in its text. */
    private record Source(Json value, JsonParser parser) {}

    /** Bytes and raw JSON, for Jackson. */
    private static final class BinaryModule extends SimpleModule {
        private static final long serialVersionUID = 1;

        BinaryModule() {
            super("maru-binary");
            addSerializer(byte[].class, new BytesSerializer());
            addSerializer(ByteBuffer.class, new ByteBufferSerializer());
            addSerializer(Json.class, new JsonSerializer());
            addSerializer(Payload.class, new PayloadSerializer());
            addDeserializer(byte[].class, new BytesDeserializer());
            addDeserializer(ByteBuffer.class, new ByteBufferDeserializer());
            addDeserializer(Json.class, new JsonDeserializer());
            addDeserializer(Object.class, new AnyDeserializer());
        }
    }

    private static void writeBytes(byte[] data, JsonGenerator generator, SerializationContext context) {
        List<byte[]> attachments = attachmentsOf(context);
        if (attachments == null) {
            generator.writeBinary(data);
        } else {
            generator.writeRawValue(placeholder(attachments, data));
        }
    }

    private static final class BytesSerializer extends ValueSerializer<byte[]> {
        @Override
        public void serialize(byte[] value, JsonGenerator generator, SerializationContext context) {
            writeBytes(value.clone(), generator, context);
        }
    }

    private static final class ByteBufferSerializer extends ValueSerializer<ByteBuffer> {
        @Override
        public void serialize(ByteBuffer value, JsonGenerator generator, SerializationContext context) {
            byte[] data = new byte[value.remaining()];
            value.duplicate().get(data);
            writeBytes(data, generator, context);
        }
    }

    private static final class PayloadSerializer extends ValueSerializer<Payload> {
        @Override
        public void serialize(Payload value, JsonGenerator generator, SerializationContext context) {
            List<byte[]> attachments = attachmentsOf(context);
            Utf8Buffer out = new Utf8Buffer(value.length() + 2);
            writeArray(value, out, attachments == null ? new ArrayList<>() : attachments);
            generator.writeRawValue(out.toString());
        }
    }

    private static final class JsonSerializer extends ValueSerializer<Json> {
        @Override
        public void serialize(Json value, JsonGenerator generator, SerializationContext context) {
            List<byte[]> attachments = attachmentsOf(context);
            Utf8Buffer out = new Utf8Buffer(value.to - value.from);
            writeRaw(value, out, attachments == null ? new ArrayList<>() : attachments);
            generator.writeRawValue(out.toString());
        }
    }

    private static Source source(DeserializationContext context) {
        return (Source) context.getAttribute(SOURCE);
    }

    private static byte[] bytes(JsonParser parser, DeserializationContext context) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            return parser.getBinaryValue();
        }
        byte[] bytes = raw(parser, context).bytes();
        if (bytes == null) {
            throw new WireException(Reason.MALFORMED, "bytes expected, as an attachment or in base64");
        }
        return bytes;
    }

    private static final class BytesDeserializer extends ValueDeserializer<byte[]> {
        @Override
        public byte[] deserialize(JsonParser parser, DeserializationContext context) {
            return bytes(parser, context);
        }
    }

    private static final class ByteBufferDeserializer extends ValueDeserializer<ByteBuffer> {
        @Override
        public ByteBuffer deserialize(JsonParser parser, DeserializationContext context) {
            return ByteBuffer.wrap(bytes(parser, context));
        }
    }

    /** The value that the parser stands at, as text; the parser goes to its end. */
    private static Json raw(JsonParser parser, DeserializationContext context) {
        Source source = source(context);
        Json whole = source.value;
        if (parser != source.parser) {
            // Jackson held tokens back, as it does until it has found the name of a type
            ByteArrayOutputStream copy = new ByteArrayOutputStream();
            try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), copy)) {
                generator.copyCurrentStructureExact(parser);
            }
            byte[] text = copy.toByteArray();
            return new Json(text, 0, text.length, whole.attachments, whole.codec);
        }
        int from = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        parser.finishToken();
        int to = (int) parser.currentLocation().getByteOffset();
        return new Json(whole.text, whole.from + from, whole.from + to, whole.attachments, whole.codec);
    }

    private static final class JsonDeserializer extends ValueDeserializer<Json> {
        @Override
        public Json deserialize(JsonParser parser, DeserializationContext context) {
            return raw(parser, context);
        }

        @Override
        public Object getNullValue(DeserializationContext context) {
            return JsonCodec.STANDARD.json(null);
        }
    }

    /** Objects of no stated type: maps, lists and simple values as by Jackson, and {@code byte[]} for attachments. */
    private static final class AnyDeserializer extends ValueDeserializer<Object> {
        @Override
        public @Nullable Object deserialize(JsonParser parser, DeserializationContext context) {
            return switch (parser.currentToken()) {
                case START_OBJECT -> object(parser, context);
                case START_ARRAY -> array(parser, context);
                case VALUE_STRING -> parser.getString();
                case VALUE_NUMBER_INT -> parser.getNumberValue();
                case VALUE_NUMBER_FLOAT ->
                    context.isEnabled(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                            ? parser.getDecimalValue()
                            : parser.getNumberValue();
                case VALUE_TRUE -> true;
                case VALUE_FALSE -> false;
                default -> null;
            };
        }

        private @Nullable Object object(JsonParser parser, DeserializationContext context) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                map.put(name, deserialize(parser, context));
            }
            List<byte[]> attachments = source(context).value.attachments;
            if (!attachments.isEmpty()
                    && Boolean.TRUE.equals(map.get("_placeholder"))
                    && map.get("num") instanceof Integer number
                    && number >= 0
                    && number < attachments.size()) {
                return attachments.get(number).clone();
            }
            return map;
        }

        private List<@Nullable Object> array(JsonParser parser, DeserializationContext context) {
            List<@Nullable Object> list = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                list.add(deserialize(parser, context));
            }
            return list;
        }
    }
}
