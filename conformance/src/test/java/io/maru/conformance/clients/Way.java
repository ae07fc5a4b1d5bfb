package io.maru.conformance.clients;

/** How a Socket.IO client reaches the server. */
enum Way {
    WEBSOCKET,
    POLLING,
    UPGRADE;

    /** What the client is to try, in this order. */
    String[] transports() {
        return switch (this) {
            case WEBSOCKET -> new String[] {"websocket"};
            case POLLING -> new String[] {"polling"};
            case UPGRADE -> new String[] {"polling", "websocket"};
        };
    }

    /** What carries the connection in the end. */
    String last() {
        return this == POLLING ? "polling" : "websocket";
    }
}
