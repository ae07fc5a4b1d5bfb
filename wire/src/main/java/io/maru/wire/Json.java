package io.maru.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One JSON value as it came, or as it will go: validated text, bound to a Java type only when asked. As a parameter or a
 * record's component it takes any value unread, and emitting it writes the same text again. Where the text holds a
 * Socket.IO placeholder, the bytes that it stands for are carried along. Immutable.
 */
public final class Json {

    /** What a value is. */
    public enum Kind {
        /** An object. */
        OBJECT,
        /** An array. */
        ARRAY,
        /** A string. */
        STRING,
        /** A number. */
        NUMBER,
        /** {@code true} or {@code false}. */
        BOOLEAN,
        /** {@code null}. */
        NULL,
        /** Bytes: an attachment. */
        BINARY
    }

    final byte[] text;
    final int from;
    final int to;
    final List<byte[]> attachments;
    final JsonCodec codec;

    Json(byte[] text, int from, int to, List<byte[]> attachments, JsonCodec codec) {
        this.text = text;
        this.from = from;
        this.to = to;
        this.attachments = attachments;
        this.codec = codec;
    }

    /**
     * Takes JSON text.
     *
     * @param text one value, nothing but white space around it
     * @return the value
     * @throws WireException when the text is not one JSON value
     */
    public static Json of(String text) {
        return JsonCodec.standard().parse(text.getBytes(StandardCharsets.UTF_8), WireLimits.DEFAULTS);
    }

    /**
     * What the value is.
     *
     * @return its kind
     */
    public Kind kind() {
        return switch (text[from]) {
            case '{' -> Placeholders.numberOf(this) >= 0 ? Kind.BINARY : Kind.OBJECT;
            case '[' -> Kind.ARRAY;
            case '"' -> Kind.STRING;
            case 't', 'f' -> Kind.BOOLEAN;
            case 'n' -> Kind.NULL;
            default -> Kind.NUMBER;
        };
    }

    /**
     * The value as a Java object. Bytes bind to {@code byte[]}, as does a string in base64.
     *
     * @param type what to make of it: a record, a bean, {@code String}, {@code Map}, {@code byte[]}, …
     * @param <T> that type
     * @return the object
     * @throws WireException when the value does not fit the type
     */
    public <T> @Nullable T as(Class<T> type) {
        return codec.bind(this, Objects.requireNonNull(type, "type"));
    }

    /**
     * A field of an object.
     *
     * @param name the field's name
     * @return its value, the last one if the name is there twice, or null when this is no object or has no such field
     */
    public @Nullable Json get(String name) {
        if (text[from] != '{') {
            return null;
        }
        Json found = null;
        Members members = new Members(text, from, to, JsonCodec.UNLIMITED);
        while (members.next()) {
            if (members.nameIs(name)) {
                found = new Json(text, members.valueFrom(), members.valueTo(), attachments, codec);
            }
        }
        return found;
    }

    /**
     * The fields of an object, unread.
     *
     * @return them, in order, of a name that is there twice the last; empty when this is no object
     */
    public Map<String, Json> fields() {
        Map<String, Json> fields = new LinkedHashMap<>();
        if (text[from] == '{') {
            Members members = new Members(text, from, to, JsonCodec.UNLIMITED);
            while (members.next()) {
                fields.put(members.name(), new Json(text, members.valueFrom(), members.valueTo(), attachments, codec));
            }
        }
        return fields;
    }

    /**
     * The elements of an array, unread.
     *
     * @return them, in order; empty when this is no array
     */
    public List<Json> elements() {
        if (text[from] != '[') {
            return List.of();
        }
        return Payload.readArray(text, from + 1, to, JsonCodec.UNLIMITED, codec).valuesWith(attachments);
    }

    /**
     * The characters of a string.
     *
     * @return them, or null when this is no string
     */
    public @Nullable String string() {
        return text[from] == '"' ? JsonScanner.string(text, from, to) : null;
    }

    /**
     * The bytes of an attachment.
     *
     * @return a copy, or null when this is no {@link Kind#BINARY}
     */
    public byte @Nullable [] bytes() {
        int number = Placeholders.numberOf(this);
        return number < 0 ? null : attachments.get(number).clone();
    }

    /**
     * The JSON text. Attachments are in it as placeholders.
     *
     * @return the text, as it came
     */
    @Override
    public String toString() {
        return new String(text, from, to - from, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Json that && toString().equals(that.toString()) && sameAttachments(that);
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    private boolean sameAttachments(Json that) {
        return Arrays.deepEquals(attachments.toArray(), that.attachments.toArray());
    }
}
