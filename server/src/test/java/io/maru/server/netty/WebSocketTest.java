package io.maru.server.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.maru.server.engine.WebSocketListener;
import io.maru.server.netty.TestServer.Recorder;
import io.maru.wire.Encoded;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an open WebSocket takes, refuses and answers. */
class WebSocketTest {

    private static final int MAX = 100_000;

    private final BlockingQueue<Recorder> opened = new LinkedBlockingQueue<>();
    private TestServer server;
    private RawClient client;
    private Recorder recorder;

    @BeforeEach
    void start() throws Exception {
        server = serve(NetworkOptions.DEFAULTS);
        open();
    }

    private void open() throws Exception {
        client = server.connectWebSocket("/ws");
        recorder = opened.poll(10, TimeUnit.SECONDS);
    }

    private TestServer serve(NetworkOptions options) {
        return new TestServer(options)
                .webSocket("/ws", MAX, channel -> {
                    Recorder it = new Recorder(channel);
                    opened.add(it);
                    return it;
                })
                .webSocket("/echo", MAX, channel -> new WebSocketListener() {
                    @Override
                    public void onText(byte[] utf8) {
                        send(Encoded.text(utf8));
                    }

                    @Override
                    public void onBinary(byte[] data) {
                        send(Encoded.binary(data));
                    }

                    private void send(Encoded message) {
                        channel.send(message, Encoded.Framing.PLAIN);
                        message.release();
                    }

                    @Override
                    public void onClosed(int status, String reason) {}
                });
    }

