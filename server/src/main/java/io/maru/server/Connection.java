package io.maru.server;

import io.maru.server.RecoveryLog.Away;
import io.maru.server.RecoveryLog.Entered;
import io.maru.server.RecoveryLog.Resume;
import io.maru.server.engine.CloseReason;
import io.maru.server.engine.Deadlines;
import io.maru.server.engine.EngineOptions;
import io.maru.server.engine.EngineSession;
import io.maru.server.engine.Handling;
import io.maru.server.engine.Loop;
import io.maru.server.engine.PlainSession;
import io.maru.server.engine.Session;
import io.maru.server.engine.SessionListener;
import io.maru.wire.Dialect;
import io.maru.wire.Encoded;
import io.maru.wire.Json;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.Payload;
import io.maru.wire.WireException;
import io.maru.wire.WireException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One session and the packets that go over it: the place where the dialects meet. Below, sessions and dialects differ;
 * above, a socket is a socket. Confined to the session's loop.
 */
final class Connection implements SessionListener {

    /** How a connection's timers are kept: one list for each loop. */
    record Timers(Deadlines<Connection> connects, Deadlines<Connection> packets) {}

    private static final int CLOSED_NORMALLY = 1000;
    private static final String INVALID_NAMESPACE = "Invalid namespace";
    private static final String NOT_AUTHORIZED = "Not authorized";
    private static final String NO_SESSION = "A session message is expected first";
    private static final String BUSY = "Server is busy";
    private static final String TOO_MANY = "Too many messages";

    private final MaruServer server;
    private final Session session;
    private final Dialect dialect;
    private final PacketDecoder decoder;
    private final Timers timers;
    private final long issued = System.currentTimeMillis();

    // the namespace of a plain connection; null for Socket.IO, whose packets name theirs
    private final @Nullable String home;
    // whether a plain client says first which session it comes back to
    private final boolean resumes;

    // by namespace; the value is null while it is being found out whether the namespace exists
    private final SmallMap<Socket> sockets = new SmallMap<>();
    // until it has entered a namespace
    private Deadlines.@Nullable Node<Connection> connectDeadline = new Deadlines.Node<>(this);
    private Deadlines.@Nullable Node<Connection> packetDeadline;
    // what a plain client sent before it was let in
    private @Nullable List<Packet> early;
    private int readingPauses;
    // how many of its sockets wait for the application's decision
    private int undecided;
    // shared by its sockets: a client that enters and leaves faster than handlers run is slowed down as well
    private final HandlerQueue handlers;
    // null where there is no rate
    private final @Nullable Throttle throttle;

    Connection(
            MaruServer server,
            Session session,
            Dialect dialect,
            Timers timers,
            @Nullable String home,
            boolean resumes) {
        this.resumes = resumes;
        this.server = server;
        this.session = session;
        this.dialect = dialect;
        this.timers = timers;
        this.home = home;
        this.handlers = new HandlerQueue(
                server.handlerThreads(session.loop().index()),
                server.options().maxPendingEvents(),
                server.options().maxPendingBytes(),
                reading -> {
                    if (!reading) {
                        server.counters().readPauses.increment();
                    }
                    loop().run(() -> setReading(reading));
                },
                server.load());
        this.throttle = Throttle.of(server, session, this::setReading);
        this.decoder = dialect.newDecoder(home == null ? "/" : home);
    }

    /** The session is open; on its loop. */
    void start() {
        String transport = session.transport();
        server.counters().session(dialect.name(), transport, 1);
        server.observers().tell(observer -> observer.sessionOpened(dialect.name(), transport));
        if (connectDeadline != null) {
            timers.connects.add(connectDeadline);
        }
        if (isOlder()) {
            connect("/", null, null, refusal -> {}); // its protocol has no other way into the main namespace
        }
        if (home != null && !resumes && server.options().plainAuth() == PlainAuth.HANDSHAKE) {
            connect(home, Handshake.authOf(session.request()), null, refusal -> {});
        }
    }

    /** Whether the client is one of Socket.IO 2. */
    private boolean isOlder() {
        return session instanceof EngineSession engine && engine.protocol() == 3;
    }

