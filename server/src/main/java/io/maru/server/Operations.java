package io.maru.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server does for whoever runs it. Immutable; set by methods of {@link ServerOptions.Builder}.
 *
 * @param healthPath see {@link ServerOptions.Builder#health}
 * @param slowHandler see {@link ServerOptions.Builder#slowHandler}
 * @param observers see {@link ServerOptions.Builder#observer}
 */
public record Operations(@Nullable String healthPath, Duration slowHandler, List<ServerObserver> observers) {

    /** No path for the health, handlers are slow from 200 milliseconds on, nobody observes. */
    public static final Operations DEFAULTS = new Operations(null, Duration.ofMillis(200), List.of());

    /** Checks the values. */
    public Operations {
        if (healthPath != null && (!healthPath.startsWith("/") || healthPath.endsWith("/"))) {
            throw new IllegalArgumentException(
                    "a health path that begins with a slash, and does not end with one, expected: " + healthPath);
        }
        if (slowHandler.isNegative() || slowHandler.isZero()) {
            throw new IllegalArgumentException("slowHandler above zero expected: " + slowHandler);
        }
        observers = List.copyOf(observers);
    }

    Operations withHealthPath(@Nullable String path) {
        return new Operations(path, slowHandler, observers);
    }

    Operations withSlowHandler(Duration time) {
        return new Operations(healthPath, time, observers);
    }

    Operations withObserver(ServerObserver observer) {
        List<ServerObserver> more = new ArrayList<>(observers);
        more.add(observer);
        return new Operations(healthPath, slowHandler, more);
    }
}
