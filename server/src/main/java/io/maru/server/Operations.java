package io.maru.server;

import org.jspecify.annotations.Nullable;

/**
 * What a server does for whoever runs it. Immutable; set by methods of {@link ServerOptions.Builder}.
 *
 * @param healthPath see {@link ServerOptions.Builder#health}
 */
public record Operations(@Nullable String healthPath) {

    /** No path for the health. */
    public static final Operations DEFAULTS = new Operations(null);

    /** Checks the values. */
    public Operations {
        if (healthPath != null && (!healthPath.startsWith("/") || healthPath.endsWith("/"))) {
            throw new IllegalArgumentException(
                    "a health path that begins with a slash, and does not end with one, expected: " + healthPath);
        }
    }

    Operations withHealthPath(@Nullable String path) {
        return new Operations(path);
    }
}
