package io.maru.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Times as loops take them. */
class LoopTest {

    @Test
    void countsTimesThatNanosecondsCanCount() {
        assertThat(Loop.nanos(Duration.ZERO)).isZero();
        assertThat(Loop.nanos(Duration.ofNanos(1))).isEqualTo(1);
        assertThat(Loop.nanos(Duration.ofDays(365))).isEqualTo(365L * 24 * 3_600 * 1_000_000_000);
        assertThat(Loop.nanos(Duration.ofNanos(-1))).isZero();
        assertThat(Loop.nanos(Duration.ofSeconds(Long.MIN_VALUE))).isZero();
        for (Duration time : List.of(
                Loop.LONGEST,
                Loop.LONGEST.plusNanos(1),
                Duration.ofSeconds(Long.MAX_VALUE),
                ChronoUnit.FOREVER.getDuration())) {
            assertThat(Loop.nanos(time)).isEqualTo(Loop.LONGEST.toNanos());
        }
        assertThat(3 * Loop.LONGEST.toNanos()).isPositive();
    }
}