    // ---- what comes

    @Override
    public void onText(byte[] utf8) {
        onText(utf8, 0);
    }

    @Override
    public void onText(byte[] utf8, int from) {
        if (throttle != null) {
            throttle.part(utf8.length - from);
        }
        try {
            take(decoder.text(utf8, from));
        } catch (WireException e) {
            refuse(e);
        }
    }

    @Override
    public void onBinary(byte[] data) {
        if (throttle != null) {
            throttle.part(data.length);
        }
        try {
            take(decoder.binary(data));
        } catch (WireException e) {
            refuse(e);
        }
    }

    private void take(@Nullable Packet packet) {
        if (packet != null) {
            if (packetDeadline != null) {
                packetDeadline.remove();
            }
            if (throttle == null || throttle.admit()) {
                onPacket(packet);
            } else if (session.isOpen()) {
                tooMany(packet);
            }
        } else if (decoder.isWaiting()) {
            if (packetDeadline == null) {
                packetDeadline = new Deadlines.Node<>(this);
            }
            if (!packetDeadline.isListed()) {
                timers.packets.add(packetDeadline);
            }
        }
    }

    /** A packet that has come earlier than its rate allows. */
    private void tooMany(Packet packet) {
        if (packet instanceof Packet.Connect connect) {
            refuse(connect.namespace(), TOO_MANY, null, refusal -> {});
        } else if (packet instanceof Packet.Event event && (home != null || isIn(event.namespace()))) {
            fail(event.namespace(), event.ackId(), TOO_MANY);
        } else {
            onPacket(packet);
        }
    }

    private void onPacket(Packet packet) {
        assert loop().inLoop();
        if (packet instanceof Packet.Connect connect) {
            connect(connect.namespace(), connect.data(), resume(connect.data(), "pid"), refusal -> {});
            return;
        }
        if (home != null && beforeEntering(packet)) {
            return;
        }
        Socket socket = sockets.get(packet.namespace());
        if (socket == null || !socket.isConnected()) {
            misplaced();
        } else if (packet instanceof Packet.Event event) {
            socket.onEvent(event);
        } else if (packet instanceof Packet.Ack ack) {
            socket.onAck(ack);
        } else if (packet instanceof Packet.Disconnect) {
            leave(socket, DisconnectReason.CLIENT_NAMESPACE_DISCONNECT);
        } else {
            misplaced(); // CONNECT_ERROR and failures are the server's
        }
    }

    /** What a plain client sends before it has been let in: its credentials, or what has to wait. */
    private boolean beforeEntering(Packet packet) {
        String namespace = packet.namespace();
        Socket socket = sockets.get(namespace);
        if (socket != null && socket.isConnected()) {
            return false;
        }
        if (sockets.contains(namespace)) {
            if (early == null) {
                early = new ArrayList<>(2);
                setReading(false);
            }
            early.add(packet);
        } else if (resumes
                && packet instanceof Packet.Event event
                && event.name().equals("session")) {
            Json fields = event.args().get(0);
            Json auth = server.options().plainAuth() == PlainAuth.HANDSHAKE
                    ? Handshake.authOf(session.request())
                    : fields == null ? null : fields.get("auth");
            authenticate(event, auth, resume(fields, "id"));
        } else if (packet instanceof Packet.Event event
                && event.name().equals("auth")
                && server.options().plainAuth() == PlainAuth.FIRST_MESSAGE) {
            authenticate(event, event.args().get(0), null);
        } else {
            String message = server.options().plainAuth() == PlainAuth.HANDSHAKE ? NO_SESSION : NOT_AUTHORIZED;
            write(new Packet.Failure(namespace, message));
            answerWithError(packet instanceof Packet.Event event ? event.ackId() : Packet.NO_ACK, message);
        }
        return true;
    }

    /** The session that a client comes back to, if it names one: by texts, or it is a new one. */
    private static @Nullable Resume resume(@Nullable Json fields, String idName) {
        Json id = fields == null ? null : fields.get(idName);
        Json last = fields == null ? null : fields.get("offset");
        String session = id == null ? null : id.string();
        String offset = last == null ? null : last.string();
        return session == null || last != null && offset == null ? null : new Resume(session, offset);
    }

