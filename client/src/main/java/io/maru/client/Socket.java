package io.maru.client;

import io.maru.client.Listeners.Listener;
import io.maru.client.engine.Loop;
import io.maru.wire.Payload;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * This client in one namespace of a server, be it over Socket.IO or over a plain WebSocket. All methods may be called from any
 * thread; what one thread emits arrives in that order.
 *
 * <p>Handlers run one at a time for each connection, in the order in which events came, on a thread of the client: they may block,
 * and may wait for the answers to what they send.
 */
public final class Socket implements AutoCloseable {

    private final Manager manager;
    private final String namespace;
    private final ClientOptions options;
    private final Runnable whenClosed;
    private final SocketHandlers handlers;
    private final Sending sending;
    private final SocketState state;
    private final Loop loop;

    // written by close, on its thread and on the loop
    private volatile boolean closed;

    Socket(Manager manager, String namespace, ClientOptions options, Runnable whenClosed) {
        this.manager = manager;
        this.namespace = namespace;
        this.options = options;
        this.whenClosed = whenClosed;
        this.loop = manager.loop();
        this.handlers = new SocketHandlers(this, manager.queue());
        this.sending = new Sending(this, manager, options);
        this.state = new SocketState(this, options);
    }

    // ---- who it is

    /**
     * Its id, which the server gives it; another one at each connection unless it was {@link #isRecovered() recovered}.
     *
     * @return the id, or null while it is not connected; null, too, of a plain socket without a session. The id of a plain session is
     *     a secret
     */
    public @Nullable String id() {
        return state.id();
    }

    /**
     * Its namespace; of a plain socket the path.
     *
     * @return the name, with its leading slash
     */
    public String namespace() {
        return namespace;
    }

    /**
     * Its connection.
     *
     * @return the manager, which other sockets may share
     */
    public Manager manager() {
        return manager;
    }

    /**
     * Whether the server has let it in and the connection is there.
     *
     * @return true while it is
     */
    public boolean isConnected() {
        return state.isConnected();
    }

    /**
     * Whether it is connected or will be as soon as there is a connection. The connection comes back by itself, but for {@link
     * ClientOptions.Builder#reconnection} and {@link ClientOptions.Builder#reconnectionAttempts}; then {@link #connect()} tries again.
     *
     * @return false before {@link #connect()}, after {@link #disconnect()}, and when the server has refused it or sent it away
     */
    public boolean isActive() {
        return state.isActive();
    }

    /**
     * Whether it has come back to the session that it had before the connection broke: with its id and rooms, and it is sent what it
     * missed.
     *
     * @return true when it has
     */
    public boolean isRecovered() {
        return state.isRecovered();
    }

    /**
     * How many events were not sent, because they were volatile or too many waited.
     *
     * @return their number since it was made
     */
    public long dropped() {
        return sending.allowance().dropped();
    }

    /**
     * How many events wait to be sent.
     *
     * @return their number
     */
    public int buffered() {
        return sending.allowance().events();
    }

    // ---- what it hears

    /**
     * Hears an event.
     *
     * @param event its name; of a plain message the {@code type}
     * @param handler takes it, with all arguments unread
     * @return this
     */
    public Socket on(String event, Handler<Event> handler) {
        return add(event, Objects.requireNonNull(handler, "handler"), handler, false);
    }

    /**
     * Hears an event by its first argument. When that is not there or does not fit the type, the handler is not called; the error
     * listeners are.
     *
     * @param event its name
     * @param type what to make of the first argument: a record, {@code String}, {@code Map}, {@code byte[]}, …
     * @param handler takes it
     * @param <T> that type
     * @return this
     */
    public <T> Socket on(String event, Class<T> type, Handler<T> handler) {
        Objects.requireNonNull(handler, "handler");
        return add(event, SocketHandlers.typed(type, (value, ack) -> handler.handle(value)), handler, false);
    }

    /**
     * Hears an event by its first argument, and answers it.
     *
     * @param event its name
     * @param type what to make of the first argument
     * @param handler takes it
     * @param <T> that type
     * @return this
     * @see #on(String, Class, Handler)
     */
    public <T> Socket on(String event, Class<T> type, AckHandler<T> handler) {
        return add(event, SocketHandlers.typed(type, handler), handler, false);
    }

