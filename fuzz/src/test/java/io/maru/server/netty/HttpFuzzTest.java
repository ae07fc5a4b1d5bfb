package io.maru.server.netty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.maru.server.engine.CloseReason;
import io.maru.server.engine.Cors;
import io.maru.server.engine.Engine;
import io.maru.server.engine.EngineOptions;
import io.maru.server.engine.Handling;
import io.maru.server.engine.HttpEndpoint;
import io.maru.server.engine.PlainEndpoint;
import io.maru.server.engine.PlainOptions;
import io.maru.server.engine.Session;
import io.maru.server.engine.SessionCookie;
import io.maru.server.engine.SessionListener;
import io.maru.wire.Encoded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Arrays;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/**
 * A connection: whatever comes is answered, or the connection ends, and nothing is kept. Before a text with {@code SID} in
 * it a session is opened, whose id stands in its place.
 */
class HttpFuzzTest {

    private static final NetworkOptions NETWORK = NetworkOptions.DEFAULTS
            .withDeflate(DeflateOptions.DEFAULTS.withThreshold(1))
            .withHttp(NetworkOptions.HttpLimits.DEFAULTS.withCompressionThreshold(10))
            .withProxies(ProxyOptions.trusting(ProxyOptions.UNIX));
    private static final EngineOptions ENGINE = EngineOptions.builder()
            .allowEngineIo3(true)
            .allowJsonp(true)
            .cors(Cors.origins("http://a"))
            .cookie(SessionCookie.standard())
            .maxHttpBufferSize(10_000)
            .build();

    private static final String HANDSHAKE = "GET /e/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\n\r\n";

    private static final ListAppender<ILoggingEvent> ERRORS = new ListAppender<>();

    static {
        Logger logger = (Logger) LoggerFactory.getLogger("io.maru");
        logger.setLevel(Level.WARN);
        logger.setAdditive(false);
        logger.addAppender(ERRORS);
        ERRORS.start();
    }

    /** Says what it hears. */
    private record Echo(Session session) implements SessionListener {
        @Override
        public void onText(byte[] utf8) {
            session.send(Encoded.text(utf8), Handling.USUAL);
        }

        @Override
        public void onBinary(byte[] data) {
            session.send(Encoded.binary(data), Handling.USUAL);
        }

        @Override
        public void onClosed(CloseReason reason) {}
    }

    @FuzzTest
    void answersOrEnds(byte[] data) {
        converse(data, Math.max(1, data.length));
        converse(data, 1 + data.length % 5);
    }

    private static void converse(byte[] data, int size) {
        Engine engine = new Engine(ENGINE, Runnable::run, Echo::new);
        PlainEndpoint plain = new PlainEndpoint(PlainOptions.DEFAULTS, Runnable::run, Echo::new);
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setAllocator(allocator);
        NettyLoop loop = new NettyLoop(0, channel.eventLoop(), NETWORK);
        HttpRouter router = router(loop, engine, plain);
        HttpRouter.install(channel.pipeline(), router);
        channel.pipeline().fireChannelActive();

        String text = new String(data, ISO_8859_1);
        if (text.contains("SID")) {
            assertThat(send(channel, HANDSHAKE.getBytes(ISO_8859_1))).isTrue();
            String opened = received(channel);
            int begin = opened.indexOf("\"sid\":\"") + 7;
            text = text.replace("SID", opened.substring(begin, opened.indexOf('"', begin)));
        }
        byte[] bytes = text.getBytes(ISO_8859_1);
        int from = 0;
        while (from < bytes.length
                && send(channel, Arrays.copyOfRange(bytes, from, Math.min(from + size, bytes.length)))) {
            from += size;
        }
        String answers = received(channel);
        channel.finishAndReleaseAll();
        engine.close(CloseReason.SERVER_SHUTDOWN);
        plain.close(CloseReason.SERVER_SHUTDOWN);
        channel.runPendingTasks();

        channel.checkException();
        assertThat(ERRORS.list).isEmpty();
        assertThat(engine.clients() + plain.clients()).isZero();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        areAnswers(answers, text);
    }

    @SuppressWarnings("NullAway") // does not see the endpoints' type in a class file
    private static HttpRouter router(NettyLoop loop, HttpEndpoint engine, HttpEndpoint plain) {
        return new HttpRouter(
                loop,
                NETWORK,
                request -> request.path().startsWith("/e/")
                        ? engine
                        : request.path().equals("/p") ? plain : null,
                false);
    }

    private static boolean send(EmbeddedChannel channel, byte[] bytes) {
        if (!channel.isActive()) {
            return false;
        }
        ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
        channel.writeInbound(buffer);
        return channel.isActive();
    }

    private static String received(EmbeddedChannel channel) {
        StringBuilder text = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            text.append(out.toString(ISO_8859_1));
            out.release();
        }
        return text.toString();
    }

    /** Heads of answers and their bodies, and after one that says so the frames of a WebSocket. */
    private static void areAnswers(String text, String asked) {
        boolean mayHaveNoBody = asked.contains("HEAD");
        int at = 0;
        while (at < text.length()) {
            assertThat(text.substring(at)).matches("(?s)HTTP/1\\.1 [1-5]\\d\\d [A-Za-z -]+\r\n.*");
            int end = text.indexOf("\r\n\r\n", at);
            assertThat(end).isPositive();
            String head = text.substring(at, end);
            int length = 0;
            String[] lines = head.split("\r\n", -1);
            for (String line : Arrays.asList(lines).subList(1, lines.length)) {
                assertThat(line).matches("[\\x20-\\x7e\\x80-\\xff]*").contains(": ");
                if (line.toLowerCase(Locale.ROOT).startsWith("content-length: ")) {
                    length = Integer.parseInt(line.substring(16));
                }
            }
            at = end + 4 + length;
            if (head.startsWith("HTTP/1.1 101 ")) {
                areFrames(text.substring(at).getBytes(ISO_8859_1));
                return;
            }
            if (mayHaveNoBody) {
                return;
            }
            assertThat(at).isLessThanOrEqualTo(text.length());
        }
    }

    private static void areFrames(byte[] bytes) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        while (in.isReadable()) {
            int first = in.readUnsignedByte();
            int length = in.readUnsignedByte();
            assertThat(first & 0x30).isZero();
            assertThat(first & 0xf).isIn(0, 1, 2, 8, 9, 10);
            length = length == 126 ? in.readUnsignedShort() : length == 127 ? (int) in.readLong() : length;
            assertThat(length).isBetween(0, in.readableBytes());
            in.skipBytes(length);
        }
    }
}
