package io.maru.server;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What the {@link RecoveryLog}s of all namespaces share: the bound of their memory, the clock, and what is counted. Safe
 * for any thread.
 */
final class Recovery {

    /** Runs a task after some nanoseconds. */
    @FunctionalInterface
    interface Timer {
        void schedule(long nanos, Runnable task);
    }

    final LongAdder recovered = new LongAdder();
    final LongAdder notRecovered = new LongAdder();
    final LongAdder evicted = new LongAdder();

    private final RecoveryOptions options;
    private final long heartbeatNanos;
    private final LongSupplier clock;
    private final Timer timer;
    private final Supplier<Collection<RecoveryLog>> logs;
    private final AtomicLong eventBytes = new AtomicLong();
    private final AtomicLong sessionBytes = new AtomicLong();
    private final AtomicBoolean sweeping = new AtomicBoolean();

    /**
     * Nothing is kept yet.
     *
     * @param options the bounds
     * @param heartbeatNanos how long it takes to notice that a client is gone
     * @param clock nanoseconds since some moment
     * @param timer wakes it
     * @param logs those of all namespaces
     */
    Recovery(
            RecoveryOptions options,
            long heartbeatNanos,
            LongSupplier clock,
            Timer timer,
            Supplier<Collection<RecoveryLog>> logs) {
        this.options = options;
        this.heartbeatNanos = heartbeatNanos;
        this.clock = clock;
        this.timer = timer;
        this.logs = logs;
    }

    boolean skipsMiddlewares() {
        return options.skipMiddlewares();
    }

    long now() {
        return clock.getAsLong();
    }

    /** How long a session is kept. */
    long sessionNanos() {
        return options.maxDisconnection().toNanos();
    }

    /** How long an event is kept: its receiver can have been gone for a while when the server notices. */
    long eventNanos() {
        return sessionNanos() + heartbeatNanos;
    }

    RecoveryStats stats() {
        return new RecoveryStats(
                recovered.sum(), notRecovered.sum(), evicted.sum(), eventBytes.get() + sessionBytes.get());
    }

    /** Whether there is room for an event, which is then taken. */
    boolean takeEvent(long bytes) {
        return take(eventBytes, bytes, options.maxBytes() / 4 * 3);
    }

    void giveEventBack(long bytes) {
        eventBytes.addAndGet(-bytes);
    }

    /** Whether there is room for a session, which is then taken: events leave it to sessions. */
    boolean takeSession(long bytes) {
        return take(sessionBytes, bytes, options.maxBytes() / 4);
    }

    void giveSessionBack(long bytes) {
        sessionBytes.addAndGet(-bytes);
    }

    private boolean take(AtomicLong taken, long more, long most) {
        if (taken.addAndGet(more) > most) {
            taken.addAndGet(-more);
            return false;
        }
        sweepLater();
        return true;
    }

    // what is too old goes also where nothing is sent any more
    private void sweepLater() {
        if (!sweeping.get() && sweeping.compareAndSet(false, true)) {
            timer.schedule(sessionNanos() / 2, this::sweep);
        }
    }

    private void sweep() {
        logs.get().forEach(RecoveryLog::sweep);
        sweeping.set(false);
        if (eventBytes.get() + sessionBytes.get() > 0) {
            sweepLater();
        }
    }
}
