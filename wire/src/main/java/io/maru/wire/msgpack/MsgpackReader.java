package io.maru.wire.msgpack;

import io.maru.wire.JsonCodec;
import io.maru.wire.Packet;
import io.maru.wire.Payload;
import io.maru.wire.Utf8Buffer;
import io.maru.wire.WireException;
import io.maru.wire.WireException.Reason;
import io.maru.wire.WireLimits;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.msgpack.core.ExtensionTypeHeader;
import org.msgpack.core.MessageFormat;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePack.Code;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.ValueType;

/**
 * Reads one message of <a href="https://github.com/msgpack/msgpack/blob/master/spec.md">MessagePack</a> and makes JSON of
 * its values: bytes become attachments, points in time text, and what JSON has no word for null. What a message says of
 * its own lengths is believed as far as there are bytes. For one use by one thread.
 */
final class MsgpackReader {

    /** What is done with a message. */
    @FunctionalInterface
    interface Body {
        @Nullable Packet read(MsgpackReader in) throws IOException;
    }

    /** What {@link #value} gives for anything but an array. */
    static final int NO_ARRAY = -1;

    /** As in the other dialects: integers of 18 digits are ids. */
    private static final long MAX_ID = 999_999_999_999_999_999L;

    /** Of a message. */
    private static final int LARGE = 4096;

    private static final BigInteger MAX_LONG = BigInteger.valueOf(Long.MAX_VALUE);

    /** Older versions of notepack's type for what MessagePack has no type for: undefined, Date, ArrayBuffer. */
    private static final int NOTEPACK = 0;

    private static final DateTimeFormatter MILLISECONDS =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private final byte[] message;
    private final WireLimits limits;
    private final JsonCodec codec;
    private final MessageUnpacker unpacker;
    private final Utf8Buffer json;
    private final List<byte[]> attachments = new ArrayList<>(0);
    // whether there is an object of the client's that looks as a placeholder does
    private boolean lookalike;
    private byte @Nullable [] text;

    private MsgpackReader(byte[] message, WireLimits limits, JsonCodec codec, MessageUnpacker unpacker) {
        this.message = message;
        this.limits = limits;
        this.codec = codec;
        this.unpacker = unpacker;
        this.json = new Utf8Buffer(Math.min(message.length, LARGE) + 16); // much of a large one may be bytes
    }

