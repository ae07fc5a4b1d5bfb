package io.maru.server;

/**
 * Takes an event's argument and answers it.
 *
 * @param <T> the argument's type
 * @see Handler
 */
@FunctionalInterface
public interface AckHandler<T> {

    /**
     * Takes it.
     *
     * @param value the argument
     * @param ack answers; does nothing when the client asked for no answer
     * @throws Exception is reported to the socket's and the server's error listeners; the client gets to see none of it
     */
    void handle(T value, Ack ack) throws Exception;
}
