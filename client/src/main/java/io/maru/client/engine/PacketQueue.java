package io.maru.client.engine;

import io.maru.wire.engineio.EnginePacket;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** The packets of a session that its transport has not taken yet, in order. Who fills it asks for its bytes first. */
final class PacketQueue {

    // a packet's own weight, so that very many empty ones are not free
    private static final int OVERHEAD = 32;

    private final Queue<EnginePacket> packets = new ArrayDeque<>();
    private long bytes;
    private int pongs;

    void add(EnginePacket packet) {
        packets.add(packet);
        bytes += OVERHEAD + packet.data().length;
        pongs += packet.type() == EnginePacket.Type.PONG ? 1 : 0;
    }

    @Nullable EnginePacket peek() {
        return packets.peek();
    }

    @Nullable EnginePacket poll() {
        EnginePacket packet = packets.poll();
        if (packet != null) {
            bytes -= OVERHEAD + packet.data().length;
            pongs -= packet.type() == EnginePacket.Type.PONG ? 1 : 0;
        }
        return packet;
    }

    boolean hasPong() {
        return pongs > 0;
    }

    boolean isEmpty() {
        return packets.isEmpty();
    }

    long bytes() {
        return bytes;
    }
}
