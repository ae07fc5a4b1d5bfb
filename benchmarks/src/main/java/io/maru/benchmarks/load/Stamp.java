package io.maru.benchmarks.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The head of each message: publisher, room, sequence number and a check on the three, in digits of six bits, so that it is
 * read and written without objects and fits a JSON string.
 */
final class Stamp {

    /** How many bytes the head has; what follows in a message is padding. */
    static final int LENGTH = 14;

    /** Numbers of rooms are smaller than this. */
    static final int ROOMS = 1 << 18;

    private static final byte[] DIGITS =
            "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_".getBytes(StandardCharsets.US_ASCII);
    private static final int[] VALUES = values();

    private Stamp() {}

    private static int[] values() {
        int[] values = new int[256];
        Arrays.fill(values, -1);
        for (int i = 0; i < DIGITS.length; i++) {
            values[DIGITS[i]] = i;
        }
        return values;
    }

    /** Fills a message with what stands behind its head. */
    static void pad(byte[] to, int from, int length) {
        for (int i = 0; i < length; i++) {
            to[from + i] = DIGITS[i * 7 & 63];
        }
    }

    static void write(byte[] to, int at, int publisher, int room, int sequence) {
        put(to, at, 4, publisher);
        put(to, at + 4, 3, room);
        put(to, at + 7, 5, sequence);
        put(to, at + 12, 2, check(publisher, room, sequence));
    }

    /** Whether a head is what {@link #write} wrote. */
    static boolean isWhole(byte[] bytes, int at) {
        int publisher = publisher(bytes, at);
        int room = room(bytes, at);
        int sequence = sequence(bytes, at);
        return (publisher | room | sequence) >= 0 && get(bytes, at + 12, 2) == check(publisher, room, sequence);
    }

    static int publisher(byte[] bytes, int at) {
        return get(bytes, at, 4);
    }

    static int room(byte[] bytes, int at) {
        return get(bytes, at + 4, 3);
    }

    static int sequence(byte[] bytes, int at) {
        return get(bytes, at + 7, 5);
    }

    private static int check(int publisher, int room, int sequence) {
        int mixed = (publisher * 31 + room) * 31 + sequence;
        return (mixed ^ mixed >>> 12 ^ mixed >>> 24) & 0xfff;
    }

    private static void put(byte[] to, int at, int digits, int value) {
        int rest = value;
        for (int i = digits - 1; i >= 0; i--) {
            to[at + i] = DIGITS[rest & 63];
            rest >>>= 6;
        }
    }

    private static int get(byte[] bytes, int at, int digits) {
        int value = 0;
        int signs = 0;
        for (int i = 0; i < digits; i++) {
            int digit = VALUES[bytes[at + i] & 0xff];
            signs |= digit;
            value = value << 6 | digit & 63;
        }
        return signs < 0 ? -1 : value;
    }
}
