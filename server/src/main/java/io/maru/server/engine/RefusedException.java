package io.maru.server.engine;

import java.util.Objects;

/** A handshake is refused, with a message that the client gets to see. */
public final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** A refusal in Engine.IO's own words, {@code Forbidden}. */
    public RefusedException() {
        this(EngineError.FORBIDDEN.message());
    }

    /**
     * A refusal.
     *
     * @param message sent to the client
     */
    public RefusedException(String message) {
        super(Objects.requireNonNull(message, "message"), null, false, false);
    }

    /**
     * What the client gets to see.
     *
     * @return the message
     */
    public String text() {
        return Objects.requireNonNullElse(getMessage(), "");
    }
}
