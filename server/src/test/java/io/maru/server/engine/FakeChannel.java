package io.maru.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.Encoded;
import io.maru.wire.Utf8Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An open WebSocket without a network. What was sent is kept as text; binary messages as {@code hex:0102}. */
final class FakeChannel implements WebSocketChannel {

    final List<String> sent = new ArrayList<>();
    final List<String> pings = new ArrayList<>();
    final List<String> pongs = new ArrayList<>();
    boolean writable = true;
    boolean reading = true;
    boolean terminated;
    long buffered;
    long unflushed;
    boolean writableWhenFlushed;
    int takesBeforeItIsFull = Integer.MAX_VALUE;

    @Nullable String closedWith;

    @Nullable WebSocketListener listener;

    private final ManualLoop loop;

    FakeChannel(ManualLoop loop) {
        this.loop = loop;
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public void send(Encoded message, Encoded.Framing framing) {
        assertThat(loop.inLoop()).isTrue();
        if (closedWith != null || terminated) {
            return;
        }
        if (--takesBeforeItIsFull == 0) {
            takesBeforeItIsFull = Integer.MAX_VALUE;
            writable = false;
        }
        if (message.hasText()) {
            Utf8Buffer text = new Utf8Buffer(16);
            message.writeText(text);
            sent.add((framing == Encoded.Framing.PLAIN ? "" : "4") + text);
        }
        for (byte[] attachment : message.attachments()) {
            String hex = HexFormat.of().formatHex(attachment);
            sent.add(
                    switch (framing) {
                        case PLAIN, ENGINE_IO -> "hex:" + hex;
                        case ENGINE_IO_3 -> "hex:04" + hex;
                        case ENGINE_IO_3_BASE64 -> "b4" + Base64.getEncoder().encodeToString(attachment);
                    });
        }
    }

    @Override
    public void ping(byte[] data) {
        pings.add(new String(data, StandardCharsets.UTF_8));
    }

    @Override
    public void pong(byte[] data) {
        pongs.add(new String(data, StandardCharsets.UTF_8));
    }

    @Override
    public boolean isWritable() {
        return writable && closedWith == null && !terminated;
    }

    @Override
    public boolean isBehind(int limit) {
        if (bufferedBytes() <= limit) {
            return false;
        }
        unflushed = 0;
        writable |= writableWhenFlushed;
        return buffered > limit;
    }

    @Override
    public long bufferedBytes() {
        return buffered + unflushed;
    }

    @Override
    public void setReading(boolean on) {
        reading = on;
    }

    @Override
    public void close(int status, String reason) {
        assertThat(loop.inLoop()).isTrue();
        if (closedWith == null && !terminated) {
            closedWith = (status + " " + reason).strip();
        }
    }

    @Override
    public void terminate() {
        terminated = true;
    }

    boolean isClosed() {
        return closedWith != null || terminated;
    }

    /** Takes what was sent so far. */
    List<String> take() {
        List<String> taken = List.copyOf(sent);
        sent.clear();
        return taken;
    }

    void text(String message) {
        hear(l -> l.onText(message.getBytes(StandardCharsets.UTF_8)));
    }

    void binary(int... bytes) {
        byte[] data = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            data[i] = (byte) bytes[i];
        }
        hear(l -> l.onBinary(data));
    }

    void peerPong(String data) {
        hear(l -> l.onPong(data.getBytes(StandardCharsets.UTF_8)));
    }

    void peerPing(String data) {
        hear(l -> l.onPing(data.getBytes(StandardCharsets.UTF_8)));
    }

    void becomeWritable() {
        writable = true;
        hear(WebSocketListener::onWritable);
    }

    /** It ends, by the peer or after our own close frame. */
    void end(int status, String reason) {
        hear(l -> l.onClosed(status, reason));
    }

    private void hear(Consumer<WebSocketListener> event) {
        WebSocketListener to = Objects.requireNonNull(listener, "not open");
        loop.turn(() -> event.accept(to));
    }
}
