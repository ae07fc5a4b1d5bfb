package io.maru.server.engine;

import io.maru.wire.Encoded;
import io.maru.wire.Encoded.Framing;
import io.maru.wire.engineio.EnginePacket;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session of <a
 * href="https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v4-current.md">Engine.IO 4</a>, or of <a
 * href="https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v3.md">Engine.IO 3</a>: over polling, over
 * WebSocket, or first one and then the other. Confined to its loop.
 */
public final class EngineSession extends SessionBase {

    /** Who has opened it. */
    interface Owner {
        /** The session has ended; called once. */
        void onEnd(EngineSession session);
    }

    private static final Logger log = LoggerFactory.getLogger(EngineSession.class);

    private final String id;
    private final Loop loop;
    private final HttpRequest request;
    private final LoopTimers timers;
    private final Owner owner;
    private final Side side = new Side();
    // written on the loop
    private volatile Transport transport;
    private volatile boolean open = true;
    private @Nullable CloseReason endedBy;
    // null until the acceptor has given it
    private @Nullable SessionListener listener;
    private @Nullable Probe probe;
    // what is said over the WebSocket when the session ended while it was changing to it
    private @Nullable PollingBuffer lastWords;
    private boolean reading = true;
    private boolean draining;

    EngineSession(
            String id,
            Loop loop,
            HttpRequest request,
            Transport transport,
            SessionRules rules,
            LoopTimers timers,
            Owner owner) {
        super(rules);
        this.id = id;
        this.loop = loop;
        this.request = request;
        this.transport = transport;
        this.timers = timers;
        this.owner = owner;
    }

    /** Begins: its time counts from here. */
    void begin() {
        assert loop.inLoop();
        transport.carryFor(side);
        side.alive();
        aging = timers.ages.begin(this);
    }

    /** Finds its owner; the open packet has been sent. */
    void accept(SessionAcceptor acceptor) {
        assert loop.inLoop();
        try {
            SessionListener accepted = Objects.requireNonNull(acceptor.accept(this), "listener");
            listener = accepted;
            if (endedBy != null) {
                tellEnd(accepted, endedBy);
            }
        } catch (RuntimeException e) {
            log.error("Session {} was not accepted", id, e);
            close(CloseReason.FORCED_CLOSE);
        }
    }

    /** A request over polling has come. */
    void onRequest(PollRequest poll) {
        assert loop.inLoop();
        ((PollingTransport) transport).onRequest(poll);
    }

