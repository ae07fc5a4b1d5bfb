package io.maru.server.netty;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** Event loops that can be made to run their tasks while they read. */
final class LoopGroup extends MultiThreadIoEventLoopGroup {

    LoopGroup(int loops, ThreadFactory threads, IoHandlerFactory handlers) {
        super(loops, threads, handlers);
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory handlers, Object... args) {
        return new Member(this, executor, handlers);
    }

    /** One of them. */
    static final class Member extends SingleThreadIoEventLoop {

        private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

        private Member(IoEventLoopGroup parent, Executor executor, IoHandlerFactory handlers) {
            super(parent, executor, handlers);
        }

        /** Runs what waits, some milliseconds at the most. */
        void runTasks() {
            assert inEventLoop();
            runAllTasks(LONGEST_NANOS);
        }
    }
}
