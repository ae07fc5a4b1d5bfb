package io.maru.server;

import io.maru.wire.Payload;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Sends to one socket, with other settings than the socket's own. Immutable. */
public final class Emitter {

    private final Socket socket;
    private final boolean isVolatile;
    private final Duration timeout;

    Emitter(Socket socket, boolean isVolatile, Duration timeout) {
        this.socket = socket;
        this.isVolatile = isVolatile;
        this.timeout = Objects.requireNonNull(timeout, "timeout");
    }

    /**
     * These settings, with events that may be lost: they are dropped when the client cannot take them at once.
     *
     * @return sends to the same socket
     */
    public Emitter asVolatile() {
        return new Emitter(socket, true, timeout);
    }

    /**
     * These settings, with another limit for the time that answers may take.
     *
     * @param limit the time
     * @return sends to the same socket
     */
    public Emitter timeout(Duration limit) {
        return new Emitter(socket, isVolatile, limit);
    }

    /**
     * Sends an event.
     *
     * @param event its name
     * @param args its arguments
     * @see Socket#emit(String, Object...)
     */
    public void emit(String event, @Nullable Object... args) {
        socket.emit(event, socket.namespace().encode(args), isVolatile);
    }

    /**
     * Sends an event with arguments that have come from elsewhere, unread.
     *
     * @param event its name
     * @param args its arguments
     * @see Socket#emit(String, Payload)
     */
    public void emit(String event, Payload args) {
        socket.emit(event, args, isVolatile);
    }

    /**
     * Sends an event and asks for an answer; a question is never dropped.
     *
     * @param event its name
     * @param args its arguments
     * @return the answer
     * @see Socket#request(String, Object...)
     */
    public CompletableFuture<Payload> request(String event, @Nullable Object... args) {
        return request(event, socket.namespace().encode(args));
    }

    /**
     * Sends an event with arguments that have come from elsewhere, and asks for an answer.
     *
     * @param event its name
     * @param args its arguments
     * @return the answer
     * @see Socket#request(String, Object...)
     */
    public CompletableFuture<Payload> request(String event, Payload args) {
        return socket.request(event, args, timeout);
    }
}
