package io.maru.server.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;

/** Compressed messages. */
class InflaterFuzzTest {

    private static final int MAX = 1_000;

    @FuzzTest
    void inflatesOrRefuses(byte[] data) throws DataFormatException {
        holds(data, false);
        holds(data, true);
    }

    private static void holds(byte[] data, boolean takeover) throws DataFormatException {
        MessageInflater inflater = new MessageInflater(takeover);
        try {
            byte[] whole;
            try {
                whole = inflater.inflate(data, MAX);
            } catch (DataFormatException e) {
                return; // the connection ends
            }
            if (whole == null) {
                return;
            }
            assertThat(whole).hasSizeLessThanOrEqualTo(MAX);
            if (!takeover) { // what came before does no harm to the next one
                byte[] next = Arrays.copyOf(data, Math.min(data.length, MAX));
                assertThat(inflater.inflate(deflated(next), MAX)).isEqualTo(next);
            }
        } finally {
            inflater.end();
        }
    }

    private static byte[] deflated(byte[] message) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
        try {
            deflater.setInput(message);
            byte[] out = new byte[MAX * 2];
            int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
            return Arrays.copyOf(out, Math.max(0, length - 4));
        } finally {
            deflater.end();
        }
    }
}
