package io.maru.server;

import io.maru.server.engine.CloseReason;
import io.maru.server.engine.HttpRequest;
import io.maru.server.engine.PlainSession;
import io.maru.server.engine.SessionListener;
import io.maru.wire.Encoded;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A bare WebSocket (<a href="https://www.rfc-editor.org/rfc/rfc6455">RFC 6455</a>), without events and rooms: see {@link
 * MaruServer#webSocket}. Methods may be called from any thread; what one thread sends arrives in that order. Handlers run
 * one at a time, in order, as those of a {@link Socket} do.
 */
public final class WebSocket {

    /** What a WebSocket is doing; the names and order are those of browsers, where OPEN is 1. */
    public enum ReadyState {
        /** Not used on a server: a WebSocket is open when the application gets it. */
        CONNECTING,
        /** Messages go and come. */
        OPEN,
        /** We have asked for the end. */
        CLOSING,
        /** It has ended. */
        CLOSED
    }

    private final PlainSession session;
    private final HandlerQueue handlers;
    private final Consumer<Throwable> errors;
    private final Counters counters;
    private final Consumer<WebSocket> closed;
    // null where there is no rate
    private final @Nullable Throttle throttle;

    // touched on the loop only: the two reasons not to read
    private boolean paused;
    private int full;

    private volatile ReadyState readyState = ReadyState.OPEN;
    // set by the application, as a rule before the first message; read where handlers run
    private volatile @Nullable Consumer<String> onMessage;
    private volatile @Nullable Consumer<byte[]> onBinary;
    private volatile @Nullable Consumer<byte[]> onPing;
    private volatile @Nullable Consumer<byte[]> onPong;
    private volatile @Nullable BiConsumer<Integer, String> onClose;
    private volatile @Nullable Consumer<Throwable> onError;
    private volatile @Nullable Runnable onDrain;

    WebSocket(MaruServer server, PlainSession session, Consumer<WebSocket> closed) {
        this.session = session;
        Consumer<Boolean> reading = on -> session.loop().run(() -> {
            full += on ? -1 : 1;
            setReading();
        });
        this.handlers = new HandlerQueue(
                server.handlerThreads(session.loop().index()),
                server.options().maxPendingEvents(),
                server.options().maxPendingBytes(),
                reading,
                server.load());
        this.throttle = Throttle.of(server, session, reading);
        this.errors = error -> server.report(null, error);
        this.counters = server.counters();
        this.closed = closed;
    }

    /**
     * The request that opened it.
     *
     * @return its facts
     */
    public HttpRequest request() {
        return session.request();
    }

    /**
     * The subprotocol that was agreed on.
     *
     * @return its name, or null
     */
    public @Nullable String subprotocol() {
        return session.subprotocol();
    }

    /**
     * What it is doing.
     *
     * @return the state
     */
    public ReadyState readyState() {
        return readyState;
    }

    /**
     * Hears text messages.
     *
     * @param handler takes the text; replaces the one before
     * @return this
     */
    public WebSocket onMessage(Consumer<String> handler) {
        onMessage = Objects.requireNonNull(handler, "handler");
        return this;
    }

    /**
     * Hears binary messages.
     *
     * @param handler takes the bytes; replaces the one before
     * @return this
     */
    public WebSocket onBinary(Consumer<byte[]> handler) {
        onBinary = Objects.requireNonNull(handler, "handler");
        return this;
    }

    /**
     * Hears ping frames, which are answered without it.
     *
     * @param handler takes the bytes; replaces the one before
     * @return this
     */
    public WebSocket onPing(Consumer<byte[]> handler) {
        onPing = Objects.requireNonNull(handler, "handler");
        return this;
    }

    /**
     * Hears pong frames, those that answer the heartbeat too.
     *
     * @param handler takes the bytes; replaces the one before
     * @return this
     */
    public WebSocket onPong(Consumer<byte[]> handler) {
        onPong = Objects.requireNonNull(handler, "handler");
        return this;
    }

    /**
     * Hears of the end; once, and the last that is heard.
     *
     * @param handler takes the status and the reason, as browsers report them; replaces the one before
     * @return this
     */
    public WebSocket onClose(BiConsumer<Integer, String> handler) {
        onClose = Objects.requireNonNull(handler, "handler");
        return this;
    }

    /**
     * Hears what the other handlers throw.
     *
     * @param handler takes the exception; replaces the one before. The server's own hears it otherwise
     * @return this
     */
    public WebSocket onError(Consumer<Throwable> handler) {
        onError = Objects.requireNonNull(handler, "handler");
        return this;
    }

    /**
     * Hears that the client takes messages again, after it did not.
     *
     * @param handler replaces the one before
     * @return this
     */
    public WebSocket onDrain(Runnable handler) {
        onDrain = Objects.requireNonNull(handler, "handler");
        return this;
    }

    /**
     * Sends a text. When more than the limit waits already the WebSocket is closed with 4008; after the end nothing is
     * sent.
     *
     * @param text the text
     */
    public void send(String text) {
        send(Encoded.text(text));
    }

    /**
     * Sends bytes.
     *
     * @param data the bytes, which are copied
     * @see #send(String)
     */
    public void send(byte[] data) {
        send(Encoded.binary(data.clone()));
    }

    /**
     * Whether the client takes what is sent at this moment.
     *
     * @return false when it would wait
     */
    public boolean isWritable() {
        return session.isWritable();
    }

    /**
     * The bytes that wait for the client to take them.
     *
     * @return bytes, framing included
     */
    public long bufferedBytes() {
        return session.bufferedBytes();
    }

    /**
     * Sends a ping frame of the application's own; the heartbeat needs none.
     *
     * @param data at most 125 bytes
     */
    public void ping(byte[] data) {
        byte[] copy = control(data);
        session.loop().run(() -> session.ping(copy));
    }

    /**
     * Sends a pong frame that nobody asked for.
     *
     * @param data at most 125 bytes
     */
    public void pong(byte[] data) {
        byte[] copy = control(data);
        session.loop().run(() -> session.pong(copy));
    }

    /** Stops reading from the client. Some messages that were read before may still come. */
    public void pause() {
        session.loop().run(() -> {
            paused = true;
            setReading();
        });
    }

    /** Reads from the client again. */
    public void resume() {
        session.loop().run(() -> {
            paused = false;
            setReading();
        });
    }

    /** Closes with 1000. */
    public void close() {
        close(1000, "");
    }

    /**
     * Sends what was sent, then closes.
     *
     * @param status 1000 to 1014 but for 1004, 1005 and 1006, or 3000 to 4999
     * @param reason at most 123 bytes of UTF-8
     * @throws IllegalArgumentException when they are not such
     */
    public void close(int status, String reason) {
        boolean valid = status >= 1000 && status <= 1014 && (status < 1004 || status > 1006)
                || status >= 3000 && status <= 4999;
        if (!valid) {
            throw new IllegalArgumentException("a status that may be sent expected: " + status);
        }
        if (reason.getBytes(StandardCharsets.UTF_8).length > 123) {
            throw new IllegalArgumentException("a reason of at most 123 bytes expected");
        }
        session.loop().run(() -> {
            if (readyState == ReadyState.OPEN) {
                readyState = ReadyState.CLOSING;
                session.close(status, reason);
            }
        });
    }

    /** Drops what waits and cuts the connection. */
    public void terminate() {
        session.loop().run(session::terminate);
    }

    private void send(Encoded message) {
        session.loop().run(() -> {
            session.send(message);
            message.release();
        });
    }

    private void setReading() {
        session.setReading(!paused && full <= 0);
    }

    private static byte[] control(byte[] data) {
        if (data.length > 125) {
            throw new IllegalArgumentException("at most 125 bytes expected: " + data.length);
        }
        return data.clone();
    }

    /** Runs the application's code where handlers run. */
    void handle(Runnable task) {
        handle(task, 0);
    }

    private void handle(Runnable task, int size) {
        handlers.execute(
                () -> {
                    try {
                        task.run();
                    } catch (Throwable e) {
                        report(e);
                    }
                },
                size);
    }

    private void report(Throwable e) {
        Consumer<Throwable> handler = onError;
        if (handler == null) {
            errors.accept(e);
            return;
        }
        try {
            handler.accept(e);
        } catch (Throwable again) {
            errors.accept(again);
        }
    }

    SessionListener listener() {
        return new SessionListener() {
            @Override
            public void onText(byte[] utf8) {
                if (admits(utf8.length)) {
                    handle(() -> call(onMessage, new String(utf8, StandardCharsets.UTF_8)), utf8.length);
                }
            }

            @Override
            public void onBinary(byte[] data) {
                if (admits(data.length)) {
                    handle(() -> call(onBinary, data), data.length);
                }
            }

            @Override
            public void onPing(byte[] data) {
                if (onPing != null) {
                    handle(() -> call(onPing, data));
                }
            }

            @Override
            public void onPong(byte[] data) {
                if (onPong != null) {
                    handle(() -> call(onPong, data));
                }
            }

            @Override
            public long pendingBytes() {
                return handlers.bytes();
            }

            @Override
            public void onWritable() {
                Runnable handler = onDrain;
                if (handler != null) {
                    handle(handler);
                }
            }

            @Override
            public void onDraining(Runnable close) {
                handlers.whenIdle(close);
            }

            @Override
            public void onClosed(CloseReason reason) {
                readyState = ReadyState.CLOSED;
                int status = session.closeStatus();
                String text = session.closeText();
                counters.ended(reason);
                closed.accept(WebSocket.this);
                if (throttle != null) {
                    throttle.end();
                }
                handle(() -> {
                    BiConsumer<Integer, String> handler = onClose;
                    if (handler != null) {
                        handler.accept(status, text);
                    }
                });
            }
        };
    }

    private boolean admits(int bytes) {
        if (throttle == null) {
            return true;
        }
        throttle.part(bytes);
        return throttle.admit();
    }

    private static <T> void call(@Nullable Consumer<T> handler, T value) {
        if (handler != null) {
            handler.accept(value);
        }
    }
}
