package io.maru.wire.msgpack;

import io.maru.wire.JsonCodec;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.Payload;
import io.maru.wire.WireException;
import io.maru.wire.WireException.Reason;
import io.maru.wire.WireLimits;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads envelopes that are MessagePack. The members beside {@code type} and {@code messageId} become one JSON object. */
final class MsgpackEnvelopeDecoder implements PacketDecoder {

    private static final int NONE = -1;
    private static final String INVALID = "Invalid MessagePack";
    private static final String UNKNOWN = "Unknown message type";

    private final String namespace;
    private final WireLimits limits;
    private final JsonCodec codec;

    MsgpackEnvelopeDecoder(String namespace, WireLimits limits, JsonCodec codec) {
        this.namespace = namespace;
        this.limits = limits;
        this.codec = codec;
    }

    @Override
    public Packet text(byte[] utf8, int from) {
        throw new WireException(Reason.MALFORMED, INVALID);
    }

    @Override
    public @Nullable Packet binary(byte[] message) {
        try {
            return MsgpackReader.read(message, limits, codec, this::read);
        } catch (WireException e) {
            if (e.reason() == Reason.MALFORMED) {
                throw new WireException(Reason.MALFORMED, INVALID);
            }
            throw e;
        }
    }

    @Override
    public boolean isWaiting() {
        return false;
    }

    private @Nullable Packet read(MsgpackReader in) throws IOException {
        int depth = limits.maxDepth() - 1;
        String type = null;
        long id = Packet.NO_ACK;
        int argsFrom = NONE;
        int argsTo = NONE;
        int argsSize = MsgpackReader.NO_ARRAY;
        int dataFrom = NONE;
        int dataTo = NONE;
        boolean onlyArgs = true;
        in.json().append('{');
        int from = in.at();
        for (int members = in.members(); members > 0; members--) {
            String name = in.name();
            if (in.undefined()) {
                continue;
            }
            if (name.equals(MsgpackEnvelopeDialect.TYPE)) {
                type = in.stringOf(limits.maxNameLength());
                continue;
            }
            if (name.equals(MsgpackEnvelopeDialect.MESSAGE_ID)) {
                id = in.integer();
                continue;
            }
            in.member(name, from);
            int valueFrom = in.at();
            int size = in.value(depth);
            if (name.equals(MsgpackEnvelopeDialect.ARGS)) {
                argsFrom = valueFrom;
                argsTo = in.at();
                argsSize = size;
            } else {
                onlyArgs = false;
            }
            if (name.equals(MsgpackEnvelopeDialect.DATA)) {
                dataFrom = valueFrom;
                dataTo = in.at();
            }
        }
        in.end();
        in.json().append('}');
        if (MsgpackEnvelopeDialect.CALLBACK.equals(type)) {
            Payload data = dataFrom == NONE ? Payload.empty() : alone(in.payload(dataFrom, dataTo, 1));
            return id == Packet.NO_ACK ? null : new Packet.Ack(namespace, id, data);
        }
        if (type == null || Packet.RESERVED_EVENTS.contains(type)) {
            throw new WireException(Reason.EVENT_NAME, UNKNOWN, id);
        }
        Payload args = onlyArgs && argsSize != MsgpackReader.NO_ARRAY
                ? alone(in.payload(argsFrom + 1, argsTo - 1, argsSize))
                : in.payload(from - 1, in.at(), 1);
        return new Packet.Event(namespace, type, args, id);
    }

    // without the bytes of members that are not among these values
    private Payload alone(Payload values) {
        return values.attachments().isEmpty()
                ? values
                : codec.encode(values.values().toArray());
    }
}
