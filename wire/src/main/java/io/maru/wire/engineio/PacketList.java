package io.maru.wire.engineio;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The packets of a payload. Only the first of very many are kept as they are; the others are read again when they are asked
 * for. A body of a megabyte can hold half a million packets, which would take thirty.
 */
final class PacketList extends AbstractList<EnginePacket> {

    /** How many are kept. */
    static final int KEPT = 1_000;

    /** Reads a packet that has been read before. */
    @FunctionalInterface
    interface Reader {
        EnginePacket read(byte[] payload, int from, int to);
    }

    private final byte[] payload;
    private final Reader reader;
    private final List<EnginePacket> kept = new ArrayList<>();
    // of those that are not kept: where each begins and ends
    private int[] bounds = {};
    private int more;

    PacketList(byte[] payload, Reader reader) {
        this.payload = payload;
        this.reader = reader;
    }

    /**
     * Reads the next packet.
     *
     * @throws io.maru.wire.WireException when it is none
     */
    void read(int from, int to) {
        EnginePacket packet = reader.read(payload, from, to);
        if (kept.size() < KEPT) {
            kept.add(packet);
            return;
        }
        if (2 * more == bounds.length) {
            bounds = Arrays.copyOf(bounds, Math.max(512, 4 * more));
        }
        bounds[2 * more] = from;
        bounds[2 * more + 1] = to;
        more++;
    }

    @Override
    public EnginePacket get(int index) {
        if (index < kept.size()) {
            return kept.get(index);
        }
        int at = index - kept.size();
        if (at >= more) {
            throw new IndexOutOfBoundsException(index);
        }
        return reader.read(payload, bounds[2 * at], bounds[2 * at + 1]);
    }

    @Override
    public int size() {
        return kept.size() + more;
    }
}
