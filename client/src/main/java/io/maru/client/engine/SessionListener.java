package io.maru.client.engine;

/** Hears of a session, on its loop. After {@link #onClose}, which comes once, only {@link #onGone} comes. */
public interface SessionListener {

    /** It is open. */
    void onOpen();

    /**
     * A text message has come.
     *
     * @param utf8 belongs to the listener
     */
    void onText(byte[] utf8);

    /**
     * A binary message has come.
     *
     * @param data belongs to the listener
     */
    void onBinary(byte[] data);

    /** The server has asked whether the client is there; it is answered already. */
    void onPing();

    /** The session takes more again. */
    void onWritable();

    /** It has changed from polling to a WebSocket. */
    void onUpgrade();

    /**
     * It has ended, or never begun.
     *
     * @param ending how
     */
    void onClose(Ending ending);

    /** Nothing of it is left in the network: what was sent last has been sent. Comes once. */
    void onGone();
}
