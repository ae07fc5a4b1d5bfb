package io.maru.server.engine;

import io.maru.wire.Encoded;
import io.maru.wire.Encoded.Framing;
import io.maru.wire.WireException;
import io.maru.wire.engineio.EngineIo3;
import io.maru.wire.engineio.EnginePacket;
import java.util.List;

/** A session over WebSocket: one packet a message. Confined to its loop. */
final class WebSocketTransport implements Transport, WebSocketListener {

    private static final byte MESSAGE = (byte) EnginePacket.Type.MESSAGE.digit();

    private final WebSocketChannel channel;
    private final HttpRequest request;
    private final Framing messages;
    private Carried carried = NOBODY;
    private boolean ended;

    WebSocketTransport(WebSocketChannel channel, HttpRequest request, Framing messages) {
        this.channel = channel;
        this.request = request;
        this.messages = messages;
    }

    @Override
    public void carryFor(Carried other) {
        assert channel.loop().inLoop();
        carried = other;
    }

    @Override
    public String name() {
        return EngineOptions.WEBSOCKET;
    }

    @Override
    public Framing messages() {
        return messages;
    }

    /** Whether nothing comes or goes any more. */
    boolean isEnded() {
        return ended;
    }

    @Override
    public void send(Encoded packet, Framing framing) {
        channel.send(packet, framing == Framing.PLAIN ? framing : messages);
    }

    @Override
    public boolean isBehind(int limit) {
        return channel.isBehind(limit);
    }

    @Override
    public boolean isWritable() {
        return !ended && channel.isWritable();
    }

    @Override
    public long bufferedBytes() {
        return channel.bufferedBytes();
    }

    @Override
    public void setReading(boolean reading) {
        channel.setReading(reading);
    }

    @Override
    public HttpRequest messageRequest() {
        return request;
    }

    @Override
    public void close(CloseReason reason, boolean lingering) {
        if (!ended) {
            ended = true;
            channel.close(WebSocketChannel.NO_STATUS, "");
        }
    }

    @Override
    public void onText(byte[] utf8) {
        if (ended) {
            return;
        }
        if (utf8.length > 0 && utf8[0] == MESSAGE) {
            carried.onText(utf8, 1);
            return;
        }
        EnginePacket packet;
        try {
            packet = decode(utf8);
        } catch (WireException e) {
            carried.onEnd(CloseReason.PARSE_ERROR);
            return;
        }
        carried.onPacket(packet);
    }

    /** Reads a packet; the bytes of a client that cannot send any come in base64, as they do over polling. */
    private EnginePacket decode(byte[] utf8) {
        if (messages != Framing.ENGINE_IO) {
            return EngineIo3.decode(utf8);
        }
        if (utf8.length == 0 || utf8[0] != 'b') {
            return EnginePacket.decode(utf8);
        }
        List<EnginePacket> packets = EnginePacket.decodePayload(utf8);
        if (packets.size() > 1) {
            throw new WireException(WireException.Reason.MALFORMED, "one packet expected");
        }
        return packets.get(0);
    }

    @Override
    public void onBinary(byte[] data) {
        if (ended) {
            return;
        }
        EnginePacket packet;
        try {
            packet = messages == Framing.ENGINE_IO
                    ? new EnginePacket(EnginePacket.Type.MESSAGE, data, true)
                    : EngineIo3.decodeBinary(data);
        } catch (WireException e) {
            carried.onEnd(CloseReason.PARSE_ERROR);
            return;
        }
        carried.onPacket(packet);
    }

    @Override
    public void onWritable() {
        if (!ended) {
            carried.onWritable();
        }
    }

    @Override
    public void onClosed(int status, String reason) {
        if (!ended) {
            ended = true;
            carried.onEnd(CloseReason.ofWebSocket(status));
        }
    }
}
