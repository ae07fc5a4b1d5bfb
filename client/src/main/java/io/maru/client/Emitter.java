package io.maru.client;

import io.maru.wire.Payload;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Sends by one socket, with other settings than the socket's own. Immutable. */
public final class Emitter {

    private final Socket socket;
    private final boolean isVolatile;
    private final Duration timeout;

    Emitter(Socket socket, boolean isVolatile, Duration timeout) {
        this.socket = socket;
        this.isVolatile = isVolatile;
        this.timeout = ClientOptions.requireTime(timeout, "timeout");
    }

    /**
     * These settings, with events that may be lost: they are dropped unless they can go out at once.
     *
     * @return sends by the same socket
     */
    public Emitter asVolatile() {
        return new Emitter(socket, true, timeout);
    }

    /**
     * These settings, with another limit for the time that answers may take.
     *
     * @param limit the time
     * @return sends by the same socket
     * @throws IllegalArgumentException when that is less than a millisecond
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
        emit(event, socket.encode(args));
    }

    /**
     * Sends an event with arguments that have come from elsewhere, unread.
     *
     * @param event its name
     * @param args its arguments
     * @see Socket#emit(String, Object...)
     */
    public void emit(String event, Payload args) {
        socket.sending().emit(event, args, isVolatile);
    }

    /**
     * Sends an event and asks for an answer; a question is never dropped for being volatile.
     *
     * @param event its name
     * @param args its arguments
     * @return the answer
     * @see Socket#emitWithAck(String, Object...)
     */
    public CompletableFuture<Payload> emitWithAck(String event, @Nullable Object... args) {
        return emitWithAck(event, socket.encode(args));
    }

    /**
     * Sends an event with arguments that have come from elsewhere, and asks for an answer.
     *
     * @param event its name
     * @param args its arguments
     * @return the answer
     * @see Socket#emitWithAck(String, Object...)
     */
    public CompletableFuture<Payload> emitWithAck(String event, Payload args) {
        return socket.sending().ask(event, args, timeout);
    }
}