    /** Reads a message; whatever is wrong with it is a {@link WireException}. */
    static @Nullable Packet read(byte[] message, WireLimits limits, JsonCodec codec, Body body) {
        if (message.length > limits.maxBytes()) {
            throw new WireException(Reason.LIMIT, "a packet of more than " + limits.maxBytes() + " bytes");
        }
        try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(message)) {
            return body.read(new MsgpackReader(message, limits, codec, unpacker));
        } catch (IOException | MessagePackException | DateTimeException | ArithmeticException e) {
            throw new WireException(
                    Reason.MALFORMED, "MessagePack expected: " + e.getClass().getSimpleName());
        }
    }

    // ---- the message's own members

    /** The number of members of the map that begins here. */
    int members() throws IOException {
        return unpacker.unpackMapHeader();
    }

    /** The name of a member. A number is taken for its digits, as JavaScript does. */
    String name() throws IOException {
        return switch (type()) {
            case STRING -> string();
            case INTEGER -> unpacker.unpackBigInteger().toString();
            default -> throw new WireException(Reason.MALFORMED, "a string expected as the name of a member");
        };
    }

    /** Whether the next value is undefined, as older versions of notepack write it; if so it is passed over. */
    boolean undefined() throws IOException {
        int at = position();
        if (at + 1 < message.length && message[at] == Code.FIXEXT1 && message[at + 1] == NOTEPACK) {
            skip();
            return true;
        }
        return false;
    }

    ValueType type() throws IOException {
        return unpacker.getNextFormat().getValueType();
    }

    String string() throws IOException {
        return new String(bytes(unpacker.unpackRawStringHeader()), StandardCharsets.UTF_8);
    }

    /** A string of at most so many bytes, or null when it is longer, or something else. */
    @Nullable String stringOf(int most) throws IOException {
        if (type() != ValueType.STRING) {
            skip();
            return null;
        }
        byte[] utf8 = bytes(unpacker.unpackRawStringHeader());
        return utf8.length <= most ? new String(utf8, StandardCharsets.UTF_8) : null;
    }

    /** An integer of at most 18 digits, whatever its format, or {@link Packet#NO_ACK} for anything else. */
    long integer() throws IOException {
        MessageFormat format = unpacker.getNextFormat();
        long number = Packet.NO_ACK;
        if (format.getValueType() == ValueType.FLOAT) {
            double value = unpacker.unpackDouble();
            number = value == Math.rint(value) ? (long) value : Packet.NO_ACK;
        } else if (format == MessageFormat.UINT64) {
            number = unpacker.unpackBigInteger().min(MAX_LONG).longValue();
        } else if (format.getValueType() == ValueType.INTEGER) {
            number = unpacker.unpackLong();
        } else {
            skip();
        }
        return number < -MAX_ID || number > MAX_ID ? Packet.NO_ACK : number;
    }

    /** Passes over a value that nobody wants. */
    void skip() throws IOException {
        // not by the library, whose count runs over
        for (long open = 1; open > 0; open--) {
            switch (type()) {
                case ARRAY -> open += unpacker.unpackArrayHeader();
                case MAP -> open += 2L * unpacker.unpackMapHeader();
                case STRING -> pass(unpacker.unpackRawStringHeader());
                case BINARY -> pass(unpacker.unpackBinaryHeader());
                case EXTENSION -> pass(unpacker.unpackExtensionTypeHeader().getLength());
                default -> unpacker.skipValue();
            }
        }
    }

    /** Nothing may follow. */
    void end() throws IOException {
        if (unpacker.hasNext()) {
            throw new WireException(Reason.MALFORMED, "nothing expected behind the packet");
        }
    }

    // ---- values that become arguments

    /** Where the next JSON is written. */
    int at() {
        return json.length();
    }

    /** Takes what a dialect has to add to the JSON. */
    Utf8Buffer json() {
        return json;
    }

    /** All JSON that was written; nothing is added to it any more. */
    byte[] text() {
        byte[] made = text;
        if (made == null) {
            made = json.toByteArray();
            text = made;
        }
        return made;
    }

    /** The number of elements of the array that begins here, whose values the caller reads. */
    int elements() throws IOException {
        return unpacker.unpackArrayHeader();
    }

    /**
     * Reads a value, in which so many arrays and maps may be open at once; gives the number of its elements, or {@link
     * #NO_ARRAY}.
     */
    int value(int depth) throws IOException {
        switch (type()) {
            case NIL -> {
                unpacker.unpackNil();
                json.append("null");
            }
            case BOOLEAN -> json.append(unpacker.unpackBoolean() ? "true" : "false");
            case INTEGER -> number();
            case FLOAT -> {
                double number = unpacker.unpackDouble();
                json.append(Double.isFinite(number) ? Double.toString(number) : "null");
            }
            case STRING -> JsonCodec.quote(string(), json);
            case BINARY -> attachment(bytes(unpacker.unpackBinaryHeader()));
            case ARRAY -> {
                return array(depth);
            }
            case MAP -> map(depth);
            case EXTENSION -> extension();
        }
        return NO_ARRAY;
    }

    private int array(int depth) throws IOException {
        int within = deeper(depth);
        int size = elements();
        json.append('[');
        for (int i = 0; i < size; i++) {
            if (i > 0) {
                json.append(',');
            }
            value(within);
        }
        json.append(']');
        return size;
    }

    private void map(int depth) throws IOException {
        int within = deeper(depth);
        int from = json.length() + 1;
        json.append('{');
        for (int i = members(); i > 0; i--) {
            String name = name();
            if (!undefined()) {
                member(name, from);
                value(within);
            }
        }
        json.append('}');
    }

    /** Writes the name of a member whose value comes next, in an object whose members begin somewhere. */
    void member(String name, int from) {
        if (json.length() > from) {
            json.append(',');
        }
        JsonCodec.quote(name, json);
        json.append(':');
        lookalike |= name.equals("_placeholder") && position() < message.length && message[position()] == Code.TRUE;
    }

    /**
     * The values that were written between two places.
     *
     * @param from where the first begins
     * @param to where the last one ends; between them are commas
     * @param size how many there are
     */
    Payload payload(int from, int to, int size) {
        if (lookalike && !attachments.isEmpty()) {
            // nobody could tell them apart
            throw new WireException(Reason.MALFORMED, "no object with \"_placeholder\":true expected beside bytes");
        }
        return new Payload(text(), from, to, size, attachments, codec);
    }

    private void number() throws IOException {
        if (unpacker.getNextFormat() == MessageFormat.UINT64) {
            json.append(unpacker.unpackBigInteger().toString());
        } else {
            json.append(unpacker.unpackLong());
        }
    }

    private void extension() throws IOException {
        MessageFormat format = unpacker.getNextFormat();
        ExtensionTypeHeader header = unpacker.unpackExtensionTypeHeader();
        if (header.isTimestampType()) {
            instant(unpacker.unpackTimestamp(header));
        } else if (header.getType() != NOTEPACK) {
            throw new WireException(Reason.MALFORMED, "no extension type expected but timestamps");
        } else if (format == MessageFormat.FIXEXT1) {
            pass(1);
            json.append("null");
        } else if (format == MessageFormat.FIXEXT8) {
            instant(Instant.ofEpochMilli(ByteBuffer.wrap(bytes(8)).getLong()));
        } else if (format == MessageFormat.EXT8 || format == MessageFormat.EXT16 || format == MessageFormat.EXT32) {
            attachment(bytes(header.getLength()));
        } else {
            throw new WireException(Reason.MALFORMED, "an extension of notepack's expected");
        }
    }

    /** As JavaScript writes it, with all of the fraction. */
    private void instant(Instant instant) {
        json.append('"');
        json.append(
                instant.equals(instant.truncatedTo(ChronoUnit.MILLIS))
                        ? MILLISECONDS.format(instant)
                        : instant.toString());
        json.append('"');
    }

    private void attachment(byte[] bytes) {
        if (attachments.size() == limits.maxAttachments()) {
            throw new WireException(Reason.LIMIT, "more than " + limits.maxAttachments() + " attachments");
        }
        json.append("{\"_placeholder\":true,\"num\":");
        json.append(attachments.size());
        json.append('}');
        attachments.add(bytes);
    }

    private static int deeper(int depth) {
        if (depth == 0) {
            throw new WireException(Reason.LIMIT, "arrays and maps nested too deep");
        }
        return depth - 1;
    }

    // the library would make an array of whatever length is announced

    private byte[] bytes(int length) throws IOException {
        requireThere(length);
        return unpacker.readPayload(length);
    }

    private void pass(int length) throws IOException {
        requireThere(length);
        unpacker.readPayloadAsReference(length);
    }

    private void requireThere(int length) {
        if (length > message.length - position()) {
            throw new WireException(Reason.MALFORMED, "as many bytes expected as are announced");
        }
    }

    private int position() {
        return (int) unpacker.getTotalReadBytes();
    }
}
