package io.maru.client.engine;

import java.util.List;
import java.util.Objects;

/**
 * How plain WebSockets are opened and kept.
 *
 * @param target path and query
 * @param subprotocols what to ask for, the best first; none when empty
 * @param pingIntervalNanos how often the server is expected to ping
 * @param pingTimeoutNanos how much longer it may be silent
 */
public record PlainOptions(String target, List<String> subprotocols, long pingIntervalNanos, long pingTimeoutNanos) {
    /** Refuses nulls and copies. */
    public PlainOptions {
        Objects.requireNonNull(target, "target");
        subprotocols = List.copyOf(subprotocols);
    }
}
