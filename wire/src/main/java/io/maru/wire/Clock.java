package io.maru.wire;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The time by which servers and clients wait, keep and give up. It is that of the system unless options say otherwise: a
 * test can turn the hands itself. Methods are called on event loops, by several at once, and must not block.
 */
public interface Clock {

    /** Time as it passes. */
    Clock SYSTEM = new Clock() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public Timeout schedule(ScheduledExecutorService loop, long delayNanos, Runnable task) {
            Future<?> due = loop.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
            return () -> due.cancel(false);
        }
    };

    /** A task that waits for its time. */
    @FunctionalInterface
    interface Timeout {
        /** Forgets the task, unless it has begun. */
        void cancel();
    }

    /**
     * What it shows.
     *
     * @return nanoseconds since some moment
     */
    long nanoTime();

    /**
     * Gives a task to a loop after some time.
     *
     * @param loop runs it
     * @param delayNanos how long, in nanoseconds
     * @param task what is due
     * @return takes it back
     * @throws java.util.concurrent.RejectedExecutionException when the loop has ended
     */
    Timeout schedule(ScheduledExecutorService loop, long delayNanos, Runnable task);
}
