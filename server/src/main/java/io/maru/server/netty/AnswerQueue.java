package io.maru.server.netty;

import io.maru.server.engine.ContentCoding;
import io.maru.server.engine.Deadlines;
import io.maru.server.engine.HttpResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The unanswered requests of a connection, whose answers are written in the order of the requests, and the end of the
 * connection after the last one. Confined to the loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write with a void promise reports its failure to the pipeline
final class AnswerQueue {

    private final NettyLoop loop;
    private final int compressionThreshold;
    private final ArrayDeque<Exchange> waiting = new ArrayDeque<>(2);
    // the answer to what could not be understood, after all others
    private @Nullable HttpResponse fault;
    private boolean closing;
    private boolean closed;

    AnswerQueue(NettyLoop loop, int compressionThreshold) {
        this.loop = loop;
        this.compressionThreshold = compressionThreshold;
    }

    void add(Exchange exchange) {
        waiting.add(exchange);
    }

    int size() {
        return waiting.size();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    boolean isFirst(Exchange exchange) {
        return waiting.peek() == exchange;
    }

    boolean contains(Exchange exchange) {
        return waiting.contains(exchange);
    }

    void remove(Exchange exchange) {
        waiting.remove(exchange);
    }

    /** Whether the last answer has been written, or what follows it could not be understood. */
    boolean isOver() {
        return closing || fault != null;
    }

    boolean isClosing() {
        return closing;
    }

    boolean hasFault() {
        return fault != null;
    }

    /** The last answer; the connection closes after it. */
    void last(HttpResponse response) {
        fault = response;
    }

    /** No answer comes any more. */
    void close() {
        closing = true;
    }

    /** Writes the answers whose turn it is, but none while the client does not take the one before. */
    void write(ChannelHandlerContext ctx) {
        while (!closing && ctx.channel().isWritable()) {
            Exchange first = waiting.peek();
            HttpResponse response = first == null ? null : first.response();
            if (first == null || response == null) {
                break;
            }
            waiting.poll();
            write(ctx, first, response);
        }
        if (!closing && waiting.isEmpty() && fault != null) {
            closing = true;
            write(ctx, Answers.encode(ctx.alloc(), fault, false, "close", false, null, loop.date()));
        }
    }

    private void write(ChannelHandlerContext ctx, Exchange exchange, HttpResponse response) {
        closing = !exchange.keepAlive()
                || Answers.asksToClose(response)
                || !exchange.isComplete()
                        && (exchange.awaitsContinue() || exchange.unread() > HttpRouter.MAX_THROWN_AWAY);
        boolean varies = Answers.isCompressible(response, compressionThreshold);
        String coding = varies && !exchange.http10()
                ? ContentCoding.choose(exchange.request().headers().get("accept-encoding"))
                : null;
        boolean head = exchange.request().method().equals("HEAD");
        String connection = closing ? "close" : exchange.http10() ? "keep-alive" : null;
        write(ctx, Answers.encode(ctx.alloc(), response, head, connection, varies, coding, loop.date()));
    }

    private void write(ChannelHandlerContext ctx, ByteBuf answer) {
        loop.counters.httpSent(answer.readableBytes());
        ctx.write(answer, ctx.voidPromise());
    }

    /**
     * Ends the connection after what was written.
     *
     * @param more whether the client may still be sending: it would lose the answer by a reset, so it is read for a while
     */
    void finish(ChannelHandlerContext ctx, Deadlines.Node<HttpRouter> deadline, boolean more) {
        if (closed) {
            return;
        }
        closed = true;
        ctx.channel().config().setAutoRead(true);
        loop.idleDeadlines.add(deadline);
        ChannelFutureListener linger = written -> {
            if (ctx.channel().isActive()) {
                loop.lingerDeadlines.add(deadline);
                Ending.closeOutput(ctx);
            }
        };
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(more ? linger : ChannelFutureListener.CLOSE);
    }

    /** Gives up all requests. */
    void end(Consumer<Exchange> action) {
        closing = true;
        for (Exchange exchange = waiting.poll(); exchange != null; exchange = waiting.poll()) {
            action.accept(exchange);
        }
    }
}
