package io.maru.server;

/** What is done with messages that come faster than a rate allows. */
public enum Excess {
    /**
     * The message is dropped. Who asked for an answer gets {@code {"error":"Too many messages"}}; a plain client gets that
     * frame in any case. Answers of the client and its leaving are taken all the same.
     */
    ANSWER,
    /** The connection is closed, a plain one with 1008. */
    CLOSE,
    /** The message is taken, and no more is read from the client until its rate allows it. */
    PAUSE
}
