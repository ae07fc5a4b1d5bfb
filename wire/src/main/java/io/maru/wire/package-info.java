/**
 * What goes over the wire, whatever carries it: packets, their arguments as validated raw JSON, and the dialects that
 * write and read them. Nothing here knows of a server, a client or a socket.
 */
@NullMarked
package io.maru.wire;

import org.jspecify.annotations.NullMarked;
