package io.maru.server.engine;

import java.util.Objects;

/**
 * How much of a {@link Rate} has been used: a token bucket for messages and one for bytes, each kept as the moment at which it
 * is full again. Safe for any thread.
 */
public final class RateLimiter {

    private static final double SECOND = 1e9;

    private final Rate rate;
    // guarded by this: moments of System.nanoTime, or whatever clock the caller has
    private long messagesFull;
    private long bytesFull;

    /**
     * A full one.
     *
     * @param rate how much may come
     * @param now the time, in nanoseconds since some moment
     */
    public RateLimiter(Rate rate, long now) {
        this.rate = Objects.requireNonNull(rate, "rate");
        messagesFull = now;
        bytesFull = now;
    }

    /**
     * How long to wait for the next message.
     *
     * @param now the time
     * @return nanoseconds; 0 when it may come now
     */
    public synchronized long delay(long now) {
        // a message needs one of the burst, and of the bytes any that is left
        return Math.max(
                delay(messagesFull - now, rate.messages(), rate.messageBurst() - 1),
                delay(bytesFull - now + 1, rate.bytes(), rate.byteBurst()));
    }

    private static long delay(long untilFull, double perSecond, long used) {
        return perSecond == 0 ? 0 : Math.max(0, untilFull - (long) (used * SECOND / perSecond));
    }

    /**
     * Takes a message, whether it may come or not; those that may not delay the next ones longer.
     *
     * @param now the time
     * @param bytes its bytes
     */
    public synchronized void take(long now, int bytes) {
        messagesFull = later(messagesFull, now, 1, rate.messages());
        bytesFull = later(bytesFull, now, bytes, rate.bytes());
    }

    private static long later(long full, long now, int amount, double perSecond) {
        long from = full - now > 0 ? full : now;
        return perSecond == 0 ? from : from + (long) (amount * SECOND / perSecond);
    }

    /** Whether it is as if nothing had come. */
    synchronized boolean isFull(long now) {
        return messagesFull - now <= 0 && bytesFull - now <= 0;
    }
}