    /**
     * Hears an event once.
     *
     * @param event its name
     * @param handler takes the first that comes
     * @return this
     */
    public Socket once(String event, Handler<Event> handler) {
        return add(event, Objects.requireNonNull(handler, "handler"), handler, true);
    }

    /**
     * Hears an event once, by its first argument.
     *
     * @param event its name
     * @param type what to make of the first argument
     * @param handler takes the first that comes
     * @param <T> that type
     * @return this
     * @see #on(String, Class, Handler)
     */
    public <T> Socket once(String event, Class<T> type, Handler<T> handler) {
        Objects.requireNonNull(handler, "handler");
        return add(event, SocketHandlers.typed(type, (value, ack) -> handler.handle(value)), handler, true);
    }

    private Socket add(String event, Handler<Event> run, Object given, boolean once) {
        handlers.events().add(new Listener(Objects.requireNonNull(event, "event"), run, given, once));
        return this;
    }

    /**
     * Hears an event no longer.
     *
     * @param event its name
     * @param handler what was given to {@code on} or {@code once}
     * @return this
     */
    public Socket off(String event, Object handler) {
        handlers.events().remove(Objects.requireNonNull(event, "event"), Objects.requireNonNull(handler, "handler"));
        return this;
    }

    /**
     * Takes all handlers of an event away.
     *
     * @param event its name
     * @return this
     */
    public Socket off(String event) {
        handlers.events().remove(Objects.requireNonNull(event, "event"), null);
        return this;
    }

    /**
     * Hears every event, before the event's own handlers, also those that nobody else listens for.
     *
     * @param handler takes it
     * @return this
     */
    public Socket onAny(Handler<Event> handler) {
        return addAny(handlers.events(), handler, false);
    }

    /**
     * As {@link #onAny}, before those that were added before.
     *
     * @param handler takes it
     * @return this
     */
    public Socket prependAny(Handler<Event> handler) {
        return addAny(handlers.events(), handler, true);
    }

    /**
     * Takes a handler of every event away.
     *
     * @param handler what was given to {@code onAny}, or null for all of them
     * @return this
     */
    public Socket offAny(@Nullable Handler<Event> handler) {
        handlers.events().remove(null, handler);
        return this;
    }

    /**
     * Sees every event that this client sends, when it is handed to the connection; no answers.
     *
     * @param handler takes it
     * @return this
     */
    public Socket onAnyOutgoing(Handler<Event> handler) {
        return addAny(handlers.outgoing(), handler, false);
    }

    /**
     * As {@link #onAnyOutgoing}, before those that were added before.
     *
     * @param handler takes it
     * @return this
     */
    public Socket prependAnyOutgoing(Handler<Event> handler) {
        return addAny(handlers.outgoing(), handler, true);
    }

    /**
     * Takes a handler of sent events away.
     *
     * @param handler what was given to {@code onAnyOutgoing}, or null for all of them
     * @return this
     */
    public Socket offAnyOutgoing(@Nullable Handler<Event> handler) {
        handlers.outgoing().remove(null, handler);
        return this;
    }

    private Socket addAny(Listeners to, Handler<Event> handler, boolean first) {
        to.addAny(new Listener(null, Objects.requireNonNull(handler, "handler"), handler, false), first);
        return this;
    }

    /**
     * Hears that the socket is connected, for the first time or again. When it is connected already, the handler is called for that,
     * too.
     *
     * @param handler takes it
     * @return this
     */
    public Socket onConnect(Handler<Socket> handler) {
        Objects.requireNonNull(handler, "handler");
        loop.run(() -> {
            handlers.connects().add(handler);
            if (state.isConnected()) {
                handlers.onConnect(handler);
            }
        });
        return this;
    }

    /**
     * Hears that the socket is no longer connected.
     *
     * @param handler takes why
     * @return this
     */
    public Socket onDisconnect(DisconnectHandler handler) {
        handlers.disconnects().add(Objects.requireNonNull(handler, "handler"));
        return this;
    }

    /**
     * Hears that the socket could not be connected: the attempt has failed ({@link ConnectionException}; there will be
     * another unless the options say otherwise), or the server refuses ({@link ConnectRefusedException}; there will be none).
     *
     * @param handler takes what has failed
     * @return this
     */
    public Socket onConnectError(Handler<Throwable> handler) {
        handlers.connectErrors().add(Objects.requireNonNull(handler, "handler"));
        return this;
    }

