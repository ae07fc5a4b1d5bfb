package io.maru.server.engine;

import io.maru.wire.Encoded;
import io.maru.wire.Encoded.Framing;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A bare WebSocket (<a href="https://www.rfc-editor.org/rfc/rfc6455">RFC 6455</a>). Confined to its loop. */
public final class PlainSession extends SessionBase {

    private static final Logger log = LoggerFactory.getLogger(PlainSession.class);
    private static final int LONGEST_CONTROL = 125;
    private static final int LONGEST_REASON = 123;
    private static final int CUT = 1006;
    private static final byte[] NOTHING = {};

    // its place in the endpoint's list
    @Nullable PlainSession before;

    @Nullable PlainSession after;

    // made when somebody asks; under the lock of this
    private volatile @Nullable String id;
    private final WebSocketChannel channel;
    private final HttpRequest request;
    private final @Nullable String subprotocol;
    private final Heartbeat heartbeat;
    private final Consumer<PlainSession> onEnd;
    private final Side side = new Side();
    // written on the loop
    private volatile boolean open = true;
    private @Nullable CloseReason endedBy;
    // null until the acceptor has given it
    private @Nullable SessionListener listener;
    private boolean reading = true;
    private boolean draining;
    private int closeStatus = WebSocketChannel.NO_STATUS;
    private String closeText = "";

    PlainSession(
            WebSocketChannel channel,
            HttpRequest request,
            @Nullable String subprotocol,
            SessionRules rules,
            Heartbeat heartbeat,
            Consumer<PlainSession> onEnd) {
        super(rules);
        this.channel = channel;
        this.request = request;
        this.subprotocol = subprotocol;
        this.heartbeat = heartbeat;
        this.onEnd = onEnd;
    }

    /** Begins; gives what hears the WebSocket. */
    WebSocketListener start(SessionAcceptor acceptor) {
        assert loop().inLoop();
        heartbeat.alive(side);
        try {
            SessionListener accepted = Objects.requireNonNull(acceptor.accept(this), "listener");
            listener = accepted;
            if (endedBy != null) {
                tellEnd(accepted, endedBy);
            }
        } catch (RuntimeException e) {
            log.error("Session {} was not accepted", id(), e);
            close(CloseReason.FORCED_CLOSE);
        }
        return side;
    }

    @Override
    public String id() {
        String known = id;
        if (known == null) {
            synchronized (this) {
                known = id;
                if (known == null) {
                    known = SessionIds.random();
                    id = known;
                }
            }
        }
        return known;
    }

    @Override
    public Loop loop() {
        return channel.loop();
    }

    @Override
    public HttpRequest request() {
        return request;
    }

    @Override
    public HttpRequest messageRequest() {
        return request;
    }

    @Override
    public String transport() {
        return EngineOptions.WEBSOCKET;
    }

    /**
     * The subprotocol that was chosen in the handshake.
     *
     * @return its name, or null for none; safe for any thread
     */
    public @Nullable String subprotocol() {
        return subprotocol;
    }

    @Override
    public SendResult send(Encoded message, Handling handling) {
        assert loop().inLoop();
        if (!open) {
            return SendResult.CLOSED;
        }
        if (mayHandOver(handling) && !channel.isBehind(rules.maxBufferedBytes())) {
            channel.send(message, Framing.PLAIN);
            return SendResult.SENT;
        }
        return sendSlowly(message, handling);
    }

    @Override
    boolean takes() {
        return channel.isWritable();
    }

    @Override
    boolean isBehind(int limit) {
        return channel.isBehind(limit);
    }

    @Override
    long held() {
        return channel.bufferedBytes();
    }

    @Override
    void hand(Encoded message) {
        channel.send(message, Framing.PLAIN);
    }

    /**
     * Sends a ping frame of the application's own.
     *
     * @param data at most 125 bytes
     */
    public void ping(byte[] data) {
        assert loop().inLoop();
        checkControl(data);
        if (open) {
            channel.ping(data);
        }
    }

    /**
     * Sends a pong frame that nobody asked for.
     *
     * @param data at most 125 bytes
     */
    public void pong(byte[] data) {
        assert loop().inLoop();
        checkControl(data);
        if (open) {
            channel.pong(data);
        }
    }

    private static void checkControl(byte[] data) {
        if (data.length > LONGEST_CONTROL) {
            throw new IllegalArgumentException("at most 125 bytes expected: " + data.length);
        }
    }

    @Override
    public boolean isWritable() {
        return open && backlog == null && channel.isWritable();
    }

    @Override
    public long bufferedBytes() {
        return open ? channel.bufferedBytes() + backlogBytes() : 0;
    }

    @Override
    public long keptBytes() {
        return bufferedBytes() + (listener == null ? 0 : listener.pendingBytes());
    }

    @Override
    public void setReading(boolean on) {
        assert loop().inLoop();
        if (open && reading != on) {
            reading = on;
            channel.setReading(on);
        }
    }

