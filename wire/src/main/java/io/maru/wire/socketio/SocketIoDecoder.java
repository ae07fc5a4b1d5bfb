package io.maru.wire.socketio;

import io.maru.wire.Json;
import io.maru.wire.JsonCodec;
import io.maru.wire.JsonScanner;
import io.maru.wire.Names;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.Payload;
import io.maru.wire.WireException;
import io.maru.wire.WireException.Reason;
import io.maru.wire.WireLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads
 * <a href="https://github.com/socketio/socket.io/blob/main/docs/socket.io-protocol/v5-current.md#packet-encoding">Socket.IO
 * packets</a>. Between two messages it holds at most one packet whose attachments are still to come.
 */
final class SocketIoDecoder implements PacketDecoder {

    /** More digits than any counter reaches, and few enough for a long. */
    private static final int MAX_ID_DIGITS = 18;

    private final String home;
    private final WireLimits limits;
    private final JsonCodec codec;
    private final Names names;
    private final boolean protocol4;
    private final boolean ofClient;

    // a packet that waits for attachments; null also when what they belong to is nobody's
    private @Nullable Packet unfinished;
    private int missing;
    private int bytes;
    private @Nullable List<byte[]> attachments;

    SocketIoDecoder(String home, WireLimits limits, JsonCodec codec, Names names, boolean protocol4, boolean ofClient) {
        this.protocol4 = protocol4;
        this.ofClient = ofClient;
        this.names = names;
        this.home = home;
        this.limits = limits;
        this.codec = codec;
    }

    @Override
    public @Nullable Packet text(byte[] text, int from) {
        if (missing > 0) {
            throw new WireException(Reason.UNEXPECTED, "an attachment expected, text received");
        }
        int length = text.length - from;
        if (length > limits.maxBytes()) {
            throw new WireException(Reason.LIMIT, "a packet of more than " + limits.maxBytes() + " bytes");
        }
        if (length == 0) {
            throw new WireException(Reason.MALFORMED, "a packet type expected");
        }
        int i = from + 1;
        int type = text[from];
        int announced = 0;
        if (type == '5' || type == '6') {
            int dash = skipDigits(text, i);
            if (dash == i || dash == text.length || text[dash] != '-' || dash - i > MAX_ID_DIGITS) {
                throw new WireException(Reason.MALFORMED, "a number of attachments expected");
            }
            long count = number(text, i, dash);
            if (count == 0) {
                throw new WireException(Reason.MALFORMED, "a number of attachments above 0 expected");
            }
            if (count > limits.maxAttachments()) {
                throw new WireException(Reason.LIMIT, "more than " + limits.maxAttachments() + " attachments");
            }
            announced = (int) count;
            i = dash + 1;
        }
        String namespace = home;
        Json credentials = null;
        if (i < text.length && text[i] == '/') {
            int comma = i;
            while (comma < text.length && text[comma] != ',') {
                comma++;
            }
            int nameEnd = protocol4 ? NamespaceQuery.skipName(text, i, comma) : comma;
            if (nameEnd < comma && type == '0') {
                credentials = NamespaceQuery.toObject(text, nameEnd + 1, comma, limits, codec);
            }
            if (nameEnd - i > limits.maxNameLength()) {
                throw new WireException(Reason.LIMIT, "a namespace of more than " + limits.maxNameLength() + " bytes");
            }
            namespace = new String(text, i, nameEnd - i, StandardCharsets.UTF_8);
            i = Math.min(comma + 1, text.length);
        }
        long id = Packet.NO_ACK;
        int idEnd = skipDigits(text, i);
        if (idEnd > i) {
            if (idEnd - i > MAX_ID_DIGITS) {
                throw new WireException(Reason.LIMIT, "an acknowledgement id of too many digits");
            }
            id = number(text, i, idEnd);
            i = idEnd;
        }
        Packet packet = switch (type) {
            case '0' -> {
                Json payload = i == text.length ? null : object(text, i);
                yield new Packet.Connect(namespace, protocol4 ? credentials : payload);
            }
            case '1' -> {
                requireEnd(text, i);
                yield new Packet.Disconnect(namespace);
            }
            case '2', '5' -> event(namespace, id, text, i);
            case '3', '6' -> ack(namespace, id, text, i);
            case '4' -> connectError(namespace, text, i);
            default -> throw new WireException(Reason.MALFORMED, "an unknown packet type");
        };
        if (announced == 0) {
            return packet;
        }
        unfinished = packet;
        missing = announced;
        bytes = length;
        return null;
    }

