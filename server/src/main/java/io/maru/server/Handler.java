package io.maru.server;

/**
 * Takes something that has come. Runs on a worker unless the server was told to run handlers on its event loops; the
 * handlers of one connection, whose sockets are in several namespaces perhaps, run one at a time, in the order in which things
 * came.
 *
 * @param <T> what comes
 */
@FunctionalInterface
public interface Handler<T> {

    /**
     * Takes it.
     *
     * @param value what has come
     * @throws Exception is reported to the socket's and the server's error listeners; the client gets to see none of it
     */
    void handle(T value) throws Exception;
}
