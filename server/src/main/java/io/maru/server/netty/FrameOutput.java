package io.maru.server.netty;

import io.maru.server.engine.WebSocketChannel;
import io.maru.wire.Encoded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a WebSocket sends. Confined to its loop.
 *
 * <p>Small messages are copied into a buffer that is written, and flushed, once at the end of the turn. Large ones, and all
 * while the peer does not take what it is sent, are written as references to frames that all receivers share; what is in
 * the buffer then goes before them.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write with a void promise reports its failure to the pipeline
final class FrameOutput {

    /** The largest message that is copied. */
    static final int COPY_LIMIT = 2048;

    /** Beyond this the buffer of the turn is sent before the turn's end. */
    static final int SPILL = 64 * 1024;

    /** What holds no more than this after a flush is not worth watching. */
    static final int MUCH = 4096;

    static final int PING = 0x89;
    static final int PONG = 0x8a;

    private static final int CLOSE = 0x88;
    private static final int FIRST_CAPACITY = 512;
    // what Netty counts beside the bytes of a write
    private static final int OUTBOUND_ENTRY = 96;
    private static final int LONGEST_CONTROL_FRAME = 125;

    private final NettyLoop loop;
    private final ChannelHandlerContext ctx;
    private @Nullable Deflation deflation;
    private @Nullable ByteBuf turn;
    // no less than what the channel holds; exact after a flush
    private long held;
    // as the channel says; written on the loop, read by anybody
    private volatile boolean writable;
    private boolean dirty;
    // whether something was given to the channel since it was flushed
    private boolean unflushed;
    private boolean watched;
    private boolean ended;

    FrameOutput(NettyLoop loop, ChannelHandlerContext ctx) {
        this.loop = loop;
        this.ctx = ctx;
        writable = ctx.channel().isWritable();
    }

    /** The channel has changed its mind. */
    void writabilityChanged() {
        writable = ctx.channel().isWritable();
    }

    /** Compresses messages from now on. */
    void deflate(Deflation by) {
        deflation = by;
    }

    /** How messages are compressed, or null when they are not. */
    @Nullable Deflation deflation() {
        return deflation;
    }

    /** Writes the answer to the handshake. */
    void answer(String head) {
        ByteBufUtil.writeAscii(room(head.length()), head);
        flushLater();
    }

    void message(Encoded original, Encoded.Framing framing) {
        if (unflushed && !writable) {
            flush(); // what this turn wrote itself does not make the peer a slow one
        }
        Encoded message = deflation == null ? original : deflation.outgoing(original, framing);
        int length = message.framesLength(framing);
        if (length <= COPY_LIMIT && writable) {
            message.writeFrames(framing, room(length));
        } else {
            spill();
            write(message.sharedFrames(framing, ctx.alloc()));
        }
        loop.counters.frame();
        flushLater();
    }

    /** Writes a ping or a pong. */
    void control(int first, byte[] data) {
        if (data.length > LONGEST_CONTROL_FRAME) {
            throw new IllegalArgumentException("at most 125 bytes expected: " + data.length);
        }
        room(2 + data.length).writeByte(first).writeByte(data.length).writeBytes(data);
        loop.counters.frame();
        flushLater();
    }

    /** Writes a close frame, and flushes all. */
    void close(int status, byte[] reason, ChannelFutureListener written) {
        ByteBuf buffer = room(4 + reason.length).writeByte(CLOSE);
        if (status == WebSocketChannel.NO_STATUS) {
            buffer.writeByte(0);
        } else {
            buffer.writeByte(2 + reason.length).writeShort(status).writeBytes(reason);
        }
        spill();
        unflushed = false;
        loop.counters.frame();
        loop.counters.flush();
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written);
    }

    boolean isWritable() {
        return writable;
    }

    long bufferedBytes() {
        ByteBuf buffer = turn;
        ChannelOutboundBuffer outbound = ctx.channel().unsafe().outboundBuffer();
        return (buffer == null ? 0L : buffer.readableBytes())
                + (outbound == null ? 0L : outbound.totalPendingWriteBytes());
    }

    /** Whether more bytes wait than a limit, though all was given to the operating system that it takes. */
    boolean isBehind(int limit) {
        ByteBuf buffer = turn;
        if (held + (buffer == null ? 0 : buffer.readableBytes()) <= limit) {
            return false;
        }
        flush();
        return bufferedBytes() > limit;
    }

    /** Sends what was written so far, before the end of the turn. */
    private void flush() {
        if (!ended) {
            spill();
            if (unflushed) {
                unflushed = false;
                loop.counters.flush();
            }
            ctx.flush();
            ChannelOutboundBuffer outbound = ctx.channel().unsafe().outboundBuffer();
            held = outbound == null ? 0 : outbound.totalPendingWriteBytes();
            if (held > MUCH && !watched) {
                watched = true;
                loop.watch(this, held);
            }
        }
    }

    /** The bytes that it holds now; when they are few it need not be watched any more. */
    long watchedBytes() {
        long bytes = ended ? 0 : bufferedBytes();
        watched = bytes > MUCH;
        return watched ? bytes : 0;
    }

    /** Sends what was written in this turn. */
    void flushTurn() {
        dirty = false;
        flush();
    }

    /** Drops what was written in this turn, and all that would be. */
    void end() {
        ended = true;
        if (turn != null) {
            turn.release();
            turn = null;
        }
        if (deflation != null) {
            deflation.end();
        }
    }

    private void flushLater() {
        if (!dirty) {
            dirty = true;
            loop.flushLater(this);
        }
    }

    private ByteBuf room(int length) {
        ByteBuf buffer = turn;
        if (buffer != null && buffer.readableBytes() + length > SPILL) {
            flush();
            buffer = null;
        }
        if (buffer == null) {
            buffer = ctx.alloc().directBuffer(Math.max(FIRST_CAPACITY, 4 * length));
            turn = buffer;
        }
        return buffer;
    }

    private void spill() {
        ByteBuf buffer = turn;
        if (buffer != null) {
            turn = null;
            write(buffer);
        }
    }

    private void write(ByteBuf frames) {
        int length = frames.readableBytes();
        held += length + OUTBOUND_ENTRY;
        loop.counters.write(length);
        unflushed = true;
        ctx.write(frames, ctx.voidPromise());
    }
}
