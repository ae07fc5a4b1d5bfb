package io.maru.server.netty;

import io.maru.wire.Encoded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * Compresses messages that are written as frames (<a href="https://www.rfc-editor.org/rfc/rfc7692#section-7.2.1">RFC 7692,
 * section 7.2.1</a>). Holds nothing until the first one is large enough. Confined to a loop.
 */
final class FrameDeflater implements Encoded.Rewriter {

    private static final int COMPRESSED = FrameReader.RSV1 << 8;
    // what a flush ends with, and the receiver knows
    private static final int TAIL = 4;
    private static final byte[] NOTHING = {};
    private static final int KEPT = 1 << 16;

    private final int threshold;
    private final int level;
    private final boolean takeover;
    private @Nullable Deflater deflater;
    // kept from one message to the next, unless it is large
    private byte[] output = NOTHING;

    FrameDeflater(DeflateOptions options, boolean takeover) {
        threshold = options.threshold();
        level = options.level();
        this.takeover = takeover;
    }

    int threshold() {
        return threshold;
    }

    boolean takesOver() {
        return takeover;
    }

    @Override
    public byte @Nullable [] rewrite(byte[] frames) {
        ByteBuf in = Unpooled.wrappedBuffer(frames);
        ByteBuf out = null;
        int copied = 0;
        while (in.isReadable()) {
            int begin = in.readerIndex();
            int head = in.readUnsignedShort();
            int length = head & 0x7f;
            if (length == 126) {
                length = in.readUnsignedShort();
            } else if (length == 127) {
                length = (int) in.readLong();
            }
            int payload = in.readerIndex();
            in.skipBytes(length);
            if (length < threshold) {
                continue;
            }
            int compressed = deflate(frames, payload, length);
            // what is in a context must be sent, whatever its length
            if (takeover || compressed < length) {
                out = out == null ? Unpooled.buffer(frames.length) : out;
                out.writeBytes(frames, copied, begin - copied);
                writeFrame(out, head & 0xff00 | COMPRESSED, compressed);
                copied = in.readerIndex();
            }
        }
        if (output.length > KEPT) {
            output = NOTHING;
        }
        if (out == null) {
            return null;
        }
        out.writeBytes(frames, copied, frames.length - copied);
        return Arrays.copyOf(out.array(), out.readableBytes());
    }

    private void writeFrame(ByteBuf out, int first, int length) {
        if (length < 126) {
            out.writeShort(first | length);
        } else if (length <= 0xffff) {
            out.writeShort(first | 126).writeShort(length);
        } else {
            out.writeShort(first | 127).writeLong(length);
        }
        out.writeBytes(output, 0, length);
    }

    /** Compresses into the output, and gives the length. */
    private int deflate(byte[] bytes, int from, int length) {
        Deflater to = deflater;
        if (to == null) {
            to = new Deflater(level, true);
            deflater = to;
        } else if (!takeover) {
            to.reset();
        }
        to.setInput(bytes, from, length);
        int size = 0;
        do {
            if (size == output.length) {
                output = Arrays.copyOf(output, Math.max(2 * size, length / 2 + 64));
            }
            size += to.deflate(output, size, output.length - size, Deflater.SYNC_FLUSH);
        } while (size == output.length);
        return size - TAIL;
    }

    /** Frees what it holds; nothing is compressed after it. */
    void end() {
        if (deflater != null) {
            deflater.end();
        }
    }
}
