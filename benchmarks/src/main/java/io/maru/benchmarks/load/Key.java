package io.maru.benchmarks.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Finds a piece of JSON in texts that nearly always have it at the same place: looks there first. */
final class Key {

    private final byte[] bytes;
    private int last;

    Key(String text) {
        bytes = text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Where the key ends.
     *
     * @return the index behind the key, or -1 if it is not there
     */
    int after(byte[] in, int from, int to) {
        if (isAt(in, from + last, to)) {
            return from + last + bytes.length;
        }
        for (int at = from; at <= to - bytes.length; at++) {
            if (in[at] == bytes[0] && isAt(in, at, to)) {
                last = at - from;
                return at + bytes.length;
            }
        }
        return -1;
    }

    /** Whether the key stands at this place. */
    boolean isAt(byte[] in, int at, int to) {
        return at + bytes.length <= to && Arrays.equals(in, at, at + bytes.length, bytes, 0, bytes.length);
    }

    /** Reads the number at a place; -1 if there is none. */
    static int number(byte[] in, int from, int to) {
        int value = -1;
        for (int at = from; at < to && in[at] >= '0' && in[at] <= '9' && value < 100_000_000; at++) {
            value = Math.max(value, 0) * 10 + in[at] - '0';
        }
        return value;
    }
}
