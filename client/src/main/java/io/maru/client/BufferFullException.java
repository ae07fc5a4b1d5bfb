package io.maru.client;

/** An event was not sent, because too many wait already, or because it is more than the server takes. */
public final class BufferFullException extends RuntimeException {

    private static final long serialVersionUID = 1;

    BufferFullException(String message) {
        super(message, null, false, false);
    }
}
