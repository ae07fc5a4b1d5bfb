package io.maru.client.engine;

/** One WebSocket of the network. On its loop only. What is written before it is open, or after its end, is dropped. */
public interface WebSocketChannel {

    /**
     * Sends a text message.
     *
     * @param utf8 the text; not to be changed any more
     */
    void sendText(byte[] utf8);

    /**
     * Sends a binary message.
     *
     * @param data the bytes; not to be changed any more
     */
    void sendBinary(byte[] data);

    /** Sends a ping frame. */
    void sendPing();

    /**
     * Whether the network takes more at once.
     *
     * @return false while much waits to be written; {@link WebSocketListener#onWritable} tells when it does no more
     */
    boolean isWritable();

    /**
     * What waits to be written.
     *
     * @return bytes
     */
    long bufferedBytes();

    /**
     * Reads, or does not.
     *
     * @param on whether to
     */
    void setReading(boolean on);

    /**
     * Sends a close frame behind what was written, and ends when the server has answered it, or after two seconds.
     *
     * @param code its status, or 0 for none
     */
    void close(int code);

    /** Ends at once. */
    void abort();
}
