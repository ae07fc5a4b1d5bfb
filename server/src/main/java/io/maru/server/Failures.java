package io.maru.server;

import io.maru.wire.WireException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the application's code throws. */
final class Failures {

    private static final Logger log = LoggerFactory.getLogger(MaruServer.class);

    private Failures() {}

    /** Tells the listener, or the log where there is none. The client's data is not in the report. */
    static void report(
            @Nullable BiConsumer<@Nullable Socket, Throwable> listener, @Nullable Socket socket, Throwable e) {
        if (listener == null) {
            if (e.getCause() instanceof WireException) {
                log.debug("{}: {}", socket, e.getMessage()); // a client's fault: it must not fill the log
            } else {
                log.error("a handler failed{}", socket == null ? "" : " for " + socket, e);
            }
            return;
        }
        try {
            listener.accept(socket, e);
        } catch (Throwable again) {
            log.error("the error listener failed", again);
        }
    }
}
