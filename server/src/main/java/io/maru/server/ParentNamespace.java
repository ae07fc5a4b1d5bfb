package io.maru.server;

import io.maru.wire.Payload;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Namespaces that come into being when a client names them: by a pattern, or by a function. What is put on the parent
 * holds for all of its children, also for those that exist already, however they came to be. Safe for any thread.
 */
public final class ParentNamespace {

    private final MaruServer server;
    private final @Nullable Pattern pattern;
    private final @Nullable NamespaceGuard guard;
    private final Listeners events = new Listeners();
    private final List<Middleware<Socket>> middlewares = new CopyOnWriteArrayList<>();
    private final List<Handler<Socket>> connectionHandlers = new CopyOnWriteArrayList<>();
    private final Set<Namespace> children = ConcurrentHashMap.newKeySet();

    ParentNamespace(MaruServer server, @Nullable Pattern pattern, @Nullable NamespaceGuard guard) {
        this.server = server;
        this.pattern = pattern;
        this.guard = guard;
    }

    /**
     * Puts a middleware before all sockets that ask to enter a child.
     *
     * @param middleware looks at each socket
     * @return this
     * @see Namespace#use
     */
    public ParentNamespace use(Middleware<Socket> middleware) {
        middlewares.add(Objects.requireNonNull(middleware, "middleware"));
        return this;
    }

    /**
     * Hears an event of every socket of every child, before the handlers of the socket itself. Costs nothing for each socket, where {@link
     * Socket#on} costs some memory for each handler.
     *
     * @param event its name; for plain clients the {@code type}
     * @param handler takes it, with the socket and all arguments unread
     * @return this
     */
    public ParentNamespace on(String event, Handler<Event> handler) {
        Objects.requireNonNull(handler, "handler");
        events.add(new Listeners.Listener(Socket.requireName(event), handler, handler, false));
        return this;
    }

    /**
     * Hears of each socket that has entered a child.
     *
     * @param handler takes the socket
     * @return this
     * @see Namespace#onConnection
     */
    public ParentNamespace onConnection(Handler<Socket> handler) {
        connectionHandlers.add(Objects.requireNonNull(handler, "handler"));
        return this;
    }

    /**
     * The namespaces that exist.
     *
     * @return a copy
     */
    public Set<Namespace> children() {
        return Set.copyOf(children);
    }

    /**
     * Sends an event to everyone in every child.
     *
     * @param event its name
     * @param args its arguments
     */
    public void emit(String event, @Nullable Object... args) {
        emit(event, server.encode(args));
    }

    /**
     * Sends an event with arguments that have come from elsewhere to everyone in every child, unread.
     *
     * @param event its name
     * @param args its arguments
     */
    public void emit(String event, Payload args) {
        children.forEach(child -> child.emit(event, args));
    }

    Listeners events() {
        return events;
    }

    List<Middleware<Socket>> middlewares() {
        return middlewares;
    }

    List<Handler<Socket>> connectionHandlers() {
        return connectionHandlers;
    }

    boolean matches(String name) {
        return pattern != null && pattern.matcher(name).find();
    }

    @Nullable NamespaceGuard guard() {
        return guard;
    }

    void add(Namespace child) {
        children.add(child);
    }

    void remove(Namespace child) {
        children.remove(child);
    }
}
