package io.maru.server.engine;

/** Why a session ended: every end has one. */
public enum CloseReason {
    /** The peer closed the connection, or it was cut. */
    TRANSPORT_CLOSE("transport close", WebSocketChannel.NO_STATUS),
    /** The peer broke the rules of the transport: a ping from a client, overlapping requests. */
    TRANSPORT_ERROR("transport error", WebSocketChannel.NO_STATUS),
    /** The peer sent an Engine.IO packet that cannot be read. */
    PARSE_ERROR("parse error", WebSocketChannel.NO_STATUS),
    /** The peer did not answer a ping in time. */
    PING_TIMEOUT("ping timeout", 1001),
    /** The server ended it: a broken or misplaced packet above the session, or the application's wish. */
    FORCED_CLOSE("forced close", 1008),
    /** The application ended it. */
    SERVER_CLOSE("forced server close", 1000),
    /** The server is stopping. */
    SERVER_SHUTDOWN("server shutting down", 1001),
    /** The server is stopping, and comes back or is replaced. */
    SERVER_RESTART("service restart", 1012),
    /** The peer took too little of what was sent to it: see {@code maxBufferedBytes}. */
    SLOW_CONSUMER("slow consumer", 4008),
    /** The peer did not say in time who it is, or what it wants. */
    CONNECT_TIMEOUT("connect timeout", 4401),
    /** The peer was not let in. */
    REFUSED("refused", 4403),
    /** The peer sent no message for the time that it may be silent. */
    IDLE_TIMEOUT("idle timeout", 4009),
    /** The session has lasted as long as one may. */
    LIFETIME_OVER("lifetime over", 4010),
    /** What the peer was let in by holds no longer. */
    EXPIRED("expired", 4011),
    /** The peer sent faster than a rate allows. */
    TOO_MANY_MESSAGES("too many messages", 1008),
    /** More waits for the clients of the server than it may keep, and most of it for this one. */
    OVERLOADED("server overloaded", 1013);

    private final String text;
    private final int status;

    CloseReason(String text, int status) {
        this.text = text;
        this.status = status;
    }

    /** Why a WebSocket ended that its owner did not end. */
    static CloseReason ofWebSocket(int status) {
        return switch (status) {
            // what the network closes with when a peer breaks the rules of RFC 6455, or our limit
            case 1002, 1007, 1008, 1009 -> TRANSPORT_ERROR;
            default -> TRANSPORT_CLOSE;
        };
    }

    /**
     * The reason in Socket.IO's words, where it has some.
     *
     * @return the words
     */
    public String text() {
        return text;
    }

    /**
     * What a plain WebSocket is closed with; Engine.IO closes without a status.
     *
     * @return a status of RFC 6455, or one of ours from 4000
     */
    public int status() {
        return status;
    }
}
