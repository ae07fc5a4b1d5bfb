package io.maru.server.engine;

/** What answers the requests of some paths. Its methods are called on the loop of the connection and must not block. */
public interface HttpEndpoint {

    /**
     * A request has come, other than for a WebSocket.
     *
     * @param exchange takes the answer, at once or later
     */
    void onRequest(HttpExchange exchange);

    /**
     * A request for a WebSocket has come.
     *
     * @param upgrade takes the answer, at once or later
     */
    void onUpgrade(WebSocketUpgrade upgrade);
}
