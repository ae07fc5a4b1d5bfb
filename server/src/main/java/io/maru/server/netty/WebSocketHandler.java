package io.maru.server.netty;

import io.maru.server.engine.Deadlines;
import io.maru.server.engine.Loop;
import io.maru.server.engine.WebSocketChannel;
import io.maru.server.engine.WebSocketListener;
import io.maru.wire.Encoded;
import io.maru.wire.Utf8;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open WebSocket (<a href="https://www.rfc-editor.org/rfc/rfc6455">RFC 6455</a>). Confined to its loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what follows a close comes as channelInactive
final class WebSocketHandler extends LoopMember implements WebSocketChannel, FrameReader.Frames {

    /** How many pongs may wait for a peer that does not read. */
    static final int MAX_WAITING_PONGS = 60;

    private static final Logger log = LoggerFactory.getLogger(WebSocketHandler.class);

    /** Kinds and lengths of what comes and goes, never what is in it. */
    private static final Logger frames = LoggerFactory.getLogger("io.maru.server.frames");

    private static final byte[] EMPTY = new byte[0];
    private static final int ABNORMAL = 1006;

    private enum State {
        OPEN,
        /** We have sent a close frame, and wait for the peer's. */
        CLOSING,
        /** Both sides are done, or the peer broke the rules; the connection is about to end. */
        ENDING,
        CLOSED
    }

    private final NettyLoop loop;
    private final FrameReader reader;
    private final int maxMessageBytes;
    private final int maxFragments;
    // asked once: a logger that is asked for each message is felt
    private final boolean traced = frames.isTraceEnabled();
    private FrameOutput output;
    private @Nullable WebSocketListener listener;
    private @Nullable Fragments fragments;
    private Deadlines.@Nullable Node<WebSocketHandler> deadline;
    // written on the loop
    private volatile State state = State.OPEN;
    private int waitingPongs;
    private int closeStatus = ABNORMAL;
    private String closeReason = "";

    @SuppressWarnings("NullAway.Init") // output is set when the handler is added
    WebSocketHandler(NettyLoop loop, int maxMessageBytes, int maxFragments) {
        this.loop = loop;
        this.reader = new FrameReader(maxMessageBytes, this);
        this.maxMessageBytes = maxMessageBytes;
        this.maxFragments = maxFragments;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        super.handlerAdded(context);
        output = new FrameOutput(loop, context);
    }

    /** Compresses messages, as was agreed on; before it is open. */
    void deflate(Deflation deflation) {
        output.deflate(deflation);
        reader.takeCompressed();
    }

