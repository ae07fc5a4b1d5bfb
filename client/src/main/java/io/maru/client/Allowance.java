package io.maru.client;

import java.util.concurrent.TimeUnit;

/**
 * How many events of a socket wait to be sent, wherever they do, and how many may. Who sends faster than a connection takes is made
 * to wait, a second at the most. Safe for any thread.
 */
final class Allowance {

    private static final long PATIENCE_NANOS = 1_000_000_000L;

    private final int maxEvents;
    private final long maxBytes;

    // guarded by this
    private int events;
    private long bytes;
    private long dropped;

    Allowance(int maxEvents, long maxBytes) {
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
    }

    /**
     * Counts one event more.
     *
     * @param size its bytes
     * @param generous whether twice as much may wait, because what is too much is taken away from the other end
     * @param mayWait whether to wait for room
     * @return false when there is none
     */
    synchronized boolean take(long size, boolean generous, boolean mayWait) {
        int factor = generous ? 2 : 1;
        if (mayWait && size <= maxBytes) {
            long until = System.nanoTime() + PATIENCE_NANOS;
            long left = PATIENCE_NANOS;
            try {
                while (isFull(size, factor) && left > 0) {
                    TimeUnit.NANOSECONDS.timedWait(this, left);
                    left = until - System.nanoTime();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (isFull(size, factor)) {
            dropped++;
            return false;
        }
        events++;
        bytes += size;
        return true;
    }

    private boolean isFull(long size, int factor) {
        return events >= (long) maxEvents * factor || bytes + size > maxBytes * factor;
    }

    /** An event waits no more. */
    synchronized void give(long size) {
        events--;
        bytes -= size;
        notifyAll();
    }

    /** Whether more waits than may. */
    synchronized boolean isExceeded() {
        return events > maxEvents || bytes > maxBytes;
    }

    synchronized void drop() {
        dropped++;
    }

    synchronized long dropped() {
        return dropped;
    }

    synchronized int events() {
        return events;
    }
}
