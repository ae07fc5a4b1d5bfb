package io.maru.wire.json;

import io.maru.wire.Json;
import io.maru.wire.JsonCodec;
import io.maru.wire.JsonScanner;
import io.maru.wire.Members;
import io.maru.wire.Names;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.Payload;
import io.maru.wire.WireException;
import io.maru.wire.WireException.Reason;
import io.maru.wire.WireLimits;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads envelopes. The members beside {@code type} and {@code messageId} are moved together within the message's own
 * bytes: they are the argument, and nothing is copied elsewhere.
 */
final class EnvelopeDecoder implements PacketDecoder {

    /** More digits than any counter reaches, and few enough for a long. */
    private static final int MAX_ID_DIGITS = 18;

    private static final int NONE = -1;
    private static final String INVALID = "Invalid JSON";
    private static final String UNKNOWN = "Unknown message type";

    private final String namespace;
    private final WireLimits limits;
    private final JsonCodec codec;
    private final Names names;
    // whether a server is read: its errors, and with sessions what it says of them
    private final boolean ofClient;
    private final boolean sessions;

    EnvelopeDecoder(
            String namespace, WireLimits limits, JsonCodec codec, Names names, boolean ofClient, boolean sessions) {
        this.ofClient = ofClient;
        this.sessions = sessions;
        this.names = names;
        this.namespace = namespace;
        this.limits = limits;
        this.codec = codec;
    }

    @Override
    public @Nullable Packet text(byte[] text, int begin) {
        try {
            return read(text, begin);
        } catch (WireException e) {
            if (e.reason() == Reason.MALFORMED) {
                throw new WireException(Reason.MALFORMED, INVALID);
            }
            throw e;
        }
    }

    @Override
    public Packet binary(byte[] data) {
        throw new WireException(Reason.MALFORMED, INVALID);
    }

    @Override
    public boolean isWaiting() {
        return false;
    }

    private @Nullable Packet read(byte[] text, int begin) {
        if (text.length - begin > limits.maxBytes()) {
            throw new WireException(Reason.LIMIT, "Message too large");
        }
        int from = JsonScanner.skipSpace(text, begin, text.length);
        Members members = new Members(text, from, text.length, limits);
        String type = null;
        String offset = null;
        String error = null;
        long id = Packet.NO_ACK;
        int argsFrom = NONE;
        int argsTo = NONE;
        int dataFrom = NONE;
        int dataTo = NONE;
        int fields = 0;
        boolean onlyArgs = true;
        int to = from + 1;
        while (members.next()) {
            int valueFrom = members.valueFrom();
            int valueTo = members.valueTo();
            if (members.nameIs(EnvelopeDialect.TYPE)) {
                type = text[valueFrom] == '"' && valueTo - valueFrom - 2 <= limits.maxNameLength()
                        ? names.get(text, valueFrom, valueTo)
                        : null;
                continue;
            }
            if (members.nameIs(EnvelopeDialect.MESSAGE_ID)) {
                id = integer(text, valueFrom, valueTo);
                continue;
            }
            if (sessions && text[valueFrom] == '"' && members.nameIs(EnvelopeDialect.OFFSET)) {
                offset = JsonScanner.string(text, valueFrom, valueTo);
                continue;
            }
            if (ofClient && text[valueFrom] == '"' && members.nameIs(EnvelopeDialect.ERROR)) {
                error = JsonScanner.string(text, valueFrom, valueTo);
            }
            // what lies between was taken out, so the member moves left or stays
            if (fields++ > 0) {
                text[to++] = ',';
            }
            int length = valueTo - members.nameFrom();
            int shift = members.nameFrom() - to;
            boolean isArgs = members.nameIs(EnvelopeDialect.ARGS);
            boolean isData = members.nameIs(EnvelopeDialect.DATA);
            onlyArgs &= isArgs;
            System.arraycopy(text, members.nameFrom(), text, to, length);
            if (isArgs) {
                argsFrom = valueFrom - shift;
                argsTo = valueTo - shift;
            } else if (isData) {
                dataFrom = valueFrom - shift;
                dataTo = valueTo - shift;
            }
            to += length;
        }
        requireEnd(text, members.objectEnd());
        text[to++] = '}';
        if (EnvelopeDialect.CALLBACK.equals(type)) {
            return id == Packet.NO_ACK ? null : new Packet.Ack(namespace, id, single(text, dataFrom, dataTo));
        }
        if (type == null && error != null) {
            Json data = single(text, dataFrom, dataTo).get(0);
            return data == null
                    ? new Packet.Failure(namespace, error)
                    : new Packet.ConnectError(namespace, error, data);
        }
        if (sessions && EnvelopeDialect.SESSION.equals(type)) {
            return session(single(text, from, to), offset);
        }
        if (type == null || Packet.RESERVED_EVENTS.contains(type)) {
            throw new WireException(Reason.EVENT_NAME, UNKNOWN, id);
        }
        if (argsFrom != NONE && onlyArgs && text[argsFrom] == '[') {
            return new Packet.Event(
                    namespace, type, Payload.readArray(text, argsFrom + 1, argsTo, limits, codec), id, offset);
        }
        return new Packet.Event(namespace, type, single(text, from, to), id, offset);
    }

    private Packet session(Payload members, @Nullable String offset) {
        Map<String, Object> session =
                new LinkedHashMap<>(members.values().get(0).fields());
        if (offset != null) {
            session.put(EnvelopeDialect.OFFSET, offset);
        }
        return new Packet.Connect(namespace, codec.json(session));
    }

    private Payload single(byte[] text, int from, int to) {
        return from == NONE ? Payload.empty() : new Payload(text, from, to, 1, List.of(), codec);
    }

    private static void requireEnd(byte[] text, int from) {
        if (JsonScanner.skipSpace(text, from, text.length) != text.length) {
            throw new WireException(Reason.MALFORMED, INVALID);
        }
    }

    /** The integer that a value is, or {@link Packet#NO_ACK} when it is something else. */
    private static long integer(byte[] text, int from, int to) {
        int i = text[from] == '-' ? from + 1 : from;
        if (i == to || to - i > MAX_ID_DIGITS) {
            return Packet.NO_ACK;
        }
        long number = 0;
        for (int k = i; k < to; k++) {
            if (text[k] < '0' || text[k] > '9') {
                return Packet.NO_ACK;
            }
            number = number * 10 + text[k] - '0';
        }
        return i == from ? number : -number;
    }
}
