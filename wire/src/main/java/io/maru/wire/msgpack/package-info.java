/**
 * MessagePack: the notation of {@code socket.io-msgpack-parser} for Socket.IO clients, and the envelope for plain WebSocket
 * clients. Needs {@code org.msgpack:msgpack-core} on the class path.
 */
@NullMarked
package io.maru.wire.msgpack;

import org.jspecify.annotations.NullMarked;
