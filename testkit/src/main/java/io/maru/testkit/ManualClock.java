package io.maru.testkit;

import io.maru.wire.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A clock that stands still until it is turned. What is due meanwhile runs on its loop, one after the other, in the order of
 * its time. Safe for any thread.
 */
public final class ManualClock implements Clock {

    // a task of a loop must not block
    private static final long LONGEST_TASK_SECONDS = 10;

    private record Due(long time, long order, ScheduledExecutorService loop, Runnable task) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(time, other.time);
            return byTime == 0 ? Long.compare(order, other.order) : byTime;
        }
    }

    // guarded by this
    private final TreeSet<Due> waiting = new TreeSet<>();
    private final Set<ScheduledExecutorService> loops = new HashSet<>();
    private long orders;
    private long now;

    /** A clock that shows nothing yet. */
    public ManualClock() {}

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    @Override
    public synchronized Timeout schedule(ScheduledExecutorService loop, long delayNanos, Runnable task) {
        if (loop.isShutdown()) {
            throw new RejectedExecutionException("the loop has ended");
        }
        // what is due later than it can count is never due
        long time = delayNanos > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + Math.max(0, delayNanos);
        Due due = new Due(time, orders++, loop, task);
        waiting.add(due);
        loops.add(loop);
        return () -> forget(due);
    }

    private synchronized void forget(Due due) {
        waiting.remove(due);
    }

    /**
     * Turns it. What is due has run when this returns, but not what follows from it on other threads: {@link MaruTest#advance} waits
     * for that too, step by step. Not to be called on a loop.
     *
     * @param time how far
     * @throws IllegalArgumentException when that is negative, or farther than it can count: 292 years in all
     */
    public void advance(Duration time) {
        long until = after(time);
        while (step(until)) {
            // one by one
        }
    }

    /** What it shows after some time. */
    synchronized long after(Duration time) {
        if (time.isNegative() || time.compareTo(Duration.ofNanos(Long.MAX_VALUE - now)) >= 0) {
            throw new IllegalArgumentException("a time of zero or more, that the clock can count, expected: " + time);
        }
        return now + time.toNanos();
    }

    /** Turns it to what is due next, until some time, and lets that run; false when there was nothing, and it shows that time. */
    boolean step(long until) {
        Due due = next(until);
        if (due == null) {
            return false;
        }
        run(due.loop, due.task);
        return true;
    }

    /** Waits until the loops have done what they were given before. */
    void awaitLoops() {
        List<ScheduledExecutorService> known;
        synchronized (this) {
            loops.removeIf(ScheduledExecutorService::isShutdown);
            known = List.copyOf(loops);
        }
        known.forEach(loop -> run(loop, () -> {}));
    }

    private static void run(ScheduledExecutorService loop, Runnable task) {
        try {
            Future<?> done = loop.submit(task);
            done.get(LONGEST_TASK_SECONDS, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            // the loop has ended, and its tasks with it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("what was due has failed", e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("a task blocks its loop", e);
        }
    }

    private synchronized @Nullable Due next(long until) {
        if (waiting.isEmpty() || waiting.first().time > until) {
            now = Math.max(now, until);
            return null;
        }
        Due due = Objects.requireNonNull(waiting.pollFirst());
        now = Math.max(now, due.time);
        return due;
    }
}
