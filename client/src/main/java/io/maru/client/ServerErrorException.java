package io.maru.client;

/** A server of plain WebSockets could not take a message: {@code {"error":…}}. Goes to {@link Socket#onError}. */
public final class ServerErrorException extends RuntimeException {

    private static final long serialVersionUID = 1;

    ServerErrorException(String message) {
        super(message, null, false, false);
    }
}
