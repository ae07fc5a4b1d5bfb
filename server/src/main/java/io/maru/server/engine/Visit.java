package io.maru.server.engine;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A handshake that takes a place among the connections of the server, until it has been refused, the client has gone, or a
 * session has taken the place over. Safe for any thread.
 */
final class Visit {

    private final Load load;
    private final HttpRequest request;
    private final @Nullable Refusal refusal;
    private final AtomicBoolean undecided;
    private final AtomicBoolean over;

    /** A handshake that has got a place, or a refusal instead. */
    Visit(Load load, HttpRequest request, @Nullable Refusal refusal, boolean asksGuard) {
        this.load = load;
        this.request = request;
        this.refusal = refusal;
        undecided = new AtomicBoolean(refusal == null && asksGuard);
        over = new AtomicBoolean(refusal != null);
    }

    /** Why there is no place for it, or null when there is. */
    @Nullable Refusal refusal() {
        return refusal;
    }

    /** The guard has decided. */
    void decided() {
        if (undecided.compareAndSet(true, false)) {
            load.endDecision();
        }
    }

    /** It has come to nothing. */
    void end() {
        decided();
        if (over.compareAndSet(false, true)) {
            load.leave(request);
        }
    }

    /** A session has its place now, and leaves at its end. */
    void keep() {
        over.set(true);
    }
}
