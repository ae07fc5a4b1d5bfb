package io.maru.server.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.maru.server.engine.WebSocketChannel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** The bytes of a WebSocket. */
class FramesFuzzTest {

    private static final int MAX = 1_000;
    private static final int MASK = 0x12345678;

    private record Frame(int opcode, boolean fin, boolean compressed, String payload) {}

    /** What a reader has told: frames, and the status of a fault, or 0. */
    private static final class Told implements FrameReader.Frames {
        final List<Frame> frames = new ArrayList<>();
        final FrameReader reader = new FrameReader(MAX, this);
        int fault;

        @Override
        public void onFrame(int opcode, boolean fin, byte[] payload) {
            assertThat(fault).isZero();
            boolean compressed = opcode < FrameReader.CLOSE && reader.isCompressed();
            frames.add(new Frame(opcode, fin, compressed, HexFormat.of().formatHex(payload)));
        }

        @Override
        public void onFault(int closeStatus) {
            assertThat(fault).isZero();
            fault = closeStatus;
        }
    }

    @FuzzTest
    void readsTheSameInAnyParts(byte[] data) {
        holds(data, false);
        holds(data, true);
    }

    private static void holds(byte[] data, boolean compressible) {
        Told told = read(data, Math.max(1, data.length), compressible);
        assertThat(told.fault).isIn(0, 1002, 1009);
        boolean fragmented = false;
        for (Frame frame : told.frames) {
            int length = frame.payload.length() / 2;
            assertThat(length)
                    .isLessThanOrEqualTo(
                            frame.opcode >= FrameReader.CLOSE
                                    ? 125
                                    : frame.compressed ? MessageInflater.longest(MAX) : MAX);
            assertThat(compressible || !frame.compressed).isTrue();
            if (frame.opcode < FrameReader.CLOSE) {
                assertThat(frame.opcode == FrameReader.CONTINUATION).isEqualTo(fragmented);
                fragmented = !frame.fin;
            } else {
                assertThat(frame.fin).isTrue();
            }
            if (frame.opcode == FrameReader.CLOSE) {
                isUnderstood(HexFormat.of().parseHex(frame.payload));
            }
        }
        for (int size : new int[] {1, 2, 7}) {
            Told inParts = read(data, size, compressible);
            assertThat(inParts.frames).isEqualTo(told.frames);
            assertThat(inParts.fault).isEqualTo(told.fault);
        }
        assertThat(read(written(told.frames), 5, compressible).frames).isEqualTo(told.frames);
    }

    private static Told read(byte[] data, int size, boolean compressible) {
        Told told = new Told();
        if (compressible) {
            told.reader.takeCompressed();
        }
        for (int from = 0; from < data.length; from += size) {
            told.reader.read(Unpooled.wrappedBuffer(data, from, Math.min(size, data.length - from)));
        }
        return told;
    }

    private static byte[] written(List<Frame> frames) {
        ByteBuf out = Unpooled.buffer();
        for (Frame frame : frames) {
            byte[] payload = HexFormat.of().parseHex(frame.payload);
            boolean begins = frame.opcode == FrameReader.TEXT || frame.opcode == FrameReader.BINARY;
            out.writeByte((frame.fin ? 0x80 : 0) | (frame.compressed && begins ? FrameReader.RSV1 : 0) | frame.opcode);
            if (payload.length < 126) {
                out.writeByte(0x80 | payload.length);
            } else {
                out.writeByte(0x80 | 126).writeShort(payload.length);
            }
            out.writeInt(MASK);
            for (int i = 0; i < payload.length; i++) {
                out.writeByte(payload[i] ^ MASK >>> 8 * (3 - (i & 3)));
            }
        }
        return Arrays.copyOf(out.array(), out.readableBytes());
    }

    private static void isUnderstood(byte[] payload) {
        CloseFrame close = CloseFrame.read(payload);
        assertThat(close.fault()).isIn(0, 1002, 1007);
        if (close.fault() == 0 && close.status() != WebSocketChannel.NO_STATUS) {
            byte[] reason = CloseFrame.checked(close.status(), close.reason());
            assertThat(reason).isEqualTo(Arrays.copyOfRange(payload, 2, payload.length));
            assertThat(new String(reason, StandardCharsets.UTF_8)).isEqualTo(close.reason());
        }
    }
}
