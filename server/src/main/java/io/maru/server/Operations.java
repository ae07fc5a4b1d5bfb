package io.maru.server;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a server does for whoever runs it. Immutable; set by methods of {@link ServerOptions.Builder}.
 *
 * @param healthPath see {@link ServerOptions.Builder#health}
 * @param slowHandler see {@link ServerOptions.Builder#slowHandler}
 */
public record Operations(@Nullable String healthPath, Duration slowHandler) {

    /** No path for the health, handlers are slow from 200 milliseconds on. */
    public static final Operations DEFAULTS = new Operations(null, Duration.ofMillis(200));

    /** Checks the values. */
    public Operations {
        if (healthPath != null && (!healthPath.startsWith("/") || healthPath.endsWith("/"))) {
            throw new IllegalArgumentException(
                    "a health path that begins with a slash, and does not end with one, expected: " + healthPath);
        }
        if (slowHandler.isNegative() || slowHandler.isZero()) {
            throw new IllegalArgumentException("slowHandler above zero expected: " + slowHandler);
        }
    }

    Operations withHealthPath(@Nullable String path) {
        return new Operations(path, slowHandler);
    }

    Operations withSlowHandler(Duration time) {
        return new Operations(healthPath, time);
    }
}
