package io.maru.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.Encoded.Framing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EncodedTest {

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);

    @AfterEach
    void noBufferIsLeft() {
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    // 81: FIN and text; then the length, in 1, 1 + 2 or 1 + 8 bytes
    @ParameterizedTest
    @CsvSource({
        "PLAIN,     0,     8100",
        "PLAIN,     1,     8101",
        "PLAIN,     125,   817d",
        "PLAIN,     126,   817e007e",
        "PLAIN,     65535, 817effff",
        "PLAIN,     65536, 817f0000000000010000",
        "ENGINE_IO, 0,     810134",
        "ENGINE_IO, 124,   817d34",
        "ENGINE_IO, 125,   817e007e34",
        "ENGINE_IO, 126,   817e007f34",
        "ENGINE_IO, 65534, 817effff34",
        "ENGINE_IO, 65535, 817f000000000001000034",
        "ENGINE_IO, 65536, 817f000000000001000134",
    })
    void framesText(Framing framing, int length, String head) {
        String text = "x".repeat(length);
        assertThat(frames(Encoded.text(text), framing)).isEqualTo(head + "78".repeat(length));
    }

    // 82: FIN and binary
    @ParameterizedTest
    @CsvSource({"0, 8200", "125, 827d", "126, 827e007e", "65535, 827effff", "65536, 827f0000000000010000"})
    void framesBinaryAlikeWhereNothingStandsBeforeIt(int length, String head) {
        Encoded message = Encoded.binary(new byte[length]);
        assertThat(message.hasText()).isFalse();
        for (Framing framing : List.of(Framing.PLAIN, Framing.ENGINE_IO)) {
            assertThat(frames(message, framing)).isEqualTo(head + "00".repeat(length));
        }
    }

    // the number of the type stands before the bytes
    @ParameterizedTest
    @CsvSource({
        "0, 820104",
        "124, 827d04",
        "125, 827e007e04",
        "65534, 827effff04",
        "65535, 827f000000000001000004",
    })
    void framesBinaryForEngineIo3(int length, String head) {
        assertThat(frames(Encoded.binary(new byte[length]), Framing.ENGINE_IO_3))
                .isEqualTo(head + "00".repeat(length));
    }

    // text: b4, and AA.. in base64
    @ParameterizedTest
    @CsvSource({
        "0, 81026234, ''",
        "1, 81066234, AA==",
        "2, 81066234, AAA=",
        "3, 81066234, AAAA",
        "90, 817a6234, AAAA",
        "93, 817e007e6234, AAAA",
    })
    void framesBinaryInBase64ForEngineIo3(int length, String head, String group) {
        String base64 = group.repeat(Math.max(1, length / 3));
        assertThat(frames(Encoded.binary(new byte[length]), Framing.ENGINE_IO_3_BASE64))
                .isEqualTo(head + HexFormat.of().formatHex(base64.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void framesTheSameMessageForOlderAndNewerClients() {
        Utf8Buffer text = Encoded.newText(0);
        text.appendText("é");
        Encoded message = Encoded.of(text, List.of(new byte[] {1, 2}, new byte[0]));

        assertThat(frames(message, Framing.ENGINE_IO_3)).isEqualTo("810334c3a9" + "8203040102" + "820104");
        assertThat(frames(message, Framing.ENGINE_IO)).isEqualTo("810334c3a9" + "82020102" + "8200");
        assertThat(frames(message, Framing.ENGINE_IO_3_BASE64))
                .isEqualTo("810334c3a9" + "81066234" + "4151493d" + "81026234");
        ByteBuf older = message.sharedFrames(Framing.ENGINE_IO_3, allocator);
        ByteBuf newer = message.sharedFrames(Framing.ENGINE_IO, allocator);
        assertThat(hex(older)).isEqualTo("810334c3a9" + "8203040102" + "820104");
        assertThat(hex(newer)).isEqualTo("810334c3a9" + "82020102" + "8200");
        older.release();
        newer.release();
        message.release();
    }

    @Test
    void framesAttachmentsBehindTheText() {
        Utf8Buffer text = Encoded.newText(0);
        text.appendText("é");
        Encoded message = Encoded.of(text, List.of(new byte[] {1, 2}, new byte[0], new byte[] {-1}));

        assertThat(message.hasText()).isTrue();
        assertThat(message.length()).isEqualTo(2 + 3);
        assertThat(frames(message, Framing.ENGINE_IO)).isEqualTo("810334c3a9" + "82020102" + "8200" + "8201ff");
        assertThat(frames(message, Framing.PLAIN)).isEqualTo("8102c3a9" + "82020102" + "8200" + "8201ff");
        assertThat(Vectors.text(message)).isEqualTo("é");
    }

    @Test
    void keepsATextThatOutgrewItsBuffer() {
        Utf8Buffer text = Encoded.newText(1);
        for (int i = 0; i < 300; i++) {
            text.append('a');
            text.append(12L);
            text.appendBase64(new byte[] {0});
        }
        Encoded message = Encoded.of(text, List.of());
        assertThat(Vectors.text(message)).isEqualTo("a12AA==".repeat(300));
        assertThat(text).hasToString("a12AA==".repeat(300));
        assertThat(text.length()).isEqualTo(2100);
        assertThat(text.toByteArray()).hasSize(2100);
    }

    @Test
    void doesNotChangeWithTheArrayThatItWasMadeOf() {
        byte[] text = {'a'};
        Encoded message = Encoded.text(text);
        text[0] = 'b';
        assertThat(Vectors.text(message)).isEqualTo("a");
    }

    @ParameterizedTest
    @EnumSource
    void lendsOneBufferToAllAndFreesItWithTheLastOfThem(Framing framing) {
        Encoded message = Encoded.text("hello");
        ByteBuf first = message.sharedFrames(framing, allocator);
        ByteBuf second = message.sharedFrames(framing, allocator);
        assertThat(first.memoryAddress()).isEqualTo(second.memoryAddress());

        assertThat(hex(first)).isEqualTo(frames(message, framing));
        first.skipBytes(first.readableBytes());
        assertThat(hex(second)).as("untouched by the other's reading").isEqualTo(frames(message, framing));

        first.release();
        message.release();
        assertThat(second.refCnt()).isEqualTo(1);
        assertThat(hex(second)).isEqualTo(frames(message, framing));
        second.release();
        assertThat(second.refCnt()).isZero();
    }

    @Test
    void givesAStragglerABufferThatIsHisAlone() {
        Encoded message = Encoded.text("hello");
        message.release();
        ByteBuf late = message.sharedFrames(Framing.ENGINE_IO, allocator);
        ByteBuf later = message.sharedFrames(Framing.ENGINE_IO, allocator);
        for (ByteBuf frames : List.of(late, later)) {
            assertThat(hex(frames)).isEqualTo("81063468656c6c6f");
            assertThat(frames.refCnt()).isEqualTo(1);
            frames.release();
        }
    }

    @Test
    void hasNothingToReleaseWhenNobodyAskedForTheBuffer() {
        Encoded message = Encoded.binary(new byte[] {1});
        message.release();
        message.release();
        assertThat(frames(message, Framing.PLAIN)).isEqualTo("820101");
    }

    @Test
    void sharesNoBufferBetweenTwoFramings() {
        Encoded message = Encoded.text("x");
        ByteBuf engine = message.sharedFrames(Framing.ENGINE_IO, allocator);
        ByteBuf plain = message.sharedFrames(Framing.PLAIN, allocator);
        assertThat(hex(engine)).isEqualTo("81023478");
        assertThat(hex(plain)).isEqualTo("810178");
        engine.release();
        plain.release();
        message.release();
    }

    @Test
    void isWrittenInOtherFramesOnceForAll() {
        Encoded message = Encoded.text("hello");
        AtomicInteger written = new AtomicInteger();
        Encoded.Rewriter rewriter = frames -> {
            written.incrementAndGet();
            assertThat(HexFormat.of().formatHex(frames)).isEqualTo("810568656c6c6f");
            return HexFormat.of().parseHex("c10142" + "89014a");
        };
        Encoded first = message.rewritten(Framing.PLAIN, rewriter);
        Encoded second = message.rewritten(Framing.PLAIN, rewriter);
        assertThat(first).isSameAs(second).isNotSameAs(message);
        assertThat(written).hasValue(1);
        assertThat(frames(first, Framing.PLAIN)).isEqualTo("c1014289014a");

        ByteBuf shared = first.sharedFrames(Framing.PLAIN, allocator);
        assertThat(hex(shared)).isEqualTo("c1014289014a");
        message.release();
        assertThat(shared.refCnt()).as("the message has let go").isEqualTo(1);
        shared.release();
        assertThat(frames(message, Framing.PLAIN)).isEqualTo("810568656c6c6f");
    }

    @Test
    void givesAStragglerOtherFramesThatAreHisAlone() {
        Encoded message = Encoded.text("hello");
        message.release();
        Encoded late = message.rewritten(Framing.PLAIN, frames -> new byte[] {1, 2, 3});
        ByteBuf buffer = late.sharedFrames(Framing.PLAIN, allocator);
        assertThat(buffer.refCnt()).isEqualTo(1);
        buffer.release();
    }

    @Test
    void isWrittenInOtherFramesForOneFramingOnly() {
        Encoded message = Encoded.text("hello");
        Encoded engine = message.rewritten(Framing.ENGINE_IO, frames -> new byte[] {1});
        assertThat(frames(engine, Framing.ENGINE_IO)).isEqualTo("01");
        assertThat(message.rewritten(Framing.PLAIN, frames -> new byte[] {2})).isSameAs(message);
        message.release();
    }

    @Test
    void keepsItsFramesWhereThereAreNoOthersOrNoneAreWanted() {
        Encoded message = Encoded.text("hello");
        AtomicInteger asked = new AtomicInteger();
        for (int i = 0; i < 2; i++) {
            assertThat(message.rewritten(Framing.PLAIN, frames -> {
                        asked.incrementAndGet();
                        return null;
                    }))
                    .isSameAs(message);
        }
        assertThat(asked).hasValue(1);
        message.release();

        Encoded kept = Encoded.text("hello");
        kept.keepFrames();
        assertThat(kept.rewritten(Framing.PLAIN, frames -> new byte[] {1})).isSameAs(kept);
        assertThat(kept.rewrittenForOne(Framing.PLAIN, frames -> new byte[] {1}))
                .isSameAs(kept);
        kept.release();
    }

    @Test
    void isWrittenInOtherFramesForOne() {
        Encoded message = Encoded.of(Encoded.newText(0), List.of(new byte[] {7}));
        for (int i = 0; i < 2; i++) {
            byte number = (byte) i;
            Encoded alone = message.rewrittenForOne(Framing.ENGINE_IO, frames -> {
                assertThat(HexFormat.of().formatHex(frames)).isEqualTo("810134820107");
                return new byte[] {number};
            });
            assertThat(frames(alone, Framing.ENGINE_IO)).isEqualTo("0" + i);
            ByteBuf buffer = alone.sharedFrames(Framing.ENGINE_IO, allocator);
            assertThat(buffer.refCnt()).isEqualTo(1);
            buffer.release();
        }
        assertThat(message.rewrittenForOne(Framing.PLAIN, frames -> null)).isSameAs(message);
        message.release();
    }

    @Test
    void isFramedByManyThreadsAtOnce() throws Exception {
        int threads = 4;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            for (int round = 0; round < 2_000; round++) {
                Encoded message = Encoded.text("a".repeat(round % 3 == 0 ? 125 : 20));
                CyclicBarrier together = new CyclicBarrier(threads);
                List<Future<?>> done = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    Framing framing = i % 2 == 0 ? Framing.PLAIN : Framing.ENGINE_IO;
                    done.add(pool.submit(() -> {
                        together.await(10, TimeUnit.SECONDS);
                        for (int k = 0; k < 5; k++) {
                            assertThat(frames(message, framing)).isEqualTo(expected(message, framing));
                        }
                        ByteBuf shared = message.sharedFrames(framing, allocator);
                        assertThat(hex(shared)).isEqualTo(expected(message, framing));
                        shared.release();
                        return null;
                    }));
                }
                for (Future<?> each : done) {
                    each.get(10, TimeUnit.SECONDS);
                }
                message.release();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private static String expected(Encoded message, Framing framing) {
        String text = (framing == Framing.PLAIN ? "" : "4") + Vectors.text(message);
        int length = text.length();
        String head = length < 126 ? "%02x".formatted(length) : "7e%04x".formatted(length);
        return "81" + head + HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String frames(Encoded message, Framing framing) {
        ByteBuf out = Unpooled.buffer();
        message.writeFrames(framing, out);
        assertThat(message.framesLength(framing)).isEqualTo(out.readableBytes());
        return hex(out);
    }

    private static String hex(ByteBuf frames) {
        return ByteBufUtil.hexDump(frames);
    }
}
