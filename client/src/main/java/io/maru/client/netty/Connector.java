package io.maru.client.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.resolver.NoopAddressResolverGroup;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Makes connections to one server: looks its name up off the loop, tries its addresses one after the other, each for its share
 * of the time, goes through the proxy, and shakes hands by TLS. Confined to its loop.
 */
final class Connector {

    /** Hears what became of an attempt, once, unless it was cancelled. */
    interface Listener {
        /** There is a connection; its pipeline is the listener's now. */
        void connected(Channel channel);

        /** There is none. */
        void failed(String what, Throwable cause);
    }

    /** Finds the addresses of a name; may block. */
    @FunctionalInterface
    interface Lookup {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    // however many addresses there are, each gets so much of the time
    private static final long LEAST_MILLIS = 250;

    private static final WriteBufferWaterMark WATER = new WriteBufferWaterMark(64 << 10, 256 << 10);

    private final NettyLoop loop;
    private final Executor lookups;
    private final Lookup lookup;
    private final NetworkOptions options;
    private final @Nullable SslContext tls;

    Connector(NettyLoop loop, Executor lookups, NetworkOptions options) {
        this(loop, lookups, InetAddress::getAllByName, options);
    }

    Connector(NettyLoop loop, Executor lookups, Lookup lookup, NetworkOptions options) {
        this.loop = loop;
        this.lookups = lookups;
        this.lookup = lookup;
        this.options = options;
        this.tls = options.secure() ? options.tls().newContext() : null;
        if (options.proxy() != null) {
            Proxies.requireLibrary();
        }
    }

    /** Tries to connect; the listener is not told before this returns. */
    Attempt connect(Listener listener) {
        Attempt attempt = new Attempt(listener);
        ProxyOptions proxy = options.proxy();
        lookUp(proxy == null ? options.host() : proxy.host(), attempt);
        return attempt;
    }

    private void lookUp(String host, Attempt attempt) {
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(host);
        if (literal != null) {
            loop.execute(() -> attempt.tryAddresses(List.of(address(literal)), 0));
            return;
        }
        try {
            lookups.execute(() -> {
                if (attempt.over) {
                    return; // given up while others were looked up
                }
                try {
                    List<InetAddress> addresses = List.of(lookup.addresses(host));
                    loop.execute(() -> attempt.tryAddresses(addresses, 0));
                } catch (UnknownHostException e) {
                    loop.execute(() -> attempt.fail("the host is not known", e));
                }
            });
        } catch (RejectedExecutionException e) {
            loop.execute(() -> attempt.fail("the client is closed", e));
        }
    }

    private static InetAddress address(byte[] literal) {
        try {
            return InetAddress.getByAddress(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError("four or sixteen bytes", e);
        }
    }

    /** Who fails before a connection is handed over tells by a future; as an exception nobody has to hear of it again. */
    private static final class Quiet extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    /** One attempt to connect. */
    final class Attempt {

        private final Listener listener;
        // written on the loop only
        private volatile boolean over;
        private @Nullable Channel channel;
        private final long begun = loop.nanoTime();

        private Attempt(Listener listener) {
            this.listener = listener;
        }

        /** Gives it up; the listener hears nothing more. */
        void cancel() {
            over = true;
            if (channel != null) {
                channel.close();
            }
        }

        private void tryAddresses(List<InetAddress> addresses, int index) {
            if (over) {
                return;
            }
            ProxyOptions proxy = options.proxy();
            int millis = share(addresses.size() - index);
            InetSocketAddress next =
                    new InetSocketAddress(addresses.get(index), proxy == null ? options.port() : proxy.port());
            Bootstrap bootstrap = new Bootstrap()
                    .group(loop.eventLoop())
                    .channel(NioSocketChannel.class)
                    .resolver(NoopAddressResolverGroup.INSTANCE)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis)
                    .option(ChannelOption.TCP_NODELAY, true)
                    .option(ChannelOption.SO_KEEPALIVE, true)
                    .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER)
                    .handler(initializer(next));
            ChannelFuture connecting = bootstrap.connect(
                    proxy == null ? next : InetSocketAddress.createUnresolved(options.host(), options.port()));
            channel = connecting.channel();
            connecting.addListener(done -> {
                if (over) {
                    connecting.channel().close();
                } else if (done.isSuccess()) {
                    secure(connecting.channel());
                } else if (index + 1 < addresses.size()) {
                    tryAddresses(addresses, index + 1);
                } else {
                    fail("the server cannot be reached", done.cause());
                }
            });
        }

        // an address that does not answer leaves time for the others
        private int share(int addresses) {
            long left = options.connectTimeoutMillis() - (loop.nanoTime() - begun) / 1_000_000;
            return (int) Math.max(left / addresses, LEAST_MILLIS);
        }

        private ChannelHandler initializer(InetSocketAddress next) {
            ProxyOptions proxy = options.proxy();
            return new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel fresh) {
                    ChannelPipeline pipeline = fresh.pipeline();
                    if (proxy != null) {
                        pipeline.addLast(Proxies.handler(proxy, next, options.connectTimeoutMillis()));
                    }
                    if (tls != null) {
                        pipeline.addLast(newTls(tls, fresh));
                    }
                    pipeline.addLast(new Quiet());
                }
            };
        }

        private SslHandler newTls(SslContext context, Channel fresh) {
            SslHandler handler = context.newHandler(fresh.alloc(), options.host(), options.port());
            SSLParameters parameters = handler.engine().getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm(options.tls().verifyHostname() ? "HTTPS" : "");
            handler.engine().setSSLParameters(parameters);
            handler.setHandshakeTimeoutMillis(options.connectTimeoutMillis());
            return handler;
        }

        private void secure(Channel connected) {
            SslHandler handler = connected.pipeline().get(SslHandler.class);
            if (handler == null) {
                succeed(connected);
                return;
            }
            handler.handshakeFuture().addListener(done -> {
                if (done.isSuccess()) {
                    succeed(connected);
                } else {
                    connected.close();
                    fail("TLS failed", done.cause());
                }
            });
        }

        private void succeed(Channel connected) {
            if (over) {
                connected.close();
                return;
            }
            over = true;
            channel = null; // it is the listener's now
            connected.pipeline().remove(Quiet.class);
            listener.connected(connected);
        }

        private void fail(String what, Throwable cause) {
            if (!over) {
                over = true;
                listener.failed(what, cause);
            }
        }
    }
}
