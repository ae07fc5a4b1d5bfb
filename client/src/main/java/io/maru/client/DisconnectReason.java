package io.maru.client;

import io.maru.client.engine.CloseReason;

/** Why a socket is no longer connected; the words are those of Socket.IO's client. */
public enum DisconnectReason {
    /** The server sent it away. It does not come back by itself. */
    IO_SERVER_DISCONNECT("io server disconnect"),
    /** {@link Socket#disconnect()} or {@link Socket#close()}. */
    IO_CLIENT_DISCONNECT("io client disconnect"),
    /** The server was silent for too long. */
    PING_TIMEOUT("ping timeout"),
    /** The connection was closed or cut. */
    TRANSPORT_CLOSE("transport close"),
    /** The connection failed. */
    TRANSPORT_ERROR("transport error"),
    /** The server sent what cannot be read. */
    PARSE_ERROR("parse error");

    private final String text;

    DisconnectReason(String text) {
        this.text = text;
    }

    /**
     * The reason in Socket.IO's words.
     *
     * @return the words
     */
    public String text() {
        return text;
    }

    /**
     * Whether the client reconnects after it, unless its options say that it never does.
     *
     * @return true when it does
     */
    public boolean isReconnecting() {
        return this != IO_SERVER_DISCONNECT && this != IO_CLIENT_DISCONNECT;
    }

    static DisconnectReason of(CloseReason reason) {
        return switch (reason) {
            case TRANSPORT_CLOSE -> TRANSPORT_CLOSE;
            case TRANSPORT_ERROR -> TRANSPORT_ERROR;
            case PARSE_ERROR -> PARSE_ERROR;
            case PING_TIMEOUT -> PING_TIMEOUT;
        };
    }
}
