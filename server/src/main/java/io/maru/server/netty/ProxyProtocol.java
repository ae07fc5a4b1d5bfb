package io.maru.server.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.handler.codec.haproxy.HAProxySSLTLV;
import java.net.InetAddress;

/**
 * Takes the header with which a proxy opens a connection. The only class that names the codec of it, which is optional: it
 * is not loaded without it.
 */
final class ProxyProtocol extends SimpleChannelInboundHandler<HAProxyMessage> {

    /** The most that a header may say beside the addresses. */
    private static final int MAX_EXTRAS = 4096;

    private final HttpRouter router;

    private ProxyProtocol(HttpRouter router) {
        this.router = router;
    }

    /** Fails when the codec is not there. */
    static void require() {
        try {
            new HAProxyMessageDecoder(MAX_EXTRAS);
        } catch (LinkageError e) {
            throw new IllegalStateException("the PROXY protocol needs netty-codec-haproxy on the class path", e);
        }
    }

    /** Puts the handlers at the end of a pipeline, before any other. */
    static void install(ChannelPipeline pipeline, HttpRouter router) {
        pipeline.addLast(new HAProxyMessageDecoder(MAX_EXTRAS), new ProxyProtocol(router));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HAProxyMessage message) {
        HAProxyProxiedProtocol protocol = message.proxiedProtocol();
        String source = message.sourceAddress();
        // the proxy's own connection, to see whether we are there, has none
        InetAddress ip = protocol == HAProxyProxiedProtocol.TCP4 || protocol == HAProxyProxiedProtocol.TCP6
                ? source == null ? null : Cidr.address(source)
                : null;
        if (ip != null) {
            boolean overTls =
                    message.tlvs().stream().anyMatch(it -> it instanceof HAProxySSLTLV tls && tls.isPP2ClientSSL());
            router.cameFrom(ip, overTls);
        }
        context.pipeline().remove(this);
    }
}
