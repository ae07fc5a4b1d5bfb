package io.maru.server.engine;

import io.maru.wire.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What all endpoints of one server share: how many connections there are and where they come from, what waits in their
 * sessions, and what was refused or dropped. Safe for any thread.
 */
public final class Load {

    final LongAdder droppedNewest = new LongAdder();
    final LongAdder droppedOldest = new LongAdder();
    final LongAdder coalesced = new LongAdder();
    private final LongAdder refusedFull = new LongAdder();
    private final LongAdder refusedAddress = new LongAdder();
    private final LongAdder refusedPending = new LongAdder();
    private final LongAdder refusedOverloaded = new LongAdder();
    private final LongAdder queued = new LongAdder();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger pending = new AtomicInteger();
    private final Limits limits;
    // null while addresses do not matter
    private final @Nullable Addresses addresses;
    // written by whoever watches over it
    private volatile boolean overloaded;

    /**
     * Limits of all endpoints together.
     *
     * @param maxConnections how many sessions there may be, handshakes that are being decided among them
     * @param maxConnectionsPerAddress how many of them one address may have
     * @param maxPendingDecisions how many decisions of the application may be awaited: of guards and of middlewares
     * @param addressRate what all connections of one address may send together, or null for anything
     * @param maxRememberedAddresses how many addresses without a connection are remembered for their rates
     * @param retryAfter what a refused client is told to wait at least; it is told up to twice that, so that not all come
     *     again at once
     */
    public record Limits(
            int maxConnections,
            int maxConnectionsPerAddress,
            int maxPendingDecisions,
            @Nullable Rate addressRate,
            int maxRememberedAddresses,
            Duration retryAfter) {

        /** No limits. */
        public static final Limits NONE = new Limits(
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                null,
                Integer.MAX_VALUE,
                Duration.ofSeconds(10));

        /** Checks the values. */
        public Limits {
            EngineOptions.requirePositive(maxConnections, "maxConnections");
            EngineOptions.requirePositive(maxConnectionsPerAddress, "maxConnectionsPerAddress");
            EngineOptions.requirePositive(maxPendingDecisions, "maxPendingDecisions");
            EngineOptions.requirePositive(maxRememberedAddresses, "maxRememberedAddresses");
            EngineOptions.requirePositive(retryAfter, "retryAfter");
        }
    }

    /** Without limits. */
    public Load() {
        this(Limits.NONE);
    }

    /**
     * With limits.
     *
     * @param limits the limits
     */
    public Load(Limits limits) {
        this(limits, System::nanoTime);
    }

    Load(Limits limits, LongSupplier clock) {
        this.limits = Objects.requireNonNull(limits, "limits");
        boolean careless = limits.maxConnectionsPerAddress() == Integer.MAX_VALUE && limits.addressRate() == null;
        this.addresses = careless
                ? null
                : new Addresses(
                        limits.maxConnectionsPerAddress(),
                        limits.maxRememberedAddresses(),
                        limits.addressRate(),
                        clock);
    }

    /**
     * The figures of a moment.
     *
     * @param connections sessions, and handshakes that are being decided
     * @param pendingDecisions decisions of the application that are awaited
     * @param addresses addresses that are known, where they matter
     * @param refusedFull handshakes refused since there were too many connections
     * @param refusedAddress handshakes refused since their address had too many
     * @param refusedPending handshakes and entries refused since too many were being decided
     * @param refusedOverloaded handshakes refused since too much waited for the clients that there are
     * @param droppedNewest messages that were dropped when they were sent
     * @param droppedOldest messages that were dropped for later ones
     * @param coalesced messages that a later one of the same key has replaced
     * @param queuedBytes bytes that wait in sessions and for handlers, without what the network holds
     */
    public record Stats(
            int connections,
            int pendingDecisions,
            int addresses,
            long refusedFull,
            long refusedAddress,
            long refusedPending,
            long refusedOverloaded,
            long droppedNewest,
            long droppedOldest,
            long coalesced,
            long queuedBytes) {}

    /**
     * The figures.
     *
     * @return those of this moment
     */
    public Stats stats() {
        return new Stats(
                connections.get(),
                pending.get(),
                addresses == null ? 0 : addresses.size(),
                refusedFull.sum(),
                refusedAddress.sum(),
                refusedPending.sum(),
                refusedOverloaded.sum(),
                droppedNewest.sum(),
                droppedOldest.sum(),
                coalesced.sum(),
                queuedBytes());
    }

    // ---- who may come in

    /** A handshake has come: it gets a place, or a refusal. */
    Visit enter(HttpRequest request, boolean asksGuard) {
        Refusal refusal = refusal(request, asksGuard);
        if (refusal != null) {
            connections.decrementAndGet();
        }
        return new Visit(this, request, refusal, asksGuard);
    }

    // the connection is counted by then, and given back by the caller
    private @Nullable Refusal refusal(HttpRequest request, boolean asksGuard) {
        boolean full = connections.incrementAndGet() > limits.maxConnections();
        if (overloaded) {
            refusedOverloaded.increment();
            return Refusal.full(503, "Server is overloaded", retryAfter());
        }
        if (full) {
            refusedFull.increment();
            return Refusal.full(503, "Too many connections", retryAfter());
        }
        if (addresses != null && !addresses.enter(request.remoteAddress())) {
            refusedAddress.increment();
            return Refusal.full(429, "Too many connections of this address", retryAfter());
        }
        if (asksGuard && !beginDecision()) {
            if (addresses != null) {
                addresses.leave(request.remoteAddress());
            }
            return Refusal.full(503, "Server is busy", retryAfter());
        }
        return null;
    }

    /** A session has ended, or a handshake has come to nothing. */
    void leave(HttpRequest request) {
        connections.decrementAndGet();
        if (addresses != null) {
            addresses.leave(request.remoteAddress());
        }
    }

    /**
     * The application is about to be asked for a decision.
     *
     * @return false when too many are awaited: it is not to be asked. Else {@link #endDecision} must follow
     */
    public boolean beginDecision() {
        if (pending.incrementAndGet() <= limits.maxPendingDecisions()) {
            return true;
        }
        pending.decrementAndGet();
        refusedPending.increment();
        return false;
    }

    /** The application has decided, or nobody waits for it any more. */
    public void endDecision() {
        pending.decrementAndGet();
    }

    /**
     * What the address of a session may send.
     *
     * @param session a session that is open
     * @return shared by all of the address, or null when it may send anything
     */
    public @Nullable RateLimiter limiter(Session session) {
        return addresses == null ? null : addresses.limiter(session.request().remoteAddress());
    }

    private long retryAfter() {
        long least = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(Clock.nanos(limits.retryAfter())));
        return least + ThreadLocalRandom.current().nextLong(least + 1);
    }

    // ---- what waits

    /**
     * Says whether too much waits for the clients that there are: others are refused meanwhile.
     *
     * @param on whether it does
     */
    public void overloaded(boolean on) {
        overloaded = on;
    }

    /**
     * Counts bytes that wait, or wait no longer.
     *
     * @param more how many more; below zero for fewer
     */
    public void queued(long more) {
        queued.add(more);
    }

    /**
     * The bytes that wait.
     *
     * @return as they were counted
     */
    public long queuedBytes() {
        return queued.sum();
    }
}
