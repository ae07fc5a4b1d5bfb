package io.maru.server;

import io.maru.wire.Payload;
import java.util.List;

/**
 * What the members of a room answered to {@link Broadcast#request}.
 *
 * @param received the answers, in the order in which they came
 * @param expected how many sockets were asked
 */
public record Answers(List<Payload> received, int expected) {

    /** Copies the list. */
    public Answers {
        received = List.copyOf(received);
    }

    /**
     * Whether everybody answered in time.
     *
     * @return false when some did not, or left before
     */
    public boolean complete() {
        return received.size() == expected;
    }
}
