package io.maru.server;

/** Why something was not delivered, or not taken: nothing is lost in silence. */
public enum Drop {
    /** A message to a socket that had left. */
    GONE,
    /** A volatile message that a client could not take at once. */
    VOLATILE,
    /** A connection that was closed since it took too little of what was sent. */
    SLOW_CONSUMER,
    /** A message from a client that could not be read, or had no place. */
    REFUSED_PACKET
}
