package io.maru.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {

    private final List<String> heard = new ArrayList<>();
    private final FrameReader.Listener listener = new FrameReader.Listener() {
        @Override
        public void onText(byte[] in, int from, int to) {
            heard.add("text " + new String(in, from, to - from, StandardCharsets.UTF_8));
        }

        @Override
        public void onPing(byte[] in, int from, int to) {
            heard.add("ping " + (to - from));
        }

        @Override
        public void onClose(int code) {
            heard.add("close " + code);
        }

        @Override
        public void onBadFrame(String what) {
            heard.add("bad " + what);
        }

        @Override
        public boolean isOpen() {
            return true;
        }
    };

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 127, 65_535, 65_536, 262_144})
    void readsAFrameHoweverItIsSplit(int length) {
        byte[] text = new byte[length];
        Arrays.fill(text, (byte) 'a');
        byte[] frame = serverFrame(text);
        for (int split : new int[] {0, 1, 2, 3, 5, 9, 10, 11, frame.length / 2, frame.length - 1}) {
            heard.clear();
            int first = Math.min(split, frame.length - 1);
            assertThat(FrameReader.read(frame, 0, first, listener)).isZero();
            assertThat(heard).isEmpty();
            assertThat(FrameReader.read(frame, 0, frame.length, listener)).isEqualTo(frame.length);
            assertThat(heard).containsExactly("text " + new String(text, StandardCharsets.UTF_8));
        }
    }

    @Test
    void readsSeveralAndLeavesTheUnfinishedOne() {
        byte[] in = {(byte) 0x81, 1, 'x', (byte) 0x89, 0, (byte) 0x88, 2, 3, (byte) 0xe8, (byte) 0x81, 5, 'a'};
        assertThat(FrameReader.read(in, 0, in.length, listener)).isEqualTo(9);
        assertThat(heard).containsExactly("text x", "ping 0", "close 1000");
    }

    @Test
    void refusesWhatServersMustNotSend() {
        byte[][] wrong = {
            {0x01, 1, 'x'}, // not the last fragment
            {(byte) 0xc1, 1, 'x'}, // compressed
            {(byte) 0x81, (byte) 0x80, 0, 0, 0, 0}, // masked
            {(byte) 0x81, 127, 0, 0, 0, 0, 0, 0x20, 0, 0} // too long
        };
        for (byte[] frame : wrong) {
            FrameReader.read(frame, 0, frame.length, listener);
        }
        assertThat(heard)
                .containsExactly(
                        "bad first bytes 01 01",
                        "bad first bytes c1 01",
                        "bad first bytes 81 80",
                        "bad a frame of 2097152 bytes");
    }

    /** Like a client's, without the mask. */
    private static byte[] serverFrame(byte[] text) {
        byte[] masked = Frames.frame(Frames.TEXT, text, 0, text.length);
        int head = masked.length - text.length - 4;
        byte[] frame = new byte[masked.length - 4];
        System.arraycopy(masked, 0, frame, 0, head);
        System.arraycopy(text, 0, frame, head, text.length);
        frame[1] &= 0x7f;
        return frame;
    }
}
