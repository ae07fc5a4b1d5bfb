package io.maru.peers;

import io.netty.buffer.ByteBuf;

/** WebSocket frames, RFC 6455, section 5.2: unfragmented, of a server without a mask. */
final class Frames {

    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    /** The longest header of a frame without a mask. */
    static final int HEADER = 10;

    private static final int MAX_LENGTH = 1 << 20;

    private Frames() {}

    static void writeHeader(ByteBuf out, int opcode, int length) {
        out.writeByte(0x80 | opcode);
        if (length < 126) {
            out.writeByte(length);
        } else if (length < 1 << 16) {
            out.writeByte(126).writeShort(length);
        } else {
            out.writeByte(127).writeLong(length);
        }
    }

    /** The length of the header and mask of the frame that begins a buffer, or -1 while the frame is not whole. */
    static int headerOf(ByteBuf in) {
        int have = in.readableBytes();
        if (have < 2) {
            return -1;
        }
        int at = in.readerIndex();
        if (in.getByte(at) >= 0 || in.getByte(at + 1) >= 0) {
            throw new IllegalArgumentException("a whole message with a mask expected");
        }
        int length = in.getByte(at + 1) & 127;
        int header = length == 126 ? 8 : length == 127 ? 14 : 6;
        return have >= header && have - header >= lengthOf(in, header) ? header : -1;
    }

    static int lengthOf(ByteBuf in, int header) {
        int at = in.readerIndex();
        if (header == 6) {
            return in.getByte(at + 1) & 127;
        }
        if (header == 8) {
            return in.getUnsignedShort(at + 2);
        }
        long length = in.getLong(at + 2);
        if (length < 0 || length > MAX_LENGTH) {
            throw new IllegalArgumentException("at most " + MAX_LENGTH + " bytes expected: " + length);
        }
        return (int) length;
    }

    /** Takes the mask, which stands right before it, off a payload. */
    static void unmask(ByteBuf in, int from, int length) {
        int mask = in.getInt(from - 4);
        long twice = (mask & 0xffff_ffffL) << 32 | mask & 0xffff_ffffL;
        int i = from;
        int end = from + length;
        for (; i + 8 <= end; i += 8) {
            in.setLong(i, in.getLong(i) ^ twice);
        }
        for (int shift = 24; i < end; i++, shift = shift - 8 & 31) {
            in.setByte(i, in.getByte(i) ^ mask >>> shift);
        }
    }
}
