package io.maru.client.netty;

import io.maru.client.engine.CloseReason;
import io.maru.client.engine.Ending;
import io.maru.client.engine.WebSocketChannel;
import io.maru.client.engine.WebSocketListener;
import io.maru.wire.Utf8;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketClientExtensionHandler;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateClientExtensionHandshaker;
import io.netty.util.ReferenceCountUtil;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket (<a href="https://www.rfc-editor.org/rfc/rfc6455">RFC 6455</a>), from the first attempt to connect on. Netty's
 * codecs do the handshake and the frames. Confined to its loop. What a turn writes is flushed once.
 */
final class WebSocketHandler extends ChannelInboundHandlerAdapter implements WebSocketChannel, Connector.Listener {

    private static final long CLOSE_NANOS = 2_000_000_000L;
    private static final int MAX_ANSWER_BYTES = 64 << 10;
    private static final int MAX_FRAGMENTS = 16 << 10;
    private static final int DEFLATE_LEVEL = 6;
    private static final int TOO_LARGE = 1009;
    private static final int NOT_UTF8 = 1007;

    private final NettyNetwork network;
    private final String target;
    private final List<String> subprotocols;
    private final WebSocketListener listener;
    private final Connector.Attempt attempt;

    private @Nullable Channel channel;
    private @Nullable WebSocketClientHandshaker handshaker;
    private boolean open;
    private boolean ended;
    private boolean closing;
    private boolean flushing;
    // of a server that pings and does not read: what it gets when it does
    private @Nullable WebSocketFrame pong;

    WebSocketHandler(NettyNetwork network, String target, List<String> subprotocols, WebSocketListener listener) {
        this.network = network;
        this.target = target;
        this.subprotocols = subprotocols;
        this.listener = listener;
        this.attempt = network.connector().connect(this);
    }

    // ---- opening

    @Override
    public void connected(Channel connected) {
        channel = connected;
        NetworkOptions options = network.options();
        connected
                .pipeline()
                .addLast(new HttpClientCodec(4096, 16 << 10, 8192), new HttpObjectAggregator(MAX_ANSWER_BYTES));
        if (options.compression()) {
            // servers may ask us to forget between two messages; Netty's own handler refuses that
            connected
                    .pipeline()
                    .addLast(new WebSocketClientExtensionHandler(new PerMessageDeflateClientExtensionHandshaker(
                            DEFLATE_LEVEL, false, 15, true, false, options.maxMessageBytes())));
        }
        connected.pipeline().addLast(this);
        HttpHeaders headers = new DefaultHttpHeaders().set(HttpHeaderNames.HOST, options.authority());
        network.addHeaders(target, headers);
        WebSocketClientHandshaker shaking = WebSocketClientHandshakerFactory.newHandshaker(
                URI.create((options.secure() ? "wss://" : "ws://") + options.authority() + target),
                WebSocketVersion.V13,
                subprotocols.isEmpty() ? null : String.join(", ", subprotocols),
                options.compression(),
                headers,
                options.maxMessageBytes(),
                true,
                false,
                CLOSE_NANOS / 1_000_000,
                false,
                false);
        handshaker = shaking;
        shaking.handshake(connected).addListener(done -> {
            if (!done.isSuccess()) {
                end(Ending.error("the request was not sent", done.cause()));
            }
        });
    }

    @Override
    public void failed(String what, Throwable cause) {
        end(Ending.error(what, cause));
    }

    private void answered(FullHttpResponse answer) {
        network.readHeaders(answer.headers());
        int status = answer.status().code();
        if (status != HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
            end(new Ending(CloseReason.TRANSPORT_ERROR, "the server answered with status " + status, status, null));
            return;
        }
        Channel connected = channel();
        WebSocketClientHandshaker shaking = handshaker;
        if (shaking == null) {
            throw new IllegalStateException("no handshake");
        }
        shaking.finishHandshake(connected, answer); // throws what it does not like
        connected
                .pipeline()
                .addBefore(
                        connected.pipeline().context(this).name(),
                        null,
                        new Aggregator(network.options().maxMessageBytes()));
        open = true;
        String chosen = shaking.actualSubprotocol();
        listener.onOpen(chosen == null ? "" : chosen);
    }

    /** Refuses messages in very many fragments: to put together each costs a little more than the one before. */
    private static final class Aggregator extends WebSocketFrameAggregator {
        private int fragments;

        Aggregator(int maxBytes) {
            super(maxBytes);
        }

        @Override
        protected void decode(ChannelHandlerContext context, WebSocketFrame frame, List<Object> out) throws Exception {
            if (frame instanceof ContinuationWebSocketFrame) {
                if (++fragments > MAX_FRAGMENTS) {
                    throw new TooLongFrameException("a message in more than " + MAX_FRAGMENTS + " fragments");
                }
            } else {
                fragments = 0;
            }
            super.decode(context, frame, out);
        }
    }

    private Channel channel() {
        if (channel == null) {
            throw new IllegalStateException("not connected");
        }
        return channel;
    }

