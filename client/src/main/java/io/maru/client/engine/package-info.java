/**
 * Sessions: one connection to a server over one transport or, while it changes, two. It knows <a
 * href="https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v4-current.md">Engine.IO 4</a> and the
 * WebSockets of plain clients, and nothing of what messages mean. The network is behind {@link
 * io.maru.client.engine.Network}.
 */
@NullMarked
package io.maru.client.engine;

import org.jspecify.annotations.NullMarked;
