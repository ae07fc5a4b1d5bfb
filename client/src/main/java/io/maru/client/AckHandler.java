package io.maru.client;

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
     * @param ack answers; does nothing when the server asked for no answer
     * @throws Exception is reported to the socket's error listeners, or logged
     */
    void handle(T value, Ack ack) throws Exception;
}