    /**
     * Hears of what a handler throws, of arguments that do not fit, of events that cannot be sent, and of errors that a plain server
     * answers. Where nobody listens they are logged.
     *
     * @param handler takes what has failed
     * @return this
     */
    public Socket onError(Handler<Throwable> handler) {
        handlers.errors().add(Objects.requireNonNull(handler, "handler"));
        return this;
    }

    // ---- what it sends

    /**
     * Sends an event: at once when the socket is connected, else when it is. Events that wait are limited ({@link
     * ClientOptions.Builder#bufferEvents}, {@link ClientOptions.Builder#bufferBytes}); a caller that sends faster than the connection
     * takes waits up to a second. After {@link #close()} nothing is sent.
     *
     * @param event its name
     * @param args its arguments: any objects that can be written as JSON, bytes among them
     * @throws IllegalArgumentException when one cannot be written, or the name is one that Socket.IO keeps for itself
     */
    public void emit(String event, @Nullable Object... args) {
        sending.emit(event, encode(args), false);
    }

    /**
     * Sends the event {@code message}.
     *
     * @param args its arguments
     * @see #emit(String, Object...)
     */
    public void send(@Nullable Object... args) {
        emit("message", args);
    }

    /**
     * Sends an event and asks for an answer. It completes once: with the answer, or exceptionally: when none has come in time ({@link
     * java.util.concurrent.TimeoutException}; {@link ClientOptions.Builder#ackTimeout}, counted from now on, whether connected or
     * not), when the connection on which it was asked ends or the socket is closed ({@link DisconnectedException}), or when it was
     * not sent ({@link BufferFullException}). What depends on it runs on a thread of the client that handlers do not need.
     *
     * @param event its name
     * @param args its arguments
     * @return the answer's arguments
     * @throws IllegalArgumentException when an argument cannot be written, or the name is one that Socket.IO keeps for itself
     */
    public CompletableFuture<Payload> emitWithAck(String event, @Nullable Object... args) {
        return sending.ask(event, encode(args), options.ackTimeout);
    }

    /**
     * Sends with another limit for the time that answers may take.
     *
     * @param limit the time
     * @return sends by this socket
     * @throws IllegalArgumentException when that is less than a millisecond
     */
    public Emitter timeout(Duration limit) {
        return new Emitter(this, false, limit);
    }

    /**
     * Sends events that may be lost: they are dropped unless the socket is connected and they can go out at once.
     *
     * @return sends by this socket
     */
    public Emitter asVolatile() {
        return new Emitter(this, true, options.ackTimeout);
    }

    // ---- coming and going

    /**
     * Connects, unless it is connected or about to be.
     *
     * @return this
     * @throws IllegalStateException when it was closed
     */
    public Socket connect() {
        if (closed) {
            throw new IllegalStateException("the socket is closed");
        }
        loop.run(() -> {
            if (!closed) {
                state.connect();
            }
        });
        return this;
    }

    /**
     * Leaves the namespace, behind what was sent. The connection closes when no other socket needs it. Events that are sent from now
     * on wait until it is connected again.
     *
     * @return this
     */
    public Socket disconnect() {
        loop.run(state::leave);
        return this;
    }

    /** Disconnects for good: what waits to be sent is dropped, and the client's threads end when they have no other socket. */
    @Override
    public void close() {
        loop.run(() -> {
            closed = true;
            state.leave();
            sending.close();
            manager.remove(this);
        });
        closed = true; // not before: who takes the place of a closed socket comes behind it
        whenClosed.run();
    }

    /** Its namespace, and where. */
    @Override
    public String toString() {
        return manager + namespace;
    }

    boolean isClosed() {
        return closed;
    }

    // ---- for its parts

    // JDK 17's compiler does not see the nullness of varargs in the classes of another module
    @SuppressWarnings("NullAway")
    Payload encode(@Nullable Object... args) {
        Objects.requireNonNull(args, "args: a null argument is (Object) null");
        for (Object arg : args) {
            if (arg instanceof Payload payload) {
                if (args.length > 1) {
                    throw new IllegalArgumentException("a Payload is all arguments and stands alone");
                }
                return payload;
            }
        }
        return manager.options().codec.encode(args);
    }

    Sending sending() {
        return sending;
    }

    SocketHandlers handlers() {
        return handlers;
    }

    SocketState state() {
        return state;
    }
}
