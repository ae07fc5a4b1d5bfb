package io.maru.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Checks UTF-8 (<a href="https://www.rfc-editor.org/rfc/rfc3629#section-4">RFC 3629, section 4</a>) without decoding it. */
public final class Utf8 {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Utf8() {}

    /**
     * Whether the bytes are well-formed UTF-8.
     *
     * @param bytes what to check; it is not changed
     * @return true when they are, also for no byte at all
     */
    public static boolean isValid(byte[] bytes) {
        int i = 0;
        int end = bytes.length;
        while (i < end) {
            while (i + 8 <= end && ((long) LONG.get(bytes, i) & HIGH_BITS) == 0) {
                i += 8;
            }
            if (i == end) {
                return true;
            }
            int first = bytes[i];
            if (first >= 0) {
                i++;
                continue;
            }
            int length = sequenceLength(bytes, i, end);
            if (length == 0) {
                return false;
            }
            i += length;
        }
        return true;
    }

    /** The length of the sequence that begins with a byte above 0x7f, or 0 when it is not well-formed. */
    private static int sequenceLength(byte[] bytes, int i, int end) {
        int first = bytes[i] & 0xff;
        int length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
        if (length == 0 || i + length > end) {
            return 0;
        }
        int second = bytes[i + 1] & 0xff;
        int least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        int most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
        if (second < least || second > most) {
            return 0;
        }
        for (int k = 2; k < length; k++) {
            if ((bytes[i + k] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return length;
    }
}