    private void restart(NetworkOptions options) throws Exception {
        stop();
        server = serve(options);
        open();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    private void assertEndsWith(int status) throws Exception {
        RawClient.Frame frame = client.readFrame();
        assertThat(frame.first()).isEqualTo(0x88);
        assertThat(frame.status()).isEqualTo(status);
        assertThat(client.isAtEnd()).isTrue();
        assertThat(recorder.next()).isEqualTo("closed " + status + " ");
        server.close();
        assertThat(recorder.events).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#networks")
    void echoesMessagesOfEveryLength(NetworkOptions.Transport transport, int loops) throws Exception {
        try (TestServer other =
                        serve(NetworkOptions.DEFAULTS.withTransport(transport).withLoops(loops));
                RawClient echo = other.connectWebSocket("/echo")) {
            for (int length : new int[] {0, 1, 125, 126, 2047, 2048, 2049, 65_535, 65_536, MAX}) {
                echo.text("x".repeat(length));
                RawClient.Frame text = echo.readFrame();
                assertThat(text.first()).isEqualTo(0x81);
                assertThat(text.text()).isEqualTo("x".repeat(length));
                echo.send(RawClient.frame(0x82, new byte[length]));
                RawClient.Frame binary = echo.readFrame();
                assertThat(binary.first()).isEqualTo(0x82);
                assertThat(binary.payload()).isEqualTo(new byte[length]);
            }
        }
    }

    @Test
    void joinsFragmentsWithControlFramesBetweenThem() throws Exception {
        client.send(RawClient.frame(0x01, "안".getBytes(UTF_8)));
        client.send(RawClient.frame(0x89, new byte[] {1, 2}));
        client.send(RawClient.frame(0x00, new byte[0]));
        byte[] split = "녕".getBytes(UTF_8);
        client.send(RawClient.frame(0x00, new byte[] {split[0]}));
        client.send(RawClient.frame(0x80, new byte[] {split[1], split[2]}));
        assertThat(client.readFrame().first()).isEqualTo(0x8a);
        assertThat(recorder.next()).isEqualTo("ping 0102");
        assertThat(recorder.next()).isEqualTo("text 안녕");
        client.send(RawClient.frame(0x02, new byte[] {1}));
        client.send(RawClient.frame(0x80, new byte[] {2}));
        assertThat(recorder.next()).isEqualTo("binary 0102");
    }

    @Test
    void takesFramesByteByByte() throws Exception {
        for (byte b : RawClient.frame(0x81, "slowly".getBytes(UTF_8))) {
            client.send(new byte[] {b});
        }
        assertThat(recorder.next()).isEqualTo("text slowly");
    }

    @Test
    void closesWith1009ForLargeFramesBeforeTheyHaveCome() throws Exception {
        client.send(Arrays.copyOf(RawClient.frame(0x82, new byte[MAX + 1]), 14));
        assertEndsWith(1009);
    }

    @Test
    void closesWith1009ThoughThePeerGoesOnSending() throws Exception {
        client.send(RawClient.frame(0x82, new byte[10 * MAX]));
        assertEndsWith(1009);
    }

    @Test
    void closesWith1009ForFragmentsThatAreLargeTogether() throws Exception {
        client.send(RawClient.frame(0x02, new byte[MAX]));
        client.send(RawClient.frame(0x80, new byte[1]));
        assertEndsWith(1009);
    }

    @Test
    void closesWith1008ForTooManyFragments() throws Exception {
        restart(NetworkOptions.DEFAULTS.withWebSocket(
                new NetworkOptions.WebSocketLimits(3, Duration.ofSeconds(30), Duration.ofSeconds(2))));
        client.send(RawClient.frame(0x02, new byte[1]));
        client.send(RawClient.frame(0x00, new byte[1]));
        client.send(RawClient.frame(0x80, new byte[1]));
        assertThat(recorder.next()).isEqualTo("binary 000000");
        client.send(RawClient.frame(0x02, new byte[1]));
        client.send(RawClient.frame(0x00, new byte[1]));
        client.send(RawClient.frame(0x00, new byte[1]));
        client.send(RawClient.frame(0x00, new byte[1]));
        assertEndsWith(1008);
    }

    @ParameterizedTest
    @ValueSource(strings = {"020141", "8184373afa", "8100", "0180"})
    void closesWith1008ForMessagesThatTakeTooLong(String beginning) throws Exception {
        restart(NetworkOptions.DEFAULTS.withWebSocket(
                new NetworkOptions.WebSocketLimits(10, Duration.ofMillis(100), Duration.ofSeconds(2))));
        if (beginning.startsWith("8100")) {
            // a whole message, then the beginning of another
            client.send(RawClient.frame(0x81, new byte[] {'a'}));
            assertThat(recorder.next()).isEqualTo("text a");
            client.send(RawClient.frame(0x01, new byte[] {'a'}));
        } else if (beginning.startsWith("8184")) {
            client.send(Arrays.copyOf(RawClient.frame(0x81, new byte[4]), 8));
        } else {
            client.send(RawClient.frame(0x01, new byte[0]));
        }
        assertEndsWith(1008);
    }

    // the other connection is the clock: it is closed for its unfinished message when this one would have been
    @Test
    void forgetsThatAControlFrameCameInParts() throws Exception {
        restart(NetworkOptions.DEFAULTS.withWebSocket(
                new NetworkOptions.WebSocketLimits(10, Duration.ofSeconds(1), Duration.ofSeconds(2))));
        byte[] ping = RawClient.frame(0x89, new byte[] {1, 2, 3});
        client.send(Arrays.copyOf(ping, 3));
        try (RawClient other = server.connectWebSocket("/echo")) {
            other.send(RawClient.frame(0x81, new byte[] {'a'}));
            other.readFrame(); // the loop has read the first part by now
            client.send(Arrays.copyOfRange(ping, 3, ping.length));
            assertThat(client.readFrame().payload()).containsExactly(1, 2, 3);
            other.send(RawClient.frame(0x01, new byte[0]));
            assertThat(other.readFrame().status()).isEqualTo(1008);
        }
        client.send(RawClient.frame(0x89, new byte[] {4}));
        assertThat(client.readFrame().payload()).containsExactly(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "c0af", "eda080", "e282", "f4908080", "61626380"})
    void closesWith1007ForInvalidUtf8(String hex) throws Exception {
        client.send(RawClient.frame(0x81, HexFormat.of().parseHex(hex)));
        assertEndsWith(1007);
    }

    @ParameterizedTest
    @CsvSource({
        "unmasked,8100",
        "RSV1,c18000000000",
        "RSV3,918000000000",
        "reserved data frame,838000000000",
        "reserved control frame,8b8000000000",
        "continuation of nothing,808000000000",
        "fragmented ping,098000000000",
        "long ping,89fe007e00000000",
        "close of one byte,88810000000000",
        "message within a message,018000000000018000000000",
        "length not minimal,81fe000100000000",
        "negative length,82ffffffffffffffffff00000000",
    })
    void closesWith1002ForBrokenFrames(String name, String hex) throws Exception {
        client.send(HexFormat.of().parseHex(hex));
        assertEndsWith(1002);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 2000, 2999, 5000, 65_535})
    void closesWith1002ForStatusesThatMustNotBeSent(int status) throws Exception {
        client.send(RawClient.frame(0x88, new byte[] {(byte) (status >> 8), (byte) status}));
        assertEndsWith(1002);
    }

    @Test
    void closesWith1007ForAReasonOfInvalidUtf8() throws Exception {
        client.send(RawClient.frame(0x88, new byte[] {3, (byte) 0xe8, (byte) 0xff}));
        assertEndsWith(1007);
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 1003, 1007, 1014, 3000, 4999})
    void answersAClose(int status) throws Exception {
        client.send(RawClient.frame(0x88, new byte[] {(byte) (status >> 8), (byte) status, 'b', 'y', 'e'}));
        RawClient.Frame frame = client.readFrame();
        assertThat(frame.first()).isEqualTo(0x88);
        assertThat(frame.status()).isEqualTo(status);
        assertThat(client.isAtEnd()).isTrue();
        assertThat(recorder.next()).isEqualTo("closed " + status + " bye");
    }

