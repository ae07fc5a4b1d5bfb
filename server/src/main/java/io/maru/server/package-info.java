/**
 * The server: {@link io.maru.server.MaruServer} and what handlers meet, {@link io.maru.server.Namespace}, {@link
 * io.maru.server.Socket}, {@link io.maru.server.Broadcast}. Clients of Socket.IO and plain WebSockets look alike from here.
 */
@NullMarked
package io.maru.server;

import org.jspecify.annotations.NullMarked;
