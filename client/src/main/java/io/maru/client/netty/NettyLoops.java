package io.maru.client.netty;

import io.maru.client.engine.Loop;
import io.maru.client.engine.Network;
import io.maru.client.engine.Threads;
import io.maru.wire.Clock;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The event loops of all connections of a client, and the threads that look up names. Threads begin when they are needed. Safe
 * for any thread.
 */
public final class NettyLoops {

    // lookups block, and one that hangs must not hold up the others
    private static final int LOOKUPS = 2;

    private final MultiThreadIoEventLoopGroup group;
    private final ThreadPoolExecutor lookups;
    private final Clock clock;
    private final Threads ofLoops;
    private final Threads ofLookups;

    /**
     * Loops without a thread yet.
     *
     * @param loops how many
     * @param daemon whether their threads let the JVM end
     * @param clock the time by which they wait
     */
    public NettyLoops(int loops, boolean daemon, Clock clock) {
        this.clock = clock;
        ofLoops = new Threads(new DefaultThreadFactory("maru-client-loop", daemon));
        ofLookups = new Threads(new DefaultThreadFactory("maru-client-dns", true));
        group = new MultiThreadIoEventLoopGroup(loops, ofLoops, NioIoHandler.newFactory());
        lookups = new ThreadPoolExecutor(LOOKUPS, LOOKUPS, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), ofLookups);
        lookups.allowCoreThreadTimeOut(true);
    }

    /**
     * A loop for one connection.
     *
     * @return one of the loops, each in its turn
     */
    public Loop next() {
        return new NettyLoop(group.next(), clock);
    }

    /**
     * A server, to be reached on a loop.
     *
     * @param loop from {@link #next}
     * @param options how it is reached
     * @return the network
     * @throws IllegalArgumentException when certificates or keys cannot be read
     */
    public Network network(Loop loop, NetworkOptions options) {
        return new NettyNetwork((NettyLoop) loop, lookups, options);
    }

    /**
     * Whether the caller runs on one of the loops.
     *
     * @return true when it does
     */
    public boolean inLoops() {
        return ofLoops.isOneOfThem();
    }

    /**
     * Ends the loops and closes what is still open on them.
     *
     * @param waitMillis how long to wait for the end of the threads; 0 on a thread that is one of them
     */
    public void close(long waitMillis) {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        lookups.shutdownNow();
        if (waitMillis > 0) {
            ofLoops.join(waitMillis);
            ofLookups.join(waitMillis);
        }
    }
}
