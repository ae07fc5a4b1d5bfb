package io.maru.server;

import io.maru.server.Listeners.Listener;
import io.maru.wire.Packet;
import io.maru.wire.WireException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What the application has put on one socket, and how it is run: one thing at a time, in the order in which things came,
 * by the {@link HandlerQueue} of the connection. Safe for any thread. What a handler throws ends here.
 */
final class SocketHandlers {

    private static final String INTERNAL_ERROR = "Internal error";

    private final Socket socket;
    private final HandlerQueue queue;
    private final Listeners events = new Listeners();
    // null until there is one; set under the lock of this
    private volatile @Nullable Hooks hooks;

    /** What few sockets have: all that listens to something other than events. */
    static final class Hooks {
        final List<Handler<DisconnectReason>> disconnecting = new CopyOnWriteArrayList<>();
        final List<Handler<DisconnectReason>> disconnected = new CopyOnWriteArrayList<>();
        final List<Handler<Throwable>> errors = new CopyOnWriteArrayList<>();
        final List<Handler<Event>> outgoing = new CopyOnWriteArrayList<>();
        final List<Middleware<Event>> middlewares = new CopyOnWriteArrayList<>();
        final List<Runnable> drains = new CopyOnWriteArrayList<>();
        // null until there is one; set under the lock of the socket's handlers
        volatile @Nullable Expiry expiry;
    }

    SocketHandlers(Socket socket) {
        this.socket = socket;
        this.queue = socket.connection().handlers();
    }

    Listeners events() {
        return events;
    }

    void add(String event, Handler<Event> run, Object given, boolean once) {
        events.add(new Listener(Socket.requireName(event), run, given, once));
    }

    void addAny(Handler<Event> handler, boolean first) {
        events.addAny(new Listener(null, handler, handler, false), first);
    }

    /** Runs a task after what waits already. */
    void execute(Runnable task) {
        queue.execute(task);
    }

    /** The client has entered. */
    void onConnection() {
        queue.execute(() -> socket.namespace().forEachConnectionHandler(handler -> run(handler, socket)));
    }

    /** An event has come. */
    void onEvent(Packet.Event packet) {
        Event event = new Event(socket, packet.name(), packet.args(), new Ack(socket, packet.ackId()));
        Observers observers = socket.namespace().server().observers();
        if (observers.listen()) {
            long bytes = event.args().bytes();
            observers.tell(observer -> observer.eventReceived(socket, event.name(), bytes));
        }
        queue.execute(() -> pass(event, 0), event.args().keptBytes());
    }

    /** An event is sent to the client. */
    void onOutgoing(Packet.Event packet) {
        Hooks has = hooks;
        if (has != null && !has.outgoing.isEmpty()) {
            Event event = new Event(socket, packet.name(), packet.args(), new Ack(socket, Packet.NO_ACK));
            queue.execute(() -> has.outgoing.forEach(handler -> run(handler, event)));
        }
    }

    /** The client takes messages again. */
    void onDrain() {
        Hooks has = hooks;
        if (has != null && !has.drains.isEmpty()) {
            queue.execute(() -> has.drains.forEach(drain -> run(ignored -> drain.run(), socket)));
        }
    }

    /** The client's time is over. */
    void onExpire(Expiry expiry) {
        if (!expiry.handlers.isEmpty()) {
            queue.execute(() -> expiry.handlers.forEach(handler -> run(handler, socket)));
        }
    }

    /** The client has left; between the two kinds of handlers its rooms are forgotten, and then it is gone. */
    void onGone(DisconnectReason reason, boolean wasConnected, Runnable forgetRooms, Runnable gone) {
        Expiry expiry = knownExpiry();
        if (expiry != null) {
            expiry.end();
        }
        queue.execute(() -> {
            Hooks has = hooks;
            if (wasConnected && has != null) {
                has.disconnecting.forEach(handler -> run(handler, reason));
            }
            forgetRooms.run();
            if (wasConnected && has != null) {
                has.disconnected.forEach(handler -> run(handler, reason));
            }
            gone.run();
        });
    }

