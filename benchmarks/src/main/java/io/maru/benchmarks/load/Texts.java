package io.maru.benchmarks.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Looks at a text that came. */
final class Texts {

    private static final int EXCERPT = 100;

    private Texts() {}

    /** Whether a message is whole: its head, its padding and its end. */
    static boolean isWhole(byte[] in, int at, int to, byte[] padded) {
        int end = at + padded.length;
        return end < to
                && in[end] == '"'
                && Stamp.isWhole(in, at)
                && Arrays.equals(in, at + Stamp.LENGTH, end, padded, Stamp.LENGTH, padded.length);
    }

    /** The beginning of a text, for words on a fault. */
    static String excerpt(byte[] in, int from, int to) {
        return new String(in, from, Math.min(EXCERPT, to - from), StandardCharsets.UTF_8);
    }
}