    @Override
    boolean isReading() {
        return reading;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    /**
     * {@inheritDoc} The close frame has the status of the reason.
     *
     * @param reason why
     */
    @Override
    public void close(CloseReason reason) {
        int status = reason.status();
        String text = status == WebSocketChannel.NO_STATUS ? "" : reason.text();
        if (end(reason, status, text)) {
            channel.close(status, text);
            tellEnd();
        }
    }

    @Override
    public void drain(CloseReason reason) {
        assert loop().inLoop();
        SessionListener told = listener;
        if (draining) {
            return;
        }
        draining = true;
        if (told == null) {
            close(reason);
            return;
        }
        try {
            told.onDraining(() -> loop().run(() -> close(reason)));
        } catch (RuntimeException e) {
            log.error("The coming end of session {} was not handled", id(), e);
            close(reason);
        }
    }

    /**
     * Closes with a status, as {@link CloseReason#SERVER_CLOSE}.
     *
     * @param status a status that an endpoint may send (<a
     *     href="https://www.rfc-editor.org/rfc/rfc6455#section-7.4">RFC 6455, section 7.4</a>)
     * @param reason at most 123 bytes of UTF-8
     */
    public void close(int status, String reason) {
        boolean sendable = status >= 1000 && status <= 1014 && (status < 1004 || status > 1006);
        if (!sendable && (status < 3000 || status > 4999)) {
            throw new IllegalArgumentException("a status that may be sent expected: " + status);
        }
        if (reason.getBytes(StandardCharsets.UTF_8).length > LONGEST_REASON) {
            throw new IllegalArgumentException("a reason of at most 123 bytes expected");
        }
        if (end(CloseReason.SERVER_CLOSE, status, reason)) {
            channel.close(status, reason);
            tellEnd();
        }
    }

    /** Cuts the connection, without a close frame; ends as {@link CloseReason#SERVER_CLOSE}. */
    public void terminate() {
        if (end(CloseReason.SERVER_CLOSE, CUT, "")) {
            channel.terminate();
            tellEnd();
        }
    }

    /**
     * The status with which it was closed, by whomever was first.
     *
     * @return the status of the close frame, 1005 when it had none, 1006 when there was no frame; 1005 while it is open
     */
    public int closeStatus() {
        assert loop().inLoop();
        return closeStatus;
    }

    /**
     * The text of the close frame with which it was closed.
     *
     * @return the text; empty when there is none, and while it is open
     */
    public String closeText() {
        assert loop().inLoop();
        return closeText;
    }

    private boolean end(CloseReason reason, int status, String text) {
        assert loop().inLoop();
        if (!open) {
            return false;
        }
        open = false;
        endedBy = reason;
        closeStatus = status;
        closeText = text;
        endBacklog(reason);
        heartbeat.remove(side);
        endAging();
        onEnd.accept(this);
        return true;
    }

    private void tellEnd() {
        if (listener != null && endedBy != null) {
            tellEnd(listener, endedBy);
        }
    }

    private void tellEnd(SessionListener told, CloseReason reason) {
        try {
            told.onClosed(reason);
        } catch (RuntimeException e) {
            log.error("The end of session {} was not handled", id(), e);
        }
    }

    @Override
    public String toString() {
        return "PlainSession " + id();
    }

    /** What WebSocket and heartbeat see of the session. */
    private final class Side implements WebSocketListener, Heartbeat.Pulse {
        private final Deadlines.Node<Heartbeat.Pulse> node = new Deadlines.Node<>(this);

        private void hear(Consumer<SessionListener> event) {
            if (open && listener != null) {
                try {
                    event.accept(listener);
                } catch (RuntimeException e) {
                    notHandled(e);
                }
            }
        }

        private void notHandled(RuntimeException e) {
            log.error("What session {} received was not handled", id(), e);
        }

        @Override
        public void onText(byte[] utf8) {
            SessionListener to = listener;
            if (open && to != null) { // without a lambda: this is what comes a million times
                heard();
                try {
                    to.onText(utf8);
                } catch (RuntimeException e) {
                    notHandled(e);
                }
            }
        }

        @Override
        public void onBinary(byte[] data) {
            heard();
            hear(l -> l.onBinary(data));
        }

        @Override
        public void onPing(byte[] data) {
            hear(l -> l.onPing(data));
        }

        @Override
        public void onPong(byte[] data) {
            if (open) {
                heartbeat.alive(this);
            }
            hear(l -> l.onPong(data));
        }

        @Override
        public void onWritable() {
            if (open) {
                drain();
            }
            if (isWritable()) {
                hear(SessionListener::onWritable);
            }
        }

        @Override
        public void onClosed(int status, String reason) {
            if (end(CloseReason.ofWebSocket(status), status, reason)) {
                tellEnd();
            }
        }

        @Override
        public void ping() {
            channel.ping(NOTHING);
        }

        @Override
        public void pingTimedOut() {
            // while we ourselves do not read, a pong that is missing is not the peer's fault; unless it reads nothing
            // either
            if (!reading && channel.isWritable()) {
                heartbeat.alive(this);
            } else {
                close(CloseReason.PING_TIMEOUT);
            }
        }

        @Override
        public Deadlines.Node<Heartbeat.Pulse> heartbeat() {
            return node;
        }
    }
}
