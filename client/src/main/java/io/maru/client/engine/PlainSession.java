package io.maru.client.engine;

import io.maru.wire.Encoded;
import io.maru.wire.Utf8Buffer;
import org.jspecify.annotations.Nullable;

/**
 * A plain WebSocket. Any frame shows that the server is there. When none has come for the ping interval and a quarter of the
 * timeout, which does not happen where the server pings, the client sends a ping of its own; when none has come for the interval and
 * the timeout, the session ends.
 */
public final class PlainSession implements Session, WebSocketListener {

    private enum State {
        NEW,
        OPENING,
        OPEN,
        CLOSED
    }

    private final Loop loop;
    private final Network network;
    private final PlainOptions options;
    private final SessionListener listener;

    private State state = State.NEW;
    private @Nullable WebSocketChannel channel;
    private String subprotocol = "";
    private long lastFrame;
    private boolean pinged;
    private Loop.@Nullable Timeout watch;

    /**
     * A session that is not open yet.
     *
     * @param loop runs it
     * @param network reaches the server
     * @param options how it is opened
     * @param listener told of it
     */
    public PlainSession(Loop loop, Network network, PlainOptions options, SessionListener listener) {
        this.loop = loop;
        this.network = network;
        this.options = options;
        this.listener = listener;
    }

    @Override
    public void open() {
        assert loop.inLoop();
        state = State.OPENING;
        channel = network.webSocket(options.target(), options.subprotocols(), this);
    }

    /**
     * What the server chose of the subprotocols.
     *
     * @return its name, or an empty string
     */
    public String subprotocol() {
        return subprotocol;
    }

    private WebSocketChannel channel() {
        if (channel == null) {
            throw new IllegalStateException("not opened");
        }
        return channel;
    }

    // ---- what the network tells

    @Override
    public void onOpen(String chosen) {
        if (state == State.OPENING) {
            state = State.OPEN;
            subprotocol = chosen;
            lastFrame = loop.nanoTime();
            watch();
            listener.onOpen();
        }
    }

    @Override
    public void onText(byte[] utf8) {
        if (state == State.OPEN) {
            listener.onText(utf8);
        }
    }

    @Override
    public void onBinary(byte[] data) {
        if (state == State.OPEN) {
            listener.onBinary(data);
        }
    }

    @Override
    public void onFrame() {
        lastFrame = loop.nanoTime();
        pinged = false;
    }

    @Override
    public void onWritable() {
        if (state == State.OPEN) {
            listener.onWritable();
        }
    }

    @Override
    public void onEnd(Ending ending) {
        if (state != State.CLOSED) {
            end(ending);
        } else {
            listener.onGone();
        }
    }

    // ---- liveness

    // one timer that is late by what came meanwhile, rather than one a frame
    private void watch() {
        long silent = loop.nanoTime() - lastFrame;
        long most = options.pingIntervalNanos() + options.pingTimeoutNanos();
        long patience = options.pingIntervalNanos() + options.pingTimeoutNanos() / 4;
        if (silent >= most) {
            end(Ending.of(CloseReason.PING_TIMEOUT, "the server was silent for too long"));
            return;
        }
        if (silent >= patience && !pinged) {
            pinged = true;
            channel().sendPing();
        }
        watch = loop.schedule((silent >= patience ? most : patience) - silent, this::watch);
    }

    private void stopWatch() {
        if (watch != null) {
            watch.cancel();
            watch = null;
        }
    }

    @Override
    public void setReading(boolean on) {
        if (state == State.OPEN) {
            stopWatch();
            if (on) {
                onFrame();
                watch();
            }
            channel().setReading(on);
        }
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
            channel().sendText(text.toByteArray());
        }
        for (byte[] attachment : message.attachments()) {
            channel().sendBinary(attachment);
        }
    }

    @Override
    public boolean isWritable() {
        return state == State.OPEN && channel().isWritable();
    }

    @Override
    public long bufferedBytes() {
        return state == State.OPEN ? channel().bufferedBytes() : 0;
    }

    @Override
    public boolean takes(Encoded message) {
        return true; // it does not say
    }

    @Override
    public String transport() {
        return TransportKind.WEBSOCKET.text();
    }

    // ---- the end

    @Override
    public void close() {
        assert loop.inLoop();
        State before = state;
        if (before == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        stopWatch();
        if (before == State.OPEN) {
            channel().close(1000);
        } else {
            abort();
            listener.onGone();
        }
    }

    @Override
    public void fail(Ending ending) {
        if (state != State.CLOSED) {
            end(ending);
        }
    }

    private void end(Ending ending) {
        state = State.CLOSED;
        stopWatch();
        abort();
        listener.onClose(ending);
        listener.onGone();
    }

    private void abort() {
        if (channel != null) {
            channel.abort();
        }
    }
}
