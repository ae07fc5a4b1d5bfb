package io.maru.client.engine;

/** Hears of a WebSocket, on its loop. {@link #onEnd} comes last and once, also when the WebSocket never opened. */
public interface WebSocketListener {

    /**
     * It is open.
     *
     * @param subprotocol what the server chose, or an empty string
     */
    void onOpen(String subprotocol);

    /**
     * A text message has come.
     *
     * @param utf8 valid UTF-8; belongs to the listener
     */
    void onText(byte[] utf8);

    /**
     * A binary message has come.
     *
     * @param data belongs to the listener
     */
    void onBinary(byte[] data);

    /** A frame has come, of whatever kind; messages are told of as well. */
    default void onFrame() {}

    /** The network takes more again. */
    void onWritable();

    /**
     * It has ended.
     *
     * @param ending how
     */
    void onEnd(Ending ending);
}
