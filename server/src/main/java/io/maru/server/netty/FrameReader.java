package io.maru.server.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frames of a client, which must be masked and without extensions (<a
 * href="https://www.rfc-editor.org/rfc/rfc6455#section-5.2">RFC 6455, section 5.2</a>), but for compressed messages where
 * they were agreed on. Each payload is copied once, from the network's buffer into an array of its own; between two reads it
 * holds nothing but an unfinished frame. Confined to a loop.
 */
final class FrameReader {

    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    /** In the first byte of a message: it is compressed. */
    static final int RSV1 = 0x40;

    /** Whom frames are told. */
    interface Frames {
        /**
         * A whole frame.
         *
         * @param opcode one of the six
         * @param payload unmasked; belongs to the receiver
         */
        void onFrame(int opcode, boolean fin, byte[] payload);

        /** What came is not a frame that may come; nothing is read after it. */
        void onFault(int closeStatus);
    }

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int LONGEST_CONTROL_FRAME = 125;
    private static final int SHORT_HEADER = 6;
    private static final int MIDDLE_HEADER = 8;
    private static final int LONGEST_HEADER = 14;
    private static final int FIRST_CAPACITY = 4096;
    private static final byte[] EMPTY = {};

    private final Frames frames;
    private final int maxMessageBytes;

    // a header that has not come whole
    private @Nullable ByteBuf begun;

    // the frame whose header has come
    private int first;
    private int mask;
    private int length;
    // null between frames
    private byte @Nullable [] payload;
    private int received;

    private boolean fragmented;
    private boolean compressible;
    // of the message whose frame came last
    private boolean compressed;
    private boolean ended;

    FrameReader(int maxMessageBytes, Frames frames) {
        this.maxMessageBytes = maxMessageBytes;
        this.frames = frames;
    }

    /** Takes compressed messages from now on (<a href="https://www.rfc-editor.org/rfc/rfc7692#section-6">RFC 7692, section 6</a>). */
    void takeCompressed() {
        compressible = true;
    }

    /** Whether the message is compressed whose frame is being told of. */
    boolean isCompressed() {
        return compressed;
    }

    /** Reads what has come, and tells of each frame that is whole. The caller goes on owning the bytes. */
    void read(ByteBuf in) {
        while (in.isReadable() && !ended) {
            byte[] bytes = payload;
            if (bytes == null) {
                if (!readHeader(in)) {
                    continue;
                }
                bytes = new byte[Math.min(length, Math.max(FIRST_CAPACITY, in.readableBytes()))];
                payload = bytes;
                received = 0;
            }
            readPayload(in, bytes);
        }
    }

    /** Whether a frame has begun and waits for the rest. */
    boolean isPartial() {
        return payload != null || begun != null;
    }

    /** Reads nothing any more. */
    void end() {
        ended = true;
        payload = null;
        begun = null;
    }

    private void readPayload(ByteBuf in, byte[] bytes) {
        byte[] whole = bytes;
        int count = Math.min(in.readableBytes(), length - received);
        if (received + count > whole.length) {
            // grows with what comes, not with what is announced
            whole = Arrays.copyOf(whole, (int) Math.min(length, 2L * (received + count)));
            payload = whole;
        }
        in.readBytes(whole, received, count);
        unmask(whole, received, received + count, mask);
        received += count;
        if (received == length) {
            payload = null;
            frames.onFrame(first & 0xf, first < 0, whole);
        }
    }

    // the key of four bytes is applied from a multiple of four on, eight at a time where that is possible
    private static void unmask(byte[] bytes, int from, int to, int mask) {
        int i = from;
        for (; i < to && (i & 3) != 0; i++) {
            bytes[i] ^= (byte) (mask >>> 8 * (i & 3));
        }
        long twice = (mask & 0xffffffffL) << 32 | mask & 0xffffffffL;
        for (; i + 8 <= to; i += 8) {
            LONG.set(bytes, i, (long) LONG.get(bytes, i) ^ twice);
        }
        for (; i < to; i++) {
            bytes[i] ^= (byte) (mask >>> 8 * (i & 3));
        }
    }

    /** Reads a header. False when it is not whole yet, or wrong, or the frame has no payload and has been told of. */
    private boolean readHeader(ByteBuf in) {
        ByteBuf source = in;
        if (begun != null || in.readableBytes() < LONGEST_HEADER) {
            // byte by byte, so that nothing of what follows the header comes along
            if (begun == null) {
                begun = Unpooled.wrappedBuffer(new byte[LONGEST_HEADER]).clear();
            }
            source = begun.writeByte(in.readByte());
        }
        int at = source.readerIndex();
        int have = source.readableBytes();
        if (have < 2) {
            return false;
        }
        int firstByte = source.getByte(at);
        int secondByte = source.getByte(at + 1);
        int size = headerSize(secondByte);
        long announced = secondByte & 0x7f;
        int fault = fault(firstByte, secondByte);
        if (fault == 0 && have >= size) {
            announced = announced == 126
                    ? source.getUnsignedShort(at + 2)
                    : announced == 127 ? source.getLong(at + 2) : announced;
            fault = lengthFault(firstByte, size, announced);
        }
        if (fault != 0) {
            end();
            frames.onFault(fault);
            return false;
        }
        if (have < size) {
            return false;
        }
        first = firstByte;
        length = (int) announced;
        mask = source.getIntLE(at + size - 4);
        source.skipBytes(size);
        begun = null;
        int opcode = first & 0xf;
        if (opcode < CLOSE) {
            fragmented = first >= 0;
            compressed = isCompressed(first);
        }
        if (length > 0) {
            return true;
        }
        frames.onFrame(opcode, first < 0, EMPTY);
        return false;
    }

    private static int headerSize(int secondByte) {
        int announced = secondByte & 0x7f;
        return announced == 126 ? MIDDLE_HEADER : announced == 127 ? LONGEST_HEADER : SHORT_HEADER;
    }

    /** The status to close with for what the first two bytes say, or 0. */
    private int fault(int firstByte, int secondByte) {
        int opcode = firstByte & 0xf;
        // of a message the first frame only
        boolean flagged = compressible && (opcode == TEXT || opcode == BINARY);
        boolean extended = (firstByte & (flagged ? 0x70 & ~RSV1 : 0x70)) != 0;
        boolean masked = secondByte < 0;
        if (extended || !masked || opcode > PONG || opcode > BINARY && opcode < CLOSE) {
            return 1002;
        }
        if (opcode >= CLOSE) {
            int announced = secondByte & 0x7f;
            boolean whole = firstByte < 0;
            return !whole || announced > LONGEST_CONTROL_FRAME || opcode == CLOSE && announced == 1 ? 1002 : 0;
        }
        return (opcode == CONTINUATION) == fragmented ? 0 : 1002;
    }

    /** The status to close with for a length, or 0. */
    private int lengthFault(int firstByte, int size, long announced) {
        long shortest = size == MIDDLE_HEADER ? LONGEST_CONTROL_FRAME + 1 : size == LONGEST_HEADER ? 0x10000 : 0;
        if (announced < shortest) {
            return 1002; // not written in the shortest way, or negative
        }
        int longest = isCompressed(firstByte) ? MessageInflater.longest(maxMessageBytes) : maxMessageBytes;
        return (firstByte & 0xf) < CLOSE && announced > longest ? 1009 : 0;
    }

    /** Whether a frame of a message belongs to a compressed one. */
    private boolean isCompressed(int firstByte) {
        return (firstByte & 0xf) == CONTINUATION ? compressed : (firstByte & RSV1) != 0;
    }
}