    @Test
    void answersACloseWithoutAStatus() throws Exception {
        client.send(RawClient.frame(0x88, new byte[0]));
        assertEndsWith(1005);
    }

    @Test
    void answersPingsWithTheSameBytes() throws Exception {
        byte[] data = new byte[125];
        data[0] = 7;
        client.send(RawClient.frame(0x89, data));
        RawClient.Frame pong = client.readFrame();
        assertThat(pong.first()).isEqualTo(0x8a);
        assertThat(pong.payload()).isEqualTo(data);
        client.send(RawClient.frame(0x8a, new byte[] {9}));
        assertThat(recorder.next()).startsWith("ping 07");
        assertThat(recorder.next()).isEqualTo("pong 09");
    }

    @Test
    void sendsPingsAndPongs() throws Exception {
        recorder.channel.loop().execute(() -> {
            recorder.channel.ping(new byte[] {1});
            recorder.channel.pong(new byte[0]);
        });
        RawClient.Frame ping = client.readFrame();
        assertThat(ping.first()).isEqualTo(0x89);
        assertThat(ping.payload()).containsExactly(1);
        assertThat(client.readFrame().first()).isEqualTo(0x8a);
    }

    @Test
    void takesControlFramesThatAreLargerThanMessagesMayBe() throws Exception {
        server.webSocket("/tiny", 10, Recorder::new);
        try (RawClient tiny = server.connectWebSocket("/tiny")) {
            tiny.send(RawClient.frame(0x89, new byte[100]));
            assertThat(tiny.readFrame().payload()).hasSize(100);
            tiny.text("x".repeat(11));
            assertThat(tiny.readFrame().status()).isEqualTo(1009);
        }
    }

