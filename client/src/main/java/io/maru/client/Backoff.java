package io.maru.client;

import io.maru.wire.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before the next attempt: twice as long each time, and up to the randomization factor more or less, so that
 * clients that were cut off together do not come back together. The formula is that of Socket.IO's client. For one thread.
 */
public final class Backoff {

    private final long min;
    private final long max;
    private final double factor;
    private final DoubleSupplier random;
    private int attempts;

    /**
     * Before the first attempt.
     *
     * @param min what the first delay is about
     * @param max no delay is longer
     * @param factor how much of a delay may be more or less, from 0 to 1
     * @param random numbers from 0 to below 1
     */
    public Backoff(Duration min, Duration max, double factor, DoubleSupplier random) {
        this.min = Clock.nanos(min) / 1_000_000;
        this.max = Clock.nanos(max) / 1_000_000;
        this.factor = factor;
        this.random = Objects.requireNonNull(random, "random");
        if (this.min < 1 || this.max < 1 || !(factor >= 0 && factor <= 1)) {
            throw new IllegalArgumentException(
                    "delays above zero and a factor from 0 to 1 expected: " + min + ", " + max + ", " + factor);
        }
    }

    /**
     * The delay before one more attempt.
     *
     * @return milliseconds are the finest
     */
    public Duration next() {
        // beyond 2^40 times the least every delay is the longest
        double delay = min * Math.pow(2, Math.min(attempts++, 40));
        if (factor > 0) {
            double number = random.getAsDouble();
            double deviation = Math.floor(number * factor * delay);
            boolean less = ((long) Math.floor(number * 10) & 1) == 0;
            delay = less ? delay - deviation : delay + deviation;
        }
        return Duration.ofMillis((long) Math.min(delay, (double) max));
    }

    /**
     * How often {@link #next} was asked since the last {@link #reset}.
     *
     * @return a number from 0
     */
    public int attempts() {
        return attempts;
    }

    /** Begins anew. */
    public void reset() {
        attempts = 0;
    }
}
