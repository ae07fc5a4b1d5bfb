package io.maru.client;

import io.maru.wire.Encoded;
import io.maru.wire.Packet;
import io.maru.wire.Payload;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one socket sends: events that wait for a connection, or for one that takes too little, and the answers that it waits for.
 * Confined to the socket's loop, but for {@link #emit} and {@link #ask}.
 */
final class Sending {

    private final Socket socket;
    private final Manager manager;
    private final ClientOptions options;
    private final Allowance allowance;
    private final @Nullable Retries retries;

    private final Deque<Emission> waiting = new ArrayDeque<>();
    private final Map<Long, Question> asked = new HashMap<>();
    private long nextId;
    private boolean connected;
    private boolean closed;

    Sending(Socket socket, Manager manager, ClientOptions options) {
        this.socket = socket;
        this.manager = manager;
        this.options = options;
        this.allowance = new Allowance(options.bufferEvents, options.bufferBytes);
        this.retries = options.retries == 0 ? null : new Retries(this, manager.loop(), options.retries);
    }

    Allowance allowance() {
        return allowance;
    }

    // ---- from any thread

    void emit(String event, Payload args, boolean isVolatile) {
        check(event);
        Emission emission = new Emission(event, args, null, options.ackTimeout, Emission.weigh(event, args));
        if (take(emission, isVolatile) && !manager.loop().run(() -> accept(emission, isVolatile))) {
            allowance.drop();
        }
    }

    CompletableFuture<Payload> ask(String event, Payload args, Duration timeout) {
        check(event);
        CompletableFuture<Payload> future = new CompletableFuture<>();
        Question question = new Question(new Question.Asker() {
            @Override
            public void answered(Payload answer) {
                manager.futures().execute(() -> future.complete(answer));
            }

            @Override
            public void failed(Throwable cause) {
                manager.futures().execute(() -> future.completeExceptionally(cause));
            }
        });
        // also when the caller gives up: nobody waits for the answer then
        future.whenComplete((answer, failure) -> {
            if (!question.isOver()) {
                manager.loop().run(question::cancel);
            }
        });
        Emission emission = new Emission(event, args, question, timeout, Emission.weigh(event, args));
        if (!take(emission, false)) {
            future.completeExceptionally(new BufferFullException("too many events wait to be sent"));
        } else if (!manager.loop().run(() -> accept(emission, false))) {
            future.completeExceptionally(new DisconnectedException());
        }
        return future;
    }

    private void check(String event) {
        Objects.requireNonNull(event, "event");
        if (Packet.RESERVED_EVENTS.contains(event)) {
            throw new IllegalArgumentException("a name that Socket.IO does not keep for itself expected: " + event);
        }
    }

    private boolean take(Emission emission, boolean isVolatile) {
        boolean generous = options.bufferPolicy == BufferPolicy.DROP_OLDEST;
        // with handlers on event loops the caller may be one of them, if not this one
        boolean mayWait = !isVolatile
                && socket.isConnected()
                && !options.handlersOnEventLoop
                && !manager.loop().inLoop();
        return allowance.take(emission.bytes(), generous, mayWait);
    }

    // ---- on the loop

    private void accept(Emission emission, boolean isVolatile) {
        if (closed) {
            drop(emission, new DisconnectedException());
        } else if (isVolatile) {
            if (connected && waiting.isEmpty() && manager.isWritable()) {
                write(emission);
            } else {
                drop(emission, new DisconnectedException());
            }
        } else if (retries != null) {
            retries.add(emission);
            dropOldest(retries::removeOldest);
        } else {
            if (emission.question() != null) {
                emission.question().startTimer(manager.loop(), emission.timeout());
            }
            submit(emission);
        }
    }

    /** Whether what is submitted is written at once. */
    boolean canWrite() {
        return connected && waiting.isEmpty() && manager.hasRoom();
    }

    /** Writes an event now, or when there is a connection that takes it. */
    void submit(Emission emission) {
        if (canWrite()) {
            write(emission);
            return;
        }
        waiting.add(emission);
        Question question = emission.question();
        if (question != null) {
            question.place(() -> {
                if (waiting.remove(emission)) {
                    release(emission);
                }
            });
        }
        dropOldest(waiting::poll);
    }

    private void dropOldest(Supplier<@Nullable Emission> oldest) {
        while (options.bufferPolicy == BufferPolicy.DROP_OLDEST && allowance.isExceeded()) {
            Emission dropped = oldest.get();
            if (dropped == null) {
                return;
            }
            drop(dropped, new BufferFullException("newer events have taken its place"));
        }
    }

    /** It is counted no more. */
    void release(Emission emission) {
        if (emission.isCounted()) {
            allowance.give(emission.bytes());
        }
    }

    /** It will not be sent. */
    void drop(Emission emission, Throwable cause) {
        release(emission);
        if (emission.isCounted()) {
            allowance.drop();
        }
        if (emission.question() != null) {
            emission.question().place(null);
            emission.question().fail(cause);
        }
    }

    private void write(Emission emission) {
        Question question = emission.question();
        if (question != null && asked.size() >= options.maxPendingAcks) {
            drop(emission, new BufferFullException("more than " + options.maxPendingAcks + " answers are awaited"));
            return;
        }
        long id = question == null ? Packet.NO_ACK : nextId++;
        Packet.Event packet = new Packet.Event(socket.namespace(), emission.event(), emission.args(), id);
        Encoded message;
        try {
            message = manager.encode(packet);
        } catch (Throwable e) { // a parser of the application's
            drop(emission, e);
            socket.handlers().report(e);
            return;
        }
        if (!manager.takes(message)) {
            BufferFullException tooLarge = new BufferFullException(
                    "event \"" + emission.event() + "\": more than the server takes in one message");
            drop(emission, tooLarge);
            socket.handlers().report(tooLarge);
            return;
        }
        release(emission);
        if (question != null) {
            asked.put(id, question);
            question.place(() -> {
                asked.remove(id);
                manager.answersAwaited(-1);
            });
        }
        socket.handlers().onOutgoing(packet);
        manager.send(message);
        if (question != null) {
            manager.answersAwaited(1); // last: what was held back can come at once, and end the connection
        }
    }

    /** An answer has come. One that nobody waits for any more is ignored. */
    void onAck(Packet.Ack ack) {
        Question question = asked.get(ack.ackId());
        if (question != null) {
            question.answer(ack.args());
        }
    }

    void onConnected() {
        connected = true;
        onWritable();
    }

    /** Sends what waits, as far as the connection takes it. */
    void onWritable() {
        while (connected && !waiting.isEmpty() && manager.hasRoom()) {
            write(waiting.remove());
        }
        if (retries != null) {
            retries.drain();
        }
    }

    /** Answers to what was sent will not come any more; what waits to be sent goes on waiting. */
    void onDisconnected() {
        connected = false;
        for (Question question : new ArrayList<>(asked.values())) {
            question.fail(new DisconnectedException());
        }
    }

    /** Nothing is sent any more. */
    void close() {
        closed = true;
        onDisconnected();
        for (Emission emission : new ArrayList<>(waiting)) {
            drop(emission, new DisconnectedException());
        }
        waiting.clear();
        if (retries != null) {
            retries.close();
        }
    }
}
