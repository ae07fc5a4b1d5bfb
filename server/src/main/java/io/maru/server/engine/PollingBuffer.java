package io.maru.server.engine;

import io.maru.wire.Encoded;
import io.maru.wire.Encoded.Framing;
import io.maru.wire.Utf8Buffer;
import io.maru.wire.engineio.EnginePacket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The packets that wait for the next poll, in order. Confined to a loop. */
final class PollingBuffer {

    /** Takes a packet. */
    interface Sink {
        void send(Encoded packet, Framing framing);
    }

    private record Waiting(Encoded packet, Framing framing) {}

    /** What a packet keeps beside its bytes, about: of small ones it is most of it. */
    private static final int OVERHEAD = 128;

    private final Deque<Waiting> packets = new ArrayDeque<>(4);
    // where what waits is counted, or null
    private final @Nullable Load load;
    private long bytes;

    PollingBuffer() {
        this(null);
    }

    PollingBuffer(@Nullable Load load) {
        this.load = load;
    }

    void add(Encoded packet, Framing framing) {
        packets.add(new Waiting(packet, framing));
        long length = payloadLength(packet);
        bytes += length;
        if (load != null) {
            load.queued(length + OVERHEAD);
        }
    }

    boolean isEmpty() {
        return packets.isEmpty();
    }

    /** The bytes that these packets keep. */
    long bytes() {
        return bytes + (long) OVERHEAD * packets.size();
    }

    /** The same packets once more. */
    PollingBuffer copy() {
        PollingBuffer copy = new PollingBuffer();
        copy.packets.addAll(packets);
        copy.bytes = bytes;
        return copy;
    }

    void clear() {
        forget();
        packets.clear();
    }

    private void forget() {
        if (load != null) {
            load.queued(-bytes());
        }
        bytes = 0;
    }

    /** Hands over all packets, in order. */
    void moveTo(Sink sink) {
        forget();
        Waiting waiting;
        while ((waiting = packets.poll()) != null) {
            sink.send(waiting.packet, waiting.framing);
        }
    }

    /**
     * Takes all packets as one
     * <a href="https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v4-current.md#http-long-polling-1">payload</a>.
     */
    byte[] toPayload(PollingFormat format) {
        if (format.messages() != Framing.ENGINE_IO) {
            List<EnginePacket> list = new ArrayList<>(packets.size());
            moveTo((packet, framing) -> list(packet, framing, list));
            return format.write(list);
        }
        Utf8Buffer out = new Utf8Buffer((int) Math.min(bytes, Integer.MAX_VALUE - 16));
        moveTo((packet, framing) -> write(packet, framing, out));
        return format.wrap(out.toByteArray());
    }

    private static void list(Encoded packet, Framing framing, List<EnginePacket> list) {
        if (packet.hasText()) {
            Utf8Buffer text = new Utf8Buffer(packet.length());
            packet.writeText(text);
            list.add(
                    framing == Framing.PLAIN
                            ? EnginePacket.decode(text.toByteArray())
                            : new EnginePacket(EnginePacket.Type.MESSAGE, text.toByteArray(), false));
        }
        for (byte[] attachment : packet.attachments()) {
            list.add(new EnginePacket(EnginePacket.Type.MESSAGE, attachment, true));
        }
    }

    private static void write(Encoded packet, Framing framing, Utf8Buffer out) {
        if (packet.hasText()) {
            separate(out);
            if (framing == Framing.ENGINE_IO) {
                out.append(EnginePacket.Type.MESSAGE.digit());
            }
            packet.writeText(out);
        }
        for (byte[] attachment : packet.attachments()) {
            separate(out);
            out.append('b');
            out.appendBase64(attachment);
        }
    }

    private static void separate(Utf8Buffer out) {
        if (out.length() > 0) {
            out.append(EnginePacket.SEPARATOR);
        }
    }

    private static long payloadLength(Encoded packet) {
        long length = packet.hasText() ? packet.length() + 2L : 0;
        for (byte[] attachment : packet.attachments()) {
            // base64 in place of the bytes themselves, which length() counts as well
            length += (attachment.length + 2L) / 3 * 4 + 2 - (packet.hasText() ? attachment.length : 0);
        }
        return length;
    }
}
