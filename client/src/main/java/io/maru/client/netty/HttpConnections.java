package io.maru.client.netty;

import io.maru.client.engine.HttpCalls;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContentDecompressor;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The connections of one session over polling: HTTP/1.1, each with one request at a time, kept open in between. */
final class HttpConnections implements HttpCalls {

    // Node's servers close what was idle for five seconds; a request must not meet that
    private static final long IDLE_NANOS = 3_000_000_000L;

    private static final byte[] NOTHING = {};

    private final NettyNetwork network;
    private final List<Connection> connections = new ArrayList<>(2);
    private boolean closed;

    HttpConnections(NettyNetwork network) {
        this.network = network;
    }

    @Override
    public void get(String target, Answer answer) {
        send(HttpMethod.GET, target, NOTHING, answer);
    }

    @Override
    public void post(String target, byte[] body, Answer answer) {
        send(HttpMethod.POST, target, body, answer);
    }

    private void send(HttpMethod method, String target, byte[] body, Answer answer) {
        if (closed) {
            return;
        }
        Connection connection = idle();
        if (connection == null) {
            connection = new Connection();
            connections.add(connection);
        }
        connection.send(method, target, body, answer);
    }

    private @Nullable Connection idle() {
        long now = network.loop().nanoTime();
        for (Connection connection : List.copyOf(connections)) {
            if (connection.answer == null) {
                if (now - connection.idleSince < IDLE_NANOS) {
                    return connection;
                }
                connection.close();
            }
        }
        return null;
    }

    @Override
    public void close() {
        closed = true;
        List.copyOf(connections).forEach(Connection::close);
    }

    /** Whether the answer itself is still to come: RFC 9110, section 15.2. */
    static boolean isInterim(HttpResponse answer) {
        HttpResponseStatus status = answer.status();
        return status.codeClass() == HttpStatusClass.INFORMATIONAL
                && status.code() != HttpResponseStatus.SWITCHING_PROTOCOLS.code();
    }

    private final class Connection extends ChannelInboundHandlerAdapter implements Connector.Listener {

        private @Nullable Answer answer;
        private long idleSince;
        private @Nullable FullHttpRequest first;
        private Connector.@Nullable Attempt attempt;
        private @Nullable Channel channel;

        void send(HttpMethod method, String target, byte[] body, Answer told) {
            answer = told;
            FullHttpRequest request =
                    new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, method, target, Unpooled.wrappedBuffer(body));
            request.headers()
                    .set(HttpHeaderNames.HOST, network.options().authority())
                    .set(HttpHeaderNames.ACCEPT, "*/*");
            if (method.equals(HttpMethod.POST)) {
                request.headers()
                        .set(HttpHeaderNames.CONTENT_TYPE, "text/plain;charset=UTF-8")
                        .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
            } else {
                request.headers().set(HttpHeaderNames.ACCEPT_ENCODING, "gzip, deflate");
            }
            network.addHeaders(target, request.headers());
            if (channel != null) {
                channel.writeAndFlush(request);
            } else {
                first = request;
                attempt = network.connector().connect(this);
            }
        }

        @Override
        public void connected(Channel connected) {
            channel = connected;
            int most = network.options().maxMessageBytes();
            connected
                    .pipeline()
                    .addLast(
                            new HttpClientCodec(4096, 16 << 10, 8192),
                            new HttpContentDecompressor(false, most),
                            new HttpObjectAggregator(most),
                            this);
            if (first != null) {
                connected.writeAndFlush(first);
                first = null;
            }
        }

        @Override
        public void failed(String what, Throwable cause) {
            fail(what, cause);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                Answer told = answer;
                if (closed || told == null || !(message instanceof FullHttpResponse response) || isInterim(response)) {
                    return;
                }
                if (response.decoderResult().isFailure()) {
                    fail("the answer cannot be read", response.decoderResult().cause());
                    return;
                }
                network.readHeaders(response.headers());
                answer = null;
                idleSince = network.loop().nanoTime();
                if (!HttpUtil.isKeepAlive(response)) {
                    close();
                }
                try {
                    told.onAnswer(response.status().code(), ByteBufUtil.getBytes(response.content()));
                } catch (Throwable e) {
                    close();
                    told.onFailure("an answer could not be handled", e);
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            fail("the connection was closed", null);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            fail("the connection failed", cause);
        }

        private void fail(String what, @Nullable Throwable cause) {
            Answer told = answer;
            answer = null;
            close();
            if (told != null && !closed) {
                told.onFailure(what, cause);
            }
        }

        void close() {
            connections.remove(this);
            if (attempt != null) {
                attempt.cancel();
            }
            if (channel != null) {
                channel.close();
            }
            if (first != null) {
                first.release();
                first = null;
            }
        }
    }
}
