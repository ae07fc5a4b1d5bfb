package io.maru.server.netty;

import java.util.Arrays;

/** A message that comes in several frames. */
final class Fragments {

    private static final int FIRST_CAPACITY = 1024;

    private final boolean text;
    private final boolean compressed;
    private byte[] bytes;
    private int length;
    private int count;

    Fragments(boolean text, boolean compressed) {
        this.text = text;
        this.compressed = compressed;
        bytes = new byte[FIRST_CAPACITY];
    }

    boolean isText() {
        return text;
    }

    boolean isCompressed() {
        return compressed;
    }

    int length() {
        return length;
    }

    int count() {
        return count;
    }

    /** Takes the next part; the caller has made sure that {@code limit} is not passed. */
    void add(byte[] part, int limit) {
        int size = part.length;
        if (length + size > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(limit, 2L * (length + size)));
        }
        System.arraycopy(part, 0, bytes, length, size);
        length += size;
        count++;
    }

    /** The whole message. */
    byte[] join() {
        return Arrays.copyOf(bytes, length);
    }
}
