package io.maru.server.engine;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How an endpoint for plain WebSockets behaves. Immutable.
 *
 * @param pingInterval the time from the opening, or a pong, to the next ping frame
 * @param pingTimeout how long a pong may take before the WebSocket is closed
 * @param maxMessageBytes the largest message taken; a larger one closes with 1009
 * @param maxBufferedBytes how many bytes may wait for a client that does not take them
 * @param subprotocols the subprotocols that are spoken, the preferred one first; none is chosen when a client offers none
 *     of them
 * @param guard who decides whether a handshake is let in, or null
 * @param origins whose origins are checked, or null; only its origins count
 * @param limits policy for slow clients, ends by time
 * @param headers hooks for the answer to the handshake
 */
public record PlainOptions(
        Duration pingInterval,
        Duration pingTimeout,
        int maxMessageBytes,
        int maxBufferedBytes,
        List<String> subprotocols,
        @Nullable HandshakeGuard guard,
        @Nullable Cors origins,
        SessionLimits limits,
        List<HeaderHook> headers) {

    /** Pings after 25 seconds, 20 seconds for a pong, messages of 1,000,000 bytes, 1 MiB waiting. */
    public static final PlainOptions DEFAULTS = new PlainOptions(
            Duration.ofSeconds(25),
            Duration.ofSeconds(20),
            1_000_000,
            1 << 20,
            List.of(),
            null,
            null,
            SessionLimits.DEFAULTS,
            List.of());

    /** Checks the values. */
    public PlainOptions {
        EngineOptions.requirePositive(pingInterval, "pingInterval");
        EngineOptions.requirePositive(pingTimeout, "pingTimeout");
        EngineOptions.requirePositive(maxMessageBytes, "maxMessageBytes");
        EngineOptions.requirePositive(maxBufferedBytes, "maxBufferedBytes");
        subprotocols = List.copyOf(subprotocols);
        Objects.requireNonNull(limits, "limits");
        headers = List.copyOf(headers);
    }

    /**
     * These options with another limit for messages.
     *
     * @param bytes the largest message taken
     * @return the options
     */
    public PlainOptions withMaxMessageBytes(int bytes) {
        return new PlainOptions(
                pingInterval, pingTimeout, bytes, maxBufferedBytes, subprotocols, guard, origins, limits, headers);
    }

    /**
     * These options with other times for the heartbeat.
     *
     * @param interval the time to the next ping frame
     * @param timeout how long a pong may take
     * @return the options
     */
    public PlainOptions withHeartbeat(Duration interval, Duration timeout) {
        return new PlainOptions(
                Objects.requireNonNull(interval, "interval"),
                Objects.requireNonNull(timeout, "timeout"),
                maxMessageBytes,
                maxBufferedBytes,
                subprotocols,
                guard,
                origins,
                limits,
                headers);
    }

    /**
     * These options with subprotocols.
     *
     * @param names the subprotocols that are spoken, the preferred one first
     * @return the options
     */
    public PlainOptions withSubprotocols(String... names) {
        return new PlainOptions(
                pingInterval,
                pingTimeout,
                maxMessageBytes,
                maxBufferedBytes,
                List.of(names),
                guard,
                origins,
                limits,
                headers);
    }

    /**
     * These options with a guard.
     *
     * @param handshakeGuard who decides whether a handshake is let in
     * @return the options
     */
    public PlainOptions withGuard(HandshakeGuard handshakeGuard) {
        return new PlainOptions(
                pingInterval,
                pingTimeout,
                maxMessageBytes,
                maxBufferedBytes,
                subprotocols,
                Objects.requireNonNull(handshakeGuard, "handshakeGuard"),
                origins,
                limits,
                headers);
    }

    /**
     * These options with other limits.
     *
     * @param sessionLimits policy for slow clients, ends by time
     * @return the options
     */
    public PlainOptions withLimits(SessionLimits sessionLimits) {
        return new PlainOptions(
                pingInterval,
                pingTimeout,
                maxMessageBytes,
                maxBufferedBytes,
                subprotocols,
                guard,
                origins,
                sessionLimits,
                headers);
    }
}
