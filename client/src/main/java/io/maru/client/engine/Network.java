package io.maru.client.engine;

import java.util.List;

/** One server, as the network reaches it: its address, TLS, proxy, cookies and headers. On the loop of one connection. */
public interface Network {

    /**
     * Opens a WebSocket.
     *
     * @param target path and query
     * @param subprotocols what to ask for, the best first; none when empty
     * @param listener told of it, but not before this returns
     * @return the WebSocket, which is not open yet
     */
    WebSocketChannel webSocket(String target, List<String> subprotocols, WebSocketListener listener);

    /**
     * Connections for requests, which are made when they are needed.
     *
     * @return no connection yet
     */
    HttpCalls http();
}
