package io.maru.benchmarks.page;

import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalDouble;

/** Medians, and numbers as a page shows them. */
final class Numbers {

    /** Stands where nothing was measured. */
    static final String NONE = "–";

    private Numbers() {}

    static OptionalDouble median(double... values) {
        if (values.length == 0) {
            return OptionalDouble.empty();
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return OptionalDouble.of(sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
    }

    /** Half of the distance between the least and the greatest, in percent of the median. */
    static OptionalDouble spread(double... values) {
        OptionalDouble median = median(values);
        if (median.isEmpty() || median.getAsDouble() == 0) {
            return OptionalDouble.empty();
        }
        double least = Arrays.stream(values).min().orElseThrow();
        double greatest = Arrays.stream(values).max().orElseThrow();
        return OptionalDouble.of((greatest - least) / 2 / median.getAsDouble() * 100);
    }

    /** Three digits that count, and thousands apart. */
    static String show(OptionalDouble number) {
        return number.isEmpty() ? NONE : show(number.getAsDouble());
    }

    static String show(double number) {
        double size = Math.abs(number);
        if (size >= 1_000) {
            double unit = Math.pow(10, Math.floor(Math.log10(size)) - 2);
            return String.format(Locale.ROOT, "%,d", (long) (Math.round(number / unit) * unit));
        }
        String format = size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, number);
    }

    static OptionalDouble ratio(OptionalDouble one, OptionalDouble other) {
        return one.isEmpty() || other.isEmpty() || other.getAsDouble() == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(one.getAsDouble() / other.getAsDouble());
    }
}
