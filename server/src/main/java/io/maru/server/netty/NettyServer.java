package io.maru.server.netty;

import io.maru.server.engine.HttpEndpoint;
import io.maru.server.engine.HttpRequest;
import io.maru.server.engine.Loop;
import io.maru.wire.Clock;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on a port, and gives the requests that come to endpoints. Its loops are there from the beginning, and their
 * threads, {@code maru-loop-0} and so on, from {@link #start} to {@link #stop}; they keep the JVM alive. Safe for all
 * threads.
 *
 * <p>Each connection belongs to one loop, in turn; a WebSocket may move to the loop that its owner wants it on.
 */
@SuppressWarnings("FutureReturnValueIgnored") // nobody waits for a channel's close, and listeners see the rest
public final class NettyServer {

    private static final Logger log = LoggerFactory.getLogger(NettyServer.class);

    /** How long a stop waits for peers that do not take what was written to them. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    // one for all connections, which have otherwise one each
    private static final RecvByteBufAllocator RECEIVE_BUFFERS = new AdaptiveRecvByteBufAllocator();

    private final NetworkOptions options;
    private final Function<HttpRequest, @Nullable HttpEndpoint> router;
    private final Transports transport;
    private final @Nullable Certificates tls;
    private final List<NettyLoop> loops;
    private final AtomicReference<@Nullable Channel> listener = new AtomicReference<>();
    private final AtomicReference<@Nullable CompletableFuture<Integer>> started = new AtomicReference<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final LongAdder refused = new LongAdder();
    // one for all connections
    private final ChannelFutureListener countOut = closed -> {
        if (connections.decrementAndGet() == 0) {
            tellWhenEmpty();
        }
    };
    private final AtomicBoolean stopping = new AtomicBoolean();
    // whether all loops close what still comes; then nothing does but what is on its way from one loop to another
    private volatile boolean leaving;
    private final CompletableFuture<Void> empty = new CompletableFuture<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();

    /**
     * A server, not started yet. To be stopped even when it is never started.
     *
     * @param options how it listens
     * @param router finds the endpoint of a request, or null for an answer 404; called on the loops, must not block
     * @throws IllegalArgumentException when the certificate cannot be used
     * @throws IllegalStateException when the transport, or the PROXY protocol, that was asked for is not there
     */
    public NettyServer(NetworkOptions options, Function<HttpRequest, @Nullable HttpEndpoint> router) {
        this.options = Objects.requireNonNull(options, "options");
        this.router = Objects.requireNonNull(router, "router");
        if (options.proxies().proxyProtocol()) {
            ProxyProtocol.require();
        }
        tls = options.tls() == null ? null : new Certificates(options.tls());
        transport = Transports.open(options.transport(), options.loops(), NettyLoop.LoopThread::new);
        List<NettyLoop> list = new ArrayList<>();
        for (EventExecutor eventLoop : transport.group()) {
            list.add(new NettyLoop(list.size(), (EventLoop) eventLoop, options));
        }
        loops = List.copyOf(list);
    }

    /**
     * The loops.
     *
     * @return them, in the order of their numbers
     */
    public List<Loop> loops() {
        return List.copyOf(loops);
    }

    /**
     * Listens; once at most.
     *
     * @return the port, 0 for a Unix domain socket; or fails with what the operating system says, and then all of the server has been stopped
     */
    public CompletableFuture<Integer> start() {
        CompletableFuture<Integer> port = new CompletableFuture<>();
        if (!started.compareAndSet(null, port)) {
            throw new IllegalStateException("the server was started before");
        }
        if (stopping.get()) {
            return CompletableFuture.failedFuture(new IllegalStateException("the server was stopped before"));
        }
        for (NettyLoop loop : loops) {
            loop.execute(() -> Thread.currentThread().setName("maru-loop-" + loop.index()));
        }
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(transport.group())
                .option(ChannelOption.SO_BACKLOG, options.backlog())
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, RECEIVE_BUFFERS)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark(options.connections()))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        initialize(channel);
                    }
                });
        transport.settings().accept(bootstrap);
        try {
            bind(bootstrap).addListener((ChannelFuture bound) -> {
                if (bound.isSuccess()) {
                    listening(bound.channel(), port);
                } else {
                    notListening(bound.cause(), port);
                }
            });
        } catch (IOException e) {
            notListening(e, port);
        }
        return port;
    }

    private static WriteBufferWaterMark waterMark(NetworkOptions.ConnectionLimits limits) {
        return new WriteBufferWaterMark(limits.lowWaterMark(), limits.highWaterMark());
    }

    private void notListening(Throwable cause, CompletableFuture<Integer> port) {
        stop(Duration.ofSeconds(1)).whenComplete((done, failure) -> port.completeExceptionally(cause));
    }

    private ChannelFuture bind(ServerBootstrap bootstrap) throws IOException {
        String path = options.unixPath();
        if (path == null) {
            return bootstrap
                    .channel(transport.listener())
                    .option(ChannelOption.SO_REUSEADDR, true)
                    .childOption(ChannelOption.TCP_NODELAY, true)
                    .bind(options.host(), options.port());
        }
        prepare(Path.of(path));
        Transports.Unix unix = transport.unix();
        return bootstrap.channel(unix.listener()).bind(unix.address().apply(path));
    }

    /**
     * Makes sure that the path of a socket is free: a server that was killed leaves its own behind, on which nobody listens.
     * Netty would remove whatever is there.
     */
    private static void prepare(Path socket) throws IOException {
        if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.readAttributes(socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther()) {
            throw new FileAlreadyExistsException(socket.toString(), null, "no socket");
        }
        try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            throw new BindException("Address already in use: " + probe.getRemoteAddress());
        } catch (ConnectException refused) {
            Files.delete(socket);
            log.info("removed {}, on which nobody listened", socket);
        }
    }

    private void listening(Channel channel, CompletableFuture<Integer> port) {
        listener.set(channel);
        if (stopping.get()) {
            channel.close();
        }
        boolean tcp = channel.localAddress() instanceof InetSocketAddress;
        log.info(
                "listening on {}{}, {} loops of {}",
                tcp ? NetUtil.toSocketAddressString((InetSocketAddress) channel.localAddress()) : options.host(),
                tls == null ? "" : " with TLS",
                loops.size(),
                transport.description());
        port.complete(tcp ? ((InetSocketAddress) channel.localAddress()).getPort() : 0);
    }

    /**
     * Reads the certificates again. Connections that are there keep theirs. Reads files: not to be called on a loop.
     *
     * @throws IllegalArgumentException when one cannot be used; those that were read before stay
     * @throws IllegalStateException when the server speaks no TLS
     */
    public void reloadTls() {
        if (tls == null) {
            throw new IllegalStateException("the server has no certificate");
        }
        tls.reload();
        log.info("read the certificates again");
    }

    /** Refuses new connections from now on; those that are there go on. Before {@link #start} has completed it does nothing. */
    public void stopAccepting() {
        Channel channel = listener.get();
        if (channel != null) {
            channel.close();
        }
    }

    /**
     * Closes the port and all connections, and ends the loops with their threads. What was written before goes to the
     * operating system first. Repeated calls change nothing.
     *
     * @param timeout how long the loops may take to end their tasks; a negative time is none
     * @return completes when the threads are about to end
     */
    public CompletableFuture<Void> stop(Duration timeout) {
        long nanos = Clock.nanos(timeout);
        stopAccepting();
        if (stopping.compareAndSet(false, true)) {
            Duration patience = timeout.compareTo(LAST_WORDS) < 0 ? timeout : LAST_WORDS;
            CompletableFuture<Void> freed = new CompletableFuture<>();
            Channel accepting = listener.get();
            if (accepting == null) {
                freed.complete(null);
            } else {
                accepting.closeFuture().addListener(end -> freed.complete(null));
            }
            // a loop that ends does not always close its connections by itself
            freed.thenCompose(noMoreAccepted -> onEachLoop(loop -> loop.closeAll(patience)))
                    .thenCompose(closing -> {
                        leaving = true;
                        tellWhenEmpty();
                        return empty;
                    })
                    // what closed the last one has still to be given to the operating system
                    .thenCompose(closed -> onEachLoop(loop -> {}))
                    .orTimeout(nanos, TimeUnit.NANOSECONDS)
                    .whenComplete(
                            (done, failure) -> transport.group().shutdownGracefully(0, nanos, TimeUnit.NANOSECONDS));
            transport.group().terminationFuture().addListener(end -> stopped.complete(null));
        }
        return stopped.copy();
    }

    private CompletableFuture<Void> onEachLoop(Consumer<NettyLoop> task) {
        return CompletableFuture.allOf(loops.stream()
                .map(loop -> CompletableFuture.runAsync(() -> task.accept(loop), loop::execute))
                .toArray(CompletableFuture<?>[]::new));
    }

    private void tellWhenEmpty() {
        if (leaving && connections.get() == 0) {
            empty.complete(null);
        }
    }

    /**
     * Pongs that were not sent, because the peer pinged without reading.
     *
     * @return their number since the beginning
     */
    public long droppedPongs() {
        return loops.stream().mapToLong(loop -> loop.counters.droppedPongs()).sum();
    }

    /**
     * The WebSockets whose connections have not ended.
     *
     * @return their number at this moment
     */
    public long webSockets() {
        return loops.stream().mapToLong(loop -> loop.counters.webSockets()).sum();
    }

    /**
     * What has come and gone.
     *
     * @return the sums of all loops
     */
    public Traffic traffic() {
        return loops.stream()
                .map(loop -> loop.counters.traffic())
                .reduce(
                        new Traffic(0, 0, 0),
                        (a, b) -> new Traffic(
                                a.received() + b.received(),
                                a.httpReceived() + b.httpReceived(),
                                a.httpSent() + b.httpSent()));
    }

    /**
     * What each loop has sent.
     *
     * @return the figures of this moment, in the order of the loops' numbers
     */
    public List<LoopStats> loopStats() {
        return loops.stream().map(loop -> loop.counters.stats()).toList();
    }

    /**
     * What peers did wrong, and what they and senders had too much of.
     *
     * @param requests HTTP requests refused by the network itself
     * @param webSockets WebSockets closed for a fault of the peer's, or of their owner
     * @param droppedPongs pongs that were not sent, because the peer pinged without reading
     * @param waits how often a thread had to wait before it could give a loop more tasks
     */
    public record Faults(long requests, long webSockets, long droppedPongs, long waits) {}

    /**
     * Faults since the beginning.
     *
     * @return the figures of this moment
     */
    public Faults faults() {
        return loops.stream()
                .map(loop -> loop.counters.faults())
                .reduce(
                        new Faults(0, 0, 0, 0),
                        (a, b) -> new Faults(
                                a.requests + b.requests,
                                a.webSockets + b.webSockets,
                                a.droppedPongs + b.droppedPongs,
                                a.waits + b.waits));
    }

    /**
     * Connections that were closed by a limit, before they had asked for anything.
     *
     * @return their number since the beginning
     */
    public long refusedConnections() {
        return refused.sum()
                + loops.stream()
                        .mapToLong(loop -> loop.counters.droppedSilent())
                        .sum();
    }

    /**
     * What WebSockets hold for peers that do not take it.
     *
     * @return bytes, a quarter of a second old at most; a few kilobytes of each are not counted, and what several hold together
     *     counts for each
     */
    public long heldBytes() {
        return loops.stream().mapToLong(loop -> loop.counters.held()).sum();
    }

    /**
     * The TCP connections that are open.
     *
     * @return their number
     */
    public int connections() {
        return connections.get();
    }

    private void initialize(Channel channel) {
        connections.incrementAndGet();
        channel.closeFuture().addListener(countOut);
        if (connections.get() > options.connections().max()) {
            refused.increment();
            channel.close();
            return;
        }
        NettyLoop loop = loopOf(channel.eventLoop());
        HttpRouter http = new HttpRouter(loop, options, router, tls != null);
        if (options.proxies().proxyProtocol()) {
            ProxyProtocol.install(channel.pipeline(), http);
        }
        if (tls != null) {
            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
        }
        HttpRouter.install(channel.pipeline(), http);
    }

    private NettyLoop loopOf(EventLoop eventLoop) {
        for (NettyLoop loop : loops) {
            if (loop.eventLoop() == eventLoop) {
                return loop;
            }
        }
        throw new AssertionError("no loop of ours: " + eventLoop);
    }
}
