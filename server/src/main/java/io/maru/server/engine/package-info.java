/**
 * Sessions: one client each, over HTTP long-polling or WebSocket, with its heartbeat. {@link io.maru.server.engine.Engine}
 * is Engine.IO 4 and can be used alone; {@link io.maru.server.engine.PlainEndpoint} is bare WebSocket. Neither knows what
 * the messages mean, nor how bytes reach the network: the interfaces {@code Loop}, {@code HttpExchange},
 * {@code WebSocketUpgrade} and {@code WebSocketChannel} are what they ask of it.
 */
@NullMarked
package io.maru.server.engine;

import org.jspecify.annotations.NullMarked;
