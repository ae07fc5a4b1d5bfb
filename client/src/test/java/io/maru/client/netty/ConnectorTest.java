package io.maru.client.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.wire.Clock;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Which of a server's addresses is taken. */
@Timeout(60)
class ConnectorTest {

    private static final int TIMEOUT_MILLIS = 6_000;

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop eventLoop = group.next();
    private final NettyLoop loop = new NettyLoop(eventLoop, Clock.SYSTEM);

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private Connector connector(int port, Executor lookups, Connector.Lookup lookup) {
        return new Connector(
                loop,
                lookups,
                lookup,
                new NetworkOptions(
                        "two.test",
                        port,
                        false,
                        new TlsOptions(null, null, null, null, true),
                        null,
                        Map.of(),
                        false,
                        false,
                        1000,
                        TIMEOUT_MILLIS));
    }

    private static final class Told implements Connector.Listener {
        final CompletableFuture<Channel> channel = new CompletableFuture<>();

        @Override
        public void connected(Channel connected) {
            channel.complete(connected);
        }

        @Override
        public void failed(String what, Throwable cause) {
            channel.completeExceptionally(new IOException(what, cause));
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere there is one loopback address, and a full queue refuses")
    void leavesTimeForTheSecondAddressWhenTheFirstIsSilent() throws Exception {
        InetAddress good = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        InetAddress silent = InetAddress.getByAddress(new byte[] {127, 0, 0, 2});
        List<SocketChannel> fillers = new ArrayList<>();
        try (ServerSocket server = new ServerSocket(0, 10, good);
                ServerSocket full = new ServerSocket(server.getLocalPort(), 1, silent)) {
            // a queue that is full lets the kernel drop what asks for more
            for (int i = 0; i < 8; i++) {
                SocketChannel filler = SocketChannel.open();
                fillers.add(filler);
                filler.configureBlocking(false);
                filler.connect(new InetSocketAddress(silent, full.getLocalPort()));
            }
            Told told = new Told();
            Connector connector =
                    connector(server.getLocalPort(), Runnable::run, host -> new InetAddress[] {silent, good});
            eventLoop.execute(() -> {
                Connector.Attempt attempt = connector.connect(told);
                eventLoop.schedule(
                        () -> {
                            attempt.cancel();
                            told.channel.completeExceptionally(new IOException("too late"));
                        },
                        TIMEOUT_MILLIS,
                        TimeUnit.MILLISECONDS);
            });
            Channel channel = told.channel.get(30, TimeUnit.SECONDS);
            assertThat(((InetSocketAddress) channel.remoteAddress()).getAddress())
                    .isEqualTo(good);
            channel.close().sync();
        } finally {
            for (SocketChannel filler : fillers) {
                filler.close();
            }
        }
    }

    @Test
    void looksUpNothingForAnAttemptThatWasGivenUp() throws Exception {
        ExecutorService lookups = Executors.newSingleThreadExecutor();
        CountDownLatch hangs = new CountDownLatch(1);
        AtomicInteger looked = new AtomicInteger();
        Connector connector = connector(1, lookups, host -> {
            looked.incrementAndGet();
            try {
                hangs.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new InetAddress[] {InetAddress.getLoopbackAddress()};
        });
        Told told = new Told();
        eventLoop.submit(() -> connector.connect(told)).sync();
        await().untilAsserted(() -> assertThat(looked).hasValue(1));
        eventLoop
                .submit(() -> {
                    for (int i = 0; i < 100; i++) {
                        connector.connect(told).cancel();
                    }
                })
                .sync();
        hangs.countDown();
        lookups.shutdown();
        assertThat(lookups.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(looked).hasValue(1);
    }
}
