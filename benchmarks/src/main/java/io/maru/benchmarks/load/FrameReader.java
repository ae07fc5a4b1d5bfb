package io.maru.benchmarks.load;

/**
 * Takes the frames of a server out of an array. What is not whole yet stays: the caller gives it again, with more behind it.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-5.2">RFC 6455, section 5.2</a>
 */
final class FrameReader {

    /** Longer frames are a fault. */
    static final int MAX_LENGTH = 1 << 20;

    /** Hears of what is in a frame. */
    interface Listener {

        void onText(byte[] in, int from, int to);

        void onPing(byte[] in, int from, int to);

        /** {@code code} is 0 when the frame has none. */
        void onClose(int code);

        void onBadFrame(String what);

        /** Whether what follows in the array is still wanted. */
        boolean isOpen();
    }

    private FrameReader() {}

    /**
     * Reads whole frames.
     *
     * @return where the first byte stands that was not used
     */
    static int read(byte[] in, int from, int to, Listener listener) {
        int at = from;
        while (to - at >= 2 && listener.isOpen()) {
            int first = in[at] & 0xff;
            int second = in[at + 1] & 0xff;
            int opcode = first & 15;
            if ((first & 0xf0) != 0x80 || (second & 0x80) != 0) {
                listener.onBadFrame(String.format("first bytes %02x %02x", first, second));
                return at;
            }
            int extended = second < 126 ? 0 : second == 126 ? 2 : 8;
            if (to - at < 2 + extended) {
                return at;
            }
            long length = extended == 0 ? second : number(in, at + 2, extended);
            if (length < 0 || length > MAX_LENGTH) {
                listener.onBadFrame("a frame of " + length + " bytes");
                return at;
            }
            int start = at + 2 + extended;
            if (to - start < length) {
                return at;
            }
            int end = start + (int) length;
            deliver(opcode, in, start, end, listener);
            at = end;
        }
        return at;
    }

    private static void deliver(int opcode, byte[] in, int from, int to, Listener listener) {
        switch (opcode) {
            case Frames.TEXT -> listener.onText(in, from, to);
            case Frames.PING -> listener.onPing(in, from, to);
            case Frames.PONG -> {}
            case Frames.CLOSE -> listener.onClose(to - from < 2 ? 0 : (int) number(in, from, 2));
            default -> listener.onBadFrame("opcode " + opcode);
        }
    }

    private static long number(byte[] in, int at, int bytes) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = value << 8 | in[at + i] & 0xff;
        }
        return value;
    }
}
