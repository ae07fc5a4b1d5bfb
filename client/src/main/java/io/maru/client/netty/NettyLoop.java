package io.maru.client.netty;

import io.maru.client.engine.Loop;
import io.maru.wire.Clock;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;

/** One of Netty's event loops. */
final class NettyLoop implements Loop {

    private final EventLoop eventLoop;
    private final Clock clock;

    NettyLoop(EventLoop eventLoop, Clock clock) {
        this.eventLoop = eventLoop;
        this.clock = clock;
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    @Override
    public boolean inLoop() {
        return eventLoop.inEventLoop();
    }

    @Override
    public boolean execute(Runnable task) {
        try {
            eventLoop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false; // the client is closed
        }
    }

    @Override
    public Timeout schedule(long delayNanos, Runnable task) {
        try {
            return clock.schedule(eventLoop, delayNanos, task)::cancel;
        } catch (RejectedExecutionException e) {
            return () -> {};
        }
    }

    @Override
    public long nanoTime() {
        return clock.nanoTime();
    }
}
