package io.maru.server;

import java.time.Duration;
import java.util.Objects;

/**
 * How clients that come back after a broken connection are given what they had: <a
 * href="https://socket.io/docs/v4/connection-state-recovery">connection state recovery</a>. Kept in the memory of this
 * server; what is kept goes with it.
 *
 * @param maxDisconnection how long a client may be away, 30 days at most
 * @param skipMiddlewares whether a client that comes back passes the namespace's middlewares no more
 * @param maxBytes how much all namespaces may keep together: three quarters of it of events, a quarter of those who are
 *     away. Beyond it the oldest of the namespace goes
 */
public record RecoveryOptions(Duration maxDisconnection, boolean skipMiddlewares, long maxBytes) {

    private static final Duration LONGEST = Duration.ofDays(30);

    /** Two minutes, middlewares skipped, 64 MiB. */
    public static final RecoveryOptions DEFAULTS = new RecoveryOptions(Duration.ofMinutes(2), true, 64L << 20);

    /** Checks the values. */
    public RecoveryOptions {
        Objects.requireNonNull(maxDisconnection, "maxDisconnection");
        if (maxDisconnection.isNegative() || maxDisconnection.isZero() || maxDisconnection.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "maxDisconnection above zero, and of 30 days at most, expected: " + maxDisconnection);
        }
        if (maxBytes <= 0) {
            throw new IllegalArgumentException("maxBytes above zero expected: " + maxBytes);
        }
    }

    /**
     * These with another time.
     *
     * @param value how long a client may be away
     * @return the options
     */
    public RecoveryOptions maxDisconnection(Duration value) {
        return new RecoveryOptions(value, skipMiddlewares, maxBytes);
    }

    /**
     * These with middlewares skipped or not.
     *
     * @param value whether a client that comes back passes the namespace's middlewares no more
     * @return the options
     */
    public RecoveryOptions skipMiddlewares(boolean value) {
        return new RecoveryOptions(maxDisconnection, value, maxBytes);
    }

    /**
     * These with another bound for the memory.
     *
     * @param value bytes
     * @return the options
     */
    public RecoveryOptions maxBytes(long value) {
        return new RecoveryOptions(maxDisconnection, skipMiddlewares, value);
    }
}
