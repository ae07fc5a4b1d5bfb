package io.maru.server.engine;

import io.maru.wire.Encoded;

/**
 * An open WebSocket, as the network gives it. Confined to its loop. Whatever is written in one turn of the loop goes out
 * together at the end of the turn.
 */
public interface WebSocketChannel {

    /** The status of a close frame that has none (<a href="https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1">1005</a>). */
    int NO_STATUS = 1005;

    /**
     * Its loop.
     *
     * @return the loop
     */
    Loop loop();

    /**
     * Writes a message. After {@link #close} or {@link #terminate} it is dropped.
     *
     * @param message what to write; framed once for all who get it
     * @param framing what stands before a text
     */
    void send(Encoded message, Encoded.Framing framing);

    /**
     * Writes a ping frame.
     *
     * @param data at most 125 bytes
     */
    void ping(byte[] data);

    /**
     * Writes a pong frame that nobody asked for; pings are answered without it.
     *
     * @param data at most 125 bytes
     */
    void pong(byte[] data);

    /**
     * Whether a message written now would go to the operating system soon.
     *
     * @return false while it holds back bytes that the peer does not take; from another thread, how it was just now
     */
    boolean isWritable();

    /**
     * Whether the peer is behind: more bytes wait for it than a limit, after the operating system was given all that it
     * takes of this turn.
     *
     * @param limit in bytes
     * @return true when so many wait
     */
    boolean isBehind(int limit);

    /**
     * The bytes written that the operating system has not taken.
     *
     * @return bytes, framing included; what is shared with other connections counts in full. From another thread, as many
     *     as there were just now
     */
    long bufferedBytes();

    /**
     * Stops or resumes reading from the peer. Messages that were read before may still come.
     *
     * @param reading whether to read
     */
    void setReading(boolean reading);

    /**
     * Sends what was written, then a close frame, and closes the connection when the peer has answered, or after two
     * seconds.
     *
     * @param status a status of RFC 6455, or {@link #NO_STATUS} for a frame without one
     * @param reason at most 123 bytes of UTF-8
     */
    void close(int status, String reason);

    /** Drops what was written and closes the connection at once. */
    void terminate();
}
