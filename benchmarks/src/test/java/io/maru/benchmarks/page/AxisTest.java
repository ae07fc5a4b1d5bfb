package io.maru.benchmarks.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AxisTest {

    @Test
    void goesByPowersOfTenWhenLogarithmic() {
        Axis axis = Axis.over(List.of(16.0, 262_144.0), true, 0, 100);
        assertThat(axis.ticks()).containsExactly(10.0, 100.0, 1_000.0, 10_000.0, 100_000.0, 1_000_000.0);
        assertThat(axis.at(10)).isZero();
        assertThat(axis.at(1_000_000)).isEqualTo(100);
    }

    @Test
    void beginsAtZeroWhenLinear() {
        Axis axis = Axis.over(List.of(2.1, 5.3), false, 300, 0);
        assertThat(axis.ticks()).containsExactly(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0);
        assertThat(axis.at(0)).isEqualTo(300);
        assertThat(axis.at(6)).isZero();
    }

    @Test
    void hasRoomForOneValue() {
        assertThat(Axis.over(List.of(100.0), true, 0, 1).ticks()).hasSize(2);
        assertThat(Axis.over(List.of(0.0), false, 0, 1).ticks()).hasSizeGreaterThan(1);
    }
}
