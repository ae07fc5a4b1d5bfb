package io.maru.server.netty;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Decompresses messages (<a href="https://www.rfc-editor.org/rfc/rfc7692#section-7.2.2">RFC 7692, section 7.2.2</a>). Holds
 * nothing until the first one comes. Confined to a loop.
 */
final class MessageInflater {

    // what each message ends with, and is not sent
    private static final byte[] TAIL = {0, 0, -1, -1};
    private static final byte[] NOTHING = {};
    private static final int FIRST_CAPACITY = 512;
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final boolean takeover;
    private @Nullable Inflater inflater;
    private byte[] output = NOTHING;
    private int length;

    MessageInflater(boolean takeover) {
        this.takeover = takeover;
    }

    /** The most bytes of which a message of {@code max} bytes can be made, however badly it is compressed. */
    static int longest(int max) {
        return (int) Math.min(max + (max + 7L) / 8 + (max + 63L) / 64 + 64, LARGEST_ARRAY); // zlib's own bound
    }

    /**
     * A message.
     *
     * @param max how long it may be
     * @return it, or null when it is longer; no more than one byte beyond is made
     * @throws DataFormatException when it is not compressed as it must be
     */
    byte @Nullable [] inflate(byte[] message, int max) throws DataFormatException {
        Inflater from = inflater;
        if (from == null) {
            from = new Inflater(true);
            inflater = from;
        } else if (!takeover) {
            from.reset();
        }
        length = 0;
        output = new byte[(int) Math.min(Math.max(FIRST_CAPACITY, 3L * message.length), limit(max))];
        boolean fits = inflate(from, message, max) && inflate(from, TAIL, max);
        byte[] whole = fits ? Arrays.copyOf(output, length) : null;
        output = NOTHING;
        return whole;
    }

    private boolean inflate(Inflater from, byte[] part, int max) throws DataFormatException {
        from.setInput(part);
        while (true) {
            length += from.inflate(output, length, output.length - length);
            if (length > max) {
                return false;
            }
            if (from.finished()) {
                // a last block, which others may follow all the same: section 7.2.3.4
                int rest = from.getRemaining();
                from.reset();
                from.setInput(part, part.length - rest, rest);
                if (rest == 0) {
                    return true;
                }
            } else if (length < output.length) {
                return true;
            } else if (length < limit(max)) {
                output = Arrays.copyOf(output, (int) Math.min(2L * length, limit(max)));
            } else {
                return from.needsInput(); // an array cannot be longer
            }
        }
    }

    private static long limit(int max) {
        return Math.min(max + 1L, LARGEST_ARRAY);
    }

    /** Frees what it holds; nothing is decompressed after it. */
    void end() {
        if (inflater != null) {
            inflater.end();
        }
    }
}
