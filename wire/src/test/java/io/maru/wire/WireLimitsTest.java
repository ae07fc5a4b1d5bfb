package io.maru.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WireLimitsTest {

    @ParameterizedTest
    @CsvSource({"0,0,1,1,1", "1,-1,1,1,1", "1,0,0,1,1", "1,0,1,0,1", "1,0,1,1,0"})
    void refuseToLetNothingThrough(int bytes, int attachments, int depth, int number, int name) {
        assertThat(new WireLimits(1, 0, 1, 1, 1).maxAttachments()).isZero();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WireLimits(bytes, attachments, depth, number, name))
                .withMessageContaining("bytes " + bytes + ", attachments " + attachments + ", depth " + depth);
    }

    @Test
    void differInTheBytesOnly() {
        assertThat(WireLimits.DEFAULTS.withMaxBytes(7)).isEqualTo(new WireLimits(7, 10, 512, 1_000, 256));
    }
}
