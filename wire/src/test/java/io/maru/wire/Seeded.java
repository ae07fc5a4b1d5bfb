package io.maru.wire;

import java.util.Random;

/** Repeats a test with random input; a failure names the seed that repeats it alone. */
public final class Seeded {

    private static final String SEED = "maru.test.seed";

    private Seeded() {}

    @FunctionalInterface
    public interface Body {
        void run(Random random);
    }

    public static void repeat(int times, Body body) {
        Long given = Long.getLong(SEED);
        long first = given != null ? given : System.nanoTime();
        for (long seed = first; seed < first + (given != null ? 1 : times); seed++) {
            try {
                body.run(new Random(seed));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("repeat with -D" + SEED + "=" + seed + ": " + e.getMessage(), e);
            }
        }
    }
}
