package io.maru.server.engine;

/** What a WebSocket's owner hears. Called on its loop; must not block. */
public interface WebSocketListener {

    /**
     * A text message.
     *
     * @param utf8 valid UTF-8; it belongs to the listener
     */
    void onText(byte[] utf8);

    /**
     * A binary message.
     *
     * @param data it belongs to the listener
     */
    void onBinary(byte[] data);

    /**
     * A pong frame.
     *
     * @param data its bytes
     */
    default void onPong(byte[] data) {}

    /**
     * A ping frame; it has been answered.
     *
     * @param data its bytes
     */
    default void onPing(byte[] data) {}

    /** It takes messages again, after {@link WebSocketChannel#isWritable()} was false. Never within a call to the channel. */
    default void onWritable() {}

    /**
     * It has ended, by whomever; nothing comes after.
     *
     * @param status the status of the peer's close frame, {@link WebSocketChannel#NO_STATUS} for a frame without one, or
     *     1006 when the connection ended without one; what we closed with when we did so first
     * @param reason the reason of that frame
     */
    void onClosed(int status, String reason);
}
