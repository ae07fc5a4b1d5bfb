package io.maru.client.engine;

/** How packets of Engine.IO travel. */
public enum TransportKind {
    /** HTTP requests that the server answers when it has something to say. */
    POLLING("polling"),
    /** A WebSocket. */
    WEBSOCKET("websocket");

    private final String text;

    TransportKind(String text) {
        this.text = text;
    }

    /**
     * Its name on the wire.
     *
     * @return the name
     */
    public String text() {
        return text;
    }
}
