package io.maru.wire;

import org.jspecify.annotations.Nullable;

/**
 * One way of writing packets. Immutable and shared by all connections that speak it; what a connection must remember
 * between two messages is in its {@link PacketDecoder}.
 */
public interface Dialect {

    /**
     * What it is called in logs and metrics.
     *
     * @return a short name, such as {@code socket.io}
     */
    String name();

    /**
     * Writes a packet.
     *
     * @param packet what to say
     * @return the message, or null when this dialect says nothing of such a packet
     */
    @Nullable Encoded encode(Packet packet);

    /**
     * A reader for one connection.
     *
     * @param namespace the namespace of packets that name none
     * @return the reader
     */
    PacketDecoder newDecoder(String namespace);

    /**
     * Whether a message that cannot be read ends the connection; if not, its sender is told and goes on.
     *
     * @return true when it does
     */
    boolean closesOnError();
}
