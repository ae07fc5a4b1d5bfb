package io.maru.client;

/** How plain sockets write the envelope. */
public enum PlainFormat {
    /** As JSON text; bytes are base64. */
    JSON,
    /** As MessagePack; needs {@code org.msgpack:msgpack-core}, and a server that takes the subprotocol {@code maru.msgpack}. */
    MSGPACK
}