    // lets the event through the middlewares from one on, then to its handlers
    private void pass(Event event, int from) {
        Hooks has = hooks;
        int i = from;
        while (has != null && i < has.middlewares.size()) {
            Middleware<Event> middleware = has.middlewares.get(i++);
            CompletionStage<?> stage;
            try {
                stage = middleware.check(event);
            } catch (Throwable refusal) {
                refused(event, refusal);
                return;
            }
            if (stage != null) {
                int next = i;
                stage.whenComplete((done, refusal) -> queue.execute(() -> {
                    if (refusal == null) {
                        pass(event, next);
                    } else {
                        refused(event, Namespace.cause(refusal));
                    }
                }));
                return;
            }
        }
        dispatch(event);
    }

    private void refused(Event event, Throwable refusal) {
        if (socket.isPlain()) {
            event.ack()
                    .fail(
                            refusal instanceof ConnectRefusedException
                                    ? String.valueOf(refusal.getMessage())
                                    : INTERNAL_ERROR);
        }
        report(refusal);
    }

    private void dispatch(Event event) {
        Listener[] common = socket.namespace().listeners(event.name());
        Listener[] own = events.take(event.name());
        // not when only those listen that listen to everything
        boolean isPing = event.name().equals("ping") && socket.isPlain() && isForAll(common) && isForAll(own);
        boolean asks = event.ack().isWanted();
        if (common.length + own.length == 0 && !isPing && socket.isPlain()) {
            event.ack().fail("Unknown message type");
        }
        Observers observers = socket.namespace().server().observers();
        if (observers.listen()) {
            observe(observers, common, own, event);
        } else {
            call(common, event, null);
            call(own, event, null);
        }
        if (isPing && asks) {
            event.ack().send(event.args()); // unless one of those has answered it
        } else if (isPing) {
            socket.emit("pong", event.args());
        }
    }

    private static boolean isForAll(Listener[] listeners) {
        for (Listener listener : listeners) {
            if (listener.event() != null) {
                return false;
            }
        }
        return true;
    }

    private void observe(Observers observers, Listener[] common, Listener[] own, Event event) {
        long before = System.nanoTime();
        Throwable failure = call(own, event, call(common, event, null));
        long nanos = System.nanoTime() - before;
        int handlers = common.length + own.length;
        observers.tell(observer -> observer.eventHandled(socket, event.name(), handlers, nanos, failure));
    }

    /** Calls them all; gives what the first that failed threw, which can be one before these. */
    private @Nullable Throwable call(Listener[] listeners, Event event, @Nullable Throwable before) {
        Throwable first = before;
        for (Listener listener : listeners) {
            try {
                listener.run().handle(event);
            } catch (Throwable e) {
                first = first == null ? e : first;
                if (socket.isPlain()) {
                    event.ack().fail(e instanceof WireException ? "Invalid payload" : INTERNAL_ERROR);
                }
                report(
                        e instanceof WireException
                                ? new IllegalArgumentException("event \"" + event.name() + "\": " + e.getMessage(), e)
                                : e);
            }
        }
        return first;
    }

    private <T> void run(Handler<T> handler, T value) {
        try {
            handler.handle(value);
        } catch (Throwable e) {
            report(e);
        }
    }

    private void report(Throwable e) {
        Hooks has = hooks;
        if (has == null || has.errors.isEmpty()) {
            socket.namespace().server().report(socket, e);
            return;
        }
        for (Handler<Throwable> handler : has.errors) {
            try {
                handler.handle(e);
            } catch (Throwable again) {
                socket.namespace().server().report(socket, again);
            }
        }
    }

    /** A handler of the first argument, as a handler of the event. */
    static <T> Handler<Event> typed(Class<T> type, AckHandler<T> handler) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(handler, "handler");
        return event -> {
            T value = event.get(0, type);
            if (value == null) {
                throw new WireException(WireException.Reason.MALFORMED, "an argument expected");
            }
            handler.handle(value, event.ack());
        };
    }

    Hooks hooks() {
        Hooks has = hooks;
        if (has == null) {
            synchronized (this) {
                has = hooks;
                if (has == null) {
                    has = new Hooks();
                    hooks = has;
                }
            }
        }
        return has;
    }

    /** When the socket expires, if anybody has cared. */
    @Nullable Expiry knownExpiry() {
        Hooks has = hooks;
        return has == null ? null : has.expiry;
    }

    Expiry expiry() {
        Hooks has = hooks();
        Expiry expiry = has.expiry;
        if (expiry == null) {
            synchronized (this) {
                expiry = has.expiry;
                if (expiry == null) {
                    expiry = new Expiry(socket);
                    has.expiry = expiry;
                }
            }
        }
        return expiry;
    }
}
