package io.maru.client;

import io.maru.wire.Payload;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An event on its way out.
 *
 * @param event its name
 * @param args its arguments
 * @param question who waits for the answer, or null
 * @param timeout how long an answer may take
 * @param bytes what it counts in the buffer; 0 for one that is counted elsewhere
 */
record Emission(String event, Payload args, @Nullable Question question, Duration timeout, long bytes) {

    // an event's own weight, so that very many empty ones are not free
    private static final int OVERHEAD = 64;

    boolean isCounted() {
        return bytes > 0;
    }

    static long weigh(String event, Payload args) {
        return OVERHEAD + event.length() + args.keptBytes();
    }
}
