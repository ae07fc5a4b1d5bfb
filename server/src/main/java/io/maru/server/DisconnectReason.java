package io.maru.server;

import io.maru.server.engine.CloseReason;

/** Why a socket left its namespace; the words are those of Socket.IO's server. */
public enum DisconnectReason {
    /** The client left the namespace. */
    CLIENT_NAMESPACE_DISCONNECT("client namespace disconnect"),
    /** The server sent it away: {@link Socket#disconnect}. */
    SERVER_NAMESPACE_DISCONNECT("server namespace disconnect"),
    /** The connection was closed by the client, or cut. */
    TRANSPORT_CLOSE("transport close"),
    /** The client broke the rules of the transport. */
    TRANSPORT_ERROR("transport error"),
    /** The client sent an Engine.IO packet that cannot be read. */
    PARSE_ERROR("parse error"),
    /** The client did not answer a ping in time. */
    PING_TIMEOUT("ping timeout"),
    /** The server closed the connection after a broken or misplaced packet. */
    FORCED_CLOSE("forced close"),
    /** The server closed the connection. */
    FORCED_SERVER_CLOSE("forced server close"),
    /** The server is stopping. */
    SERVER_SHUTTING_DOWN("server shutting down"),
    /** The client took too little of what was sent to it. */
    SLOW_CONSUMER("slow consumer"),
    /** The client sent no message for so long: {@code idleTimeout}. */
    IDLE_TIMEOUT("idle timeout"),
    /** The connection has lasted as long as one may: {@code maxLifetime}. */
    LIFETIME_OVER("lifetime over"),
    /** The client was not let in anew in time: {@link Socket#expireAt}. */
    EXPIRED("expired"),
    /** The client sent faster than a rate allows: {@link Excess#CLOSE}. */
    TOO_MANY_MESSAGES("too many messages"),
    /** The server had to keep too much, and most of it for this client. */
    SERVER_OVERLOADED("server overloaded");

    private final String text;

    DisconnectReason(String text) {
        this.text = text;
    }

    /**
     * The reason in Socket.IO's words.
     *
     * @return the words
     */
    public String text() {
        return text;
    }

    /** Whether a client may come back to its session: neither side has said that it is over. */
    boolean isRecoverable() {
        return switch (this) {
            case CLIENT_NAMESPACE_DISCONNECT,
                    SERVER_NAMESPACE_DISCONNECT,
                    PARSE_ERROR,
                    SLOW_CONSUMER,
                    EXPIRED,
                    TOO_MANY_MESSAGES -> false;
            case TRANSPORT_CLOSE,
                    TRANSPORT_ERROR,
                    PING_TIMEOUT,
                    FORCED_CLOSE,
                    FORCED_SERVER_CLOSE,
                    SERVER_SHUTTING_DOWN,
                    SERVER_OVERLOADED,
                    IDLE_TIMEOUT,
                    LIFETIME_OVER -> true;
        };
    }

    static DisconnectReason of(CloseReason reason) {
        return switch (reason) {
            case TRANSPORT_CLOSE -> TRANSPORT_CLOSE;
            case TRANSPORT_ERROR -> TRANSPORT_ERROR;
            case PARSE_ERROR -> PARSE_ERROR;
            case PING_TIMEOUT -> PING_TIMEOUT;
            case FORCED_CLOSE, CONNECT_TIMEOUT, REFUSED -> FORCED_CLOSE;
            case SERVER_CLOSE -> FORCED_SERVER_CLOSE;
            case SERVER_SHUTDOWN, SERVER_RESTART -> SERVER_SHUTTING_DOWN;
            case SLOW_CONSUMER -> SLOW_CONSUMER;
            case IDLE_TIMEOUT -> IDLE_TIMEOUT;
            case LIFETIME_OVER -> LIFETIME_OVER;
            case EXPIRED -> EXPIRED;
            case TOO_MANY_MESSAGES -> TOO_MANY_MESSAGES;
            case OVERLOADED -> SERVER_OVERLOADED;
        };
    }
}
