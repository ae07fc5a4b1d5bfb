/**
 * The client. {@link io.maru.client.MaruClient} opens {@link io.maru.client.Socket}s to Socket.IO servers and, as plain
 * WebSockets, to servers that speak the JSON envelope.
 */
@NullMarked
package io.maru.client;

import org.jspecify.annotations.NullMarked;
