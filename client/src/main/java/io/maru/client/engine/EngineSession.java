package io.maru.client.engine;

import io.maru.wire.Encoded;
import io.maru.wire.Utf8Buffer;
import io.maru.wire.WireException;
import io.maru.wire.engineio.EngineOpen;
import io.maru.wire.engineio.EnginePacket;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A session of <a href="https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v4-current.md">Engine.IO 4</a>:
 * it opens over one of the transports, answers pings, ends when none comes in time, and changes from polling to a WebSocket.
 */
public final class EngineSession implements Session, Transport.Listener {

    private enum State {
        NEW,
        OPENING,
        OPEN,
        CLOSED
    }

    private final Loop loop;
    private final Network network;
    private final EngineOptions options;
    private final SessionListener listener;
    private final PacketQueue queue = new PacketQueue();

    private State state = State.NEW;
    private int tried;
    // null until the first is opened; read by any thread
    private volatile @Nullable Transport transport;
    private @Nullable EngineOpen opening;
    private Loop.@Nullable Timeout deadline;
    private @Nullable Probe probe;
    // between the answer to the probe and the change: what is sent waits
    private boolean changing;
    private boolean reading = true;

    /**
     * A session that is not open yet.
     *
     * @param loop runs it
     * @param network reaches the server
     * @param options how it is opened
     * @param listener told of it
     */
    public EngineSession(Loop loop, Network network, EngineOptions options, SessionListener listener) {
        this.loop = loop;
        this.network = network;
        this.options = options;
        this.listener = listener;
    }

    @Override
    public void open() {
        assert loop.inLoop();
        state = State.OPENING;
        tryNext();
    }

    private void tryNext() {
        Transport next = options.transports().get(tried++) == TransportKind.POLLING
                ? new PollingTransport(loop, network, options, this)
                : new WebSocketTransport(network, options, null, this);
        transport = next;
        next.open();
    }

    private Transport current() {
        return Objects.requireNonNull(transport, "opened before");
    }

    // ---- what transports tell

    @Override
    public void onWritable(Transport from) {
        if (from == transport) {
            flush();
            tellWritable();
        } else if (probe != null) {
            probe.onOpen();
        }
    }

    @Override
    public void onPacket(Transport from, EnginePacket packet) {
        if (state == State.CLOSED) {
            return;
        }
        if (from != transport) {
            if (probe != null) {
                probe.onPacket(packet);
            }
            return;
        }
        switch (packet.type()) {
            case OPEN -> onOpen(packet);
            case CLOSE -> end(Ending.of(CloseReason.TRANSPORT_CLOSE, "the server has closed the session"));
            case PING -> onPing();
            case MESSAGE -> onMessage(packet);
            case PONG, UPGRADE, NOOP -> {} // a noop lets a poll end; the others are not for clients
        }
    }

    private void onOpen(EnginePacket packet) {
        if (state != State.OPENING) {
            return;
        }
        EngineOpen said;
        try {
            said = EngineOpen.decode(packet.data());
        } catch (WireException e) {
            end(new Ending(CloseReason.PARSE_ERROR, String.valueOf(e.getMessage()), 0, e));
            return;
        }
        opening = said;
        state = State.OPEN;
        if (current() instanceof PollingTransport polling) {
            polling.opened(said.sid(), said.maxPayload());
        }
        restartDeadline();
        listener.onOpen();
        if (state == State.OPEN
                && options.upgrade()
                && current().kind() == TransportKind.POLLING
                && options.transports().contains(TransportKind.WEBSOCKET)
                && said.upgrades().contains(TransportKind.WEBSOCKET.text())) {
            probe = new Probe(said.sid());
        }
    }

    private void onPing() {
        if (state == State.OPEN) {
            restartDeadline();
            if (!queue.hasPong()) { // one answer is enough for a server that does not read
                queue.add(EnginePacket.of(EnginePacket.Type.PONG));
                flush();
            }
            listener.onPing();
        }
    }

    private void onMessage(EnginePacket packet) {
        if (state != State.OPEN) {
            return;
        }
        if (packet.binary()) {
            listener.onBinary(packet.data());
        } else {
            listener.onText(packet.data());
        }
    }

    @Override
    public void onEnd(Transport from, Ending ending) {
        if (state == State.CLOSED) {
            return;
        }
        if (from != transport) {
            endProbe();
        } else if (state == State.OPENING
                && options.tryAllTransports()
                && tried < options.transports().size()) {
            tryNext();
        } else {
            end(ending);
        }
    }

    // ---- liveness: only pings tell that the server is there, as for the official client

    private void restartDeadline() {
        stopDeadline();
        EngineOpen said = opening;
        if (said != null) {
            deadline = loop.schedule((said.pingInterval() + said.pingTimeout()) * 1_000_000, () -> {
                if (state == State.OPEN) {
                    end(Ending.of(CloseReason.PING_TIMEOUT, "no ping has come in time"));
                }
            });
        }
    }

