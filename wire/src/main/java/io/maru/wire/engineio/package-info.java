/**
 * <a href="https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v4-current.md">Engine.IO protocol 4</a>:
 * its packets, and the payloads that carry several of them over HTTP; and how protocol 3 differs.
 */
@NullMarked
package io.maru.wire.engineio;

import org.jspecify.annotations.NullMarked;
