package io.maru.client;

/** Hears that a socket is no longer connected. */
@FunctionalInterface
public interface DisconnectHandler {

    /**
     * Takes it.
     *
     * @param reason why
     * @param details more about it
     * @throws Exception is reported to the socket's error listeners, or logged
     */
    void handle(DisconnectReason reason, DisconnectDetails details) throws Exception;
}
