package io.maru.client;

import io.maru.client.engine.CloseReason;
import io.maru.client.engine.Ending;
import io.maru.client.engine.EngineSession;
import io.maru.client.engine.Loop;
import io.maru.client.engine.PlainSession;
import io.maru.client.engine.Session;
import io.maru.client.engine.SessionListener;
import io.maru.wire.Clock;
import io.maru.wire.Dialect;
import io.maru.wire.Encoded;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.WireException;
import io.maru.wire.json.EnvelopeDialect;
import io.maru.wire.msgpack.MsgpackEnvelopeDialect;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a server, with the sockets that share it, each in a namespace of its own. It opens when a socket wants to be
 * connected, comes back when it breaks, and closes when no socket wants it any more. Safe for any thread; what changes is
 * confined to its loop.
 */
public final class Manager {

    private static final Logger log = LoggerFactory.getLogger(Manager.class);

    /** So much more than what events may use, so that answers and the like always go. */
    private static final int HARD_LIMIT = 16;

    // by which a plain server says that it does not want this client: see docs/protocol.md
    private static final Set<Integer> DISMISSALS = Set.of(1000, 4401, 4403);

    private enum State {
        CLOSED,
        OPENING,
        OPEN
    }

    private final Endpoint endpoint;
    private final ClientOptions options;
    private final boolean plain;
    private final Place place;
    private final Loop loop;
    private final HandlerQueue queue;
    private final ManagerHandlers handlers;
    private final Backoff backoff;
    private final @Nullable Dialect socketIo;
    // told when no socket is left, and when nothing of the network is
    private final Runnable whenUnused;
    private final Runnable whenGone;

    // by namespace; read by any thread, changed with the lock of this
    private final Map<String, Socket> sockets = new ConcurrentHashMap<>();
    // no socket is added any more; guarded by this
    private boolean closing;
    private boolean disposed;

    // written on the loop only
    private volatile State state = State.CLOSED;
    private volatile @Nullable Session session;
    private @Nullable Dialect dialect;
    private @Nullable PacketDecoder decoder;
    private Loop.@Nullable Timeout attemptTimeout;
    private Loop.@Nullable Timeout nextAttempt;
    private boolean reconnecting;
    private boolean upgraded;
    private int held;
    private int questions;
    private int lingering;
    // that sockets have left before the server had let them in: its answer is still to come
    private final Set<String> awaitedNamespaces = new HashSet<>();

    Manager(
            Endpoint endpoint,
            ClientOptions options,
            boolean plain,
            Place place,
            Runnable whenUnused,
            Runnable whenGone) {
        this.endpoint = endpoint;
        this.options = options;
        this.plain = plain;
        this.place = place;
        this.loop = place.loop();
        this.whenUnused = whenUnused;
        this.whenGone = whenGone;
        this.queue = new HandlerQueue(
                place.handlers(),
                options.maxPendingEvents,
                options.maxPendingBytes,
                on -> loop.run(() -> hold(on ? -1 : 1)));
        this.handlers = new ManagerHandlers(this, queue);
        this.backoff = new Backoff(
                options.reconnectionDelay, options.reconnectionDelayMax, options.randomizationFactor, place.random());
        this.socketIo = plain ? null : options.parser.dialect(options.limits(), options.codec);
    }

    // ---- for the application

    /**
     * Where it goes to.
     *
     * @return scheme, host and port
     */
    public String uri() {
        return endpoint.origin();
    }

    /**
     * Whether the connection is there.
     *
     * @return true when it is
     */
    public boolean isOpen() {
        return state == State.OPEN;
    }

    /**
     * Whether an attempt to connect is under way.
     *
     * @return true between its beginning and its end
     */
    public boolean isConnecting() {
        return state == State.OPENING;
    }

    /**
     * What carries the connection now.
     *
     * @return {@code polling} or {@code websocket}
     */
    public String transport() {
        Session now = session;
        return now == null ? "" : now.transport();
    }

    /**
     * The socket of a namespace over this connection: the one that there is, or a new one with the connection's options, which is
     * not connected yet.
     *
     * @param namespace its name
     * @return the socket
     * @throws IllegalStateException when all sockets of the connection were closed, and of a plain connection, which has one
     *     socket
     */
    public synchronized Socket socket(String namespace) {
        String name = namespace.startsWith("/") ? namespace : "/" + namespace;
        if (plain) {
            throw new IllegalStateException("a plain connection has one socket");
        }
        Socket there = sockets.get(name);
        Socket socket = there != null && !there.isClosed() ? there : add(name, options);
        if (socket == null) {
            throw new IllegalStateException("the connection is closed");
        }
        return socket;
    }

