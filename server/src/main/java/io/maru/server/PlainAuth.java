package io.maru.server;

/** Where plain clients say who they are. */
public enum PlainAuth {
    /** In the handshake: query, header or cookie. */
    HANDSHAKE,
    /**
     * In the first message, {@code {"type":"auth",…}}: its fields are {@link Handshake#auth()}. Until it has come and was
     * let in, every other message is answered by an error; a client that is silent for the connect timeout is closed with
     * 4401. A refused client may try again.
     */
    FIRST_MESSAGE
}
