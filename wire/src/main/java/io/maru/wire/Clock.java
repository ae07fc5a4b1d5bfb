package io.maru.wire;

import java.time.Duration;
import java.util.Objects;
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

    /** As good as for ever: fifty years. Nanoseconds can count it, and what two or three such times come to. */
    Duration LONGEST = Duration.ofDays(50 * 365);

    /**
     * A time as {@link #schedule} takes it. A longer one than {@link #LONGEST} counts as that, a negative one as none.
     *
     * @param time any time
     * @return nanoseconds
     */
    static long nanos(Duration time) {
        if (Objects.requireNonNull(time, "time").isNegative()) {
            return 0;
        }
        return (time.compareTo(LONGEST) < 0 ? time : LONGEST).toNanos();
    }

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
