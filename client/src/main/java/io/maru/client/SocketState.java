package io.maru.client;

import io.maru.client.engine.CloseReason;
import io.maru.client.engine.Ending;
import io.maru.client.engine.Loop;
import io.maru.wire.Clock;
import io.maru.wire.Encoded;
import io.maru.wire.Json;
import io.maru.wire.Packet;
import io.maru.wire.Payload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a socket is to the server: outside of its namespace, asking to be let in, or in. It says who it is, comes back to the session
 * that it had, and hears what the server sends to it. Confined to the socket's loop; what others may read is volatile.
 */
final class SocketState {

    private enum State {
        DISCONNECTED,
        CONNECTING,
        CONNECTED
    }

    private static final int MAX_SESSION_TEXT = 1024;

    private final Socket socket;
    private final Manager manager;
    private final String namespace;
    private final ClientOptions options;
    private final SocketHandlers handlers;
    private final Sending sending;
    private final Loop loop;

    // written on the loop only
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

    SocketState(Socket socket, ClientOptions options) {
        this.socket = socket;
        this.manager = socket.manager();
        this.namespace = socket.namespace();
        this.options = options;
        this.handlers = socket.handlers();
        this.sending = socket.sending();
        this.loop = manager.loop();
    }

    // ---- for any thread

    @Nullable String id() {
        return id;
    }

    boolean isConnected() {
        return state == State.CONNECTED;
    }

    boolean isActive() {
        return active;
    }

    boolean isRecovered() {
        return recovered;
    }

    // ---- coming and going

    /** The application wants the socket to be connected. */
    void connect() {
        assert loop.inLoop();
        // also one that waits in vain, because there are no more attempts
        if (state == State.DISCONNECTED && !(active && manager.isOpen())) {
            active = true;
            manager.attach(socket);
        }
    }

    /** The application wants it to be connected no more. */
    void leave() {
        assert loop.inLoop();
        if (!active) {
            return;
        }
        if (state == State.CONNECTED) {
            write(new Packet.Disconnect(namespace), "disconnect");
        } else if (introduced) {
            manager.hasLeftEarly(socket);
        }
        end(DisconnectReason.IO_CLIENT_DISCONNECT, new DisconnectDetails("", 0, null), false);
        forgetSession();
        manager.detach();
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
        handlers.onEvent(event, new Ack(socket, event.ackId(), connection));
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
