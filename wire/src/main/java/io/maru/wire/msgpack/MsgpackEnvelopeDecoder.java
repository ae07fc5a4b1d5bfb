package io.maru.wire.msgpack;

import io.maru.wire.Json;
import io.maru.wire.JsonCodec;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.Payload;
import io.maru.wire.WireException;
import io.maru.wire.WireException.Reason;
import io.maru.wire.WireLimits;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.msgpack.value.ValueType;

/** Reads envelopes that are MessagePack. The members beside {@code type} and {@code messageId} become one JSON object. */
final class MsgpackEnvelopeDecoder implements PacketDecoder {

    private static final int NONE = -1;
    private static final String INVALID = "Invalid MessagePack";
    private static final String UNKNOWN = "Unknown message type";

    private final String namespace;
    private final WireLimits limits;
    private final JsonCodec codec;
    // whether a server is read: its errors, and with sessions what it says of them
    private final boolean ofClient;
    private final boolean sessions;

    MsgpackEnvelopeDecoder(String namespace, WireLimits limits, JsonCodec codec, boolean ofClient, boolean sessions) {
        this.ofClient = ofClient;
        this.sessions = sessions;
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
        String offset = null;
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
            if (sessions && name.equals(MsgpackEnvelopeDialect.OFFSET) && in.type() == ValueType.STRING) {
                offset = in.stringOf(limits.maxNameLength());
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
        if (ofClient && type == null || sessions && MsgpackEnvelopeDialect.SESSION.equals(type)) {
            Packet packet = ofServer(type, in.payload(from - 1, in.at(), 1), offset);
            if (packet != null) {
                return packet;
            }
        }
        if (type == null || Packet.RESERVED_EVENTS.contains(type)) {
            throw new WireException(Reason.EVENT_NAME, UNKNOWN, id);
        }
        Payload args = onlyArgs && argsSize != MsgpackReader.NO_ARRAY
                ? alone(in.payload(argsFrom + 1, argsTo - 1, argsSize))
                : in.payload(from - 1, in.at(), 1);
        return new Packet.Event(namespace, type, args, id, offset);
    }

    private @Nullable Packet ofServer(@Nullable String type, Payload all, @Nullable String offset) {
        Map<String, Json> members = all.values().get(0).fields();
        if (type != null) {
            Map<String, Object> session = new LinkedHashMap<>(members);
            if (offset != null) {
                session.put(MsgpackEnvelopeDialect.OFFSET, offset);
            }
            return new Packet.Connect(namespace, codec.json(session));
        }
        Json error = members.get(MsgpackEnvelopeDialect.ERROR);
        String words = error == null ? null : error.string();
        if (words == null) {
            return null;
        }
        Json data = members.get(MsgpackEnvelopeDialect.DATA);
        return data == null ? new Packet.Failure(namespace, words) : new Packet.ConnectError(namespace, words, data);
    }

    // without the bytes of members that are not among these values
    private Payload alone(Payload values) {
        return values.attachments().isEmpty()
                ? values
                : codec.encode(values.values().toArray());
    }
}
