package io.maru.server.netty;

import io.maru.server.engine.Deadlines;
import io.maru.server.engine.HttpEndpoint;
import io.maru.server.engine.HttpRequest;
import io.maru.server.engine.HttpResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP of a connection. Confined to its loop.
 *
 * <p>Requests are given to their endpoints as soon as they come, and answered in the order in which they came: a client
 * that sends several without waiting can have {@value #MAX_WAITING} of them unanswered. Reading goes on all the time, so
 * that the end of the connection is noticed while a request waits for its answer.
 *
 * <p>A request for a WebSocket is the last of its connection: from then on bytes belong to the {@link Upgrade}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write with a void promise reports its failure to the pipeline
final class HttpRouter extends LoopMember {

    /** How many requests of a connection may be unanswered. */
    static final int MAX_WAITING = 8;

    /** How many bytes of a body that nobody reads are thrown away to keep the connection. */
    static final int MAX_THROWN_AWAY = 4 << 20;

    private static final Logger log = LoggerFactory.getLogger(HttpRouter.class);

    private final NettyLoop loop;
    private final NetworkOptions options;
    private final Function<HttpRequest, @Nullable HttpEndpoint> endpoints;
    private boolean secure;
    // a proxy that says whose requests it passes on
    private boolean trusted;
    private final Deadlines.Node<HttpRouter> deadline = new Deadlines.Node<>(this);
    private final AnswerQueue answers;
    private final RequestDecoder decoder;

    private String remoteAddress = "";
    // whose body is coming
    private @Nullable Exchange receiving;
    private @Nullable Upgrade upgrade;
    private boolean inRead;
    private boolean heard;
    private boolean partial;
    // no request has come yet
    private boolean fresh = true;

    HttpRouter(
            NettyLoop loop,
            NetworkOptions options,
            Function<HttpRequest, @Nullable HttpEndpoint> endpoints,
            boolean secure) {
        this.loop = loop;
        this.options = options;
        this.endpoints = endpoints;
        this.secure = secure;
        answers = new AnswerQueue(loop, options.http().compressionThreshold());
        decoder = new RequestDecoder(options.http(), this::isBackedUp, loop::reading);
    }

    /** Puts the handlers of HTTP at the end of a pipeline. */
    static void install(ChannelPipeline pipeline, HttpRouter router) {
        pipeline.addLast(router.decoder, router);
    }

    NettyLoop loop() {
        return loop;
    }

    NetworkOptions options() {
        return options;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        remoteAddress = loop.addressText(context.channel().remoteAddress());
        Forwarding forwarding = loop.forwarding;
        trusted = forwarding != null && forwarding.trusts(context.channel().remoteAddress());
        loop.add(this);
        if (options.proxies().proxyProtocol() && !trusted) {
            log.debug("{} is not a proxy that is trusted", remoteAddress);
            drop();
            return;
        }
        loop.awaitHeaders(deadline);
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        inRead = true;
        try {
            if (upgrade != null && message instanceof ByteBuf early) {
                upgrade.early(early.retain());
            } else if (answers.isOver()) {
                heard = true;
                if (!answers.hasFault() && message instanceof LastHttpContent) {
                    receiving = null;
                }
            } else if (message instanceof io.netty.handler.codec.http.HttpRequest request) {
                heard = true;
                partial = false;
                fresh = false;
                onRequest(request);
            } else if (message instanceof HttpContent content) {
                heard = true;
                onContent(content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        inRead = false;
        if (!heard && !partial && answers.isEmpty() && receiving == null && upgrade == null && !answers.isClosing()) {
            // a request has begun
            partial = true;
            if (!fresh) {
                loop.awaitHeaders(deadline);
            }
        }
        heard = false;
        flush();
    }

    /** A trusted proxy has said whose connection it passes on, and whether it was encrypted up to there. */
    void cameFrom(InetAddress ip, boolean overTls) {
        remoteAddress = Requests.addressText(ip);
        secure |= overTls;
        trusted = loop.forwarding != null && loop.forwarding.trusts(ip);
    }

    private boolean isBackedUp() {
        return receiving == null && !answers.isOver() && !ctx().channel().isWritable();
    }

    private void resume() {
        answered();
        ChannelHandlerContext context = ctx().pipeline().context(decoder);
        if (context != null && decoder.isWaiting()) {
            try {
                decoder.resume(context);
            } catch (Exception e) {
                exceptionCaught(ctx(), e);
            }
        }
    }

    private void onRequest(io.netty.handler.codec.http.HttpRequest message) {
        deadline.remove();
        int status = Requests.fault(message, options.http());
        if (status != 0) {
            fail(status);
            return;
        }
        if (answers.size() >= MAX_WAITING) {
            log.debug("more than {} unanswered requests of {}", MAX_WAITING, remoteAddress);
            loop.counters.requestFault();
            drop();
            return;
        }
        HttpRequest request = facts(message);
        @Nullable HttpEndpoint endpoint;
        try {
            endpoint = endpoints.apply(request);
        } catch (RuntimeException e) {
            log.error("the router failed at {}", request, e);
            fail(500);
            return;
        }
        if (Handshake.isAskedFor(message)) {
            onUpgrade(message, request, endpoint);
            return;
        }
        boolean chunked = message.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
        long length = chunked ? -1 : HttpUtil.getContentLength(message, 0L);
        Exchange exchange = new Exchange(
                this,
                request,
                length,
                message.protocolVersion().equals(HttpVersion.HTTP_1_0),
                HttpUtil.isKeepAlive(message),
                length != 0 && HttpUtil.is100ContinueExpected(message));
        receiving = exchange;
        answers.add(exchange);
        if (length != 0) {
            loop.bodyDeadlines.add(deadline);
        }
        if (endpoint == null) {
            exchange.respond(Answers.plain(404));
        } else {
            guard(exchange, () -> endpoint.onRequest(exchange));
        }
    }

    private HttpRequest facts(io.netty.handler.codec.http.HttpRequest message) {
        HttpRequest facts = Requests.facts(message, loop.target(message.uri()), remoteAddress, secure);
        Forwarding forwarding = loop.forwarding;
        if (forwarding == null || !trusted) {
            return facts;
        }
        Forwarding.Origin origin = forwarding.origin(facts.headers(), new Forwarding.Origin(remoteAddress, secure));
        return new HttpRequest(facts.method(), facts.target(), facts.headers(), origin.address(), origin.secure());
    }

    private void onUpgrade(
            io.netty.handler.codec.http.HttpRequest message, HttpRequest request, @Nullable HttpEndpoint endpoint) {
        HttpResponse refusal = endpoint == null ? Answers.plain(404) : Handshake.fault(message);
        if (refusal == null && !answers.isEmpty()) {
            refusal = Answers.plain(400);
        }
        if (refusal != null || endpoint == null) {
            fail(refusal == null ? Answers.plain(404) : refusal);
            return;
        }
        upgrade = new Upgrade(this, request, endpoint, message.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY));
    }

    private void onContent(HttpContent content) {
        if (upgrade != null) {
            // the end of the request: what the decoder has beyond it comes as bytes, by its removal
            ctx().pipeline().remove(decoder);
            upgrade.begin();
            return;
        }
        Exchange exchange = receiving;
        if (exchange == null) {
            return;
        }
        if (content.decoderResult().isFailure()) {
            bodyFailed(400);
            return;
        }
        if (content.content().isReadable()) {
            loop.counters.httpReceived(content.content().readableBytes());
            guard(exchange, () -> exchange.content(content.content()));
            if (exchange.unread() > MAX_THROWN_AWAY) {
                exchange.closeAfter();
                if (exchange.response() != null && !answers.contains(exchange)) {
                    answers.close();
                }
            }
        }
        if (content instanceof LastHttpContent) {
            receiving = null;
            deadline.remove();
            guard(exchange, exchange::complete);
            if (answers.isEmpty() && !answers.isClosing()) {
                loop.idleDeadlines.add(deadline);
            }
        }
    }

    private void guard(Exchange exchange, Runnable callback) {
        try {
            callback.run();
        } catch (Throwable e) { // whatever an endpoint throws stays with its request
            log.error("the endpoint failed at {}", exchange.request(), e);
            if (exchange.response() == null) {
                exchange.closeAfter();
                exchange.respond(Answers.plain(500));
            } else {
                drop();
            }
        }
    }

    boolean isFirst(Exchange exchange) {
        return answers.isFirst(exchange);
    }

    void writeContinue() {
        ctx().writeAndFlush(
                        ByteBufUtil.writeAscii(ctx().alloc(), "HTTP/1.1 100 Continue\r\n\r\n"), ctx().voidPromise());
    }

    /** An exchange has got its answer: writes those whose turn it is. */
    void answered() {
        answers.write(ctx());
        if (!inRead) {
            flush();
        }
    }

    private void flush() {
        if (answers.isClosing()) {
            answers.finish(ctx(), deadline, receiving != null || answers.hasFault() || upgrade != null);
            return;
        }
        ctx().flush();
        if (answers.isEmpty() && receiving == null && upgrade == null && !deadline.isListed()) {
            loop.idleDeadlines.add(deadline);
        }
    }

    /** Answers what cannot be understood, after all that came before it, and closes. */
    private void fail(int status) {
        loop.counters.requestFault();
        fail(Answers.plain(status));
    }

    /** Gives the last answer, after all that came before it, and closes. */
    void fail(HttpResponse response) {
        if (ctx().channel().isActive()) {
            answers.last(response);
            answered();
        }
    }

    private void bodyFailed(int status) {
        Exchange exchange = receiving;
        if (exchange != null && exchange.response() == null) {
            answers.remove(exchange);
            guard(exchange, exchange::end);
            fail(status);
        } else {
            answers.close();
            flush();
        }
    }

    void headersAreLate() {
        if (partial) {
            fail(408);
        } else {
            drop();
        }
    }

    void bodyIsLate() {
        bodyFailed(408);
    }

    void drop() {
        ctx().close();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (upgrade == null && !answers.isClosing()) {
            context.channel().config().setAutoRead(context.channel().isWritable());
        }
        if (context.channel().isWritable() && (decoder.isWaiting() || !answers.isEmpty())) {
            loop.execute(this::resume); // later: this is in the middle of a flush
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (!context.channel().isActive()) {
            end();
        }
    }

    /** Leaves everything that is the loop's. */
    void leaveLoop() {
        deadline.remove();
        loop.remove(this);
    }

    private void end() {
        leaveLoop();
        answers.end(unanswered -> guard(unanswered, unanswered::end));
        receiving = null;
        if (upgrade != null) {
            upgrade.end();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        log.debug("connection of {} failed: {}", remoteAddress, cause.toString());
        context.close();
    }
}
