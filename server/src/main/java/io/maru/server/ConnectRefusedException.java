package io.maru.server;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A socket is not let into a namespace. Message and data are sent to the client (CONNECT_ERROR, or {@code {"error":…}});
 * of other exceptions a client gets to see nothing.
 */
public final class ConnectRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient @Nullable Object data;

    /**
     * A refusal with a message.
     *
     * @param message sent to the client
     */
    public ConnectRefusedException(String message) {
        this(message, null);
    }

    /**
     * A refusal with a message and more.
     *
     * @param message sent to the client
     * @param data sent to the client as JSON, or null
     */
    public ConnectRefusedException(String message, @Nullable Object data) {
        super(Objects.requireNonNull(message, "message"), null, false, false);
        this.data = data;
    }

    /**
     * What is sent to the client beside the message.
     *
     * @return the data, or null
     */
    public @Nullable Object data() {
        return data;
    }
}
