/**
 * <a href="https://github.com/socketio/socket.io/blob/main/docs/socket.io-protocol/v5-current.md">Socket.IO protocol 5</a>
 * with its default parser: text packets, and binary attachments behind them.
 */
@NullMarked
package io.maru.wire.socketio;

import org.jspecify.annotations.NullMarked;