    /** A WebSocket has opened that it may change to: one at a time, and once; others are closed. */
    WebSocketListener onProbe(WebSocketChannel channel, HttpRequest upgrade, Framing messages) {
        assert loop.inLoop();
        WebSocketTransport webSocket = new WebSocketTransport(channel, upgrade, messages);
        if (!open || probe != null || !(transport instanceof PollingTransport)) {
            webSocket.close(CloseReason.TRANSPORT_CLOSE, false);
            return webSocket;
        }
        probe = new Probe(webSocket, side);
        webSocket.carryFor(probe);
        timers.probes.add(probe.deadline());
        return webSocket;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public HttpRequest request() {
        return request;
    }

    @Override
    public HttpRequest messageRequest() {
        assert loop.inLoop();
        return Objects.requireNonNullElse(transport.messageRequest(), request);
    }

    @Override
    public String transport() {
        return transport.name();
    }

    /**
     * The version of Engine.IO that it speaks, for as long as it lives.
     *
     * @return 4, or 3 for a client of Socket.IO 2; safe for any thread
     */
    public int protocol() {
        return transport.messages() == Framing.ENGINE_IO ? 4 : 3;
    }

    @Override
    public SendResult send(Encoded message, Handling handling) {
        assert loop.inLoop();
        if (!open) {
            return SendResult.CLOSED;
        }
        Transport carrier = transport;
        if (mayHandOver(handling) && !carrier.isBehind(rules.maxBufferedBytes())) {
            carrier.send(message, Framing.ENGINE_IO);
            return SendResult.SENT;
        }
        return sendSlowly(message, handling);
    }

    @Override
    boolean takes() {
        return transport.isWritable();
    }

    @Override
    boolean isBehind(int limit) {
        return transport.isBehind(limit);
    }

    @Override
    long held() {
        return transport.bufferedBytes();
    }

    @Override
    void hand(Encoded message) {
        transport.send(message, Framing.ENGINE_IO);
    }

    @Override
    public boolean isWritable() {
        return open && backlog == null && transport.isWritable();
    }

    @Override
    public long bufferedBytes() {
        return open ? transport.bufferedBytes() + backlogBytes() : 0;
    }

    @Override
    public long keptBytes() {
        return bufferedBytes() + (listener == null ? 0 : listener.pendingBytes());
    }

    @Override
    public void setReading(boolean on) {
        assert loop.inLoop();
        if (open && reading != on) {
            reading = on;
            transport.setReading(on);
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
     * {@inheritDoc} Over polling the last words wait 30 seconds at most for the client to come for them.
     *
     * @param reason why
     */
    @Override
    public void close(CloseReason reason) {
        end(Objects.requireNonNull(reason, "reason"), true);
    }

    @Override
    public void drain(CloseReason reason) {
        assert loop.inLoop();
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
            told.onDraining(() -> loop.run(() -> close(reason)));
        } catch (RuntimeException e) {
            log.error("The coming end of session {} was not handled", id, e);
            close(reason);
        }
    }

    private void end(CloseReason reason, boolean lingering) {
        assert loop.inLoop();
        if (!open) {
            return;
        }
        open = false;
        endedBy = reason;
        endBacklog(reason);
        timers.heartbeat.remove(side);
        endAging();
        if (probe != null) {
            if (lingering
                    && probe.isAnswered()
                    && transport instanceof PollingTransport polling
                    && !polling.isWritable()) {
                lastWords = polling.unsent(); // the client has left polling, and will hear them over the WebSocket
            } else {
                probe.close();
            }
        }
        // before it is forgotten: a request meanwhile finds it, or the last words
        transport.close(reason, lingering);
        owner.onEnd(this);
        if (listener != null) {
            tellEnd(listener, reason);
        }
    }

    private void tellEnd(SessionListener told, CloseReason reason) {
        try {
            told.onClosed(reason);
        } catch (RuntimeException e) {
            log.error("The end of session {} was not handled", id, e);
        }
    }

    @Override
    public String toString() {
        return "EngineSession " + id;
    }

    /** What transport, probe and heartbeat see of the session. */
    private final class Side implements Transport.Carried, Probe.Owner, Heartbeat.Pulse {
        private final Deadlines.Node<Heartbeat.Pulse> node = new Deadlines.Node<>(this);

        @Override
        public void onPacket(EnginePacket packet) {
            assert loop.inLoop();
            if (!open) {
                return;
            }
            switch (packet.type()) {
                case MESSAGE -> {
                    if (packet.binary()) {
                        onBinary(packet.data());
                    } else {
                        onText(packet.data(), 0);
                    }
                }
                case PONG -> onPong();
                case PING -> onPing();
                case OPEN, CLOSE, UPGRADE, NOOP -> {
                    // nothing that a client has to say here; Node's server ignores them too
                }
            }
        }

        private void onPong() {
            if (protocol() == 4) {
                alive();
            } else {
                end(CloseReason.TRANSPORT_ERROR, false);
            }
        }

        private void onPing() {
            if (protocol() == 4) {
                end(CloseReason.TRANSPORT_ERROR, false);
                return;
            }
            alive();
            if (transport.isBehind(rules.maxBufferedBytes())) {
                close(CloseReason.SLOW_CONSUMER); // it pings, and does not take the answers
            } else {
                transport.send(Packets.PONG, Framing.PLAIN);
            }
        }

        /** The client has shown that it is there; or the session begins. */
        private void alive() {
            if (protocol() == 4) {
                timers.heartbeat.alive(this);
            } else {
                timers.clientPings.add(node);
            }
        }

        @Override
        public void onText(byte[] utf8, int from) {
            assert loop.inLoop();
            if (open && listener != null) {
                heard();
                try {
                    listener.onText(utf8, from);
                } catch (RuntimeException e) {
                    notHandled(e);
                }
            }
        }

        private void onBinary(byte[] data) {
            if (listener != null) {
                heard();
                try {
                    listener.onBinary(data);
                } catch (RuntimeException e) {
                    notHandled(e);
                }
            }
        }

        private void notHandled(RuntimeException e) {
            log.error("A message of session {} was not handled", id, e);
        }

        @Override
        public void onWritable() {
            if (open) {
                drain();
            }
            if (isWritable() && listener != null) {
                try {
                    listener.onWritable();
                } catch (RuntimeException e) {
                    log.error("Session {} became writable, which was not handled", id, e);
                }
            }
        }

        @Override
        public void onEnd(CloseReason reason) {
            end(reason, false);
        }

        @Override
        public void onProbed() {
            if (transport instanceof PollingTransport polling) {
                polling.setReleasing(true);
            }
        }

        @Override
        public void onUpgrade(WebSocketTransport webSocket) {
            assert loop.inLoop();
            probe = null;
            if (!open) {
                if (lastWords != null) {
                    lastWords.moveTo(webSocket::send);
                }
                webSocket.close(CloseReason.TRANSPORT_CLOSE, false);
                return;
            }
            PollingTransport polling = (PollingTransport) transport;
            boolean wasWritable = polling.isWritable();
            polling.moveTo(webSocket);
            if (!open) {
                webSocket.close(CloseReason.TRANSPORT_CLOSE, false);
                return;
            }
            transport = webSocket;
            webSocket.carryFor(this);
            if (!reading) {
                webSocket.setReading(false);
            }
            if (listener != null) {
                try {
                    listener.onUpgraded();
                } catch (RuntimeException e) {
                    log.error("The upgrade of session {} was not handled", id, e);
                }
            }
            if (!wasWritable && takes()) {
                onWritable();
            }
        }

        @Override
        public void onProbeEnd() {
            probe = null;
            if (open && transport instanceof PollingTransport polling) {
                polling.setReleasing(false);
            }
        }

        @Override
        public void ping() {
            transport.send(Packets.PING, Framing.PLAIN);
        }

        @Override
        public void pingTimedOut() {
            // while we ourselves do not read, a pong that is missing is not the peer's fault; unless it reads nothing
            // either
            if (!reading && transport.isWritable()) {
                alive();
            } else {
                end(CloseReason.PING_TIMEOUT, false);
            }
        }

        @Override
        public Deadlines.Node<Heartbeat.Pulse> heartbeat() {
            return node;
        }
    }
}
