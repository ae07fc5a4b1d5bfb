package io.maru.benchmarks.load;

import java.util.Locale;

/** What can be wrong with a server, as the load generator sees it. */
enum Fault {
    /** A message that a receiver never got, or that was passed over by a later one. */
    LOST,
    /** A message that came again, or behind a later one. */
    DOUBLED,
    /** A message of a room, or of a sender, that is none of the receiver's. */
    FOREIGN_ROOM,
    /** A publisher's own message. */
    OWN_MESSAGE,
    /** A message that is not byte for byte what was sent. */
    PAYLOAD,
    /** A text that nobody waited for. */
    UNEXPECTED,
    /** A WebSocket frame that is not allowed here: fragmented, compressed, masked or too long. */
    FRAME,
    /** A connection that ended by itself. */
    CLOSED,
    /** A connection that did not come to be, or did not get into its rooms. */
    CONNECT,
    /** An answer out of turn. */
    ACK;

    /** The name in results. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
