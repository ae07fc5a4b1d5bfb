package io.maru.benchmarks.load;

import java.nio.charset.StandardCharsets;

/** Frames as clients send them, masked by a key of zeros, which leaves the bytes as they are. */
final class Frames {

    static final int TEXT = 1;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    private Frames() {}

    static byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return frame(TEXT, bytes, 0, bytes.length);
    }

    /** A close frame that says 1000. */
    static byte[] close() {
        return frame(CLOSE, new byte[] {3, (byte) 232}, 0, 2);
    }

    static byte[] frame(int opcode, byte[] payload, int from, int to) {
        int length = to - from;
        int extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
        byte[] frame = new byte[2 + extended + 4 + length];
        frame[0] = (byte) (0x80 | opcode);
        frame[1] = (byte) (0x80 | (extended == 0 ? length : extended == 2 ? 126 : 127));
        for (int i = 0; i < extended; i++) {
            frame[2 + i] = (byte) ((long) length >>> 8 * (extended - 1 - i));
        }
        System.arraycopy(payload, from, frame, 6 + extended, length);
        return frame;
    }
}
