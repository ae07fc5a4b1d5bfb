package io.maru.client;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The application's handlers of one connection, and how they are called: in the connection's queue. Safe for any thread. */
final class ManagerHandlers {

    private static final Logger log = LoggerFactory.getLogger(Manager.class);

    private final Manager manager;
    private final HandlerQueue queue;
    private final List<Handler<Manager>> opens = new CopyOnWriteArrayList<>();
    private final List<Handler<Throwable>> errors = new CopyOnWriteArrayList<>();
    private final List<Handler<Manager>> pings = new CopyOnWriteArrayList<>();
    private final List<Handler<Manager>> upgrades = new CopyOnWriteArrayList<>();
    private final List<Handler<Integer>> attempts = new CopyOnWriteArrayList<>();
    private final List<Handler<Integer>> reconnects = new CopyOnWriteArrayList<>();
    private final List<Handler<Throwable>> reconnectErrors = new CopyOnWriteArrayList<>();
    private final List<Handler<Manager>> reconnectFailures = new CopyOnWriteArrayList<>();
    private final List<DisconnectHandler> closes = new CopyOnWriteArrayList<>();

    ManagerHandlers(Manager manager, HandlerQueue queue) {
        this.manager = manager;
        this.queue = queue;
    }

    List<Handler<Manager>> opens() {
        return opens;
    }

    List<Handler<Throwable>> errors() {
        return errors;
    }

    List<Handler<Manager>> pings() {
        return pings;
    }

    List<Handler<Manager>> upgrades() {
        return upgrades;
    }

    List<Handler<Integer>> attempts() {
        return attempts;
    }

    List<Handler<Integer>> reconnects() {
        return reconnects;
    }

    List<Handler<Throwable>> reconnectErrors() {
        return reconnectErrors;
    }

    List<Handler<Manager>> reconnectFailures() {
        return reconnectFailures;
    }

    List<DisconnectHandler> closes() {
        return closes;
    }

    <T> void tell(List<Handler<T>> handlers, T value) {
        for (Handler<T> handler : handlers) {
            call(handler, value);
        }
    }

    void tellClosed(DisconnectReason reason, DisconnectDetails details) {
        for (DisconnectHandler handler : closes) {
            call(why -> handler.handle(why, details), reason);
        }
    }

    private <T> void call(Handler<T> handler, T value) {
        queue.execute(() -> {
            try {
                handler.handle(value);
            } catch (Throwable e) {
                log.warn("{}: a handler failed", manager, e);
            }
        });
    }
}
