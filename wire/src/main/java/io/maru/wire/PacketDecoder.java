package io.maru.wire;

import org.jspecify.annotations.Nullable;

/** Reads the messages of one connection. Confined to the thread that reads from it. */
public interface PacketDecoder {

    /**
     * Takes a text message.
     *
     * @param utf8 valid UTF-8; it belongs to the decoder from now on, which may change it and keep it in the packet
     * @return the packet, or null when there is none (yet)
     * @throws WireException when the message is refused
     */
    default @Nullable Packet text(byte[] utf8) {
        return text(utf8, 0);
    }

    /**
     * Takes a text message that begins somewhere in an array, and goes to its end.
     *
     * @param utf8 valid UTF-8; it belongs to the decoder from now on, which may change it and keep it in the packet
     * @param from where the message begins
     * @return the packet, or null when there is none (yet)
     * @throws WireException when the message is refused
     */
    @Nullable Packet text(byte[] utf8, int from);

    /**
     * Takes a binary message.
     *
     * @param data it belongs to the decoder from now on
     * @return the packet, or null when there is none (yet)
     * @throws WireException when the message is refused
     */
    @Nullable Packet binary(byte[] data);

    /**
     * Whether it holds a packet whose attachments are still to come.
     *
     * @return true while it does
     */
    boolean isWaiting();
}
