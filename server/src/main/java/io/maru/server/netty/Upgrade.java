package io.maru.server.netty;

import io.maru.server.engine.HttpEndpoint;
import io.maru.server.engine.HttpRequest;
import io.maru.server.engine.HttpResponse;
import io.maru.server.engine.Loop;
import io.maru.server.engine.ResponseHeaders;
import io.maru.server.engine.WebSocketChannel;
import io.maru.server.engine.WebSocketListener;
import io.maru.server.engine.WebSocketUpgrade;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request for a WebSocket that the RFC allows, from its headers to the opening. Confined to the loop of the connection,
 * but for {@link #accept} and {@link #refuse}.
 *
 * <p>What the client sends before it has its answer is kept, and read by the WebSocket. To move to another loop, the
 * channel stops reading, leaves its loop after what that has begun, and joins the other; its handlers are exchanged there.
 */
final class Upgrade implements WebSocketUpgrade {

    private static final Logger log = LoggerFactory.getLogger(Upgrade.class);

    /** Beyond this, reading stops until the answer. */
    private static final int MAX_EARLY = 64 * 1024;

    private final HttpRouter router;
    private final HttpRequest request;
    private final HttpEndpoint endpoint;
    private final String key;
    private final ArrayDeque<ByteBuf> early = new ArrayDeque<>(2);
    private int earlyBytes;
    private boolean answered;
    private boolean ended;
    // null once the WebSocket is open, or was refused
    private @Nullable Runnable gone;

    Upgrade(HttpRouter router, HttpRequest request, HttpEndpoint endpoint, String key) {
        this.router = router;
        this.request = request;
        this.endpoint = endpoint;
        this.key = key;
    }

    @Override
    public HttpRequest request() {
        return request;
    }

    @Override
    public Loop loop() {
        return router.loop();
    }

    @Override
    public void accept(
            Loop home,
            int maxMessageBytes,
            @Nullable String subprotocol,
            ResponseHeaders headers,
            Function<WebSocketChannel, WebSocketListener> opened) {
        Objects.requireNonNull(opened, "opened");
        if (!(home instanceof NettyLoop target)) {
            throw new IllegalArgumentException("a loop of this server expected: " + home);
        }
        if (maxMessageBytes <= 0) {
            throw new IllegalArgumentException("maxMessageBytes above zero expected: " + maxMessageBytes);
        }
        List<Map.Entry<String, String>> extra;
        try {
            extra = Handshake.checked(subprotocol, headers);
        } catch (IllegalArgumentException e) {
            log.error("the answer to {} has headers that cannot be sent", request, e);
            giveUp();
            return;
        }
        answer(() -> {
            Runnable open = () -> open(target, maxMessageBytes, subprotocol, extra, opened);
            router.leaveLoop();
            if (target == router.loop()) {
                open.run();
            } else {
                move(target, open);
            }
        });
    }

    @Override
    public void refuse(HttpResponse response) {
        Objects.requireNonNull(response, "response");
        answer(() -> {
            gone = null;
            end();
            router.fail(response);
        });
    }

    @Override
    public void onGone(Runnable action) {
        assert router.loop().inLoop();
        Objects.requireNonNull(action, "gone");
        if (ended) {
            action.run();
        } else {
            gone = action;
        }
    }

    private void answer(Runnable action) {
        if (!router.loop().inLoop()) {
            router.loop().execute(() -> answer(action));
        } else if (!answered) {
            answered = true;
            action.run();
        }
    }

    /** Asks the endpoint. */
    void begin() {
        try {
            endpoint.onUpgrade(this);
        } catch (Throwable e) { // whatever an endpoint throws stays with its request
            log.error("the endpoint failed at {}", request, e);
            giveUp();
        }
    }

    // not as the owner's refusal: the owner hears that it has come to nothing
    private void giveUp() {
        answer(() -> {
            end();
            router.fail(Answers.plain(500));
        });
    }

    /** Takes bytes that came before the WebSocket is open, and releases them. */
    void early(ByteBuf bytes) {
        if (ended) {
            bytes.release();
            return;
        }
        early.add(bytes);
        earlyBytes += bytes.readableBytes();
        if (earlyBytes > MAX_EARLY) {
            router.ctx().channel().config().setAutoRead(false);
        }
    }

    /** There will be no WebSocket. Two loops can meet here when the server stops. */
    synchronized void end() {
        answered = true;
        ended = true;
        ByteBuf bytes;
        while ((bytes = early.poll()) != null) {
            bytes.release();
        }
        Runnable action = gone;
        gone = null;
        if (action != null) {
            action.run();
        }
    }

    private void move(NettyLoop target, Runnable open) {
        Channel channel = router.ctx().channel();
        channel.config().setAutoRead(false);
        channel.deregister().addListener(left -> {
            ChannelFuture joining = target.eventLoop().register(channel);
            joining.addListener((ChannelFuture joined) -> {
                if (joined.isSuccess()) {
                    open.run();
                } else {
                    end();
                }
            });
            if (joining.isDone() && !joining.isSuccess()) {
                end(); // a loop that has ended calls no listeners
            }
        });
    }

    private void open(
            NettyLoop home,
            int maxMessageBytes,
            @Nullable String subprotocol,
            List<Map.Entry<String, String>> headers,
            Function<WebSocketChannel, WebSocketListener> opened) {
        ChannelHandlerContext ctx = router.ctx();
        if (ended || !ctx.channel().isActive()) {
            end();
            return;
        }
        WebSocketHandler handler = new WebSocketHandler(
                home, maxMessageBytes, router.options().webSocket().maxFragments());
        gone = null;
        ctx.pipeline().addLast(handler);
        ctx.channel().config().setAutoRead(true);
        DeflateOptions deflate = router.options().deflate();
        DeflateTerms terms =
                deflate == null ? null : DeflateTerms.of(request.headers().all("sec-websocket-extensions"), deflate);
        if (deflate != null && terms != null) {
            handler.deflate(new Deflation(home, deflate, terms));
        }
        String extensions = terms == null ? null : terms.answer();
        handler.open(Handshake.answer(home.acceptKey(key), subprotocol, extensions, headers), opened);
        if (!early.isEmpty()) {
            ByteBuf bytes;
            while ((bytes = early.poll()) != null) {
                ctx.fireChannelRead(bytes);
            }
            ctx.fireChannelReadComplete();
        }
        ctx.pipeline().remove(router);
    }
}
