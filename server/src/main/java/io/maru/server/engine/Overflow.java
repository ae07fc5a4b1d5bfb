package io.maru.server.engine;

/**
 * What becomes of a message for a client that takes too little: one for which more than {@code maxBufferedBytes} waits, or
 * more messages than {@code maxBufferedMessages} wait. Every message that is dropped is counted.
 */
public enum Overflow {
    /** The session ends, as {@link CloseReason#SLOW_CONSUMER}: the client knows that it has missed something. */
    CLOSE,
    /** The message is dropped; what waits already stays. */
    DROP_NEWEST,
    /**
     * The oldest messages that may be dropped are, until there is room. While the client takes nothing, messages wait in the
     * session, so this needs a limit above what the transport holds itself (its high-water mark).
     */
    DROP_OLDEST
}
