package io.maru.client.engine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a session has ended.
 *
 * @param reason why
 * @param text more about it, such as the reason of a close frame
 * @param code the status of the WebSocket's close frame or of the HTTP answer, 0 when there was none
 * @param cause what failed, or null
 */
public record Ending(
        CloseReason reason, String text, int code, @Nullable Throwable cause) {

    /** Refuses nulls. */
    public Ending {
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(text, "text");
    }

    /**
     * An ending of which no more is known.
     *
     * @param reason why
     * @param text more about it
     * @return the ending
     */
    public static Ending of(CloseReason reason, String text) {
        return new Ending(reason, text, 0, null);
    }

    /**
     * A failure.
     *
     * @param text what failed
     * @param cause what was thrown
     * @return the ending
     */
    public static Ending error(String text, @Nullable Throwable cause) {
        return new Ending(CloseReason.TRANSPORT_ERROR, text, 0, cause);
    }
}
