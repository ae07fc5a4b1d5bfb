package io.maru.wire;

import org.jspecify.annotations.Nullable;

/**
 * One way of writing packets. Immutable and shared by all connections that speak it; what a connection must remember
 * between two messages is in its {@link PacketDecoder}. Its methods are called on event loops, by several at once, and
 * must not block.
 */
public interface Dialect {

    /**
     * What it is called in logs and metrics.
     *
     * @return a short name, such as {@code socket.io}
     */
    String name();

    /**
     * Writes a packet. What is sent to many is written once, and the message goes to all of them.
     *
     * @param packet what to say
     * @return the message, a new one for each call; or null when this dialect says nothing of such a packet
     */
    @Nullable Encoded encode(Packet packet);

    /**
     * A reader for one connection of a server.
     *
     * @param namespace the namespace of packets that name none
     * @return the reader
     */
    PacketDecoder newDecoder(String namespace);

    /**
     * A reader for one connection of a client: of what servers say, which clients do not, it reads as well.
     *
     * @param namespace the namespace of packets that name none
     * @return the reader; unless overridden the same as a server's
     */
    default PacketDecoder newClientDecoder(String namespace) {
        return newDecoder(namespace);
    }

    /**
     * Whether a message that cannot be read ends the connection; if not, its sender is told by a {@link Packet.Failure}
     * and goes on.
     *
     * @return true when it does
     */
    boolean closesOnError();
}