    /** Writes the answer to the handshake, and asks for the listener. */
    void open(String answer, Function<WebSocketChannel, WebSocketListener> opened) {
        assert loop.inLoop();
        loop.add(this);
        loop.counters.webSocket(1);
        output.answer(answer);
        try {
            listener = Objects.requireNonNull(opened.apply(this), "listener");
        } catch (Throwable e) { // whatever an owner throws stays with its connection
            listenerFailed(e);
        }
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public void send(Encoded message, Encoded.Framing framing) {
        assert loop.inLoop();
        if (state == State.OPEN) {
            if (traced) {
                trace(">", "message, with its headers", message.framesLength(framing));
            }
            output.message(message, framing);
        }
    }

    @Override
    public void ping(byte[] data) {
        assert loop.inLoop();
        if (state == State.OPEN) {
            if (traced) {
                trace(">", "ping", data.length);
            }
            output.control(FrameOutput.PING, data);
        }
    }

    @Override
    public void pong(byte[] data) {
        assert loop.inLoop();
        if (state == State.OPEN) {
            output.control(FrameOutput.PONG, data);
        }
    }

    @Override
    public boolean isWritable() {
        return state == State.OPEN && output.isWritable();
    }

    @Override
    public long bufferedBytes() {
        return output.bufferedBytes();
    }

    @Override
    public boolean isBehind(int limit) {
        assert loop.inLoop();
        return state == State.OPEN && output.isBehind(limit);
    }

    @Override
    public void setReading(boolean reading) {
        assert loop.inLoop();
        if (state == State.OPEN) {
            ctx().channel().config().setAutoRead(reading);
        }
    }

    @Override
    public void close(int status, String reason) {
        assert loop.inLoop();
        byte[] utf8 = CloseFrame.checked(status, reason);
        if (state == State.OPEN) {
            state = State.CLOSING;
            closeStatus = status;
            closeReason = reason;
            if (traced) {
                trace(">", "close " + status, utf8.length);
            }
            output.close(status, utf8, written -> {});
            awaitEnd();
        }
    }

    @Override
    public void terminate() {
        assert loop.inLoop();
        if (state != State.CLOSED) {
            output.end();
            if (state == State.OPEN) {
                state = State.ENDING;
            }
            drop();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            loop.counters.received(bytes.readableBytes());
            loop.reading(bytes.readableBytes());
            reader.read(bytes);
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void onFrame(int opcode, boolean fin, byte[] payload) {
        if (traced) {
            trace("<", kind(opcode) + (fin ? "" : ", a part"), payload.length);
        }
        if (state == State.CLOSING && opcode == FrameReader.CLOSE) {
            ctx().close();
        }
        if (state != State.OPEN) {
            return;
        }
        if (fragments == null) {
            forgetDeadline(); // nothing is unfinished any more, be it a control frame that came in parts
        }
        switch (opcode) {
            case FrameReader.TEXT, FrameReader.BINARY -> {
                boolean text = opcode == FrameReader.TEXT;
                if (fin) {
                    onMessage(text, reader.isCompressed(), payload);
                } else {
                    fragments = new Fragments(text, reader.isCompressed());
                    onFragment(fragments, fin, payload);
                }
            }
            case FrameReader.CONTINUATION -> onFragment(Objects.requireNonNull(fragments), fin, payload);
            case FrameReader.PING -> onPing(payload);
            case FrameReader.PONG -> tell(to -> to.onPong(payload));
            case FrameReader.CLOSE -> onClose(payload);
            default -> throw new AssertionError(opcode);
        }
    }

    @Override
    public void onFault(int closeStatus) {
        if (state == State.OPEN) {
            fail(closeStatus);
        } else {
            ctx().close();
        }
    }

    private void trace(String direction, String what, int length) {
        frames.trace("{} {} {}, {} bytes", ctx().channel().id(), direction, what, length);
    }

    private static String kind(int opcode) {
        return switch (opcode) {
            case FrameReader.TEXT -> "text";
            case FrameReader.BINARY -> "binary";
            case FrameReader.CONTINUATION -> "continuation";
            case FrameReader.PING -> "ping";
            case FrameReader.PONG -> "pong";
            default -> "close";
        };
    }

    private void onFragment(Fragments parts, boolean last, byte[] payload) {
        int longest = parts.isCompressed() ? MessageInflater.longest(maxMessageBytes) : maxMessageBytes;
        if (payload.length > longest - parts.length()) {
            fail(1009);
        } else if (parts.count() == maxFragments) {
            fail(1008);
        } else {
            parts.add(payload, longest);
            if (last) {
                fragments = null;
                forgetDeadline();
                onMessage(parts.isText(), parts.isCompressed(), parts.join());
            }
        }
    }

    private void onMessage(boolean text, boolean compressed, byte[] payload) {
        WebSocketListener to = listener;
        byte[] bytes = payload;
        if (compressed) {
            byte[] inflated = inflate(payload);
            if (inflated == null) {
                return;
            }
            bytes = inflated;
        }
        if (text && !Utf8.isValid(bytes)) {
            fail(1007);
        } else if (to != null) {
            try {
                if (text) {
                    to.onText(bytes);
                } else {
                    to.onBinary(bytes);
                }
            } catch (Throwable e) { // whatever a listener throws stays with its connection
                listenerFailed(e);
            }
        }
    }

    /** The message that came compressed, or null when the WebSocket was closed for it. */
    private byte @Nullable [] inflate(byte[] payload) {
        byte[] inflated = null;
        try {
            inflated = Objects.requireNonNull(output.deflation()).incoming(payload, maxMessageBytes);
            if (inflated == null) {
                fail(1009);
            }
        } catch (DataFormatException e) {
            fail(1007);
        }
        return inflated;
    }

    private void onPing(byte[] data) {
        boolean backedUp = !output.isWritable();
        if (backedUp && waitingPongs >= MAX_WAITING_PONGS) {
            loop.counters.droppedPong();
        } else {
            waitingPongs += backedUp ? 1 : 0;
            output.control(FrameOutput.PONG, data);
        }
        tell(to -> to.onPing(data));
    }

    private void onClose(byte[] payload) {
        CloseFrame frame = CloseFrame.read(payload);
        if (frame.fault() != 0) {
            fail(frame.fault());
            return;
        }
        state = State.ENDING;
        output.close(frame.status(), EMPTY, ChannelFutureListener.CLOSE);
        awaitEnd();
        closed(frame.status(), frame.reason());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (state == State.OPEN && (fragments != null || reader.isPartial())) {
            Deadlines.Node<WebSocketHandler> node = deadline();
            if (!node.isListed()) {
                loop.messageDeadlines.add(node);
            }
        }
    }

    void messageIsLate() {
        if (state == State.OPEN && !ctx().channel().config().isAutoRead()) {
            loop.messageDeadlines.add(deadline()); // it is we who do not read
        } else {
            fail(1008);
        }
    }

    // not through the pipeline: TLS would wait until a peer that does not read has taken its good-bye
    void drop() {
        Channel.Unsafe unsafe = ctx().channel().unsafe();
        unsafe.close(unsafe.voidPromise());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException || cause instanceof DecoderException) {
            log.debug("connection {} failed: {}", context.channel().id(), cause.toString());
        } else {
            log.warn("connection {} failed", context.channel().id(), cause);
        }
        context.close();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        output.writabilityChanged();
        if (output.isWritable()) {
            waitingPongs = 0;
            // later: this can be the middle of the listener's own send
            loop.execute(() -> {
                if (isWritable()) {
                    tell(WebSocketListener::onWritable);
                }
            });
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        state = State.CLOSED;
        loop.remove(this);
        loop.counters.webSocket(-1);
        output.end();
        reader.end();
        fragments = null;
        forgetDeadline();
        closed(closeStatus, closeReason);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        output.end();
    }

    /** Closes for a fault of the peer's, or of our listener: nothing that still comes counts. */
    private void fail(int status) {
        if (state != State.OPEN) {
            return;
        }
        state = State.ENDING;
        loop.counters.webSocketFault();
        fragments = null;
        reader.end();
        // a peer that is still sending would lose the close frame by a reset: so it is read to its end, within limits
        output.close(status, EMPTY, written -> {
            if (ctx().channel().isActive()) {
                Ending.closeOutput(ctx());
            }
        });
        awaitEnd();
        closed(status, "");
    }

    private void awaitEnd() {
        ctx().channel().config().setAutoRead(true);
        if (state != State.CLOSED && ctx().channel().isActive()) {
            loop.closeDeadlines.add(deadline());
        }
    }

    private void closed(int status, String reason) {
        WebSocketListener heir = listener;
        listener = null;
        if (heir != null) {
            try {
                heir.onClosed(status, reason);
            } catch (Throwable e) { // nothing is left to close
                log.error(
                        "the listener of connection {} failed at its end",
                        ctx().channel().id(),
                        e);
            }
        }
    }

    private void tell(Consumer<WebSocketListener> event) {
        WebSocketListener to = listener;
        if (to != null) {
            try {
                event.accept(to);
            } catch (Throwable e) { // whatever a listener throws stays with its connection
                listenerFailed(e);
            }
        }
    }

    private void listenerFailed(Throwable cause) {
        log.error("the listener of connection {} failed", ctx().channel().id(), cause);
        fail(1011);
    }

    private Deadlines.Node<WebSocketHandler> deadline() {
        Deadlines.Node<WebSocketHandler> node = deadline;
        if (node == null) {
            node = new Deadlines.Node<>(this);
            deadline = node;
        }
        return node;
    }

    private void forgetDeadline() {
        if (deadline != null) {
            deadline.remove();
        }
    }
}