    private void stopDeadline() {
        if (deadline != null) {
            deadline.cancel();
            deadline = null;
        }
    }

    @Override
    public void setReading(boolean on) {
        if (state != State.OPEN) {
            return;
        }
        reading = on;
        if (on) {
            restartDeadline();
        } else {
            stopDeadline();
        }
        current().setReading(on);
    }

    // ---- sending

    @Override
    public void send(Encoded message) {
        assert loop.inLoop();
        if (state != State.OPEN) {
            return;
        }
        if (message.hasText()) {
            Utf8Buffer text = new Utf8Buffer(message.length());
            message.writeText(text);
            queue.add(new EnginePacket(EnginePacket.Type.MESSAGE, text.toByteArray(), false));
        }
        for (byte[] attachment : message.attachments()) {
            queue.add(new EnginePacket(EnginePacket.Type.MESSAGE, attachment, true));
        }
        flush();
    }

    private void flush() {
        if (state != State.OPEN || changing) {
            return;
        }
        current().send(queue);
    }

    private void tellWritable() {
        if (isWritable()) {
            listener.onWritable();
        }
    }

    @Override
    public boolean isWritable() {
        return state == State.OPEN && queue.isEmpty() && !changing && current().isWritable();
    }

    @Override
    public long bufferedBytes() {
        return queue.bytes() + (state == State.OPEN ? current().bufferedBytes() : 0);
    }

    @Override
    public boolean takes(Encoded message) {
        long most = opening == null ? 0 : opening.maxPayload();
        if (most == 0) {
            return true;
        }
        boolean base64 = current().kind() == TransportKind.POLLING;
        long text = 1L + message.length();
        for (byte[] attachment : message.attachments()) {
            text -= attachment.length;
            if ((base64 ? PollingTransport.base64Length(attachment) : attachment.length) > most) {
                return false;
            }
        }
        return text <= most;
    }

    @Override
    public String transport() {
        Transport now = transport;
        return now == null ? options.transports().get(0).text() : now.kind().text();
    }

    // ---- the end

    @Override
    public void close() {
        assert loop.inLoop();
        if (state == State.CLOSED) {
            return;
        }
        stop();
        if (transport == null) {
            listener.onGone();
        } else {
            current().close(queue, listener::onGone);
        }
    }

    @Override
    public void fail(Ending ending) {
        if (state != State.CLOSED) {
            end(ending);
        }
    }

    private void end(Ending ending) {
        stop();
        current().abort();
        listener.onClose(ending);
        listener.onGone();
    }

    private void stop() {
        state = State.CLOSED;
        stopDeadline();
        endProbe();
    }

    private void endProbe() {
        if (probe != null) {
            probe.end();
            probe = null;
        }
    }

    /**
     * The <a
     * href="https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v4-current.md#upgrade">change to a
     * WebSocket</a>: {@code 2probe}, {@code 3probe}, the end of polling, {@code 5}. When it fails, polling goes on.
     */
    private final class Probe {

        private final WebSocketTransport webSocket;
        private final Loop.Timeout timeout;
        private boolean asked;
        private boolean answered;

        Probe(String sid) {
            webSocket = new WebSocketTransport(network, options, sid, EngineSession.this);
            timeout = loop.schedule(options.upgradeTimeoutNanos(), EngineSession.this::endProbe);
            webSocket.open();
        }

        void onOpen() {
            if (asked) {
                return;
            }
            asked = true;
            PacketQueue question = new PacketQueue();
            question.add(new EnginePacket(EnginePacket.Type.PING, new byte[] {'p', 'r', 'o', 'b', 'e'}, false));
            webSocket.send(question);
        }

        void onPacket(EnginePacket packet) {
            if (answered
                    || packet.type() != EnginePacket.Type.PONG
                    || !(current() instanceof PollingTransport polling)) {
                return;
            }
            answered = true;
            changing = true;
            polling.pause(() -> change(polling));
        }

        private void change(PollingTransport polling) {
            if (state != State.OPEN) {
                return;
            }
            timeout.cancel();
            PacketQueue done = new PacketQueue();
            done.add(EnginePacket.of(EnginePacket.Type.UPGRADE));
            webSocket.send(done);
            transport = webSocket;
            probe = null;
            changing = false;
            polling.abort();
            webSocket.setReading(reading);
            listener.onUpgrade();
            flush();
            tellWritable();
        }

        void end() {
            timeout.cancel();
            webSocket.abort();
            changing = false;
            if (answered && state == State.OPEN && current() instanceof PollingTransport polling) {
                polling.resume();
                flush();
            }
        }
    }
}
