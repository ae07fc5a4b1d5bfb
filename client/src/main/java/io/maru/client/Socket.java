package io.maru.client;

import io.maru.client.Listeners.Listener;
import io.maru.client.engine.CloseReason;
import io.maru.client.engine.Ending;
import io.maru.client.engine.Loop;
import io.maru.wire.Clock;
import io.maru.wire.Encoded;
import io.maru.wire.Json;
import io.maru.wire.Packet;
import io.maru.wire.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * This client in one namespace of a server, be it over Socket.IO or over a plain WebSocket. All methods may be called from any
 * thread; what one thread emits arrives in that order.
 *
 * <p>Handlers run one at a time for each connection, in the order in which events came, on a thread of the client: they may block,
 * and may wait for the answers to what they send.
 */
public final class Socket implements AutoCloseable {

    private enum State {
        DISCONNECTED,
        CONNECTING,
        CONNECTED
    }

    private static final int MAX_SESSION_TEXT = 1024;

    private final Manager manager;
    private final String namespace;
    private final ClientOptions options;
    private final Runnable whenClosed;
    private final SocketHandlers handlers;
    private final Sending sending;
    private final Loop loop;

    // written by close, on its thread and on the loop
    private volatile boolean closed;
    // from here on written on the loop only
    private volatile State state = State.DISCONNECTED;
    private volatile boolean active;
    private volatile boolean recovered;
    private volatile @Nullable String id;
    // of the session that it can come back to, and the last event of it
    private @Nullable String sessionId;
    private @Nullable String offset;
    private int connection;
    // whether somebody is being asked who this is
    private boolean asking;
    // whether the server was asked to let it in, and has not answered
    private boolean introduced;
    // what came before the server has let it in, and its bytes
    private final List<Packet.Event> early = new ArrayList<>();
    private long earlyBytes;
    // the question by which a plain socket says who it is, while it waits for the answer
    private @Nullable Question introduction;

    Socket(Manager manager, String namespace, ClientOptions options, Runnable whenClosed) {
        this.manager = manager;
        this.namespace = namespace;
        this.options = options;
        this.whenClosed = whenClosed;
        this.loop = manager.loop();
        this.handlers = new SocketHandlers(this, manager.queue());
        this.sending = new Sending(this, manager, options);
    }

    // ---- who it is

    /**
     * Its id, which the server gives it; another one at each connection unless it was {@link #isRecovered() recovered}.
     *
     * @return the id, or null while it is not connected; null, too, of a plain socket without a session. The id of a plain session is
     *     a secret
     */
    public @Nullable String id() {
        return id;
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
        return state == State.CONNECTED;
    }

    /**
     * Whether it is connected or will be as soon as there is a connection. The connection comes back by itself, but for {@link
     * ClientOptions.Builder#reconnection} and {@link ClientOptions.Builder#reconnectionAttempts}; then {@link #connect()} tries again.
     *
     * @return false before {@link #connect()}, after {@link #disconnect()}, and when the server has refused it or sent it away
     */
    public boolean isActive() {
        return active;
    }