    private void authenticate(Packet.Event event, @Nullable Json auth, @Nullable Resume resume) {
        long ackId = event.ackId();
        connect(event.namespace(), auth, resume, refusal -> {
            if (refusal != null) {
                answerWithError(ackId, refusal);
            } else if (ackId != Packet.NO_ACK) {
                write(new Packet.Ack(event.namespace(), ackId, server.codec().encode(Map.of("success", true))));
            }
        });
    }

    private void refuse(WireException e) {
        server.counters().dropped(Drop.REFUSED_PACKET);
        if (dialect.closesOnError()) {
            server.debug(session, e.getMessage());
            session.close(CloseReason.FORCED_CLOSE);
            return;
        }
        boolean early = throttle != null && !throttle.admit();
        if (session.isOpen()) {
            String limit = "Message too large or too deep";
            String message = e.reason() == Reason.LIMIT ? limit : String.valueOf(e.getMessage());
            fail(home == null ? "/" : home, e.ackId(), early ? TOO_MANY : message);
        }
    }

    /** Tells the client that a message was not taken. */
    private void fail(String namespace, long ackId, String message) {
        Socket socket = sockets.get(namespace);
        if (socket != null && isIn(namespace)) {
            // behind what came before, so that answers keep the order of questions
            socket.handle(() -> new Ack(socket, ackId).fail(message));
        } else {
            write(new Packet.Failure(namespace, message));
            answerWithError(ackId, message);
        }
    }

    private boolean isIn(String namespace) {
        Socket socket = sockets.get(namespace);
        return socket != null && socket.isConnected();
    }

    private void answerWithError(long ackId, String message) {
        if (ackId != Packet.NO_ACK) {
            Payload answer = server.codec().encode(Map.of("error", message));
            write(new Packet.Ack(home == null ? "/" : home, ackId, answer));
        }
    }

    private void misplaced() {
        server.counters().dropped(Drop.REFUSED_PACKET);
        session.close(CloseReason.FORCED_CLOSE);
    }

    // ---- entering a namespace

    /** Who wants to know how it went: with null when the socket is in, else with the message. */
    @FunctionalInterface
    private interface Outcome {
        void tell(@Nullable String refusal);
    }

    private void connect(String name, @Nullable Json auth, @Nullable Resume resume, Outcome outcome) {
        if (sockets.contains(name)) {
            misplaced();
            return;
        }
        if (sockets.size() >= server.options().maxNamespacesPerConnection()) {
            server.counters().refusedNamespaces.increment();
            refuse(name, "Too many namespaces", null, outcome);
            return;
        }
        // Socket.IO's decoder has counted already; a plain client's path nobody has
        if (name.getBytes(StandardCharsets.UTF_8).length > server.options().maxNameLength()) {
            refuse(name, INVALID_NAMESPACE, null, outcome);
            return;
        }
        if (!server.load().beginDecision()) {
            refuse(name, BUSY, null, outcome, CloseReason.OVERLOADED);
            return;
        }
        undecided++;
        sockets.put(name, null);
        server.namespaces()
                .find(name, auth, namespace -> loop().run(() -> enter(name, namespace, auth, resume, outcome)));
    }

    private void enter(
            String name, @Nullable Namespace namespace, @Nullable Json auth, @Nullable Resume resume, Outcome outcome) {
        if (!session.isOpen()) {
            if (namespace != null) {
                server.namespaces().left(namespace);
            }
            return;
        }
        if (namespace == null) {
            decided();
            sockets.remove(name);
            // older clients get the data alone, and here in the same form as newer ones
            refuse(name, INVALID_NAMESPACE, isOlder() ? Map.of("message", INVALID_NAMESPACE) : null, outcome);
            return;
        }
        RecoveryLog log = namespace.recovery();
        Away claimed = log == null || resume == null ? null : log.claim(resume);
        Handshake handshake = new Handshake(session.request(), issued, auth);
        if (log == null || claimed == null) {
            check(new Socket(namespace, this, handshake, null), name, namespace.hasMiddlewares(), outcome);
            return;
        }
        boolean asks = namespace.hasMiddlewares() && !log.skipsMiddlewares();
        claimed.gone.thenRun(() -> loop().run(() -> {
            if (session.isOpen()) {
                check(new Socket(namespace, this, handshake, claimed), name, asks, outcome);
            } else {
                log.putBack(claimed);
                server.namespaces().left(namespace);
            }
        }));
    }

