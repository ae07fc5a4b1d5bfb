package io.maru.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Times as a clock takes them. */
class ClockTest {

    @Test
    void countsTimesThatNanosecondsCanCount() {
        assertThat(Clock.nanos(Duration.ZERO)).isZero();
        assertThat(Clock.nanos(Duration.ofNanos(1))).isEqualTo(1);
        assertThat(Clock.nanos(Duration.ofDays(365))).isEqualTo(365L * 24 * 3_600 * 1_000_000_000);
        assertThat(Clock.nanos(Duration.ofNanos(-1))).isZero();
        assertThat(Clock.nanos(Duration.ofSeconds(Long.MIN_VALUE))).isZero();
        for (Duration time : List.of(
                Clock.LONGEST,
                Clock.LONGEST.plusNanos(1),
                Duration.ofSeconds(Long.MAX_VALUE),
                ChronoUnit.FOREVER.getDuration())) {
            assertThat(Clock.nanos(time)).isEqualTo(Clock.LONGEST.toNanos());
        }
        assertThat(3 * Clock.LONGEST.toNanos()).isPositive();
    }
}
