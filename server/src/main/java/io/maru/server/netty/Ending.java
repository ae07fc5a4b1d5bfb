package io.maru.server.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/** Ends one direction of a connection. */
@SuppressWarnings("FutureReturnValueIgnored") // a connection that cannot be ended is at its end
final class Ending {

    private Ending() {}

    /** Tells the peer that nothing more will come, and goes on reading. */
    static void closeOutput(ChannelHandlerContext ctx) {
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        if (tls != null) {
            tls.closeOutbound();
        } else if (ctx.channel() instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
        }
    }
}
