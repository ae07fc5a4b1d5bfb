package io.maru.client.engine;

import io.maru.wire.WireException;
import io.maru.wire.engineio.EnginePacket;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A WebSocket: one packet a message, binary messages as they are. */
final class WebSocketTransport implements Transport, WebSocketListener {

    private enum State {
        NEW,
        OPEN,
        ENDED
    }

    private final Network network;
    private final String target;
    private final Listener listener;
    private State state = State.NEW;
    private @Nullable WebSocketChannel channel;
    private @Nullable Runnable gone;

    WebSocketTransport(Network network, EngineOptions options, @Nullable String sid, Listener listener) {
        this.network = network;
        this.target = options.target(TransportKind.WEBSOCKET, "", sid);
        this.listener = listener;
    }

    @Override
    public TransportKind kind() {
        return TransportKind.WEBSOCKET;
    }

    @Override
    public void open() {
        channel = network.webSocket(target, List.of(), this);
    }

    private WebSocketChannel channel() {
        if (channel == null) {
            throw new IllegalStateException("not opened");
        }
        return channel;
    }

    @Override
    public boolean isWritable() {
        return state == State.OPEN && channel().isWritable();
    }

    @Override
    public void send(PacketQueue queue) {
        while (isWritable()) {
            EnginePacket packet = queue.poll();
            if (packet == null) {
                return;
            }
            write(packet);
        }
    }

    private void write(EnginePacket packet) {
        if (packet.binary()) {
            channel().sendBinary(packet.data());
        } else {
            channel().sendText(packet.encode());
        }
    }

    @Override
    public long bufferedBytes() {
        return state == State.OPEN ? channel().bufferedBytes() : 0;
    }

    @Override
    public void setReading(boolean on) {
        if (state == State.OPEN) {
            channel().setReading(on);
        }
    }

    @Override
    public void close(PacketQueue queue, Runnable whenGone) {
        if (state != State.OPEN) {
            abort();
            whenGone.run();
            return;
        }
        EnginePacket packet;
        while ((packet = queue.poll()) != null) {
            write(packet);
        }
        state = State.ENDED;
        gone = whenGone;
        channel().close(0);
    }

    @Override
    public void abort() {
        state = State.ENDED;
        if (channel != null) {
            channel.abort();
        }
    }

    // ---- what the network tells

    @Override
    public void onOpen(String subprotocol) {
        if (state == State.NEW) {
            state = State.OPEN;
            listener.onWritable(this);
        }
    }

    @Override
    public void onText(byte[] utf8) {
        if (state != State.OPEN) {
            return;
        }
        EnginePacket packet;
        try {
            packet = EnginePacket.decode(utf8);
        } catch (WireException e) {
            end(new Ending(CloseReason.PARSE_ERROR, String.valueOf(e.getMessage()), 0, e));
            return;
        }
        listener.onPacket(this, packet);
    }

    @Override
    public void onBinary(byte[] data) {
        if (state == State.OPEN) {
            listener.onPacket(this, new EnginePacket(EnginePacket.Type.MESSAGE, data, true));
        }
    }

    @Override
    public void onWritable() {
        if (state == State.OPEN) {
            listener.onWritable(this);
        }
    }

    @Override
    public void onEnd(Ending ending) {
        if (gone != null) {
            Runnable told = gone;
            gone = null;
            told.run();
        } else if (state != State.ENDED) {
            end(ending);
        }
    }

    private void end(Ending ending) {
        abort();
        listener.onEnd(this, ending);
    }
}