    /** Asks the middlewares whether a socket may enter, if they are to be asked. */
    private void check(Socket socket, String name, boolean asks, Outcome outcome) {
        Namespace namespace = socket.namespace();
        sockets.put(namespace.name(), socket);
        if (!asks) {
            decided();
            admit(socket, outcome);
            return;
        }
        // never at once: what middlewares have emitted, on whatever thread, is before it
        socket.handle(() -> namespace.check(
                socket,
                refusal -> loop().execute(() -> {
                    decided();
                    if (!socket.isConnecting()) {
                        return; // it left meanwhile
                    }
                    if (refusal == null) {
                        admit(socket, outcome);
                        return;
                    }
                    leave(socket, DisconnectReason.SERVER_NAMESPACE_DISCONNECT);
                    if (refusal instanceof ConnectRefusedException e) {
                        refuse(name, String.valueOf(e.getMessage()), e.data(), outcome);
                    } else {
                        server.report(socket, refusal);
                        refuse(name, "Internal error", null, outcome);
                    }
                })));
    }

    // nothing happens after the end, at which all were counted out
    private void decided() {
        if (undecided > 0) {
            undecided--;
            server.load().endDecision();
        }
    }

    private void admit(Socket socket, Outcome outcome) {
        forgetConnectDeadline();
        Entered entered = socket.enter();
        if (entered == null) {
            session.close(CloseReason.FORCED_CLOSE); // it may come again, as a new one
            return;
        }
        if (resumes) {
            write(new Packet.Connect(socket.namespace().name(), plainSession(socket, entered.offset())));
        }
        entered.missed().forEach(this::write);
        if (home == null) {
            write(new Packet.Connect(socket.namespace().name(), socketIoSession(socket)));
        }
        if (!socket.isConnected()) {
            return; // what it had missed was too much for it
        }
        outcome.tell(null);
        socket.entered();
        takeEarly();
    }

    private static Json socketIoSession(Socket socket) {
        String pid = socket.pid() == null ? "" : "\",\"pid\":\"" + socket.pid();
        return Json.of("{\"sid\":\"" + socket.id() + pid + "\"}");
    }

    private static Json plainSession(Socket socket, String offset) {
        return Json.of("{\"id\":\"" + socket.pid() + "\",\"offset\":\"" + offset + "\",\"recovered\":"
                + socket.isRecovered() + "}");
    }

    private void takeEarly() {
        List<Packet> waiting = early;
        if (waiting != null && session.isOpen()) {
            early = null;
            waiting.forEach(this::onPacket);
            setReading(true);
        }
    }

    private void refuse(String namespace, String message, @Nullable Object data, Outcome outcome) {
        refuse(namespace, message, data, outcome, CloseReason.REFUSED);
    }

    private void refuse(String namespace, String message, @Nullable Object data, Outcome outcome, CloseReason closing) {
        Json json = null;
        try {
            json = data == null ? null : server.codec().json(data);
        } catch (IllegalArgumentException e) {
            server.report(null, e);
        }
        write(new Packet.ConnectError(namespace, message, json));
        server.observers().tell(observer -> observer.connectRefused(namespace, message));
        outcome.tell(message);
        if (home != null) {
            if (server.options().plainAuth() == PlainAuth.HANDSHAKE) {
                session.close(closing);
            }
            takeEarly();
        }
    }

    // ---- leaving

    private void leave(Socket socket, DisconnectReason reason) {
        String name = socket.namespace().name();
        if (sockets.get(name) != socket) {
            return; // it has left already: a handler of another socket's leaving sent it away
        }
        sockets.remove(name);
        if (!socket.leave(reason)) { // what is kept for it keeps the namespace too
            server.namespaces().left(socket.namespace());
        }
    }

