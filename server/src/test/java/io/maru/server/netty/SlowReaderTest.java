package io.maru.server.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.server.netty.TestServer.Recorder;
import io.maru.wire.Encoded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Peers that do not read, and messages that go to many. */
class SlowReaderTest {

    private final BlockingQueue<Recorder> opened = new LinkedBlockingQueue<>();

    private TestServer serve(NetworkOptions.Transport transport, int loops) {
        return new TestServer(NetworkOptions.DEFAULTS.withTransport(transport).withLoops(loops))
                .webSocket("/ws", 1 << 20, channel -> {
                    Recorder it = new Recorder(channel);
                    opened.add(it);
                    return it;
                });
    }

    private static RawClient slowClient(TestServer server) throws IOException {
        RawClient client = new RawClient(RawClient.connect(server.port, 8 * 1024));
        client.upgrade("/ws");
        return client;
    }

    private static <T> T onLoop(Recorder recorder, Supplier<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        recorder.channel.loop().execute(() -> answer.complete(question.get()));
        return answer.orTimeout(10, TimeUnit.SECONDS).join();
    }

    private static void send(Recorder recorder, String text) {
        Encoded message = Encoded.text(text);
        recorder.channel.send(message, Encoded.Framing.PLAIN);
        message.release();
    }

    /** Writes one message a turn until the peer has stopped taking them, also those on their way; returns how many. */
    private static int backUp(Recorder recorder, String text) {
        int count = 0;
        long waiting = -1;
        int still = 0;
        while (still < 20) {
            boolean writable = onLoop(recorder, recorder.channel::isWritable);
            if (writable) {
                onLoop(recorder, () -> {
                    send(recorder, text);
                    return true;
                });
                count++;
            }
            long now = onLoop(recorder, recorder.channel::bufferedBytes);
            still = !writable && now == waiting ? still + 1 : 0;
            waiting = now;
        }
        recorder.events.removeIf("writable"::equals);
        return count;
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#networks")
    void countsWhatWaitsAndTellsWhenItHasGone(NetworkOptions.Transport transport, int loops) throws Exception {
        try (TestServer server = serve(transport, loops);
                RawClient client = slowClient(server)) {
            Recorder recorder = opened.poll(10, TimeUnit.SECONDS);
            assertThat(onLoop(recorder, recorder.channel::bufferedBytes)).isZero();
            String block = "x".repeat(20_000);
            int blocks = backUp(recorder, block);
            int small = 500;
            long[] waiting = onLoop(
                    recorder,
                    () -> { // in one turn, so that nothing leaves meanwhile
                        long before = recorder.channel.bufferedBytes();
                        for (int i = 0; i < small; i++) {
                            send(recorder, "small " + i);
                        }
                        return new long[] {before, recorder.channel.bufferedBytes()};
                    });
            assertThat(waiting[0]).isPositive();
            assertThat(waiting[1] - waiting[0]).isGreaterThan(small * 8L);
            onLoop(recorder, () -> {
                send(recorder, block);
                recorder.channel.ping(new byte[] {1});
                send(recorder, "end");
                return true;
            });
            for (int i = 0; i < blocks; i++) {
                assertThat(client.readFrame().payload()).hasSize(block.length());
            }
            for (int i = 0; i < small; i++) {
                assertThat(client.readFrame().text()).isEqualTo("small " + i);
            }
            assertThat(client.readFrame().text()).isEqualTo(block);
            assertThat(client.readFrame().first()).isEqualTo(0x89);
            assertThat(client.readFrame().text()).isEqualTo("end");
            assertThat(recorder.next()).isEqualTo("writable");
            await().until(() -> onLoop(recorder, recorder.channel::bufferedBytes) == 0);
        }
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#networks")
    void dropsPongsBeyondSixtyForAPeerThatDoesNotRead(NetworkOptions.Transport transport, int loops) throws Exception {
        try (TestServer server = serve(transport, loops);
                RawClient client = slowClient(server)) {
            Recorder recorder = opened.poll(10, TimeUnit.SECONDS);
            int blocks = backUp(recorder, "x".repeat(20_000));
            for (int i = 0; i < 100; i++) {
                client.send(RawClient.frame(0x89, new byte[] {(byte) i}));
            }
            for (int i = 0; i < 100; i++) {
                assertThat(recorder.next()).startsWith("ping ");
            }
            await().until(() -> server.server.droppedPongs() == 40);
            for (int i = 0; i < blocks; i++) {
                client.readFrame();
            }
            for (int i = 0; i < 60; i++) {
                assertThat(client.readFrame().payload()).containsExactly(i);
            }
            assertThat(recorder.next()).isEqualTo("writable");
            client.send(RawClient.frame(0x89, new byte[] {100}));
            assertThat(client.readFrame().payload()).containsExactly(100);
        }
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#networks")
    void sharesTheFramesOfALargeMessageAndLetsThemGo(NetworkOptions.Transport transport, int loops) throws Exception {
        try (TestServer server = serve(transport, loops)) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                clients.add(server.connectWebSocket("/ws"));
            }
            await().until(() -> opened.size() == 50);
            Encoded message = Encoded.text("y".repeat(16 * 1024));
            ByteBuf probe = message.sharedFrames(Encoded.Framing.PLAIN, UnpooledByteBufAllocator.DEFAULT);
            List<CompletableFuture<Boolean>> deliveries = new ArrayList<>();
            List<Recorder> recorders = new ArrayList<>(opened);
            for (Recorder recorder : recorders) {
                CompletableFuture<Boolean> delivered = new CompletableFuture<>();
                deliveries.add(delivered);
                recorder.channel.loop().execute(() -> {
                    recorder.channel.send(message, Encoded.Framing.PLAIN);
                    delivered.complete(true);
                });
            }
            deliveries.forEach(CompletableFuture::join);
            message.release();
            for (RawClient client : clients) {
                assertThat(client.readFrame().text()).isEqualTo("y".repeat(16 * 1024));
            }
            await().until(() -> probe.refCnt() == 1);
            assertThat(probe.release()).isTrue();
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#networks")
    void letsGoOfEverythingWhenAPeerThatDoesNotReadIsDropped(NetworkOptions.Transport transport, int loops)
            throws Exception {
        try (TestServer server = serve(transport, loops);
                RawClient client = slowClient(server)) {
            Recorder recorder = opened.poll(10, TimeUnit.SECONDS);
            backUp(recorder, "x".repeat(20_000));
            Encoded message = Encoded.binary("y".repeat(10_000).getBytes(UTF_8));
            ByteBuf probe = message.sharedFrames(Encoded.Framing.PLAIN, UnpooledByteBufAllocator.DEFAULT);
            onLoop(recorder, () -> {
                for (int i = 0; i < 10; i++) {
                    recorder.channel.send(message, Encoded.Framing.PLAIN);
                }
                recorder.channel.ping(new byte[0]);
                recorder.channel.terminate();
                recorder.channel.send(message, Encoded.Framing.PLAIN);
                return true;
            });
            message.release();
            assertThat(recorder.next()).isEqualTo("closed 1006 ");
            assertThat(client.socket().isClosed()).isFalse();
            await().until(() -> probe.refCnt() == 1);
            assertThat(probe.release()).isTrue();
        }
    }
}
