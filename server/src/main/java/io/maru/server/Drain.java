package io.maru.server;

import io.maru.wire.Clock;
import java.time.Duration;
import java.util.Objects;

/**
 * How a server leaves without a crowd at the next one's door: see {@link MaruServer#stop(Drain)}. Immutable.
 *
 * @param notice how long the server only says that it is not ready, and still lets clients in: as long as load balancers take
 *     to hear it
 * @param spread over which time clients are sent away, evenly
 * @param grace how long what they have begun may take after that; then it is cut short
 * @param restart whether clients are told that the server comes back or is replaced: plain WebSockets are closed with 1012
 *     instead of 1001
 */
public record Drain(Duration notice, Duration spread, Duration grace, boolean restart) {

    /** No notice, 5 seconds of clients that leave, 10 seconds for the rest. */
    public static final Drain DEFAULTS = new Drain(Duration.ZERO, Duration.ofSeconds(5), Duration.ofSeconds(10), false);

    /** Checks the values. */
    public Drain {
        requireTime(notice, "notice");
        requireTime(spread, "spread");
        requireTime(grace, "grace");
    }

    static void requireTime(Duration value, String name) {
        Objects.requireNonNull(value, name);
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + " of zero or more expected: " + value);
        }
    }

    /**
     * The same with another notice.
     *
     * @param value how long the server only says that it is not ready
     * @return the drain
     */
    public Drain withNotice(Duration value) {
        return new Drain(value, spread, grace, restart);
    }

    /**
     * The same with another spread.
     *
     * @param value over which time clients are sent away
     * @return the drain
     */
    public Drain withSpread(Duration value) {
        return new Drain(notice, value, grace, restart);
    }

    /**
     * The same with another grace.
     *
     * @param value how long the rest may take
     * @return the drain
     */
    public Drain withGrace(Duration value) {
        return new Drain(notice, spread, value, restart);
    }

    /**
     * The same for a server that comes back, or is replaced.
     *
     * @return the drain
     */
    public Drain forRestart() {
        return new Drain(notice, spread, grace, true);
    }

    /**
     * How long all of it takes at most, from the call to the end.
     *
     * @return the sum of the three, each of fifty years at most
     */
    public Duration limit() {
        return Duration.ofNanos(Clock.nanos(notice) + Clock.nanos(spread) + Clock.nanos(grace));
    }
}
