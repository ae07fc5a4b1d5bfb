package io.maru.server.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/** The handler that speaks for a connection. Its loop knows all of them, to close them when it ends; {@link NettyLoop}. */
abstract class LoopMember extends ChannelInboundHandlerAdapter {

    // its place in the loop's list
    @Nullable LoopMember before;

    @Nullable LoopMember after;

    boolean listed;

    private @Nullable ChannelHandlerContext ctx;

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
    }

    final ChannelHandlerContext ctx() {
        ChannelHandlerContext context = ctx;
        if (context == null) {
            throw new IllegalStateException("not in a pipeline yet");
        }
        return context;
    }
}
