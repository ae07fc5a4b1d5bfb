package io.maru.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Times at the ends of what the clock can count. */
class ManualClockTest {

    private final ManualClock clock = new ManualClock();
    private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
    private final List<String> done = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void end() {
        loop.shutdown();
    }

    @Test
    void keepsTheOrderOfWhatIsDue() {
        clock.schedule(loop, 2, () -> done.add("2"));
        clock.schedule(loop, 1, () -> done.add("1"));
        clock.schedule(loop, -1, () -> done.add("at once"));
        clock.advance(Duration.ZERO);
        assertThat(done).containsExactly("at once");
        clock.advance(Duration.ofNanos(2));
        assertThat(done).containsExactly("at once", "1", "2");
    }

    @Test
    void neverRunsWhatIsDueLaterThanItCanCount() {
        clock.advance(Duration.ofHours(1));
        clock.schedule(loop, Long.MAX_VALUE, () -> done.add("never"));
        clock.schedule(loop, 1, () -> done.add("soon"));
        clock.advance(Duration.ofDays(365 * 290));
        assertThat(done).containsExactly("soon");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, 9_223_372_036L, Long.MAX_VALUE})
    void refusesTimesThatItCannotCount(long seconds) {
        clock.advance(Duration.ofSeconds(1));
        assertThatThrownBy(() -> clock.advance(Duration.ofSeconds(seconds)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT");
        assertThat(clock.nanoTime()).isEqualTo(1_000_000_000);
    }

    @Test
    void isAskedByTheWholeTestToo() {
        try (MaruTest test = MaruTest.start(server -> {})) {
            assertThatThrownBy(() -> test.advance(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> test.advance(ChronoUnit.FOREVER.getDuration()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
