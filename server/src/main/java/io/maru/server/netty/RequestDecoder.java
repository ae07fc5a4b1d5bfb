package io.maru.server.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * Decodes requests, but none while the answers to earlier ones are not taken: a single read can hold a thousand requests,
 * each with a large answer.
 */
final class RequestDecoder extends HttpRequestDecoder {

    private static final int CHUNK = 64 * 1024;

    private final BooleanSupplier paused;
    private final IntConsumer reading;
    private boolean waiting;

    RequestDecoder(NetworkOptions.HttpLimits limits, BooleanSupplier paused, IntConsumer reading) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.maxInitialLineLength())
                .setMaxHeaderSize(limits.maxHeaderSize())
                .setMaxChunkSize(CHUNK)
                .setUseRfc9112TransferEncoding(true));
        this.paused = paused;
        this.reading = reading;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object input) throws Exception {
        if (input instanceof ByteBuf bytes) {
            reading.accept(bytes.readableBytes());
        }
        super.channelRead(ctx, input);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out) throws Exception {
        waiting = paused.getAsBoolean();
        if (!waiting) {
            super.decode(ctx, buffer, out);
        }
    }

    // not the inherited one while waiting: without a message it reads on, even where reading is off
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        if (waiting) {
            discardSomeReadBytes();
            ctx.fireChannelReadComplete();
        } else {
            super.channelReadComplete(ctx);
        }
    }

    /** Whether bytes wait to be decoded until {@link #resume}. */
    boolean isWaiting() {
        return waiting;
    }

    /** Decodes what waits, if the pause is over. */
    void resume(ChannelHandlerContext ctx) throws Exception {
        waiting = false;
        channelRead(ctx, Unpooled.EMPTY_BUFFER);
        ctx.fireChannelReadComplete();
    }
}
