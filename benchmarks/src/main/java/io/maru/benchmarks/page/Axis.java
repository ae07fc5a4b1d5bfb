package io.maru.benchmarks.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One axis of a plot.
 *
 * @param from the value at its beginning
 * @param to the value at its end
 * @param log whether it is logarithmic
 * @param start where it begins on the picture
 * @param end where it ends
 */
record Axis(double from, double to, boolean log, double start, double end) {

    private static final int TICKS = 6;

    /** An axis on which all of these have room. A linear one begins at 0. */
    static Axis over(List<Double> values, boolean log, double start, double end) {
        double least = values.stream().mapToDouble(Double::doubleValue).min().orElse(1);
        double most = values.stream().mapToDouble(Double::doubleValue).max().orElse(1);
        if (log && least > 0) {
            double first = Math.pow(10, Math.floor(Math.log10(least)));
            double last = Math.pow(10, Math.ceil(Math.log10(most)));
            return new Axis(first, last > first ? last : first * 10, true, start, end);
        }
        double step = step(most);
        return new Axis(0, Math.max(step, Math.ceil(most / step) * step), false, start, end);
    }

    private static double step(double most) {
        double rough = Math.max(most, 1e-9) / TICKS;
        double unit = Math.pow(10, Math.floor(Math.log10(rough)));
        for (int factor : new int[] {1, 2, 5}) {
            if (rough <= factor * unit) {
                return factor * unit;
            }
        }
        return 10 * unit;
    }

    double at(double value) {
        double share = log ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
        return start + share * (end - start);
    }

    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        if (log) {
            for (double tick = from; tick <= to * 1.001; tick *= 10) {
                ticks.add(tick);
            }
        } else {
            double step = step(to);
            for (int i = 0; i * step <= to * 1.001; i++) {
                ticks.add(i * step);
            }
        }
        return ticks;
    }

    static String label(double value) {
        if (value >= 10_000) {
            return String.format(Locale.ROOT, "%,d", Math.round(value));
        }
        return Math.abs(value - Math.rint(value)) < 1e-9
                ? Long.toString(Math.round(value))
                : String.format(Locale.ROOT, "%.3g", value).replaceAll("0+$", "");
    }
}
