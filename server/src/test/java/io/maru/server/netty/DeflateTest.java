package io.maru.server.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.maru.server.engine.WebSocketListener;
import io.maru.wire.Encoded;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compressed messages (RFC 7692), byte for byte where the RFC has the bytes. */
@SuppressWarnings("NullAway.Init") // each test opens what it needs
class DeflateTest {

    private static final int MAX = 100_000;
    private static final String OFFER = "permessage-deflate; client_max_window_bits";
    private static final DeflateOptions ALL = DeflateOptions.DEFAULTS.withThreshold(1);

    private TestServer server;
    private RawClient client;
    private RawClient.Answer answer;

    private void open(DeflateOptions options, String offer) throws IOException {
        open(NetworkOptions.DEFAULTS.withDeflate(options), offer);
    }

    private void open(NetworkOptions options, String offer) throws IOException {
        server = new TestServer(options).webSocket("/echo", MAX, channel -> new WebSocketListener() {
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
        client = server.connect();
        String header = "\r\nSec-WebSocket-Extensions: " + offer + "\r\n\r\n";
        client.send(RawClient.handshake("/echo").replace("\r\n\r\n", header));
        answer = client.readAnswer();
        assertThat(answer.status()).isEqualTo(101);
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    private void send(int first, String hex) throws IOException {
        client.send(RawClient.frame(first, HexFormat.of().parseHex(hex)));
    }

    private void expect(int first, String text) throws IOException, DataFormatException {
        RawClient.Frame frame = client.readFrame();
        assertThat(frame.first()).isEqualTo(first);
        byte[] payload = (first & 0x40) == 0 ? frame.payload() : inflate(new Inflater(true), frame.payload());
        assertThat(new String(payload, UTF_8)).isEqualTo(text);
    }

    private void expectClose(int status) throws IOException {
        RawClient.Frame frame = client.readFrame();
        assertThat(frame.first()).isEqualTo(0x88);
        assertThat(frame.status()).isEqualTo(status);
        client.readToTheEnd();
    }

    private static byte[] inflate(Inflater inflater, byte[] payload) throws DataFormatException {
        byte[] bytes = Arrays.copyOf(payload, payload.length + 4);
        bytes[bytes.length - 1] = -1;
        bytes[bytes.length - 2] = -1;
        inflater.setInput(bytes);
        byte[] whole = new byte[MAX];
        return Arrays.copyOf(whole, inflater.inflate(whole));
    }

    /** Compresses as a client does. */
    private static byte[] deflate(Deflater deflater, byte[] message) {
        byte[] bytes = new byte[2 * message.length + 100];
        deflater.setInput(message);
        int length = deflater.deflate(bytes, 0, bytes.length, Deflater.SYNC_FLUSH);
        return Arrays.copyOf(bytes, length - 4);
    }

    private static byte[] deflate(byte[] message) {
        return deflate(new Deflater(Deflater.DEFAULT_COMPRESSION, true), message);
    }

    /** A message that compresses about as text does. */
    private static byte[] message(Random random, int length) {
        byte[] message = new byte[length];
        for (int i = 0; i < length; i++) {
            message[i] = (byte) ('a' + random.nextInt(7));
        }
        return message;
    }

    @Test
    void areNotTakenUnlessTheServerIsToldSo() throws Exception {
        open(NetworkOptions.DEFAULTS, OFFER);
        assertThat(answer.header("sec-websocket-extensions")).isNull();
        send(0xc1, "f248cdc9c90700");
        expectClose(1002);
    }

    @Test
    void areNotTakenFromAClientThatDidNotOfferThem() throws Exception {
        open(ALL, "x-else");
        assertThat(answer.header("sec-websocket-extensions")).isNull();
        client.text("x".repeat(5000));
        expect(0x81, "x".repeat(5000));
        send(0xc1, "f248cdc9c90700");
        expectClose(1002);
    }

    // the examples of section 7.2.3
    @ParameterizedTest
    @CsvSource({
        "7.2.3.1 one block,          f248cdc9c90700",
        "7.2.3.3 not compressed,     000500faff48656c6c6f00",
        "7.2.3.4 a last block,       f348cdc9c9070000",
        "7.2.3.5 two blocks,         f24805000000ffffcac9c90700",
    })
    void areReadAsTheRfcWritesThem(String name, String payload) throws Exception {
        open(DeflateOptions.DEFAULTS, OFFER);
        assertThat(answer.header("sec-websocket-extensions"))
                .isEqualTo("permessage-deflate; server_no_context_takeover; client_no_context_takeover");
        for (int i = 0; i < 2; i++) {
            send(0xc1, payload);
            expect(0x81, "Hello"); // small, so it comes back as it is
            send(0x41, payload.substring(0, 6));
            send(0x89, "01");
            send(0x80, payload.substring(6));
            assertThat(client.readFrame().first()).isEqualTo(0x8a);
            expect(0x81, "Hello");
            client.text("Hello");
            expect(0x81, "Hello");
        }
        send(0xc1, "00");
        expect(0x81, "");
        send(0x41, "");
        send(0x80, "00");
        expect(0x81, "");
    }

    // section 7.2.3.2
    @Test
    void areReadWithRegardToThoseBeforeWhereThatWasAgreedOn() throws Exception {
        open(DeflateOptions.DEFAULTS.withTakeover(false, true), OFFER);
        assertThat(answer.header("sec-websocket-extensions"))
                .isEqualTo("permessage-deflate; server_no_context_takeover");
        send(0xc1, "f248cdc9c90700");
        expect(0x81, "Hello");
        send(0xc1, "f200110000");
        expect(0x81, "Hello");
    }

    @Test
    void areRefusedWithRegardToThoseBeforeWhereThatWasNotAgreedOn() throws Exception {
        open(DeflateOptions.DEFAULTS, OFFER);
        send(0xc1, "f248cdc9c90700");
        expect(0x81, "Hello");
        send(0xc1, "f200110000");
        expectClose(1007);
    }

    @Test
    void areWrittenAsTheRfcDoes() throws Exception {
        open(ALL.withLevel(6), OFFER);
        for (int i = 0; i < 2; i++) {
            client.text("HelloHelloHello");
            RawClient.Frame frame = client.readFrame();
            assertThat(frame.first()).isEqualTo(0xc1);
            assertThat(HexFormat.of().formatHex(frame.payload())).isEqualTo("f248cdc9c9f780130000");
        }
        client.send(RawClient.frame(0x82, new byte[100]));
        assertThat(client.readFrame().first()).isEqualTo(0xc2);
        client.text("Hello"); // which compression does not make shorter
        expect(0x81, "Hello");
    }

    @Test
    void areWrittenFromAThresholdOn() throws Exception {
        open(DeflateOptions.DEFAULTS, OFFER);
        client.text("x".repeat(1023));
        expect(0x81, "x".repeat(1023));
        client.text("x".repeat(1024));
        expect(0xc1, "x".repeat(1024));
    }

    @Test
    void areWrittenOnlyAsLongAsTheWindowOfTheClient() throws Exception {
        open(ALL, "permessage-deflate; server_max_window_bits=10");
        assertThat(answer.header("sec-websocket-extensions")).endsWith("; server_max_window_bits=10");
        client.text("x".repeat(1000));
        expect(0xc1, "x".repeat(1000));
        client.text("x".repeat(1025));
        expect(0x81, "x".repeat(1025));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void areEchoedWhateverTheirLengthAndContent(boolean takeover) throws Exception {
        open(DeflateOptions.DEFAULTS.withThreshold(100).withTakeover(takeover, takeover), OFFER);
        Random random = new Random(11);
        Deflater deflater = new Deflater(9, true);
        Inflater inflater = new Inflater(true);
        for (int length : new int[] {0, 1, 2, 99, 100, 101, 125, 126, 127, 500, 4096, 65_535, 65_536, 70_000, MAX}) {
            for (boolean noise : new boolean[] {false, true}) {
                byte[] message = noise ? new byte[length] : message(random, length);
                if (noise) {
                    random.nextBytes(message);
                }
                if (!takeover) {
                    deflater.reset();
                    inflater.reset();
                }
                byte[] compressed = length == 0 ? new byte[] {0} : deflate(deflater, message);
                int half = compressed.length / 2;
                client.send(RawClient.frame(0x42, Arrays.copyOf(compressed, half)));
                client.send(RawClient.frame(0x80, Arrays.copyOfRange(compressed, half, compressed.length)));
                RawClient.Frame frame = client.readFrame();
                if (length >= 100 && (takeover || !noise)) {
                    assertThat(frame.first()).isEqualTo(0xc2);
                }
                byte[] echoed = frame.first() == 0xc2 ? inflate(inflater, frame.payload()) : frame.payload();
                assertThat(echoed).isEqualTo(message);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#networks")
    void areEchoedOverEveryTransport(NetworkOptions.Transport transport, int loops) throws Exception {
        open(NetworkOptions.DEFAULTS.withTransport(transport).withLoops(loops).withDeflate(ALL), OFFER);
        Random random = new Random(5);
        for (int i = 0; i < 20; i++) {
            byte[] message = message(random, 1 + random.nextInt(MAX));
            client.send(RawClient.frame(0xc1, deflate(message)));
            expect(0xc1, new String(message, UTF_8));
        }
    }

    @Test
    void areUncompressedWhereTheClientWishes() throws Exception {
        open(ALL, OFFER);
        client.text("x".repeat(1000));
        expect(0xc1, "x".repeat(1000));
        client.send(RawClient.frame(0x01, "ab".getBytes(UTF_8)));
        client.send(RawClient.frame(0x80, "c".getBytes(UTF_8)));
        expect(0x81, "abc");
    }

    @Test
    void areOfNoMoreThanTheLimitWhenTheyAreInflated() throws Exception {
        open(DeflateOptions.DEFAULTS, OFFER);
        client.send(RawClient.frame(0xc2, deflate(new byte[MAX])));
        assertThat(client.readFrame().first()).isEqualTo(0xc2);
        client.send(RawClient.frame(0xc2, deflate(new byte[MAX + 1])));
        expectClose(1009);
    }

    @Test
    void areOfNoMoreThanTheLimitWhereTheyAreNotCompressed() throws Exception {
        open(DeflateOptions.DEFAULTS, OFFER);
        byte[] part = new byte[60_000];
        client.send(RawClient.frame(0x02, part));
        client.send(RawClient.frame(0x80, part));
        expectClose(1009);
    }

    @Test
    void areOfNoMoreThanTheirLimitBeforeTheyAreInflated() throws Exception {
        open(DeflateOptions.DEFAULTS, OFFER);
        byte[] part = new byte[60_000];
        client.send(RawClient.frame(0x42, part));
        client.send(RawClient.frame(0x00, part));
        expectClose(1009);
    }

    @Test
    void areNotInflatedBeyondTheLimit() throws Exception {
        byte[] bomb = bomb(90);
        assertThat(bomb.length).isLessThan(MAX);
        MessageInflater inflater = new MessageInflater(false);
        assertThat(inflater.inflate(deflate(new byte[10]), 10)).hasSize(10);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThat(inflater.inflate(bomb, MAX)).isNull();
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10 * MAX);

        open(DeflateOptions.DEFAULTS, OFFER);
        client.send(RawClient.frame(0xc1, bomb));
        expectClose(1009);
    }

    /** Many megabytes of nothing. */
    private static byte[] bomb(int megabytes) {
        Deflater deflater = new Deflater(9, true);
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        byte[] some = new byte[1 << 16];
        for (int i = 0; i < megabytes; i++) {
            deflater.setInput(new byte[1 << 20]);
            int length;
            do {
                length = deflater.deflate(some);
                bomb.write(some, 0, length);
            } while (length > 0);
        }
        bomb.write(some, 0, deflater.deflate(some, 0, some.length, Deflater.SYNC_FLUSH));
        return Arrays.copyOf(bomb.toByteArray(), bomb.size() - 4);
    }

    @ParameterizedTest
    @CsvSource({
        "a reserved type of block,         c1, ffff,           1007",
        "lengths that do not agree,        c1, 000500000048656c6c6f, 1007",
        "text that is no UTF-8,            c1, 000100feffff00, 1007",
        "a compressed ping,                c9, f248cdc9c90700, 1002",
        "a compressed pong,                ca, f248cdc9c90700, 1002",
        "a compressed close,               c8, '',             1002",
        "the second reserved bit,          e1, f248cdc9c90700, 1002",
        "the third reserved bit,           d1, f248cdc9c90700, 1002",
        "a compressed frame of no message, c0, f248cdc9c90700, 1002",
    })
    void areRefusedWhereTheyBreakTheRules(String name, String first, String payload, int status) throws Exception {
        open(DeflateOptions.DEFAULTS, OFFER);
        send(Integer.parseInt(first, 16), payload);
        expectClose(status);
    }

    @Test
    void areRefusedWhereALaterFrameSaysThatItIsCompressed() throws Exception {
        open(DeflateOptions.DEFAULTS, OFFER);
        send(0x41, "f248cd");
        send(0xc0, "c9c90700");
        expectClose(1002);
    }

    @Test
    void endWithTheirConnection() throws Exception {
        open(ALL.withTakeover(true, true), OFFER);
        for (int i = 0; i < 3; i++) {
            client.send(RawClient.frame(0xc1, deflate("x".repeat(500).getBytes(UTF_8))));
            assertThat(client.readFrame().first()).isEqualTo(0xc1);
            client.reset();
            client = server.connect();
            client.send(RawClient.handshake("/echo")
                    .replace("\r\n\r\n", "\r\nSec-WebSocket-Extensions: " + OFFER + "\r\n\r\n"));
            assertThat(client.readAnswer().header("sec-websocket-extensions")).isEqualTo("permessage-deflate");
        }
    }
}
