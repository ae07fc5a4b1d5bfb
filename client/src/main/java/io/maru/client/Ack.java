package io.maru.client;

import io.maru.wire.Packet;
import io.maru.wire.Payload;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The answer to an event, for a server that asked for one. It is given once; what comes after is dropped, as is the answer to a
 * connection that has ended meanwhile. Safe for any thread, also long after the handler has returned.
 */
public final class Ack {

    private final Socket socket;
    private final long id;
    // the connection on which it was asked for: another one has its own numbers
    private final int connection;
    private final AtomicBoolean given;

    Ack(Socket socket, long id, int connection) {
        this.socket = socket;
        this.id = id;
        this.connection = connection;
        this.given = new AtomicBoolean(id == Packet.NO_ACK);
    }

    /**
     * Whether the server waits for an answer that was not given yet.
     *
     * @return true when it does
     */
    public boolean isWanted() {
        return !given.get();
    }

    /**
     * Answers.
     *
     * @param args the answer: any objects that can be written as JSON, bytes among them
     * @throws IllegalArgumentException when one cannot be written; the answer is then still to be given
     */
    public void send(@Nullable Object... args) {
        send(socket.encode(args));
    }

    /**
     * Answers with what has come from elsewhere, unread.
     *
     * @param args the answer
     */
    public void send(Payload args) {
        if (given.compareAndSet(false, true)) {
            socket.state().sendAck(id, args, connection);
        }
    }

    /**
     * Answers that it did not work: whoever asked gets {@code {"error":message}}.
     *
     * @param message in words for the server
     */
    public void fail(String message) {
        send(Map.of("error", message));
    }
}
