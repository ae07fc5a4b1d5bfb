package io.maru.server.engine;

/** Sees every request of an endpoint, WebSocket handshakes too, before the endpoint does. */
@FunctionalInterface
public interface RequestFilter {

    /**
     * Looks at a request, on the loop; must not block.
     *
     * @param request the request
     * @param headers takes headers for its answer
     * @throws RefusedException to refuse the request
     * @throws Exception to refuse it too, and to have the exception logged
     */
    void filter(HttpRequest request, ResponseHeaders headers) throws Exception;
}
