package io.maru.benchmarks.load;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts faults by kind and keeps the words on the first one. */
final class Faults {

    private final Map<Fault, Long> counts = new EnumMap<>(Fault.class);
    private @Nullable String first;

    void add(Fault fault, String what) {
        add(fault, 1, what);
    }

    void add(Fault fault, long count, String what) {
        counts.merge(fault, count, Long::sum);
        if (first == null) {
            first = fault.key() + ": " + what;
        }
    }

    long count(Fault fault) {
        return counts.getOrDefault(fault, 0L);
    }

    Map<Fault, Long> counts() {
        return counts;
    }

    boolean isEmpty() {
        return counts.isEmpty();
    }

    @Nullable String first() {
        return first;
    }
}
