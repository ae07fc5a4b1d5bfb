package io.maru.server.engine;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the connections of a server come from, and what each address has sent. An address is known while it has connections,
 * and after its last one until its rate has recovered. Safe for any thread.
 */
final class Addresses {

    private static final long SWEEP_NANOS = 10_000_000_000L;

    private static final class Address {
        final @Nullable RateLimiter limiter;
        // changed within the map's compute
        int connections;

        Address(@Nullable RateLimiter limiter) {
            this.limiter = limiter;
        }
    }

    private final int maxConnections;
    private final int maxRemembered;
    private final @Nullable Rate rate;
    private final LongSupplier clock;
    private final Map<String, Address> known = new ConcurrentHashMap<>();
    // those without connections
    private final AtomicInteger remembered = new AtomicInteger();
    private final AtomicLong nextSweep;

    Addresses(int maxConnections, int maxRemembered, @Nullable Rate rate, LongSupplier clock) {
        this.maxConnections = maxConnections;
        this.maxRemembered = maxRemembered;
        this.rate = rate;
        this.clock = clock;
        this.nextSweep = new AtomicLong(clock.getAsLong() + SWEEP_NANOS);
    }

    /** How many addresses are known. */
    int size() {
        return known.size();
    }

    /** Counts a connection in; false when its address has as many as it may. */
    boolean enter(String address) {
        sweepSometimes();
        boolean[] entered = {false};
        known.compute(key(address), (key, before) -> {
            Address now = before == null ? new Address(newLimiter()) : before;
            if (now.connections < maxConnections) {
                entered[0] = true;
                if (before != null && now.connections == 0) {
                    remembered.decrementAndGet();
                }
                now.connections++;
            }
            return now;
        });
        return entered[0];
    }

    /** Counts a connection out. */
    void leave(String address) {
        known.computeIfPresent(key(address), (key, now) -> {
            now.connections--;
            if (now.connections > 0) {
                return now;
            }
            if (hasRecovered(now)) {
                return null;
            }
            remembered.incrementAndGet();
            return now;
        });
        if (remembered.get() > maxRemembered) {
            // to the half: so that this is seldom done, however many come and go
            sweep(maxRemembered / 2);
        }
    }

    /** What an address that has a connection may send, or null when it may send anything. */
    @Nullable RateLimiter limiter(String address) {
        Address found = rate == null ? null : known.get(key(address));
        return found == null ? null : found.limiter;
    }

    private @Nullable RateLimiter newLimiter() {
        return rate == null ? null : new RateLimiter(rate, clock.getAsLong());
    }

    private boolean hasRecovered(Address address) {
        return address.limiter == null || address.limiter.isFull(clock.getAsLong());
    }

    private void sweepSometimes() {
        long due = nextSweep.get();
        long now = clock.getAsLong();
        if (now - due >= 0 && nextSweep.compareAndSet(due, now + SWEEP_NANOS) && remembered.get() > 0) {
            sweep(maxRemembered);
        }
    }

    /** Forgets the addresses without connections that have recovered, and so many others that no more are left than a number. */
    private void sweep(int left) {
        for (String address : known.keySet()) {
            known.computeIfPresent(address, (key, now) -> {
                if (now.connections > 0 || !hasRecovered(now) && remembered.get() <= left) {
                    return now;
                }
                remembered.decrementAndGet();
                return null;
            });
        }
    }

    /** An address of IPv4 as it is; of IPv6 its first half, which is what one customer has at least. */
    static String key(String address) {
        if (address.indexOf(':') < 0) {
            return address;
        }
        int gap = address.indexOf("::");
        String[] first = (gap < 0 ? address : address.substring(0, gap)).split(":", -1);
        String[] last = gap < 0 ? new String[0] : address.substring(gap + 2).split(":", -1);
        StringBuilder half = new StringBuilder(24);
        for (int i = 0; i < 4; i++) {
            int fromEnd = last.length - 8 + i;
            String group = i < first.length ? first[i] : fromEnd >= 0 ? last[fromEnd] : "";
            half.append(group.isEmpty() ? "0" : group).append(':');
        }
        return half.append("/64").toString();
    }
}