    @Override
    public @Nullable Packet binary(byte[] data) {
        if (missing == 0) {
            throw new WireException(Reason.UNEXPECTED, "an attachment that no packet announced");
        }
        if (data.length > limits.maxBytes() - bytes) {
            throw new WireException(Reason.LIMIT, "a packet of more than " + limits.maxBytes() + " bytes");
        }
        bytes += data.length;
        if (attachments == null) {
            attachments = new ArrayList<>(missing);
        }
        attachments.add(data);
        if (--missing > 0) {
            return null;
        }
        Packet packet = unfinished;
        unfinished = null;
        List<byte[]> all = List.copyOf(attachments);
        attachments = null;
        if (packet == null) {
            return null;
        }
        if (packet instanceof Packet.Event event) {
            return new Packet.Event(
                    event.namespace(), event.name(), event.args().withAttachments(all, limits), event.ackId());
        }
        if (packet instanceof Packet.Ack ack) {
            return new Packet.Ack(ack.namespace(), ack.ackId(), ack.args().withAttachments(all, limits));
        }
        throw new AssertionError(packet);
    }

    @Override
    public boolean isWaiting() {
        return missing > 0;
    }

    private @Nullable Packet event(String namespace, long id, byte[] text, int from) {
        if (from == text.length) {
            return null; // as Node: an event without any payload is nobody's
        }
        int i = openingBracket(text, from);
        int nameFrom = JsonScanner.skipSpace(text, i, text.length);
        int nameTo = JsonScanner.skipValue(text, nameFrom, text.length, limits);
        boolean string = text[nameFrom] == '"';
        if (nameTo - nameFrom - (string ? 2 : 0) > limits.maxNameLength()) {
            throw new WireException(Reason.LIMIT, "an event name of more than " + limits.maxNameLength() + " bytes");
        }
        String name;
        if (string) {
            name = names.get(text, nameFrom, nameTo);
            if (Packet.RESERVED_EVENTS.contains(name)) {
                throw new WireException(Reason.EVENT_NAME, "a reserved event name");
            }
        } else if (text[nameFrom] == '-' || text[nameFrom] >= '0' && text[nameFrom] <= '9') {
            name = new String(text, nameFrom, nameTo - nameFrom, StandardCharsets.US_ASCII);
        } else {
            throw new WireException(Reason.EVENT_NAME, "an event name expected");
        }
        return new Packet.Event(namespace, name, arguments(text, nameTo), id);
    }

    private Payload arguments(byte[] text, int from) {
        int i = JsonScanner.skipSpace(text, from, text.length);
        if (i < text.length && text[i] == ',') {
            Payload args = Payload.readArray(text, i + 1, text.length, limits, codec);
            if (args.size() == 0) {
                throw new WireException(Reason.MALFORMED, "a value expected behind the comma");
            }
            return args;
        }
        if (i == text.length || text[i] != ']') {
            throw new WireException(Reason.MALFORMED, "',' or ']' expected behind the event name");
        }
        return Payload.readArray(text, i, text.length, limits, codec);
    }

    private @Nullable Packet ack(String namespace, long id, byte[] text, int from) {
        Payload args = from == text.length
                ? Payload.empty()
                : Payload.readArray(text, openingBracket(text, from), text.length, limits, codec);
        return id == Packet.NO_ACK ? null : new Packet.Ack(namespace, id, args);
    }

    // servers of other makes give the words alone, as protocol 4 did, or an object without any
    private Packet connectError(String namespace, byte[] text, int from) {
        if (!ofClient) {
            throw new WireException(Reason.UNEXPECTED, "a packet that only servers send: CONNECT_ERROR");
        }
        if (from == text.length) {
            return new Packet.ConnectError(namespace, "", null);
        }
        Json error = codec.parse(text, from, limits);
        Json message = error.kind() == Json.Kind.STRING ? error : error.get("message");
        String words = message == null ? null : message.string();
        return words == null
                ? new Packet.ConnectError(namespace, "", error)
                : new Packet.ConnectError(namespace, words, error.get("data"));
    }

    private Json object(byte[] text, int from) {
        Json json = codec.parse(text, from, limits);
        if (json.kind() != Json.Kind.OBJECT) {
            throw new WireException(Reason.MALFORMED, "an object expected as CONNECT's payload");
        }
        return json;
    }

    private static int openingBracket(byte[] text, int from) {
        int i = JsonScanner.skipSpace(text, from, text.length);
        if (i == text.length || text[i] != '[') {
            throw new WireException(Reason.MALFORMED, "an array expected as payload");
        }
        return i + 1;
    }

    private static void requireEnd(byte[] text, int from) {
        if (from != text.length) {
            throw new WireException(Reason.MALFORMED, "no payload expected");
        }
    }

    private static int skipDigits(byte[] text, int from) {
        int i = from;
        while (i < text.length && text[i] >= '0' && text[i] <= '9') {
            i++;
        }
        return i;
    }

    private static long number(byte[] text, int from, int to) {
        long number = 0;
        for (int i = from; i < to; i++) {
            number = number * 10 + text[i] - '0';
        }
        return number;
    }
}