    /**
     * Hears that the connection is open, for the first time or again.
     *
     * @param handler takes it
     * @return this
     */
    public Manager onOpen(Handler<Manager> handler) {
        return add(handlers.opens(), handler);
    }

    /**
     * Hears that an attempt to connect has failed.
     *
     * @param handler takes what has failed
     * @return this
     */
    public Manager onError(Handler<Throwable> handler) {
        return add(handlers.errors(), handler);
    }

    /**
     * Hears that the connection has ended.
     *
     * @param handler takes why
     * @return this
     */
    public Manager onClose(DisconnectHandler handler) {
        handlers.closes().add(Objects.requireNonNull(handler, "handler"));
        return this;
    }

    /**
     * Hears that the server has asked whether the client is there; it was answered.
     *
     * @param handler takes it
     * @return this
     */
    public Manager onPing(Handler<Manager> handler) {
        return add(handlers.pings(), handler);
    }

    /**
     * Hears that the connection has changed from polling to a WebSocket.
     *
     * @param handler takes it
     * @return this
     */
    public Manager onUpgrade(Handler<Manager> handler) {
        return add(handlers.upgrades(), handler);
    }

    /**
     * Hears of each attempt to reconnect.
     *
     * @param handler takes its number, from 1
     * @return this
     */
    public Manager onReconnectAttempt(Handler<Integer> handler) {
        return add(handlers.attempts(), handler);
    }

    /**
     * Hears that an attempt to reconnect has led to a connection.
     *
     * @param handler takes its number
     * @return this
     */
    public Manager onReconnect(Handler<Integer> handler) {
        return add(handlers.reconnects(), handler);
    }

    /**
     * Hears that an attempt to reconnect has failed.
     *
     * @param handler takes what has failed
     * @return this
     */
    public Manager onReconnectError(Handler<Throwable> handler) {
        return add(handlers.reconnectErrors(), handler);
    }

    /**
     * Hears that there will be no other attempt: there were as many as there may be.
     *
     * @param handler takes it
     * @return this
     */
    public Manager onReconnectFailed(Handler<Manager> handler) {
        return add(handlers.reconnectFailures(), handler);
    }

    private <T> Manager add(List<Handler<T>> to, Handler<T> handler) {
        to.add(Objects.requireNonNull(handler, "handler"));
        return this;
    }

    // ---- for its sockets

    Loop loop() {
        return loop;
    }

    Executor futures() {
        return place.futures();
    }

    Executor auth() {
        return place.auth();
    }

    HandlerQueue queue() {
        return queue;
    }

    boolean isPlain() {
        return plain;
    }

    ClientOptions options() {
        return options;
    }

    /** Adds a socket of its own options; null when there is one in its namespace, or nobody needs the connection any more. */
    synchronized @Nullable Socket add(String namespace, ClientOptions wanted) {
        Socket there = sockets.get(namespace);
        if (closing || disposed || there != null && !there.isClosed()) {
            return null;
        }
        Socket socket = new Socket(this, namespace, wanted, place.retain().get());
        sockets.put(namespace, socket);
        return socket;
    }

    /** A socket wants to be connected. */
    void attach(Socket socket) {
        assert loop.inLoop();
        if (state == State.OPEN) {
            enter(socket);
        } else if (state == State.CLOSED && !reconnecting) {
            open();
        }
    }

    /** Lets a socket ask to be let in, when the server has answered who asked before. */
    private void enter(Socket socket) {
        if (!awaitedNamespaces.contains(socket.namespace())) {
            socket.state().onOpen();
        }
    }

    /** A socket has left while the server was still to answer whether it lets it in. */
    void hasLeftEarly(Socket socket) {
        if (!plain) {
            awaitedNamespaces.add(socket.namespace());
        }
    }

    /** A socket does not want to be connected any more. */
    void detach() {
        assert loop.inLoop();
        for (Socket socket : sockets.values()) {
            if (socket.isActive()) {
                return;
            }
        }
        close();
    }

    /** A socket is of no use any more. */
    void remove(Socket socket) {
        assert loop.inLoop();
        synchronized (this) {
            sockets.remove(socket.namespace(), socket);
        }
        disposeUnlessUsed();
    }

    private void disposeUnlessUsed() {
        synchronized (this) {
            if (disposed || !sockets.isEmpty()) {
                return;
            }
            disposed = true;
        }
        close();
        whenUnused.run();
        tellGone();
    }

    private synchronized boolean isDisposed() {
        return disposed;
    }

    private void tellGone() {
        if (lingering == 0 && isDisposed()) {
            whenGone.run();
        }
    }

    /** Closes all sockets for good; no other one is added. */
    void closeSockets() {
        synchronized (this) {
            closing = true;
        }
        loop.run(() -> {
            List.copyOf(sockets.values()).forEach(Socket::close);
            disposeUnlessUsed();
        });
    }

