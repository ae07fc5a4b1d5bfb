package io.maru.server.engine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a message is sent: compressed or not, and what becomes of it while its client does not take it. Immutable.
 *
 * @param overflow what becomes of it when too much waits already; null for what the session's options say
 * @param key of the messages with one key that wait, only the last is kept; by {@code equals}, null for none
 * @param compress whether it may be compressed, where the server compresses the messages of WebSockets at all
 */
public record Handling(
        @Nullable Overflow overflow, @Nullable Object key, boolean compress) {

    /** As the session's options say. */
    public static final Handling USUAL = new Handling(null, null, true);

    /** Never dropped: the session ends instead. */
    public static final Handling KEPT = new Handling(Overflow.CLOSE, null, true);

    /**
     * This with another policy.
     *
     * @param policy what becomes of the message when too much waits already
     * @return the handling
     */
    public Handling withOverflow(Overflow policy) {
        return new Handling(Objects.requireNonNull(policy, "policy"), key, compress);
    }

    /**
     * This with a key.
     *
     * @param value of the messages with an equal one that wait, only the last is kept
     * @return the handling
     */
    public Handling withKey(Object value) {
        return new Handling(overflow, Objects.requireNonNull(value, "value"), compress);
    }

    /**
     * This with or without compression.
     *
     * @param value whether the message may be compressed
     * @return the handling
     */
    public Handling withCompression(boolean value) {
        return new Handling(overflow, key, value);
    }

    /**
     * This for a message that is never dropped.
     *
     * @return the handling
     */
    public Handling kept() {
        return compress ? KEPT : KEPT.withCompression(false);
    }
}
