package io.maru.client;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * More about the end of a connection.
 *
 * @param text in words, such as the reason of a close frame; perhaps empty
 * @param code the status of the WebSocket's close frame or of the HTTP answer, 0 when there was none
 * @param cause what failed, or null
 */
public record DisconnectDetails(
        String text, int code, @Nullable Throwable cause) {

    /** Refuses null. */
    public DisconnectDetails {
        Objects.requireNonNull(text, "text");
    }
}