    /** The server sends a socket away. */
    void disconnect(Socket socket, boolean close) {
        assert loop().inLoop();
        if (close) {
            for (Socket each : sockets.values()) {
                sendAway(each);
            }
            session.close(CloseReason.SERVER_CLOSE);
        } else {
            sendAway(socket);
            if (home != null) {
                session.close(CloseReason.SERVER_CLOSE);
            }
        }
    }

    /** The server sends a socket away, with words for a client that can read them. */
    void disconnect(Socket socket, String words) {
        assert loop().inLoop();
        sendAway(socket, DisconnectReason.SERVER_NAMESPACE_DISCONNECT);
        if (session instanceof PlainSession plain) {
            plain.close(CLOSED_NORMALLY, words);
        }
    }

    /** A socket's time is over. */
    void expired(Socket socket) {
        sendAway(socket, DisconnectReason.EXPIRED);
        if (home != null) {
            session.close(CloseReason.EXPIRED);
        }
    }

    private void sendAway(Socket socket) {
        sendAway(socket, DisconnectReason.SERVER_NAMESPACE_DISCONNECT);
    }

    private void sendAway(Socket socket, DisconnectReason reason) {
        if (sockets.get(socket.namespace().name()) == socket) {
            write(new Packet.Disconnect(socket.namespace().name()));
            leave(socket, reason);
        }
    }

    @Override
    public void onUpgraded() {
        server.counters().session(dialect.name(), EngineOptions.POLLING, -1);
        server.counters().session(dialect.name(), EngineOptions.WEBSOCKET, 1);
        server.observers().tell(observer -> observer.sessionUpgraded(dialect.name()));
    }

    @Override
    public void onDraining(Runnable close) {
        handlers.whenIdle(close);
    }

    @Override
    public void onClosed(CloseReason reason) {
        forgetConnectDeadline();
        if (packetDeadline != null) {
            packetDeadline.remove();
        }
        server.counters().ended(reason);
        early = null;
        if (throttle != null) {
            throttle.end();
        }
        while (undecided > 0) {
            decided();
        }
        for (Socket socket : sockets.values()) {
            leave(socket, DisconnectReason.of(reason));
        }
        sockets.clear();
        String transport = session.transport();
        server.counters().session(dialect.name(), transport, -1);
        server.observers().tell(observer -> observer.sessionClosed(dialect.name(), transport, reason));
        server.closed();
    }

    private void forgetConnectDeadline() {
        if (connectDeadline != null) {
            connectDeadline.remove();
            connectDeadline = null;
        }
    }

    /** The client did not enter a namespace in time. */
    void connectTimedOut() {
        session.close(CloseReason.CONNECT_TIMEOUT);
    }

    /** The attachments of a packet did not come in time. */
    void packetTimedOut() {
        misplaced();
    }

    @Override
    public long pendingBytes() {
        return handlers.bytes();
    }

    @Override
    public void onWritable() {
        sockets.values().forEach(Socket::onWritable);
    }

    // ---- for its sockets

    Session session() {
        return session;
    }

    Loop loop() {
        return session.loop();
    }

    Dialect dialect() {
        return dialect;
    }

    /** Whether its client is told what it needs to come back. */
    boolean canResume() {
        return home == null ? !isOlder() : resumes;
    }

    boolean isPlain() {
        return home != null;
    }

    /** The id of a socket to be; an older client makes the same of its session's id, without being told. */
    String newId(Namespace namespace) {
        if (!isOlder()) {
            return Ids.next();
        }
        return namespace.name().equals("/") ? session.id() : namespace.name() + '#' + session.id();
    }

    HandlerQueue handlers() {
        return handlers;
    }

    /** Counts one more or one less reason not to read from the client. */
    void setReading(boolean reading) {
        assert loop().inLoop();
        readingPauses += reading ? -1 : 1;
        session.setReading(readingPauses <= 0);
    }

    private void write(Packet packet) {
        Encoded message = dialect.encode(packet);
        if (message != null) {
            session.send(message, Handling.KEPT);
            message.release();
        }
    }
}
