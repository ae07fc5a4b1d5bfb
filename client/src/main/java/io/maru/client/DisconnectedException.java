package io.maru.client;

/** The answer will not come: the connection on which it was asked for has ended, or the socket was closed. */
public final class DisconnectedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    DisconnectedException() {
        super("socket has been disconnected", null, false, false);
    }
}
