package io.maru.client.engine;

import io.maru.wire.Encoded;

/** One connection to a server, for one use. Confined to its loop, but where it says otherwise. */
public sealed interface Session permits EngineSession, PlainSession {

    /** Begins. */
    void open();

    /**
     * Sends a message, now or when the transport takes it, in order. Dropped unless the session is open.
     *
     * @param message the message
     */
    void send(Encoded message);

    /**
     * Whether what is sent goes out at once.
     *
     * @return true when the session is open, nothing waits in it, and the network takes more
     */
    boolean isWritable();

    /**
     * What waits to be written.
     *
     * @return bytes
     */
    long bufferedBytes();

    /**
     * Whether the server takes a message of this length, as far as it has said.
     *
     * @param message the message
     * @return false when sending it would cost the session
     */
    boolean takes(Encoded message);

    /**
     * What carries it. For any thread.
     *
     * @return {@code polling} or {@code websocket}
     */
    String transport();

    /**
     * Reads what comes, or does not. Nobody is held to be silent while nothing is read.
     *
     * @param on whether to
     */
    void setReading(boolean on);

    /**
     * Ends it, behind what was sent. The listener is told nothing more but {@link SessionListener#onGone}.
     */
    void close();

    /**
     * Ends it because of what the server did, and tells the listener.
     *
     * @param ending how
     */
    void fail(Ending ending);
}
