package io.maru.client.engine;

/** Why a session has ended. */
public enum CloseReason {
    /** The server closed it, or the network did. */
    TRANSPORT_CLOSE,
    /** The transport failed. */
    TRANSPORT_ERROR,
    /** The server sent what cannot be read. */
    PARSE_ERROR,
    /** The server was silent for too long. */
    PING_TIMEOUT
}