    /**
     * Whether it has come back to the session that it had before the connection broke: with its id and rooms, and it is sent what it
     * missed.
     *
     * @return true when it has
     */
    public boolean isRecovered() {
        return recovered;
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
            if (state == State.CONNECTED) {
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
            // also one that waits in vain, because there are no more attempts
            if (!closed && state == State.DISCONNECTED && !(active && manager.isOpen())) {
                active = true;
                manager.attach(this);
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
        loop.run(this::leave);
        return this;
    }

    private void leave() {
        if (!active) {
            return;
        }
        if (state == State.CONNECTED) {
            write(new Packet.Disconnect(namespace), "disconnect");
        } else if (introduced) {
            manager.hasLeftEarly(this);
        }
        end(DisconnectReason.IO_CLIENT_DISCONNECT, new DisconnectDetails("", 0, null), false);
        forgetSession();
        manager.detach();
    }

    /** Disconnects for good: what waits to be sent is dropped, and the client's threads end when they have no other socket. */
    @Override
    public void close() {
        loop.run(() -> {
            closed = true;
            leave();
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

    void sendAck(long ackId, Payload args, int asked) {
        loop.run(() -> {
            if (state == State.CONNECTED && connection == asked) {
                Throwable lack = write(new Packet.Ack(namespace, ackId, args), "an answer");
                if (lack != null) {
                    handlers.report(lack);
                }
            }
        });
    }

    /** What has kept it from being written, or null. */
    private @Nullable Throwable write(Packet packet, String what) {
        Encoded message;
        try {
            message = manager.encodeOrNull(packet);
        } catch (Throwable e) { // a parser of the application's
            return e;
        }
        if (message == null) {
            return null; // there are no words for it
        }
        if (!manager.takes(message)) {
            return new BufferFullException(what + ": more than the server takes in one message");
        }
        manager.send(message);
        return null;
    }

    // ---- what the connection tells

    /** The connection is open: the server is asked to let the socket in. */
    void onOpen() {
        assert loop.inLoop();
        state = State.CONNECTING;
        introduced = false;
        connection++;
        Supplier<? extends @Nullable Object> auth = options.auth;
        if (auth == null) {
            introduce(null);
        } else {
            ask(auth);
        }
    }

    // who one is may take its time, and handlers may wait for it; for a connection that is gone nobody is asked beside
    private void ask(Supplier<? extends @Nullable Object> auth) {
        if (asking) {
            return;
        }
        asking = true;
        int asked = connection;
        try {
            manager.auth().execute(() -> {
                try {
                    Object object = auth.get();
                    Json given = object == null ? null : object(object);
                    loop.execute(() -> onAuth(asked, () -> introduce(given), auth));
                } catch (Throwable e) {
                    handlers.onConnectError(e);
                    loop.execute(() -> onAuth(asked, () -> askLater(auth), auth));
                }
            });
        } catch (Throwable e) { // the application's executor takes no more
            asking = false;
            handlers.onConnectError(e);
            askLater(auth);
        }
    }

    private void onAuth(int asked, Runnable next, Supplier<? extends @Nullable Object> auth) {
        asking = false;
        if (state == State.CONNECTING) {
            if (connection == asked) {
                next.run();
            } else {
                ask(auth);
            }
        }
    }

    private void askLater(Supplier<? extends @Nullable Object> auth) {
        int asked = connection;
        loop.schedule(Clock.nanos(options.reconnectionDelayMax), () -> {
            if (state == State.CONNECTING && connection == asked) {
                ask(auth);
            }
        });
    }

    private Json object(Object auth) {
        Json json = manager.options().codec.json(auth);
        if (json.kind() != Json.Kind.OBJECT) {
            throw new IllegalArgumentException("an object expected as auth");
        }
        return json;
    }

    private void introduce(@Nullable Json auth) {
        if (!manager.isPlain()) {
            Json said = session("pid", auth, auth == null ? Map.of() : auth.fields());
            Throwable lack = write(new Packet.Connect(namespace, said), "auth");
            introduced = lack == null;
            if (lack != null) {
                refused(String.valueOf(lack.getMessage()), null);
            }
            return;
        }
        Json session = session("id", auth, auth == null ? Map.of() : Map.of("auth", auth));
        Encoded message = manager.encodeOrNull(new Packet.Connect(
                namespace, session == null ? manager.options().codec.json(Map.of()) : session));
        if (message != null) {
            manager.send(message); // a plain server that keeps sessions answers
        } else if (auth != null) {
            askToEnter(auth);
        } else {
            onConnected(null, null);
        }
    }

    private @Nullable Json session(String name, @Nullable Json auth, Map<String, Json> more) {
        if (sessionId == null) {
            return more.isEmpty() ? auth : manager.options().codec.json(more);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put(name, sessionId);
        if (offset != null) {
            all.put("offset", offset);
        }
        all.putAll(more);
        return manager.options().codec.json(all);
    }

    /** The first message of a plain client, which says who it is. */
    private void askToEnter(Json auth) {
        Question question = new Question(new Question.Asker() {
            @Override
            public void answered(Payload answer) {
                introduction = null;
                Json error = answer.get(0) == null
                        ? null
                        : Objects.requireNonNull(answer.get(0)).get("error");
                if (error == null) {
                    onConnected(null, null);
                } else {
                    String words = error.string();
                    refused(words == null ? "" : words, null);
                }
            }

            @Override
            public void failed(Throwable cause) {
                introduction = null;
                manager.fail(Ending.of(CloseReason.TRANSPORT_ERROR, "the server does not answer who this is"));
            }
        });
        question.startTimer(loop, options.ackTimeout);
        introduction = question;
        write(new Packet.Event(namespace, "auth", manager.options().codec.encode(auth), 0), "auth");
    }

    void onPacket(Packet packet) {
        assert loop.inLoop();
        if (state == State.DISCONNECTED) {
            return;
        }
        if (packet instanceof Packet.Event event) {
            onEvent(event);
        } else if (packet instanceof Packet.Ack ack) {
            if (introduction != null && state == State.CONNECTING) {
                introduction.answer(ack.args());
            } else {
                sending.onAck(ack);
            }
        } else if (packet instanceof Packet.Connect connect) {
            onConnect(connect);
        } else if (packet instanceof Packet.Disconnect) {
            end(DisconnectReason.IO_SERVER_DISCONNECT, new DisconnectDetails("", 0, null), false);
            forgetSession();
            manager.detach();
        } else if (packet instanceof Packet.ConnectError error) {
            onRefusal(error.message(), error.data());
        } else if (packet instanceof Packet.Failure failure) {
            onRefusal(failure.message(), null);
        } else {
            throw new AssertionError(packet);
        }
    }

    private void onConnect(Packet.Connect connect) {
        if (state == State.CONNECTED) {
            return;
        }
        Json data = connect.data();
        String given = text(data, manager.isPlain() ? "id" : "sid");
        if (given == null && !manager.isPlain()) {
            refused("a server of Socket.IO 3 or newer expected", null);
            return;
        }
        if (manager.isPlain()) {
            Json came = data == null ? null : data.get("recovered");
            recovered = came != null && came.toString().equals("true");
            sessionId = shortOrNull(given);
            offset = shortOrNull(text(data, "offset"));
        } else {
            String session = shortOrNull(text(data, "pid"));
            recovered = session != null && session.equals(sessionId);
            if (!recovered) {
                offset = null;
            }
            sessionId = session;
        }
        onConnected(given, connect);
    }

    private static @Nullable String text(@Nullable Json object, String name) {
        Json value = object == null ? null : object.get(name);
        return value == null ? null : value.string();
    }

    // what is longer is no id and no offset, and to give it back could be more than the server takes
    private static @Nullable String shortOrNull(@Nullable String text) {
        return text == null || text.length() > MAX_SESSION_TEXT ? null : text;
    }

    private void onConnected(@Nullable String given, Packet.@Nullable Connect connect) {
        if (connect == null) {
            recovered = false;
        }
        id = given;
        state = State.CONNECTED;
        introduced = false;
        handlers.onConnect();
        List<Packet.Event> before = List.copyOf(early);
        forgetEarly();
        before.forEach(this::onEvent);
        sending.onConnected();
    }

    private void onEvent(Packet.Event event) {
        if (state == State.CONNECTING) {
            early.add(event);
            earlyBytes += Emission.weigh(event.name(), event.args());
            if (earlyBytes > options.maxMessageBytes) {
                manager.fail(Ending.of(CloseReason.PARSE_ERROR, "too much before the server has let the client in"));
            }
            return;
        }
        Payload args = event.args();
        String last = event.offset();
        if (last == null && sessionId != null && !manager.isPlain() && args.endsWithString()) {
            last = Objects.requireNonNull(args.get(args.size() - 1)).string();
        }
        if (shortOrNull(last) != null) {
            offset = last;
        }
        handlers.onEvent(event, new Ack(this, event.ackId(), connection));
    }

    private void onRefusal(String message, @Nullable Json data) {
        if (state == State.CONNECTING) {
            refused(message, data);
        } else {
            handlers.report(new ServerErrorException(message), message);
        }
    }

    private void refused(String message, @Nullable Json data) {
        forgetIntroduction();
        state = State.DISCONNECTED;
        introduced = false;
        active = false;
        forgetEarly();
        handlers.onConnectError(new ConnectRefusedException(message, data));
        manager.detach();
    }

    /** An attempt to connect has failed. */
    void onConnectError(ConnectionException error) {
        if (active) {
            handlers.onConnectError(error);
        }
    }

    /** The connection has ended. */
    void onClosed(DisconnectReason reason, DisconnectDetails details) {
        if (!active) {
            return;
        }
        boolean wasConnected = state == State.CONNECTED;
        end(reason, details, reason.isReconnecting());
        if (!wasConnected) {
            String text = details.text().isEmpty() ? reason.text() : details.text();
            handlers.onConnectError(new ConnectionException(text, details.code(), details.cause()));
        }
    }

    void onWritable() {
        sending.onWritable();
    }

    private void end(DisconnectReason reason, DisconnectDetails details, boolean comesBack) {
        boolean wasConnected = state == State.CONNECTED;
        state = State.DISCONNECTED;
        introduced = false;
        active = comesBack;
        id = null;
        forgetIntroduction();
        forgetEarly();
        sending.onDisconnected();
        if (wasConnected) {
            handlers.onDisconnect(reason, details);
        }
    }

    // its time must not end the next connection
    private void forgetIntroduction() {
        if (introduction != null) {
            introduction.cancel();
            introduction = null;
        }
    }

    private void forgetSession() {
        sessionId = null;
        offset = null;
    }

    private void forgetEarly() {
        early.clear();
        earlyBytes = 0;
    }
}
