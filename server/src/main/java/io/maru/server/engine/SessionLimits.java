package io.maru.server.engine;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Limits of one session, beside its bytes. Immutable.
 *
 * @param overflow what becomes of a message for a client that takes too little
 * @param maxBufferedMessages how many messages may wait in a session, where it keeps them itself: with {@link
 *     Overflow#DROP_OLDEST}, and behind a message with a key
 * @param idleTimeout how long a client may send no message before its session ends, or null for any time. Answers to the
 *     heartbeat do not count
 * @param maxLifetime how long a session may last, or null for any time
 */
public record SessionLimits(
        Overflow overflow,
        int maxBufferedMessages,
        @Nullable Duration idleTimeout,
        @Nullable Duration maxLifetime) {

    /** A slow client's session ends; 10,000 messages; no end by time. */
    public static final SessionLimits DEFAULTS = new SessionLimits(Overflow.CLOSE, 10_000, null, null);

    /** Checks the values. */
    public SessionLimits {
        Objects.requireNonNull(overflow, "overflow");
        EngineOptions.requirePositive(maxBufferedMessages, "maxBufferedMessages");
        if (idleTimeout != null) {
            EngineOptions.requirePositive(idleTimeout, "idleTimeout");
        }
        if (maxLifetime != null) {
            EngineOptions.requirePositive(maxLifetime, "maxLifetime");
        }
    }

    /**
     * These limits with another policy.
     *
     * @param policy see {@link #overflow()}
     * @return the limits
     */
    public SessionLimits withOverflow(Overflow policy) {
        return new SessionLimits(policy, maxBufferedMessages, idleTimeout, maxLifetime);
    }

    /**
     * These limits with another number of messages.
     *
     * @param messages see {@link #maxBufferedMessages()}
     * @return the limits
     */
    public SessionLimits withMaxBufferedMessages(int messages) {
        return new SessionLimits(overflow, messages, idleTimeout, maxLifetime);
    }

    /**
     * These limits with a time for silence.
     *
     * @param time see {@link #idleTimeout()}
     * @return the limits
     */
    public SessionLimits withIdleTimeout(@Nullable Duration time) {
        return new SessionLimits(overflow, maxBufferedMessages, time, maxLifetime);
    }

    /**
     * These limits with a time for a session.
     *
     * @param time see {@link #maxLifetime()}
     * @return the limits
     */
    public SessionLimits withMaxLifetime(@Nullable Duration time) {
        return new SessionLimits(overflow, maxBufferedMessages, idleTimeout, time);
    }
}
