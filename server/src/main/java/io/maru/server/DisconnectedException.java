package io.maru.server;

/** The answer of a client will not come: it has left the namespace. */
public final class DisconnectedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    DisconnectedException() {
        super("the socket has been disconnected", null, false, false);
    }
}
