package io.maru.server;

import io.maru.server.RecoveryLog.Away;
import io.maru.server.RecoveryLog.Entered;
import io.maru.server.RecoveryLog.Place;
import io.maru.server.Room.Membership;
import io.maru.server.engine.Handling;
import io.maru.server.engine.Loop;
import io.maru.server.engine.Overflow;
import io.maru.server.engine.SendResult;
import io.maru.server.engine.Session;
import io.maru.wire.Dialect;
import io.maru.wire.Encoded;
import io.maru.wire.Packet;
import io.maru.wire.Payload;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One client in one namespace, be it a Socket.IO client or a plain WebSocket. All methods may be called from any thread;
 * what one thread emits arrives in that order. After the socket has left, emitting and joining do nothing.
 *
 * <p>Handlers run one at a time for each connection, in the order in which events came, on a worker: they may block. With {@link
 * ServerOptions.Builder#handlersOnEventLoop()} they run on the socket's event loop and must not.
 */
public final class Socket {

    private static final Entered NOTHING_MISSED = new Entered(List.of(), "");
    private static final int LONGEST_REASON = 123;

    private enum State {
        CONNECTING,
        CONNECTED,
        GONE
    }

    private final String id;
    private final Namespace namespace;
    private final Connection connection;
    private final Handshake handshake;
    private final SocketHandlers handlers;
    private final SocketRooms rooms = new SocketRooms(this);
    // the connection's, within reach: a broadcast asks each of a thousand members for them
    private final Session session;
    private final Dialect dialect;
    // whether there was ever a handler for what is sent
    private volatile boolean hearsOutgoing;

    // written on the loop only
    private volatile State state = State.CONNECTING;
    private @Nullable Membership everyone;
    // null until the client was asked for an answer; set under the lock of this
    private volatile @Nullable PendingAcks pendingAcks;
    private long stamp;
    // null where nobody can come back
    private final @Nullable Place place;

    // null until there is one; replaced under the lock of this
    private volatile @Nullable Map<String, Object> data;

    /** A socket that asks to be let in, be it new or one that comes back to what it had. */
    Socket(Namespace namespace, Connection connection, Handshake handshake, @Nullable Away claimed) {
        this.id = claimed == null ? connection.newId(namespace) : claimed.sid;
        this.data = claimed == null ? null : claimed.data;
        this.namespace = namespace;
        this.connection = connection;
        this.session = connection.session();
        this.dialect = connection.dialect();
        this.handshake = handshake;
        this.handlers = new SocketHandlers(this);
        RecoveryLog log = namespace.recovery();
        this.place = log == null || !connection.canResume() ? null : log.place(claimed);
        if (claimed != null) {
            claimed.rooms().forEach(rooms::join);
        }
    }

    // ---- who it is

    /**
     * Its id, which may be shown to others. Where a room is named, it stands for this socket alone: {@code to(id)}.
     *
     * @return 20 characters; of a client of Socket.IO 2 what it takes for its id: that of its session, and before it the
     *     namespace and {@code #} unless it is the main one
     */
    public String id() {
        return id;
    }

    /**
     * Its namespace.
     *
     * @return the namespace
     */
    public Namespace namespace() {
        return namespace;
    }

    /**
     * The facts of its arrival.
     *
     * @return the handshake
     */
    public Handshake handshake() {
        return handshake;
    }

    /**
     * Whether this is a plain WebSocket that speaks the envelope, rather than a Socket.IO client.
     *
     * @return true for a plain WebSocket
     */
    public boolean isPlain() {
        return connection.isPlain();
    }

    /**
     * What carries it now.
     *
     * @return {@code polling} or {@code websocket}
     */
    public String transport() {
        return session.transport();
    }

    /**
     * What the application keeps about it; seen by others through {@link RemoteSocket#data()}.
     *
     * @return a map for any thread
     */
    public Map<String, Object> data() {
        Map<String, Object> map = data;
        if (map == null) {
            synchronized (this) {
                map = data;
                if (map == null) {
                    map = new ConcurrentHashMap<>(4);
                    data = map;
                }
            }
        }
        return map;
    }

    /**
     * Whether it has been let into its namespace and has not left.
     *
     * @return true while it is a member
     */
    public boolean isConnected() {
        return state == State.CONNECTED;
    }

    /**
     * Whether it has come back after a broken connection: it has the id, the rooms and the data that it had, and is sent what
     * it missed.
     *
     * @return true when it has; false for a new one, which a client is also that came back too late
     * @see RecoveryOptions
     */
    public boolean isRecovered() {
        return place != null && place.isRecovered();
    }

    // ---- what it hears

    /**
     * Hears an event.
     *
     * @param event its name; for plain clients the {@code type}
     * @param handler takes it, with all arguments unread
     * @return this
     */
    public Socket on(String event, Handler<Event> handler) {
        handlers.add(event, Objects.requireNonNull(handler, "handler"), handler, false);
        return this;
    }

    /**
     * Hears an event by its first argument. When that is not there or does not fit the type, the handler is not called;
     * the error listeners are, and a plain client gets {@code {"error":"Invalid payload"}}.
     *
     * @param event its name
     * @param type what to make of the first argument: a record, {@code String}, {@code Map}, {@code byte[]}, …
     * @param handler takes it
     * @param <T> that type
     * @return this
     */
    public <T> Socket on(String event, Class<T> type, Handler<T> handler) {
        Objects.requireNonNull(handler, "handler");
        handlers.add(event, SocketHandlers.typed(type, (value, ack) -> handler.handle(value)), handler, false);
        return this;
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
        handlers.add(event, SocketHandlers.typed(type, handler), handler, false);
        return this;
    }

    /**
     * Hears an event once.
     *
     * @param event its name
     * @param handler takes the first that comes
     * @return this
     */
    public Socket once(String event, Handler<Event> handler) {
        handlers.add(event, Objects.requireNonNull(handler, "handler"), handler, true);
        return this;
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
        handlers.add(event, SocketHandlers.typed(type, (value, ack) -> handler.handle(value)), handler, true);
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
        handlers.events().remove(event, Objects.requireNonNull(handler, "handler"));
        return this;
    }

    /**
     * Takes all handlers of an event away.
     *
     * @param event its name
     * @return this
     */
    public Socket off(String event) {
        handlers.events().remove(event, null);
        return this;
    }

    /**
     * Hears every event, before the event's own handlers, also those that nobody else listens for.
     *
     * @param handler takes it
     * @return this
     */
    public Socket onAny(Handler<Event> handler) {
        handlers.addAny(Objects.requireNonNull(handler, "handler"), false);
        return this;
    }

    /**
     * As {@link #onAny}, before those that were added before.
     *
     * @param handler takes it
     * @return this
     */
    public Socket prependAny(Handler<Event> handler) {
        handlers.addAny(Objects.requireNonNull(handler, "handler"), true);
        return this;
    }

    /**
     * Takes a handler of every event away.
     *
     * @param handler what was given to {@code onAny}, or null for all of them
     * @return this
     */
    public Socket offAny(@Nullable Handler<Event> handler) {
        handlers.events().removeAny(handler);
        return this;
    }

    /**
     * Sees every event that is sent to this client, broadcasts too, but no answers.
     *
     * @param handler takes it
     * @return this
     */
    public Socket onAnyOutgoing(Handler<Event> handler) {
        hearsOutgoing = true;
        handlers.hooks().outgoing.add(Objects.requireNonNull(handler, "handler"));
        return this;
    }

    /**
     * As {@link #onAnyOutgoing}, before those that were added before.
     *
     * @param handler takes it
     * @return this
     */
    public Socket prependAnyOutgoing(Handler<Event> handler) {
        hearsOutgoing = true;
        handlers.hooks().outgoing.add(0, Objects.requireNonNull(handler, "handler"));
        return this;
    }

    /**
     * Takes a handler of sent events away.
     *
     * @param handler what was given to {@code onAnyOutgoing}, or null for all of them
     * @return this
     */
    public Socket offAnyOutgoing(@Nullable Handler<Event> handler) {
        if (handler == null) {
            handlers.hooks().outgoing.clear();
        } else {
            handlers.hooks().outgoing.remove(handler);
        }
        return this;
    }

    /**
     * Puts a middleware before all events of this socket. An event that it refuses reaches no handler; the refusal goes
     * to {@link #onError}. A plain client hears of it, with the message of a {@link ConnectRefusedException}.
     *
     * @param middleware looks at each event
     * @return this
     */
    public Socket use(Middleware<Event> middleware) {
        handlers.hooks().middlewares.add(Objects.requireNonNull(middleware, "middleware"));
        return this;
    }

    /**
     * Hears that the socket is about to leave: {@link #rooms()} still has its rooms, though nothing is delivered to it any
     * more.
     *
     * @param handler takes the reason
     * @return this
     */
    public Socket onDisconnecting(Handler<DisconnectReason> handler) {
        handlers.hooks().disconnecting.add(Objects.requireNonNull(handler, "handler"));
        return this;
    }

    /**
     * Hears that the socket has left. It is the last that is heard of it, and comes once.
     *
     * @param handler takes the reason
     * @return this
     */
    public Socket onDisconnect(Handler<DisconnectReason> handler) {
        handlers.hooks().disconnected.add(Objects.requireNonNull(handler, "handler"));
        return this;
    }

    /**
     * Hears what went wrong: handlers that threw, events that a middleware refused or that did not fit their type. Without
     * such a handler the server's own hears it.
     *
     * @param handler takes the exception
     * @return this
     */
    public Socket onError(Handler<Throwable> handler) {
        handlers.hooks().errors.add(Objects.requireNonNull(handler, "handler"));
        return this;
    }

    // ---- what it is told

    /**
     * Sends an event to this client.
     *
     * @param event its name
     * @param args its arguments: any objects that can be written as JSON, bytes among them
     * @throws IllegalArgumentException when an argument cannot be written, or the name is reserved
     */
    public void emit(String event, @Nullable Object... args) {
        emit(event, namespace.encode(args));
    }

    /**
     * Sends an event with arguments that have come from elsewhere, unread.
     *
     * @param event its name
     * @param args its arguments
     * @throws IllegalArgumentException when the name is reserved
     */
    public void emit(String event, Payload args) {
        Sending.emit(this, event, args, false, Handling.USUAL);
    }

    /**
     * Sends an event, and tells what has become of it at that moment.
     *
     * @param event its name
     * @param args its arguments
     * @return what has become of it
     * @see Emitter#emitResult(String, Object...)
     */
    public CompletableFuture<SendResult> emitResult(String event, @Nullable Object... args) {
        return Sending.emitResult(this, event, namespace.encode(args), false, Handling.USUAL);
    }

    /**
     * Sends the event {@code message}.
     *
     * @param args its arguments
     */
    public void send(@Nullable Object... args) {
        emit("message", args);
    }

    /**
     * Sends an event and asks for an answer. The answer is awaited for the server's {@code ackTimeout}.
     *
     * @param event its name
     * @param args its arguments
     * @return the answer; fails with {@link TimeoutException} or {@link DisconnectedException}. It completes on a worker, so a
     *     handler may wait for it; with handlers on the event loop it completes there, and none may
     * @throws IllegalArgumentException when an argument cannot be written, or the name is reserved
     */
    public CompletableFuture<Payload> request(String event, @Nullable Object... args) {
        Duration limit = namespace.server().options().ackTimeout();
        return Sending.request(this, event, namespace.encode(args), Handling.KEPT, limit);
    }

    /**
     * This socket with a limit of its own for the time that answers may take.
     *
     * @param timeout the time
     * @return sends to this socket
     */
    public Emitter timeout(Duration timeout) {
        return new Emitter(this, false, Handling.USUAL, timeout);
    }

    /**
     * This socket with events that may be lost: they are dropped when the client cannot take them at once.
     *
     * @return sends to this socket
     */
    public Emitter asVolatile() {
        return emitter().asVolatile();
    }

    /**
     * This socket with a key for events: while the client takes nothing, only the last event of a key waits for it.
     *
     * @param key the key, whatever the event's name
     * @return sends to this socket
     */
    public Emitter coalesce(String key) {
        return emitter().coalesce(key);
    }

    /**
     * This socket with a policy of its own for when too much waits for the client.
     *
     * @param policy what becomes of an event then
     * @return sends to this socket
     */
    public Emitter overflow(Overflow policy) {
        return emitter().overflow(policy);
    }

    /**
     * This socket with or without compression, where the server compresses the messages of WebSockets at all.
     *
     * @param value true unless set; false sends what is compressed already, or must not be
     * @return sends to this socket
     */
    public Emitter compress(boolean value) {
        return emitter().compress(value);
    }

    private Emitter emitter() {
        return timeout(namespace.server().options().ackTimeout());
    }

    /**
     * The members of a room, without this socket.
     *
     * @param room the room
     * @return sends to them
     */
    public Broadcast to(String... room) {
        return broadcast().to(room);
    }

    /**
     * The members of some rooms, without this socket.
     *
     * @param rooms the rooms
     * @return sends to them
     */
    public Broadcast to(Collection<String> rooms) {
        return broadcast().to(rooms);
    }

    /**
     * The same as {@link #to(String...)}.
     *
     * @param rooms the rooms
     * @return sends to them
     */
    public Broadcast in(String... rooms) {
        return broadcast().to(rooms);
    }

    /**
     * Everyone in the namespace but this socket and the members of some rooms.
     *
     * @param rooms the rooms
     * @return sends to them
     */
    public Broadcast except(String... rooms) {
        return broadcast().except(rooms);
    }

    /**
     * Everyone in the namespace but this socket.
     *
     * @return sends to them
     */
    public Broadcast broadcast() {
        return Broadcast.fromSocket(this);
    }

    // ---- where it is

    /**
     * Joins rooms. When this returns the socket is a member: what is sent to the room from now on reaches it. A room that
     * it is in already is left as it is.
     *
     * @param names the rooms
     * @return this
     * @throws IllegalArgumentException when a name is too long, or there would be too many rooms
     */
    public Socket join(String... names) {
        for (String name : names) {
            rooms.join(Objects.requireNonNull(name, "room"));
        }
        return this;
    }

    /**
     * Joins rooms.
     *
     * @param names the rooms
     * @return this
     * @see #join(String...)
     */
    public Socket join(Collection<String> names) {
        names.forEach(rooms::join);
        return this;
    }

    /**
     * Leaves a room; nothing happens when it is not in it.
     *
     * @param name the room
     * @return this
     */
    public Socket leave(String name) {
        rooms.leave(Objects.requireNonNull(name, "name"));
        return this;
    }

    /**
     * The rooms that it is in, the room of its own id among them.
     *
     * @return a copy; empty once the socket has left
     */
    public Set<String> rooms() {
        return rooms.names();
    }

    /**
     * Whether it is in a room.
     *
     * @param room the room
     * @return true when it is
     */
    public boolean isIn(String room) {
        return rooms.contains(room);
    }

    // ---- how much it takes

    /**
     * Whether the client takes what is sent at this moment.
     *
     * @return false when it would wait, or the socket has left; from a thread other than the socket's loop, how it was
     *     just now
     */
    public boolean isWritable() {
        return state != State.GONE && session.isWritable();
    }

    /**
     * The bytes that wait for the client to take them.
     *
     * @return bytes; from a thread other than the socket's loop, as many as there were just now
     */
    public long bufferedBytes() {
        return session.bufferedBytes();
    }

    /**
     * Hears that the client takes messages again, after it did not.
     *
     * @param handler runs as handlers do
     * @return this
     */
    public Socket onDrain(Runnable handler) {
        handlers.hooks().drains.add(Objects.requireNonNull(handler, "handler"));
        return this;
    }

    // ---- how long it may stay

    /**
     * Says until when the client may stay: when its token ends, say. At that time {@link #onExpire} is called; if no later time
     * has been set when {@code expiryGrace} has passed then, the socket is sent away as {@link DisconnectReason#EXPIRED}. To
     * be called again whenever the client has shown a new token.
     *
     * @param time the time by the clock on the wall; one that is over expires at once; null for no end
     * @return this
     * @see ServerLimits.Builder#expiryGrace
     */
    public Socket expireAt(@Nullable Instant time) {
        Expiry expiry = handlers.expiry();
        loop().run(() -> {
            if (state != State.GONE) {
                expiry.set(time);
            }
        });
        return this;
    }

    /**
     * Until when the client may stay.
     *
     * @return the time; empty for no end. From a thread other than the socket's loop, as it was just now
     */
    public Optional<Instant> expiresAt() {
        Expiry expiry = handlers.knownExpiry();
        return Optional.ofNullable(expiry == null ? null : expiry.at());
    }

    /**
     * Hears that the client's time is over: the last moment to ask it for a new token.
     *
     * @param handler takes the socket; runs as handlers do
     * @return this
     */
    public Socket onExpire(Handler<Socket> handler) {
        handlers.expiry().handlers.add(Objects.requireNonNull(handler, "handler"));
        return this;
    }

    // ---- how it ends

    /** Sends the client out of the namespace; a connection that is in others stays. A plain WebSocket is closed. */
    public void disconnect() {
        disconnect(false);
    }

    /**
     * Sends the client out of the namespace, or of all and away.
     *
     * @param close whether the connection is closed, after the client was sent out of each of its namespaces
     */
    public void disconnect(boolean close) {
        run(() -> connection.disconnect(this, close));
    }

    /**
     * As {@link #disconnect()}, with words for the client. A plain WebSocket is closed with 1000 and these words. Socket.IO has
     * no place for them: its clients hear {@code io server disconnect}, and what the application emits before.
     *
     * @param reason at most 123 bytes of UTF-8
     * @throws IllegalArgumentException when it is longer
     */
    public void disconnect(String reason) {
        int length = reason.getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_REASON) {
            throw new IllegalArgumentException("a reason of at most 123 bytes expected: " + length);
        }
        run(() -> connection.disconnect(this, reason));
    }

    @Override
    public String toString() {
        return namespace.name() + "#" + id;
    }

    // ---- for the classes beside it

    Loop loop() {
        return connection.loop();
    }

    Connection connection() {
        return connection;
    }

    /** Runs what concerns this socket on its loop, in the order of calls. */
    boolean run(Runnable task) {
        return namespace.run(loop(), task);
    }

    Object key(String name) {
        return new Outgoing.Key(namespace.name(), Objects.requireNonNull(name, "key"));
    }

    boolean isGone() {
        return state == State.GONE;
    }

    Session session() {
        return session;
    }

    PendingAcks pendingAcks() {
        PendingAcks acks = pendingAcks;
        if (acks == null) {
            synchronized (this) {
                acks = pendingAcks;
                if (acks == null) {
                    acks = new PendingAcks();
                    pendingAcks = acks;
                }
            }
        }
        return acks;
    }

    void forgetAck(long ackId) {
        pendingAcks().remove(ackId);
    }

    void sendAck(long ackId, Payload args) {
        Outgoing outgoing = new Outgoing(new Packet.Ack(namespace.name(), ackId, args));
        run(() -> deliver(outgoing));
    }

    void fail(String message) {
        Outgoing outgoing = new Outgoing(new Packet.Failure(namespace.name(), message));
        run(() -> deliver(outgoing));
    }

    /** Sends to this socket alone, and lets go; on the loop. */
    void deliver(Outgoing outgoing) {
        write(outgoing);
        outgoing.release();
    }

    /** Writes a message that may be shared with others; on the loop. */
    SendResult write(Outgoing outgoing) {
        assert loop().inLoop();
        Encoded message = outgoing.encoded(dialect);
        if (message == null) {
            return SendResult.DROPPED; // the dialect has no word for it
        }
        if (state == State.GONE) {
            namespace.server().counters().dropped(Drop.GONE);
            return SendResult.CLOSED;
        }
        if (outgoing.isVolatile && (state != State.CONNECTED || !session.isWritable())) {
            namespace.server().counters().dropped(Drop.VOLATILE);
            return SendResult.DROPPED;
        }
        if (outgoing.number != 0 && place != null && !place.wants(outgoing.number)) {
            return SendResult.SENT; // it was among what a client that came back had missed
        }
        SendResult result = session.send(message, outgoing.handling);
        if (hearsOutgoing
                && result != SendResult.DROPPED
                && result != SendResult.CLOSED
                && outgoing.packet instanceof Packet.Event event) {
            handlers.onOutgoing(event);
        }
        return result;
    }

    /** Marks the socket for one walk over members; false when it bore the mark. On the loop. */
    boolean stamp(long walk) {
        assert loop().inLoop();
        boolean first = stamp != walk;
        stamp = walk;
        return first;
    }

    /**
     * The client may enter: on the loop, by the connection.
     *
     * @return what it has missed, where it can have; null when it cannot come back after all, and has not entered
     */
    @Nullable Entered enter() {
        assert loop().inLoop();
        RecoveryLog log = namespace.recovery();
        if (log == null || place == null) {
            open();
            return NOTHING_MISSED;
        }
        return log.enter(place, this::open);
    }

    private void open() {
        state = State.CONNECTED;
        everyone = namespace.add(this);
        rooms.open();
        namespace.server().observers().tell(observer -> observer.socketEntered(this));
    }

    /** What its client names to come back; null where it cannot. */
    @Nullable String pid() {
        return place == null ? null : place.pid;
    }

    /** It has joined a room; under the lock of its rooms. */
    void joined(String room) {
        RecoveryLog log = namespace.recovery();
        if (place != null && log != null) {
            place.joined(room, log.last());
        }
    }

    /** It joins a room though it is away: it is in it when it comes back. */
    void joinAway(String room) {
        RecoveryLog log = namespace.recovery();
        if (place != null
                && log != null
                && !log.joinAway(id, room, namespace.server().options().maxRoomsPerSocket())) {
            throw SocketRooms.tooMany(namespace.server());
        }
    }

    /** It leaves a room though it is away. */
    void leaveAway(String room) {
        RecoveryLog log = namespace.recovery();
        if (place != null && log != null) {
            log.leaveAway(id, room);
        }
    }

    /** It has left a room; under the lock of its rooms. */
    void left(String room) {
        RecoveryLog log = namespace.recovery();
        if (place != null && log != null) {
            place.left(room, log.last());
        }
    }

    /** Whether it waits for being let in; on the loop. */
    boolean isConnecting() {
        return state == State.CONNECTING;
    }

    /** It has entered, and the client knows: on the loop, by the connection. */
    void entered() {
        handlers.onConnection();
    }

    /**
     * It has left, or will not enter: on the loop, by the connection, once.
     *
     * @return whether what it had is kept for it
     */
    boolean leave(DisconnectReason reason) {
        assert loop().inLoop();
        boolean wasConnected = state == State.CONNECTED;
        // before it counts as gone: what others send it meanwhile is kept as well
        Away kept = wasConnected && reason.isRecoverable() ? keep() : null;
        state = State.GONE;
        if (!wasConnected) {
            putBack();
        }
        Membership membership = everyone;
        if (membership != null) {
            namespace.remove(this, membership);
            everyone = null;
        }
        rooms.close();
        if (pendingAcks != null && pendingAcks.size() > 0) {
            pendingAcks.failAll(new DisconnectedException());
        }
        if (wasConnected) {
            namespace.server().observers().tell(observer -> observer.socketLeft(this, reason));
        }
        handlers.onGone(reason, wasConnected, rooms::clear, kept == null ? () -> {} : () -> kept.gone.complete(null));
        return kept != null;
    }

    private void putBack() {
        RecoveryLog log = namespace.recovery();
        if (log != null && place != null && place.claimed != null) {
            log.putBack(place.claimed);
        }
    }

    private @Nullable Away keep() {
        RecoveryLog log = namespace.recovery();
        return log == null || place == null ? null : log.leave(this, place, rooms.stays(place));
    }

    /** Runs a task where and when handlers do. */
    void handle(Runnable task) {
        handlers.execute(task);
    }

    /** An event has come; on the loop. */
    void onEvent(Packet.Event packet) {
        assert loop().inLoop();
        handlers.onEvent(packet);
    }

    /** An answer has come; on the loop. */
    void onAck(Packet.Ack packet) {
        assert loop().inLoop();
        PendingAcks.Waiting waiting = pendingAcks == null ? null : pendingAcks.remove(packet.ackId());
        if (waiting != null) {
            waiting.answered(packet.args());
        }
    }

    /** Its time is over; on the loop. */
    void expire() {
        handlers.onExpire(handlers.expiry());
    }

    /** It was given no more time; on the loop. */
    void expired() {
        namespace.server().counters().expired.increment();
        connection.expired(this);
    }

    /** The client takes messages again; on the loop. */
    void onWritable() {
        handlers.onDrain();
    }

    static String requireName(String event) {
        Objects.requireNonNull(event, "event");
        if (Packet.RESERVED_EVENTS.contains(event)) {
            throw new IllegalArgumentException('"' + event + "\" is a reserved event name");
        }
        return event;
    }

    /** A snapshot for others. */
    RemoteSocket snapshot() {
        return new RemoteSocket(this, rooms.names(), data == null ? Map.of() : Map.copyOf(data()));
    }
}
