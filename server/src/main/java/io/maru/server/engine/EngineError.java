package io.maru.server.engine;

/**
 * Why a request is refused, with the code and the words of
 * <a href="https://socket.io/docs/v4/troubleshooting-connection-issues/">Engine.IO</a>.
 */
public enum EngineError {
    /** The transport is missing or not enabled. */
    UNKNOWN_TRANSPORT(0, "Transport unknown"),
    /** There is no such session. */
    UNKNOWN_SESSION(1, "Session ID unknown"),
    /** A handshake that is no GET. */
    BAD_HANDSHAKE_METHOD(2, "Bad handshake method"),
    /** A request that does not fit its session, or none at all. */
    BAD_REQUEST(3, "Bad request"),
    /** The application does not let it in. */
    FORBIDDEN(4, "Forbidden"),
    /** Another version of the protocol. */
    UNSUPPORTED_VERSION(5, "Unsupported protocol version");

    private final int code;
    private final String message;

    EngineError(int code, String message) {
        this.code = code;
        this.message = message;
    }

    /**
     * The code on the wire.
     *
     * @return 0 to 5
     */
    public int code() {
        return code;
    }

    /**
     * The words on the wire.
     *
     * @return the message
     */
    public String message() {
        return message;
    }

    /**
     * The status of the HTTP answer.
     *
     * @return 400 or 403
     */
    public int status() {
        return this == FORBIDDEN ? 403 : 400;
    }
}
