package io.maru.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MOST = Duration.ofSeconds(5);

    @ParameterizedTest
    @CsvSource({"1, 500, 1500", "2, 1000, 3000", "3, 2000, 5000", "4, 4000, 5000", "5, 5000, 5000", "60, 5000, 5000"})
    void keepsEachDelayInItsRange(int attempt, long least, long most) {
        Random random = new Random(attempt);
        long lowest = Long.MAX_VALUE;
        long highest = 0;
        for (int sample = 0; sample < 1000; sample++) {
            Backoff backoff = new Backoff(SECOND, MOST, 0.5, random::nextDouble);
            Duration delay = Duration.ZERO;
            for (int i = 0; i < attempt; i++) {
                delay = backoff.next();
            }
            lowest = Math.min(lowest, delay.toMillis());
            highest = Math.max(highest, delay.toMillis());
            assertThat(delay.toMillis()).isBetween(least, most);
        }
        if (attempt > 3) {
            return; // near the longest, chance has little left to do
        }
        assertThat(lowest).isLessThanOrEqualTo(least + (most - least) / 10);
        assertThat(highest).isGreaterThanOrEqualTo(most - (most - least) / 10);
    }

    @ParameterizedTest
    @CsvSource({"0.05, 975", "0.15, 1075", "0.25, 875", "0.95, 1475"})
    void takesOrAddsByTheSecondDigitOfChance(double chance, long delay) {
        assertThat(new Backoff(SECOND, MOST, 0.5, () -> chance).next()).isEqualTo(Duration.ofMillis(delay));
    }

    @Test
    void doublesWithoutChance() {
        Backoff backoff = new Backoff(Duration.ofMillis(100), MOST, 0, () -> 0.99);
        assertThat(new long[] {
                    backoff.next().toMillis(),
                    backoff.next().toMillis(),
                    backoff.next().toMillis()
                })
                .containsExactly(100, 200, 400);
        assertThat(backoff.attempts()).isEqualTo(3);
        backoff.reset();
        assertThat(backoff.attempts()).isZero();
        assertThat(backoff.next()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void staysAtTheLongestForEver() {
        Backoff backoff = new Backoff(SECOND, MOST, 0, () -> 0);
        for (int i = 0; i < 10_000; i++) {
            assertThat(backoff.next()).isBetween(SECOND, MOST);
        }
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(Duration.ZERO, MOST, 0, () -> 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(SECOND, MOST, 1.5, () -> 0));
    }
}
