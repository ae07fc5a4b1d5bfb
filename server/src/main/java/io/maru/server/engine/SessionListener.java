package io.maru.server.engine;

import java.util.Arrays;

/** What a session's owner hears. Called on the session's loop; must not block. */
public interface SessionListener {

    /**
     * A text message.
     *
     * @param utf8 valid UTF-8; it belongs to the listener
     */
    void onText(byte[] utf8);

    /**
     * A text message with something before it that is not the listener's. Who can do without a copy overrides this.
     *
     * @param utf8 valid UTF-8; it belongs to the listener
     * @param from where the message begins; it goes to the end
     */
    default void onText(byte[] utf8, int from) {
        onText(from == 0 ? utf8 : Arrays.copyOfRange(utf8, from, utf8.length));
    }

    /**
     * A binary message.
     *
     * @param data it belongs to the listener
     */
    void onBinary(byte[] data);

    /** The transport takes messages again, after it did not. */
    default void onWritable() {}

    /** The session goes over WebSocket from now on. */
    default void onUpgraded() {}

    /**
     * A ping frame has come over a plain WebSocket; it has been answered.
     *
     * @param data its bytes
     */
    default void onPing(byte[] data) {}

    /**
     * A pong frame has come over a plain WebSocket.
     *
     * @param data its bytes
     */
    default void onPong(byte[] data) {}

    /**
     * What has come and waits to be handled.
     *
     * @return bytes
     */
    default long pendingBytes() {
        return 0;
    }

    /**
     * The session is to end, and may first do what it has taken.
     *
     * @param close ends the session; from any thread
     */
    default void onDraining(Runnable close) {
        close.run();
    }

    /**
     * The session has ended; nothing comes after.
     *
     * @param reason why
     */
    void onClosed(CloseReason reason);
}
