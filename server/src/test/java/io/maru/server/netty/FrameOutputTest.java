package io.maru.server.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.maru.server.engine.WebSocketListener;
import io.maru.wire.Encoded;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How many writes and flushes a turn takes. */
@SuppressWarnings("FutureReturnValueIgnored")
class FrameOutputTest {

    private int writes;
    private int flushes;
    private EmbeddedChannel channel;
    private NettyLoop loop;
    private WebSocketHandler handler;

    @BeforeEach
    void open() {
        channel = new EmbeddedChannel(new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                writes++;
                ctx.write(message, promise);
            }

            @Override
            public void flush(ChannelHandlerContext ctx) {
                flushes++;
                ctx.flush();
            }
        });
        loop = new NettyLoop(0, channel.eventLoop(), NetworkOptions.DEFAULTS);
        handler = new WebSocketHandler(loop, 100, 10);
        channel.pipeline().addLast(handler);
        handler.open("HTTP/1.1 101 Switching Protocols\r\n\r\n", opened -> {
            opened.send(Encoded.text("first"), Encoded.Framing.PLAIN);
            return new WebSocketListener() {
                @Override
                public void onText(byte[] utf8) {}

                @Override
                public void onBinary(byte[] data) {}

                @Override
                public void onClosed(int status, String reason) {}
            };
        });
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private String sent() {
        StringBuilder all = new StringBuilder();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            all.append(part.toString(UTF_8));
            part.release();
        }
        return all.toString();
    }

    private void send(String text) {
        Encoded message = Encoded.text(text);
        handler.send(message, Encoded.Framing.PLAIN);
        message.release();
    }

    @Test
    void sendsTheHandshakeAndTheFirstMessagesAtOnce() {
        assertThat(writes).isZero();
        channel.runPendingTasks();
        assertThat(writes).isEqualTo(1);
        assertThat(flushes).isEqualTo(1);
        assertThat(sent()).startsWith("HTTP/1.1 101").endsWith("\u0005first");
    }

    @Test
    void flushesAThousandSmallMessagesOfATurnOnce() {
        channel.runPendingTasks();
        sent();
        writes = 0;
        flushes = 0;
        for (int i = 0; i < 1000; i++) {
            send("a message of a length that is usual in chats, number %04d".formatted(i));
        }
        assertThat(flushes).isZero();
        channel.runPendingTasks();
        assertThat(flushes).isEqualTo(1);
        assertThat(writes).isEqualTo(1);
        assertThat(sent()).contains("number 0000", "number 0999").hasSize(1000 * 59);
    }

    @Test
    void sendsWhatIsMoreThanTheBufferOfATurnBeforeItsEnd() {
        channel.runPendingTasks();
        sent();
        writes = 0;
        flushes = 0;
        for (int i = 0; i < 40; i++) {
            send("x".repeat(2000));
        }
        assertThat(writes).isEqualTo(1);
        assertThat(flushes).isPositive();
        channel.runPendingTasks();
        assertThat(writes).isEqualTo(2);
        assertThat(sent()).hasSize(40 * 2004);
    }

    @Test
    void keepsTheOrderOfSmallAndLargeMessages() {
        channel.runPendingTasks();
        sent();
        send("a");
        send("b".repeat(3000));
        send("c");
        handler.ping(new byte[] {'d'});
        send("e".repeat(3000));
        channel.runPendingTasks();
        assertThat(sent().replaceAll("[^a-e]", "").replaceAll("(.)\\1+", "$1")).isEqualTo("abcde");
    }

    @Test
    void isCounted() {
        channel.runPendingTasks();
        int handshake = sent().length();
        assertThat(loop.counters.stats()).isEqualTo(new LoopStats(1, handshake, 1, 1, 1, 0));
        send("a");
        handler.ping(new byte[] {'b'});
        channel.runPendingTasks();
        assertThat(loop.counters.stats()).isEqualTo(new LoopStats(3, handshake + 6, 2, 2, 2, 0));
        send("c".repeat(3000));
        channel.runPendingTasks();
        assertThat(loop.counters.stats()).isEqualTo(new LoopStats(4, handshake + 3010, 3, 3, 3, 0));
        handler.close(1000, "");
        assertThat(loop.counters.stats()).isEqualTo(new LoopStats(5, handshake + 3014, 4, 4, 3, 0));
    }

    @Test
    void holdsNoBufferAfterTheTurn() {
        channel.runPendingTasks();
        assertThat(handler.bufferedBytes()).isZero();
        send("a");
        assertThat(handler.bufferedBytes()).isEqualTo(3);
        channel.runPendingTasks();
        assertThat(handler.bufferedBytes()).isZero();
    }
}
