package io.maru.wire.msgpack;

import io.maru.wire.Encoded;
import io.maru.wire.Json;
import io.maru.wire.JsonCodec;
import io.maru.wire.JsonScanner;
import io.maru.wire.Payload;
import io.maru.wire.Placeholders;
import io.maru.wire.Placeholders.Placeholder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePacker;
import org.msgpack.core.buffer.ArrayBufferOutput;

/** Writes one message of <a href="https://github.com/msgpack/msgpack/blob/master/spec.md">MessagePack</a>. */
final class MsgpackWriter {

    /** What is written. */
    @FunctionalInterface
    interface Body {
        void write(MsgpackWriter out) throws IOException;
    }

    /** The digits of the largest integer of 64 bits, or those of the smallest and its sign. */
    private static final int LONGEST_INTEGER = 20;

    private final MessagePacker packer;

    private MsgpackWriter(MessagePacker packer) {
        this.packer = packer;
    }

    /** Writes a message, of about so many bytes without its attachments. */
    static Encoded message(int capacity, Body body) {
        ArrayBufferOutput bytes = new ArrayBufferOutput(capacity);
        try (MessagePacker packer = MessagePack.newDefaultPacker(bytes)) {
            body.write(new MsgpackWriter(packer));
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes everything", e);
        }
        return Encoded.binary(bytes.toByteArray());
    }

    MsgpackWriter map(int members) throws IOException {
        packer.packMapHeader(members);
        return this;
    }

    MsgpackWriter array(int elements) throws IOException {
        packer.packArrayHeader(elements);
        return this;
    }

    MsgpackWriter integer(long number) throws IOException {
        packer.packLong(number);
        return this;
    }

    MsgpackWriter string(String text) throws IOException {
        return string(wellFormed(text).getBytes(StandardCharsets.UTF_8));
    }

    private MsgpackWriter string(byte[] utf8) throws IOException {
        return string(utf8, 0, utf8.length);
    }

    private MsgpackWriter string(byte[] utf8, int from, int to) throws IOException {
        packer.packRawStringHeader(to - from);
        packer.writePayload(utf8, from, to - from);
        return this;
    }

    MsgpackWriter values(Payload values) throws IOException {
        prepare(values).write();
        return this;
    }

    MsgpackWriter value(Json value) throws IOException {
        return values(JsonCodec.standard().encode(value));
    }

    /** Values to be written, whose sizes are known. */
    Values prepare(Payload values) {
        return new Values(values);
    }

    // half of a surrogate pair has no UTF-8; as TextEncoder does, something else is written in its place
    private static String wellFormed(String text) {
        StringBuilder changed = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                changed = changed == null ? new StringBuilder(text) : changed;
                changed.setCharAt(i, '\ufffd');
            }
        }
        return changed == null ? text : changed.toString();
    }

    /**
     * JSON as MessagePack. The tokens of both come in the same order; only that arrays and maps begin with their sizes,
     * which are counted first, from left to right.
     */
    final class Values {

        private final byte[] json;
        private final List<byte[]> attachments;
        private final List<Placeholder> placeholders;
        private int[] sizes = new int[8];

        private Values(Payload values) {
            json = values.toByteArray();
            attachments = values.attachments();
            placeholders = attachments.isEmpty() ? List.of() : Placeholders.find(json, 0, json.length);
            count();
        }

        /** The number of elements or members of the first array or object. */
        int sizeOfFirst() {
            return sizes[0];
        }

        /** Writes them all. */
        void write() throws IOException {
            write(0, 0);
        }

        /** Writes the only value, an object, without its size. */
        void writeMembers() throws IOException {
            write(JsonScanner.skipSpace(json, 0, json.length) + 1, 1);
        }

        private void count() {
            int[] open = new int[8];
            int depth = 0;
            int containers = 0;
            int placeholder = 0;
            for (int i = 0; i < json.length; ) {
                switch (json[i]) {
                    case '"' -> i = JsonScanner.skipString(json, i, json.length);
                    case '{', '[' -> {
                        if (isPlaceholder(placeholder, i)) {
                            i = placeholders.get(placeholder++).to();
                            continue;
                        }
                        sizes = roomFor(containers, sizes);
                        open = roomFor(depth, open);
                        i = JsonScanner.skipSpace(json, i + 1, json.length);
                        sizes[containers] = json[i] == '}' || json[i] == ']' ? 0 : 1;
                        open[depth++] = containers++;
                    }
                    case '}', ']' -> {
                        depth--;
                        i++;
                    }
                    case ',' -> {
                        if (depth > 0) {
                            sizes[open[depth - 1]]++;
                        }
                        i++;
                    }
                    default -> i++;
                }
            }
        }

        private void write(int from, int firstContainer) throws IOException {
            int container = firstContainer;
            int placeholder = 0;
            for (int i = from; i < json.length; ) {
                switch (json[i]) {
                    case '"' -> i = writeString(i);
                    case '{', '[' -> {
                        if (isPlaceholder(placeholder, i)) {
                            writeBytes(placeholders.get(placeholder).number());
                            i = placeholders.get(placeholder++).to();
                            continue;
                        }
                        if (json[i++] == '{') {
                            packer.packMapHeader(sizes[container++]);
                        } else {
                            packer.packArrayHeader(sizes[container++]);
                        }
                    }
                    case 't' -> {
                        packer.packBoolean(true);
                        i += 4;
                    }
                    case 'f' -> {
                        packer.packBoolean(false);
                        i += 5;
                    }
                    case 'n' -> {
                        packer.packNil();
                        i += 4;
                    }
                    case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> i = writeNumber(i);
                    default -> i++; // white space, and what the sizes say
                }
            }
        }

        private boolean isPlaceholder(int next, int at) {
            return next < placeholders.size() && placeholders.get(next).from() == at;
        }

        private int writeString(int from) throws IOException {
            int to = JsonScanner.skipString(json, from, json.length);
            for (int i = from + 1; i < to - 1; i++) {
                if (json[i] == '\\') {
                    string(JsonScanner.string(json, from, to));
                    return to;
                }
            }
            string(json, from + 1, to - 1);
            return to;
        }

        private void writeBytes(int number) throws IOException {
            byte[] bytes = attachments.get(number);
            packer.packBinaryHeader(bytes.length);
            packer.addPayload(bytes);
        }

        // integers stay integers; what has no room in 64 bits, or a fraction or exponent, is what JavaScript makes of
        // it
        private int writeNumber(int from) throws IOException {
            int to = from;
            boolean integer = true;
            while (to < json.length && isOfNumber(json[to])) {
                integer &= json[to] != '.' && json[to] != 'e' && json[to] != 'E';
                to++;
            }
            String text = new String(json, from, to - from, StandardCharsets.US_ASCII);
            if (!integer || text.equals("-0") || text.length() > LONGEST_INTEGER) {
                packer.packDouble(Double.parseDouble(text));
                return to;
            }
            BigInteger number = new BigInteger(text);
            if (number.bitLength() < Long.SIZE || number.bitLength() == Long.SIZE && number.signum() > 0) {
                packer.packBigInteger(number);
            } else {
                packer.packDouble(number.doubleValue());
            }
            return to;
        }

        private static boolean isOfNumber(byte c) {
            return c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
        }

        private static int[] roomFor(int index, int[] array) {
            return index < array.length ? array : Arrays.copyOf(array, array.length * 2);
        }
    }
}
