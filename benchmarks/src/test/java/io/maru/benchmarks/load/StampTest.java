package io.maru.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StampTest {

    @Test
    void readsWhatItWrote() {
        byte[] message = new byte[20];
        Stamp.write(message, 3, 18_999, Stamp.ROOMS - 1, 1_000_000_000);
        assertThat(Stamp.isWhole(message, 3)).isTrue();
        assertThat(Stamp.publisher(message, 3)).isEqualTo(18_999);
        assertThat(Stamp.room(message, 3)).isEqualTo(Stamp.ROOMS - 1);
        assertThat(Stamp.sequence(message, 3)).isEqualTo(1_000_000_000);
    }

    @Test
    void noticesEachDamagedBit() {
        byte[] message = new byte[Stamp.LENGTH];
        Stamp.write(message, 0, 4_711, 99, 123_456);
        for (int bit = 0; bit < 8 * Stamp.LENGTH; bit++) {
            message[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(Stamp.isWhole(message, 0)).as("bit %d", bit).isFalse();
            message[bit / 8] ^= (byte) (1 << bit % 8);
        }
    }
}
