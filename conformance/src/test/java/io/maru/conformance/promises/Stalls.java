package io.maru.conformance.promises;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What this machine keeps from us: a thread that wants to run every few milliseconds adds up by how much it comes too late,
 * be it that others have the processors, or that memory is cleaned up. A time that is promised is one without that.
 */
final class Stalls implements AutoCloseable {

    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    // guarded by this
    private long lost;
    private long last = System.nanoTime();
    private boolean over;

    Stalls() {
        Wire.start("stalls", () -> {
            while (look()) {
                LockSupport.parkNanos(STEP_NANOS);
            }
        });
    }

    private synchronized boolean look() {
        long now = System.nanoTime();
        lost += late(now);
        last = now;
        return !over;
    }

    private long late(long now) {
        return Math.max(0, now - last - 2 * STEP_NANOS);
    }

    /** A moment, by the time that we had. */
    synchronized long nanoTime() {
        long now = System.nanoTime();
        return now - lost - late(now);
    }

    /** The time that we had since a moment. */
    Duration since(long moment) {
        return Duration.ofNanos(nanoTime() - moment);
    }

    @Override
    public synchronized void close() {
        over = true;
    }
}
