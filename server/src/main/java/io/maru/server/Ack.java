package io.maru.server;

import io.maru.wire.Packet;
import io.maru.wire.Payload;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer to an event, for a client that asked for one. It is given once; what comes after is dropped, as is the answer
 * to a client that is gone. Safe for any thread, also long after the handler has returned.
 */
public final class Ack {

    private static final VarHandle GIVEN = given();

    private final Socket socket;
    private final long id;
    private volatile boolean given;

    Ack(Socket socket, long id) {
        this.socket = socket;
        this.id = id;
        this.given = id == Packet.NO_ACK;
    }

    private static VarHandle given() {
        try {
            return MethodHandles.lookup().findVarHandle(Ack.class, "given", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no such field", e);
        }
    }

    private boolean give() {
        return (boolean) GIVEN.compareAndSet(this, false, true);
    }

    /**
     * Whether the client waits for an answer that was not given yet.
     *
     * @return true when it does
     */
    public boolean isWanted() {
        return !given;
    }

    /**
     * Answers.
     *
     * @param args the answer: any objects that can be written as JSON, bytes among them. A plain client gets one as {@code
     *     data}, several as an array
     * @throws IllegalArgumentException when one cannot be written; the answer is then still to be given
     */
    public void send(@Nullable Object... args) {
        send(socket.namespace().encode(args));
    }

    /**
     * Answers with what has come from elsewhere, unread.
     *
     * @param args the answer
     */
    public void send(Payload args) {
        if (give()) {
            socket.sendAck(id, args);
        }
    }

    /**
     * Answers that it did not work: whoever asked gets {@code {"error":message}}. A plain client gets the frame {@code
     * {"error":message}} as well, also when it asked for no answer.
     *
     * @param message in words for the client
     */
    public void fail(String message) {
        socket.fail(message);
        if (give()) {
            socket.sendAck(id, socket.namespace().encode(Map.of("error", message)));
        }
    }
}
