package io.maru.server.engine;

import io.maru.wire.Encoded.Framing;
import io.maru.wire.engineio.EnginePacket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A WebSocket that a session over polling may
 * <a href="https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v4-current.md#upgrade">change to</a>,
 * until it has or has not. Whatever becomes of it, the session goes on over polling. Confined to the session's loop.
 */
final class Probe implements Transport.Carried {

    /** The session that may change. */
    interface Owner {
        /** The client has asked whether the WebSocket works: it waits for its poll to end. */
        void onProbed();

        /** The client uses the WebSocket from now on. */
        void onUpgrade(WebSocketTransport transport);

        /** It came to nothing. */
        void onProbeEnd();
    }

    private static final byte[] PROBE = "probe".getBytes(StandardCharsets.US_ASCII);

    private final WebSocketTransport transport;
    private final Owner owner;
    private final Deadlines.Node<Probe> deadline = new Deadlines.Node<>(this);
    private boolean answered;
    private boolean ended;

    Probe(WebSocketTransport transport, Owner owner) {
        this.transport = transport;
        this.owner = owner;
    }

    Deadlines.Node<Probe> deadline() {
        return deadline;
    }

    /** Whether the client knows that the WebSocket works: it polls no more, and is about to use it. */
    boolean isAnswered() {
        return answered;
    }

    @Override
    public void onPacket(EnginePacket packet) {
        if (packet.type() == EnginePacket.Type.PING && Arrays.equals(packet.data(), PROBE)) {
            answered = true;
            transport.send(Packets.PROBE_ANSWER, Framing.PLAIN);
            owner.onProbed();
        } else if (packet.type() == EnginePacket.Type.UPGRADE) {
            ended = true;
            deadline.remove();
            owner.onUpgrade(transport);
        } else {
            close();
        }
    }

    @Override
    public void onWritable() {}

    @Override
    public void onEnd(CloseReason reason) {
        close();
    }

    /** Closes the WebSocket, unless it is the session's already. */
    void close() {
        if (!ended) {
            ended = true;
            deadline.remove();
            transport.close(CloseReason.TRANSPORT_CLOSE, false);
            owner.onProbeEnd();
        }
    }
}
