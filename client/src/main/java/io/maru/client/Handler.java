package io.maru.client;

/**
 * Takes something that has come. The handlers of one connection, whose sockets are in several namespaces perhaps, run one at a
 * time, in the order in which things came, on a thread of the client unless its options say otherwise; they may block.
 *
 * @param <T> what comes
 */
@FunctionalInterface
public interface Handler<T> {

    /**
     * Takes it.
     *
     * @param value what has come
     * @throws Exception is reported to the socket's error listeners, or logged
     */
    void handle(T value) throws Exception;
}
