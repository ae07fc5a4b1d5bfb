package io.maru.server.engine;

/** What has become of a message when it was sent. None of these says that the client has got it: only an answer does. */
public enum SendResult {
    /** The network has it, and the client takes what it is sent. */
    SENT,
    /** It waits until the client takes it. It can still be dropped, where that was allowed. */
    QUEUED,
    /** It is lost: the client did not take it, and it was one that may be dropped. */
    DROPPED,
    /** It is lost: the client has gone, or takes so little that it was sent away now. */
    CLOSED
}