    @Test
    void closesAfterWhatWasWrittenAndHeedsNothingMore() throws Exception {
        recorder.channel.loop().execute(() -> {
            recorder.channel.send(Encoded.text("last"), Encoded.Framing.PLAIN);
            recorder.channel.close(4001, "enough");
            recorder.channel.send(Encoded.text("too late"), Encoded.Framing.PLAIN);
            recorder.channel.close(4002, "again");
        });
        assertThat(client.readFrame().text()).isEqualTo("last");
        RawClient.Frame close = client.readFrame();
        assertThat(close.status()).isEqualTo(4001);
        assertThat(close.text()).endsWith("enough");
        client.text("ignored");
        client.send(RawClient.frame(0x89, new byte[0]));
        client.send(RawClient.frame(0x88, new byte[] {0x0f, (byte) 0xa1}));
        assertThat(client.isAtEnd()).isTrue();
        assertThat(recorder.next()).isEqualTo("closed 4001 enough");
        assertThat(recorder.events).isEmpty();
    }

    @Test
    void closesWithoutAStatus() throws Exception {
        recorder.channel.loop().execute(() -> recorder.channel.close(1005, ""));
        assertThat(client.readFrame().payload()).isEmpty();
        client.send(RawClient.frame(0x88, new byte[0]));
        assertThat(client.isAtEnd()).isTrue();
        assertThat(recorder.next()).isEqualTo("closed 1005 ");
    }

    @Test
    void doesNotWaitLongForTheAnswerToAClose() throws Exception {
        restart(NetworkOptions.DEFAULTS.withWebSocket(
                new NetworkOptions.WebSocketLimits(10, Duration.ofSeconds(30), Duration.ofMillis(100))));
        recorder.channel.loop().execute(() -> {
            recorder.channel.setReading(false);
            recorder.channel.close(1001, "");
        });
        assertThat(client.readFrame().status()).isEqualTo(1001);
        assertThat(client.isAtEnd()).isTrue();
        assertThat(recorder.next()).isEqualTo("closed 1001 ");
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#networks")
    void tellsAbout1006Once(NetworkOptions.Transport transport, int loops) throws Exception {
        restart(NetworkOptions.DEFAULTS.withTransport(transport).withLoops(loops));
        client.reset();
        assertThat(recorder.next()).isEqualTo("closed 1006 ");
        open();
        client.close();
        assertThat(recorder.next()).isEqualTo("closed 1006 ");
        open();
        recorder.channel.loop().execute(() -> {
            recorder.channel.send(Encoded.text("dropped"), Encoded.Framing.PLAIN);
            recorder.channel.terminate();
            recorder.channel.terminate();
            recorder.channel.close(1000, "");
        });
        assertThat(client.isAtEnd()).isTrue();
        assertThat(recorder.next()).isEqualTo("closed 1006 ");
        assertThat(recorder.events).isEmpty();
    }

    @Test
    void closesWith1011WhenAListenerThrowsAndSparesOthers() throws Exception {
        server.webSocket("/boom", MAX, channel -> new Recorder(channel) {
            @Override
            public void onText(byte[] utf8) {
                throw new IllegalStateException("boom");
            }

            @Override
            public void onClosed(int status, String reason) {
                throw new IllegalStateException("boom again");
            }
        });
        server.webSocket("/boom-at-once", MAX, channel -> {
            throw new IllegalStateException("boom");
        });
        try (RawClient boom = server.connectWebSocket("/boom")) {
            boom.text("a");
            assertThat(boom.readFrame().status()).isEqualTo(1011);
            assertThat(boom.isAtEnd()).isTrue();
        }
        try (RawClient boom = server.connectWebSocket("/boom-at-once")) {
            assertThat(boom.readFrame().status()).isEqualTo(1011);
            assertThat(boom.isAtEnd()).isTrue();
        }
        client.text("still here");
        assertThat(recorder.next()).isEqualTo("text still here");
    }

    @Test
    void stopsAndResumesReading() throws Exception {
        recorder.channel.loop().execute(() -> recorder.channel.setReading(false));
        recorder.channel.loop().execute(() -> recorder.events.add("stopped"));
        assertThat(recorder.next()).isEqualTo("stopped");
        client.text("a");
        recorder.channel.loop().execute(() -> {
            recorder.events.add("resumed");
            recorder.channel.setReading(true);
        });
        assertThat(recorder.next()).isEqualTo("resumed");
        assertThat(recorder.next()).isEqualTo("text a");
    }
}