    // ---- reading

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (ended) {
                return;
            }
            if (message instanceof WebSocketFrame frame) {
                onFrame(frame);
            } else if (message instanceof FullHttpResponse answer && !open && !HttpConnections.isInterim(answer)) {
                answered(answer);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void onFrame(WebSocketFrame frame) {
        listener.onFrame();
        if (ended) {
            return;
        }
        if (frame instanceof TextWebSocketFrame) {
            byte[] utf8 = ByteBufUtil.getBytes(frame.content());
            if (Utf8.isValid(utf8)) {
                listener.onText(utf8);
            } else {
                refuse(NOT_UTF8, "a text message that is not UTF-8", null);
            }
        } else if (frame instanceof BinaryWebSocketFrame) {
            listener.onBinary(ByteBufUtil.getBytes(frame.content()));
        } else if (frame instanceof PingWebSocketFrame) {
            answer(new PongWebSocketFrame(frame.content().retain()));
        } else if (frame instanceof CloseWebSocketFrame close) {
            onClose(close);
        }
    }

    // only the last ping has to be answered: RFC 6455, 5.5.3
    private void answer(WebSocketFrame fresh) {
        forgetPong();
        if (channel().isWritable()) {
            write(fresh);
        } else {
            pong = fresh;
        }
    }

    private void forgetPong() {
        if (pong != null) {
            pong.release();
            pong = null;
        }
    }

    private void onClose(CloseWebSocketFrame close) {
        int code = close.statusCode();
        if (closing) {
            channel().close();
        } else {
            closeBehind(code < 0 ? new CloseWebSocketFrame() : new CloseWebSocketFrame(code, ""));
            end(new Ending(CloseReason.TRANSPORT_CLOSE, close.reasonText(), Math.max(code, 0), null), false);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (open && !ended && context.channel().isWritable()) {
            if (pong != null) {
                WebSocketFrame last = pong;
                pong = null;
                write(last);
            }
            listener.onWritable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        forgetPong();
        end(Ending.of(open ? CloseReason.TRANSPORT_CLOSE : CloseReason.TRANSPORT_ERROR, "the connection was closed"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (open && cause instanceof DecoderException) {
            refuse(TOO_LARGE, "a frame that is broken or too large", cause);
        } else {
            end(Ending.error(open ? "the connection failed" : "the handshake failed", cause));
        }
    }

    private void refuse(int code, String what, @Nullable Throwable cause) {
        if (!ended) {
            closeBehind(new CloseWebSocketFrame(code, ""));
            end(new Ending(CloseReason.PARSE_ERROR, what, code, cause), false);
        }
    }

    private void closeBehind(CloseWebSocketFrame last) {
        Channel connected = channel();
        connected.writeAndFlush(last).addListener(ChannelFutureListener.CLOSE);
        network.loop().schedule(CLOSE_NANOS, connected::close); // where nothing can be written any more
    }

    private void end(Ending ending) {
        end(ending, true);
    }

    private void end(Ending ending, boolean closeNow) {
        if (!ended) {
            ended = true;
            if (closeNow && channel != null) {
                channel.close();
            }
            listener.onEnd(ending);
        }
    }

    // ---- writing

    @Override
    public void sendText(byte[] utf8) {
        write(new TextWebSocketFrame(Unpooled.wrappedBuffer(utf8)));
    }

    @Override
    public void sendBinary(byte[] data) {
        write(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(data)));
    }

    @Override
    public void sendPing() {
        write(new PingWebSocketFrame(Unpooled.EMPTY_BUFFER));
    }

    private void write(WebSocketFrame frame) {
        if (!open || ended || closing) {
            frame.release();
            return;
        }
        Channel connected = channel();
        connected.write(frame);
        if (!flushing) {
            flushing = true;
            network.loop().execute(() -> {
                flushing = false;
                connected.flush();
            });
        }
    }

    @Override
    public boolean isWritable() {
        return open && !ended && channel().isWritable();
    }

    @Override
    public long bufferedBytes() {
        ChannelOutboundBuffer waiting =
                channel == null ? null : channel.unsafe().outboundBuffer();
        return waiting == null ? 0 : waiting.totalPendingWriteBytes();
    }

    @Override
    public void setReading(boolean on) {
        if (channel != null) {
            channel.config().setAutoRead(on);
        }
    }

    @Override
    public void close(int code) {
        if (!open || ended) {
            abort();
            return;
        }
        closing = true;
        Channel connected = channel();
        connected.config().setAutoRead(true);
        connected.writeAndFlush(code == 0 ? new CloseWebSocketFrame() : new CloseWebSocketFrame(code, ""));
        network.loop().schedule(CLOSE_NANOS, connected::close);
    }

    @Override
    public void abort() {
        if (ended) {
            return; // whoever ended it has closed it, or will when its last frame is written
        }
        ended = true;
        attempt.cancel();
        Channel connected = channel;
        if (connected == null) {
            return;
        }
        if (open && !closing) {
            closeBehind(new CloseWebSocketFrame());
        } else {
            connected.close();
        }
    }
}
