package io.maru.wire;

import io.maru.wire.WireException.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of an event or of an answer: validated JSON text and the attachments that its placeholders stand for.
 * Nothing is read out of it until asked, so what is passed on is never made into objects. Immutable.
 */
public final class Payload {

    private final byte[] text;
    private final int from;
    private final int to;
    private final int size;
    private final List<byte[]> attachments;
    private final JsonCodec codec;

    /**
     * Arguments within a text that was validated.
     *
     * @param text belongs to the payload from now on
     * @param from where the first argument begins
     * @param to where the last one ends; between them are commas
     * @param size how many there are
     * @param attachments what the placeholders stand for, each within range
     * @param codec binds arguments to types
     */
    public Payload(byte[] text, int from, int to, int size, List<byte[]> attachments, JsonCodec codec) {
        this.text = text;
        this.from = from;
        this.to = to;
        this.size = size;
        this.attachments = List.copyOf(attachments);
        this.codec = codec;
    }

    /**
     * Reads the arguments from an array's text.
     *
     * @param text belongs to the payload from now on
     * @param from the position behind the opening bracket, or behind the comma after what is no argument
     * @param end where the text ends: nothing but white space may follow the closing bracket
     * @param limits what they may hold
     * @param codec binds arguments to types
     * @return the arguments, without attachments
     * @throws WireException when the text is not the rest of an array
     */
    public static Payload readArray(byte[] text, int from, int end, WireLimits limits, JsonCodec codec) {
        int first = JsonScanner.skipSpace(text, from, end);
        int size = 0;
        int last = first;
        int i = first;
        if (i < end && text[i] == ']') {
            requireEnd(text, i + 1, end);
            return new Payload(text, first, first, 0, List.of(), codec);
        }
        while (true) {
            last = JsonScanner.skipValue(text, i, end, limits);
            size++;
            i = JsonScanner.skipSpace(text, last, end);
            if (i < end && text[i] == ']') {
                requireEnd(text, i + 1, end);
                return new Payload(text, first, last, size, List.of(), codec);
            }
            if (i >= end || text[i] != ',') {
                throw JsonScanner.bad("',' or ']' expected", i);
            }
            i = JsonScanner.skipSpace(text, i + 1, end);
        }
    }

    /**
     * No arguments.
     *
     * @return the empty payload
     */
    public static Payload empty() {
        return JsonCodec.standard().encode();
    }

    /**
     * How many arguments there are.
     *
     * @return their number
     */
    public int size() {
        return size;
    }

    /**
     * The length of the text.
     *
     * @return bytes, without the attachments
     */
    public int length() {
        return to - from;
    }

    /**
     * The length of the text and of all attachments.
     *
     * @return bytes
     */
    public long bytes() {
        long bytes = length();
        for (byte[] attachment : attachments) {
            bytes += attachment.length;
        }
        return bytes;
    }

    /**
     * What the payload keeps in memory: the text that it is a part of, and all attachments.
     *
     * @return bytes, never less than {@link #bytes()}
     */
    public long keptBytes() {
        return bytes() - length() + text.length;
    }

    /**
     * One argument.
     *
     * @param index from 0
     * @return the value, or null when there are not so many
     */
    public @Nullable Json get(int index) {
        if (index < 0 || index >= size) {
            return null;
        }
        if (size == 1) {
            return new Json(text, from, to, attachments, codec);
        }
        int i = from;
        for (int k = 0; ; k++) {
            int valueTo = JsonScanner.skipValue(text, i, to, JsonCodec.UNLIMITED);
            if (k == index) {
                return new Json(text, i, valueTo, attachments, codec);
            }
            i = JsonScanner.skipSpace(text, JsonScanner.skipSpace(text, valueTo, to) + 1, to);
        }
    }

    /**
     * One argument as a Java object.
     *
     * @param index from 0
     * @param type what to make of it
     * @param <T> that type
     * @return the object, or null when the argument is JSON's null or there are not so many
     * @throws WireException when the argument does not fit the type
     */
    public <T> @Nullable T get(int index, Class<T> type) {
        Objects.requireNonNull(type, "type");
        Json value = get(index);
        return value == null ? null : value.as(type);
    }

    /**
     * All arguments.
     *
     * @return them, in order
     */
    public List<Json> values() {
        return valuesWith(attachments);
    }

    /** All values, whose placeholders stand for these. */
    List<Json> valuesWith(List<byte[]> bytes) {
        List<Json> values = new ArrayList<>(size);
        int i = from;
        for (int k = 0; k < size; k++) {
            int valueTo = JsonScanner.skipValue(text, i, to, JsonCodec.UNLIMITED);
            values.add(new Json(text, i, valueTo, bytes, codec));
            i = JsonScanner.skipSpace(text, JsonScanner.skipSpace(text, valueTo, to) + 1, to);
        }
        return values;
    }

