package io.maru.client;

import io.maru.client.engine.Ending;
import org.jspecify.annotations.Nullable;

/** An attempt to connect has failed. Unless the options say otherwise there will be another. */
public final class ConnectionException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** The status, or 0. */
    private final int code;

    ConnectionException(String message, int code, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    static ConnectionException of(Ending ending) {
        Throwable cause = ending.cause();
        String more = cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage();
        String text =
                ending.text().isEmpty() ? DisconnectReason.of(ending.reason()).text() : ending.text();
        return new ConnectionException(text + more, ending.code(), cause);
    }

    /**
     * The status that says more.
     *
     * @return of an HTTP answer, or of a WebSocket's close frame; 0 when there was none
     */
    public int code() {
        return code;
    }
}
