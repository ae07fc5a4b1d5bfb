package io.maru.server.engine;

import io.maru.wire.Encoded;

/**
 * One client, connected. Confined to its {@link #loop()}, unless a method says otherwise.
 */
public sealed interface Session permits SessionBase {

    /**
     * Its id: unguessable, and to be known to this client alone.
     *
     * @return 20 characters of base64url, or what the options' generator made; safe for any thread
     */
    String id();

    /**
     * The loop that owns it.
     *
     * @return the loop; safe for any thread
     */
    Loop loop();

    /**
     * The request that opened it.
     *
     * @return its facts; safe for any thread
     */
    HttpRequest request();

    /**
     * The request that carried the message which is being handled.
     *
     * @return over polling the POST, over WebSocket its handshake
     */
    HttpRequest messageRequest();

    /**
     * What carries it now.
     *
     * @return {@code polling} or {@code websocket}; safe for any thread
     */
    String transport();

    /**
     * Sends a message. When more than the limit waits already, the session ends instead, as {@link
     * CloseReason#SLOW_CONSUMER}, or does what else its options say; after its end a message is dropped.
     *
     * @param message what to send
     */
    default void send(Encoded message) {
        send(message, Handling.USUAL);
    }

    /**
     * Sends a message.
     *
     * @param message what to send
     * @param handling what becomes of it when the client does not take it
     * @return what has become of it
     */
    SendResult send(Encoded message, Handling handling);

    /**
     * Whether the transport would take a message at this moment.
     *
     * @return false when it would wait: no poll is open, or the peer does not read fast enough; false after the end;
     *     from another thread, how it was just now
     */
    boolean isWritable();

    /**
     * The bytes that wait to be sent.
     *
     * @return bytes; from another thread, as many as there were just now
     */
    long bufferedBytes();

    /**
     * What the server keeps for it: what waits to be sent, and what its owner has not handled yet.
     *
     * @return bytes
     */
    long keptBytes();

    /**
     * Stops or resumes taking messages from the client. Some that were read before may still come.
     *
     * @param reading whether to take them
     */
    void setReading(boolean reading);

    /**
     * Whether it has not ended.
     *
     * @return true while it is open; safe for any thread
     */
    boolean isOpen();

    /**
     * Ends it; what was sent goes out before. The listener hears of it before this method returns.
     *
     * @param reason why
     */
    void close(CloseReason reason);

    /**
     * Ends it once the listener has done what it has taken: see {@link SessionListener#onDraining}.
     *
     * @param reason why
     */
    void drain(CloseReason reason);
}
