package io.maru.client;

import io.maru.client.Listeners.Listener;
import io.maru.wire.Packet;
import io.maru.wire.WireException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The application's handlers of one socket, and how they are called: in the queue of the connection. Safe for any thread. */
final class SocketHandlers {

    private static final Logger log = LoggerFactory.getLogger(Socket.class);

    private final Socket socket;
    private final HandlerQueue queue;
    private final Listeners events = new Listeners();
    private final Listeners outgoing = new Listeners();
    private final List<Handler<Socket>> connects = new CopyOnWriteArrayList<>();
    private final List<DisconnectHandler> disconnects = new CopyOnWriteArrayList<>();
    private final List<Handler<Throwable>> connectErrors = new CopyOnWriteArrayList<>();
    private final List<Handler<Throwable>> errors = new CopyOnWriteArrayList<>();

    SocketHandlers(Socket socket, HandlerQueue queue) {
        this.socket = socket;
        this.queue = queue;
    }

    Listeners events() {
        return events;
    }

    Listeners outgoing() {
        return outgoing;
    }

    List<Handler<Socket>> connects() {
        return connects;
    }

    List<DisconnectHandler> disconnects() {
        return disconnects;
    }

    List<Handler<Throwable>> connectErrors() {
        return connectErrors;
    }

    List<Handler<Throwable>> errors() {
        return errors;
    }

    // ---- what happens

    void onConnect() {
        // who comes from now on is told by another task
        List<Handler<Socket>> present = List.copyOf(connects);
        queue.execute(() -> present.forEach(handler -> run(handler, socket)));
    }

    /** The socket is connected already, and somebody wants to hear of it. */
    void onConnect(Handler<Socket> late) {
        queue.execute(() -> run(late, socket));
    }

    void onDisconnect(DisconnectReason reason, DisconnectDetails details) {
        queue.execute(() -> disconnects.forEach(handler -> {
            try {
                handler.handle(reason, details);
            } catch (Throwable e) {
                tell(e);
            }
        }));
    }

    void onConnectError(Throwable cause) {
        queue.execute(() -> connectErrors.forEach(handler -> run(handler, cause)));
    }

    void onEvent(Packet.Event packet, Ack ack) {
        Event event = new Event(socket, packet.name(), packet.args(), ack);
        queue.execute(() -> call(events.take(event.name()), event), event.args().keptBytes());
    }

    void onOutgoing(Packet.Event packet) {
        if (!outgoing.isEmpty()) {
            Event event = new Event(socket, packet.name(), packet.args(), new Ack(socket, Packet.NO_ACK, 0));
            queue.execute(
                    () -> call(outgoing.take(event.name()), event), event.args().keptBytes());
        }
    }

    /** Something has failed that no handler of the application is told by other ways. */
    void report(Throwable cause) {
        queue.execute(() -> tell(cause));
    }

    /** The server says that something has failed, in words that may be long. */
    void report(ServerErrorException cause, String words) {
        queue.execute(() -> tell(cause), 2L * words.length());
    }

    private void call(List<Listener> listeners, Event event) {
        for (Listener listener : listeners) {
            try {
                listener.run().handle(event);
            } catch (WireException e) {
                tell(new IllegalArgumentException("event \"" + event.name() + "\": " + e.getMessage(), e));
            } catch (Throwable e) {
                tell(e);
            }
        }
    }

    private <T> void run(Handler<T> handler, T value) {
        try {
            handler.handle(value);
        } catch (Throwable e) {
            tell(e);
        }
    }

    private void tell(Throwable cause) {
        if (errors.isEmpty()) {
            log.warn("{}: {}", socket, cause.toString(), cause);
            return;
        }
        for (Handler<Throwable> handler : errors) {
            try {
                handler.handle(cause);
            } catch (Throwable again) {
                log.warn("{}: an error listener failed", socket, again);
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
}
