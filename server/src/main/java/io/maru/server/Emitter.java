package io.maru.server;

import io.maru.server.engine.Handling;
import io.maru.server.engine.Overflow;
import io.maru.server.engine.SendResult;
import io.maru.wire.Payload;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Sends to one socket, with other settings than the socket's own. Immutable. */
public final class Emitter {

    private final Socket socket;
    private final boolean isVolatile;
    private final Handling handling;
    private final Duration timeout;

    Emitter(Socket socket, boolean isVolatile, Handling handling, Duration timeout) {
        this.socket = socket;
        this.isVolatile = isVolatile;
        this.handling = handling;
        this.timeout = Objects.requireNonNull(timeout, "timeout");
    }

    /**
     * These settings, with events that may be lost: they are dropped when the client cannot take them at once.
     *
     * @return sends to the same socket
     */
    public Emitter asVolatile() {
        return new Emitter(socket, true, handling, timeout);
    }

    /**
     * These settings, with a key: while the client takes nothing, only the last event of a key waits for it.
     *
     * @param key the key; it belongs to the socket, whatever the event's name
     * @return sends to the same socket
     * @see Broadcast#coalesce(String)
     */
    public Emitter coalesce(String key) {
        return new Emitter(socket, isVolatile, handling.withKey(socket.key(key)), timeout);
    }

    /**
     * These settings, with another policy for when too much waits for the client.
     *
     * @param policy what becomes of an event then
     * @return sends to the same socket
     */
    public Emitter overflow(Overflow policy) {
        return new Emitter(socket, isVolatile, handling.withOverflow(policy), timeout);
    }

    /**
     * These settings, with or without compression, where the server compresses the messages of WebSockets at all.
     *
     * @param value true unless set; false sends what is compressed already, or must not be
     * @return sends to the same socket
     */
    public Emitter compress(boolean value) {
        return new Emitter(socket, isVolatile, handling.withCompression(value), timeout);
    }

    /**
     * These settings, with another limit for the time that answers may take.
     *
     * @param limit the time
     * @return sends to the same socket
     */
    public Emitter timeout(Duration limit) {
        return new Emitter(socket, isVolatile, handling, limit);
    }

    /**
     * Sends an event.
     *
     * @param event its name
     * @param args its arguments
     * @see Socket#emit(String, Object...)
     */
    public void emit(String event, @Nullable Object... args) {
        emit(event, socket.namespace().encode(args));
    }

    /**
     * Sends an event with arguments that have come from elsewhere, unread.
     *
     * @param event its name
     * @param args its arguments
     * @see Socket#emit(String, Payload)
     */
    public void emit(String event, Payload args) {
        Sending.emit(socket, event, args, isVolatile, handling);
    }

    /**
     * Sends an event, and tells what has become of it at that moment. That a client has got it only an answer says.
     *
     * @param event its name
     * @param args its arguments
     * @return what has become of it; it never fails, and completes as the answer to {@link Socket#request} does
     * @see Socket#emit(String, Object...)
     */
    public CompletableFuture<SendResult> emitResult(String event, @Nullable Object... args) {
        return Sending.emitResult(socket, event, socket.namespace().encode(args), isVolatile, handling);
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
        return Sending.request(socket, event, args, handling.kept(), timeout);
    }
}