    boolean isWritable() {
        Session now = session;
        return state == State.OPEN && now != null && now.isWritable();
    }

    boolean hasRoom() {
        Session now = session;
        return state == State.OPEN && now != null && now.bufferedBytes() < options.maxBufferedBytes;
    }

    /** A packet as a message; null when the dialect has no words for it. */
    @Nullable Encoded encodeOrNull(Packet packet) {
        return Objects.requireNonNull(dialect, "open").encode(packet);
    }

    Encoded encode(Packet packet) {
        return Objects.requireNonNull(encodeOrNull(packet), "a message for events");
    }

    /** Whether the server takes a message of this length. */
    boolean takes(Encoded message) {
        Session now = session;
        return now == null || now.takes(message);
    }

    void send(Encoded message) {
        Session now = session;
        if (now == null) {
            return;
        }
        now.send(message);
        if (now.bufferedBytes() > (long) HARD_LIMIT * options.maxBufferedBytes + message.length()) {
            now.fail(Ending.of(CloseReason.TRANSPORT_ERROR, "the server takes nothing"));
        }
    }

    /** Ends the connection because of what came over it. */
    void fail(Ending ending) {
        Session now = session;
        if (now != null) {
            now.fail(ending);
        }
    }

    // ---- the connection

    private void open() {
        cancelNextAttempt();
        state = State.OPENING;
        Listening listening = new Listening();
        Session fresh = plain
                ? new PlainSession(loop, place.network(), options.plain(endpoint), listening)
                : new EngineSession(
                        loop,
                        place.network(),
                        options.engine(endpoint, options.rememberUpgrade && upgraded),
                        listening);
        listening.session = fresh;
        session = fresh;
        lingering++;
        attemptTimeout = loop.schedule(Clock.nanos(options.timeout), () -> {
            if (session == fresh && state == State.OPENING) {
                fresh.close();
                onFailed(Ending.of(CloseReason.TRANSPORT_ERROR, "timeout"));
            }
        });
        fresh.open();
    }

    private void opened(Session now) {
        cancelAttemptTimeout();
        state = State.OPEN;
        Dialect spoken = socketIo != null ? socketIo : plainDialect((PlainSession) now);
        dialect = spoken;
        decoder = spoken.newClientDecoder(plain ? endpoint.path() : "/");
        awaitedNamespaces.clear();
        if (held > 0) {
            now.setReading(false);
        }
        handlers.tell(handlers.opens(), this);
        if (reconnecting) {
            reconnecting = false;
            handlers.tell(handlers.reconnects(), backoff.attempts());
        }
        backoff.reset();
        for (Socket socket : sockets.values()) {
            if (socket.isActive() && state == State.OPEN) {
                socket.state().onOpen();
            }
        }
    }

    private Dialect plainDialect(PlainSession now) {
        String chosen = now.subprotocol();
        boolean sessions = chosen.endsWith(".session");
        return chosen.startsWith("maru.msgpack")
                ? new MsgpackEnvelopeDialect(options.limits(), options.codec, sessions)
                : new EnvelopeDialect(options.limits(), options.codec, sessions);
    }

    /** An attempt to connect has failed. */
    private void onFailed(Ending ending) {
        cancelAttemptTimeout();
        state = State.CLOSED;
        session = null;
        upgraded = false;
        ConnectionException error = ConnectionException.of(ending);
        handlers.tell(handlers.errors(), error);
        for (Socket socket : sockets.values()) {
            socket.state().onConnectError(error);
        }
        if (reconnecting) {
            reconnecting = false;
            handlers.tell(handlers.reconnectErrors(), error);
        }
        reconnect();
    }

    /** The connection has ended. */
    private void onClosed(Ending ending) {
        state = State.CLOSED;
        session = null;
        decoder = null;
        dialect = null;
        boolean dismissed = plain && isDismissal(ending);
        DisconnectReason reason =
                dismissed ? DisconnectReason.IO_SERVER_DISCONNECT : DisconnectReason.of(ending.reason());
        DisconnectDetails details = new DisconnectDetails(ending.text(), ending.code(), ending.cause());
        for (Socket socket : sockets.values()) {
            socket.state().onClosed(reason, details);
        }
        handlers.tellClosed(reason, details);
        if (state == State.CLOSED) {
            reconnect();
        }
    }

    private static boolean isDismissal(Ending ending) {
        return ending.reason() == CloseReason.TRANSPORT_CLOSE && DISMISSALS.contains(ending.code());
    }

    private void reconnect() {
        if (reconnecting || !options.reconnection || !anyActive()) {
            return;
        }
        if (backoff.attempts() >= options.reconnectionAttempts) {
            backoff.reset();
            handlers.tell(handlers.reconnectFailures(), this);
            return;
        }
        reconnecting = true;
        nextAttempt = loop.schedule(backoff.next().toNanos(), () -> {
            nextAttempt = null;
            handlers.tell(handlers.attempts(), backoff.attempts());
            open();
        });
    }

