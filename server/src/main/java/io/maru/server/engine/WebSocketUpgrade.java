package io.maru.server.engine;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A request for a WebSocket (<a href="https://www.rfc-editor.org/rfc/rfc6455#section-4.2">RFC 6455, section 4.2</a>), and
 * the one answer to it. Implemented by the network, which refuses handshakes that the RFC does not allow before anybody
 * hears of them.
 */
public interface WebSocketUpgrade {

    /**
     * The request.
     *
     * @return its facts
     */
    HttpRequest request();

    /**
     * The loop of the connection that it came by.
     *
     * @return the loop
     */
    Loop loop();

    /**
     * Opens the WebSocket. From any thread; what comes after an answer is dropped.
     *
     * @param home the loop that the WebSocket is to live on; the connection moves there if it must
     * @param maxMessageBytes the largest message taken; a larger one closes with 1009
     * @param subprotocol which of the offered ones is chosen, or null for none
     * @param headers headers of the answer, beside those of the handshake
     * @param opened called on the home loop once the WebSocket is open; gives its listener
     */
    void accept(
            Loop home,
            int maxMessageBytes,
            @Nullable String subprotocol,
            ResponseHeaders headers,
            Function<WebSocketChannel, WebSocketListener> opened);

    /**
     * Refuses, and closes the connection. From any thread; what comes after an answer is dropped.
     *
     * @param response the answer
     */
    void refuse(HttpResponse response);

    /**
     * What to do when the connection ends before the WebSocket is open, accepted or not. Not called after a refusal.
     *
     * @param gone called once, at once when it has ended already; to be set on the loop
     */
    void onGone(Runnable gone);
}