    /**
     * The attachments that placeholders stand for.
     *
     * @return them, by number; the arrays are the payload's own and must not be changed
     */
    public List<byte[]> attachments() {
        return attachments;
    }

    /**
     * These arguments with the attachments that came behind them, within the default limits.
     *
     * @param received the attachments, which belong to the payload from now on
     * @return the whole payload
     * @throws WireException when a placeholder names an attachment that is not there
     */
    public Payload withAttachments(List<byte[]> received) {
        return withAttachments(received, WireLimits.DEFAULTS);
    }

    /**
     * These arguments with the attachments that came behind them.
     *
     * @param received the attachments, which belong to the payload from now on
     * @param limits how many attachments there may be: each counts as often as it is named, because that is how often it
     *     is written where it goes on in base64 or under new numbers
     * @return the whole payload
     * @throws WireException when a placeholder names an attachment that is not there, or there are too many of them
     */
    public Payload withAttachments(List<byte[]> received, WireLimits limits) {
        List<Placeholders.Placeholder> placeholders = Placeholders.find(text, from, to);
        for (Placeholders.Placeholder placeholder : placeholders) {
            if (!placeholder.isWithin(received)) {
                throw new WireException(Reason.MALFORMED, "a placeholder for an attachment that is not there");
            }
        }
        if (placeholders.size() > limits.maxAttachments()) {
            throw new WireException(Reason.LIMIT, "more than " + limits.maxAttachments() + " placeholders");
        }
        return new Payload(text, from, to, size, received, codec);
    }

    /**
     * The arguments as they are, commas between and no brackets around.
     *
     * @return a copy of the text, UTF-8
     */
    public byte[] toByteArray() {
        return Arrays.copyOfRange(text, from, to);
    }

    /**
     * Writes the arguments as they are, commas between and no brackets around.
     *
     * @param out takes the text
     */
    public void writeTo(Utf8Buffer out) {
        out.append(text, from, to);
    }

    /**
     * Writes the arguments with the attachments inside, as strings in base64, for dialects that have text only.
     *
     * @param out takes the text
     */
    public void writeInlineTo(Utf8Buffer out) {
        writeInline(out, from, to);
    }

    /**
     * Writes the members of the single argument, which must be an object, without its braces and with the attachments
     * inside. It begins with a comma unless there is no member.
     *
     * @param out takes the text
     */
    public void writeMembersInlineTo(Utf8Buffer out) {
        int first = JsonScanner.skipSpace(text, from + 1, to);
        if (text[first] != '}') {
            out.append(',');
            writeInline(out, first, to - 1);
        }
    }

    /**
     * Whether this is exactly one object that has none of some members.
     *
     * @param names the names of those members
     * @return true when it is
     */
    public boolean isObjectWithout(String... names) {
        if (size != 1 || text[from] != '{' || isAttachment()) {
            return false;
        }
        Members members = new Members(text, from, to, JsonCodec.UNLIMITED);
        while (members.next()) {
            for (String name : names) {
                if (members.nameIs(name)) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Whether the last argument is a string.
     *
     * @return true when it is
     */
    public boolean endsWithString() {
        return size > 0 && text[to - 1] == '"';
    }

    private boolean isAttachment() {
        return !attachments.isEmpty() && Placeholders.numberOf(new Json(text, from, to, attachments, codec)) >= 0;
    }

    /**
     * The arguments as a JSON array, attachments as placeholders.
     *
     * @return the text
     */
    @Override
    public String toString() {
        Utf8Buffer out = new Utf8Buffer(to - from + 2);
        out.append('[');
        writeTo(out);
        out.append(']');
        return out.toString();
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Payload that
                && Arrays.equals(text, from, to, that.text, that.from, that.to)
                && Arrays.deepEquals(attachments.toArray(), that.attachments.toArray());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    private void writeInline(Utf8Buffer out, int start, int stop) {
        int i = start;
        if (!attachments.isEmpty()) {
            for (Placeholders.Placeholder placeholder : Placeholders.find(text, from, to)) {
                out.append(text, i, placeholder.from());
                out.append('"');
                out.appendBase64(attachments.get(placeholder.number()));
                out.append('"');
                i = placeholder.to();
            }
        }
        out.append(text, i, stop);
    }

    private static void requireEnd(byte[] text, int from, int end) {
        int i = JsonScanner.skipSpace(text, from, end);
        if (i != end) {
            throw JsonScanner.bad("nothing expected behind the value", i);
        }
    }
}
