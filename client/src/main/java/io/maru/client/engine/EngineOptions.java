package io.maru.client.engine;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How sessions of Engine.IO are opened.
 *
 * @param path the path of requests, with its slashes
 * @param query more of the query, encoded, without a leading {@code &}; empty for none
 * @param transports the transports to begin with, in the order in which they are tried
 * @param tryAllTransports whether the next transport is tried when one fails before it opens
 * @param upgrade whether polling gives way to a WebSocket, where {@code transports} has it
 * @param upgradeTimeoutNanos how long a WebSocket may take to be ready
 */
public record EngineOptions(
        String path,
        String query,
        List<TransportKind> transports,
        boolean tryAllTransports,
        boolean upgrade,
        long upgradeTimeoutNanos) {

    /** Refuses nulls and copies. */
    public EngineOptions {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(query, "query");
        transports = List.copyOf(transports);
        if (transports.isEmpty()) {
            throw new IllegalArgumentException("a transport expected");
        }
    }

    /** Path and query of a request; the id is the session's, null before there is one. */
    String target(TransportKind kind, String more, @Nullable String sid) {
        String session = sid == null ? "" : "&sid=" + URLEncoder.encode(sid, StandardCharsets.UTF_8);
        return path + "?EIO=4&transport=" + kind.text() + more + session + (query.isEmpty() ? "" : "&" + query);
    }
}