    private boolean anyActive() {
        for (Socket socket : sockets.values()) {
            if (socket.isActive()) {
                return true;
            }
        }
        return false;
    }

    /** Nobody wants the connection any more. */
    private void close() {
        cancelNextAttempt();
        cancelAttemptTimeout();
        reconnecting = false;
        backoff.reset();
        Session now = session;
        if (now == null) {
            return;
        }
        boolean wasOpen = state == State.OPEN;
        state = State.CLOSED;
        session = null;
        now.close();
        if (wasOpen) {
            handlers.tellClosed(DisconnectReason.IO_CLIENT_DISCONNECT, new DisconnectDetails("", 0, null));
        }
    }

    private void cancelAttemptTimeout() {
        if (attemptTimeout != null) {
            attemptTimeout.cancel();
            attemptTimeout = null;
        }
    }

    private void cancelNextAttempt() {
        if (nextAttempt != null) {
            nextAttempt.cancel();
            nextAttempt = null;
        }
    }

    /** Answers are awaited, so many more. A handler may wait for them: then they are read, also behind events that wait for it. */
    void answersAwaited(int more) {
        assert loop.inLoop();
        questions += more;
        queue.setPatient(questions > 0);
    }

    private void hold(int more) {
        boolean before = held > 0;
        held += more;
        Session now = session;
        if (now != null && before != held > 0) {
            now.setReading(held <= 0);
        }
    }

    // ---- what comes

    private void onText(byte[] utf8) {
        PacketDecoder reading = decoder;
        if (reading != null) {
            onPacket(() -> reading.text(utf8, 0));
        }
    }

    private void onBinary(byte[] data) {
        PacketDecoder reading = decoder;
        if (reading != null) {
            onPacket(() -> reading.binary(data));
        }
    }

    private void onPacket(Supplier<@Nullable Packet> message) {
        Packet packet;
        try {
            packet = message.get();
        } catch (WireException e) {
            refuse(String.valueOf(e.getMessage()), e);
            return;
        } catch (Throwable e) { // a parser of the application's
            log.warn("{}: a decoder failed", this, e);
            refuse("a decoder failed", e);
            return;
        }
        if (packet == null) {
            return;
        }
        Socket socket = sockets.get(packet.namespace());
        if (!awaitedNamespaces.isEmpty() && answersWhoHasLeft(packet)) {
            if (packet instanceof Packet.Connect) {
                send(encode(new Packet.Disconnect(packet.namespace())));
            }
            if (socket != null && socket.isActive()) {
                socket.state().onOpen();
            }
        } else if (socket != null) {
            socket.state().onPacket(packet);
        }
    }

    private boolean answersWhoHasLeft(Packet packet) {
        return (packet instanceof Packet.Connect || packet instanceof Packet.ConnectError)
                && awaitedNamespaces.remove(packet.namespace());
    }

    private void refuse(String text, Throwable cause) {
        if (dialect != null && dialect.closesOnError()) {
            fail(new Ending(CloseReason.PARSE_ERROR, text, 0, cause));
        } else {
            sockets.values().forEach(socket -> socket.handlers().report(cause));
        }
    }

    /** Where it goes to. */
    @Override
    public String toString() {
        return endpoint.origin();
    }

    /** Hears of one session; of one that was left behind it hears only that it is gone. */
    private final class Listening implements SessionListener {
        private @Nullable Session session;

        private boolean isCurrent() {
            return session != null && session == Manager.this.session;
        }

        @Override
        public void onOpen() {
            if (isCurrent()) {
                opened(Objects.requireNonNull(session));
            }
        }

        @Override
        public void onText(byte[] utf8) {
            if (isCurrent()) {
                Manager.this.onText(utf8);
            }
        }

        @Override
        public void onBinary(byte[] data) {
            if (isCurrent()) {
                Manager.this.onBinary(data);
            }
        }

        @Override
        public void onPing() {
            handlers.tell(handlers.pings(), Manager.this);
        }

        @Override
        public void onWritable() {
            if (isCurrent()) {
                sockets.values().forEach(socket -> socket.state().onWritable());
            }
        }

        @Override
        public void onUpgrade() {
            upgraded = true;
            handlers.tell(handlers.upgrades(), Manager.this);
        }

        @Override
        public void onClose(Ending ending) {
            if (!isCurrent()) {
                return;
            }
            if (state == State.OPENING) {
                onFailed(ending);
            } else {
                onClosed(ending);
            }
        }

        @Override
        public void onGone() {
            lingering--;
            tellGone();
        }
    }
}
