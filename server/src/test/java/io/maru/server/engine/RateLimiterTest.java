package io.maru.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How much may come, and when the next. */
class RateLimiterTest {

    private long now = Long.MAX_VALUE - 1_000; // it wraps, as System.nanoTime may

    private boolean tryTake(RateLimiter limiter, int bytes) {
        if (limiter.delay(now) > 0) {
            return false;
        }
        limiter.take(now, bytes);
        return true;
    }

    private int takeAll(RateLimiter limiter, int bytes) {
        int taken = 0;
        while (taken < 10_000 && tryTake(limiter, bytes)) {
            taken++;
        }
        return taken;
    }

    private void advance(Duration time) {
        now += time.toNanos();
    }

    @Test
    void letsABurstInAndThenItsRate() {
        RateLimiter limiter = new RateLimiter(Rate.ofMessages(10, 5), now);
        assertThat(takeAll(limiter, 1_000_000)).isEqualTo(5);
        advance(Duration.ofMillis(99));
        assertThat(takeAll(limiter, 1)).isZero();
        assertThat(limiter.delay(now)).isBetween(1L, Duration.ofMillis(1).toNanos() + 10);
        advance(Duration.ofMillis(2));
        assertThat(takeAll(limiter, 1)).isEqualTo(1);
        advance(Duration.ofSeconds(10));
        assertThat(takeAll(limiter, 1)).isEqualTo(5);
        assertThat(limiter.isFull(now)).isFalse();
        advance(Duration.ofMillis(501));
        assertThat(limiter.isFull(now)).isTrue();
    }

    @Test
    void countsBytesAndLetsALargeMessageInWhole() {
        RateLimiter limiter = new RateLimiter(Rate.ofBytes(1000, 500), now);
        assertThat(takeAll(limiter, 100)).isEqualTo(5);
        advance(Duration.ofMillis(101));
        assertThat(tryTake(limiter, 10_000)).isTrue();
        advance(Duration.ofMillis(9_500));
        assertThat(tryTake(limiter, 1)).isFalse();
        advance(Duration.ofMillis(600));
        assertThat(tryTake(limiter, 1)).isTrue();
    }

    @Test
    void holdsBothRatesAtOnce() {
        Rate rate = Rate.ofMessages(10, 3).withBytes(1000, 1000);
        RateLimiter limiter = new RateLimiter(rate, now);
        assertThat(takeAll(limiter, 1)).isEqualTo(3);
        advance(Duration.ofSeconds(10));
        assertThat(takeAll(limiter, 600)).isEqualTo(2);
    }

    @Test
    void waitsLongerForWhatCameTooEarly() {
        RateLimiter limiter = new RateLimiter(Rate.ofMessages(10, 1), now);
        for (int i = 0; i < 11; i++) {
            limiter.take(now, 1);
        }
        assertThat(Duration.ofNanos(limiter.delay(now))).isBetween(Duration.ofMillis(1099), Duration.ofMillis(1101));
    }
}
