package io.maru.wire.msgpack;

import io.maru.wire.Json;
import io.maru.wire.JsonCodec;
import io.maru.wire.Names;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.Payload;
import io.maru.wire.WireException;
import io.maru.wire.WireException.Reason;
import io.maru.wire.WireLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.msgpack.value.ValueType;

/**
 * Reads Socket.IO packets that are MessagePack. What it takes is what {@code socket.io-msgpack-parser} takes, less names that
 * no event may have. Members that it does not know are passed over: the official client sends {@code options}.
 */
final class MsgpackDecoder implements PacketDecoder {

    private final WireLimits limits;
    private final JsonCodec codec;
    private final Names names;
    private final boolean ofClient;

    MsgpackDecoder(WireLimits limits, JsonCodec codec, Names names, boolean ofClient) {
        this.ofClient = ofClient;
        this.limits = limits;
        this.codec = codec;
        this.names = names;
    }

    /**
     * The member {@code data}, as JSON: one value, or those of an array.
     *
     * @param size the number of the array's elements, or -1 when it is none
     * @param first what the array's first element is
     * @param from where it begins; of an array its first element
     * @param firstTo where the array's first element ends
     * @param to where it ends
     */
    private record Data(int size, @Nullable ValueType first, int from, int firstTo, int to) {}

    @Override
    public Packet text(byte[] utf8, int from) {
        throw new WireException(Reason.MALFORMED, "a binary message expected");
    }

    @Override
    public @Nullable Packet binary(byte[] message) {
        return MsgpackReader.read(message, limits, codec, this::read);
    }

    @Override
    public boolean isWaiting() {
        return false;
    }

    private @Nullable Packet read(MsgpackReader in) throws IOException {
        long type = -1;
        long id = Packet.NO_ACK;
        String namespace = null;
        Data data = null;
        for (int members = in.members(); members > 0; members--) {
            String name = in.name();
            if (in.undefined()) {
                continue;
            }
            switch (name) {
                case MsgpackDialect.TYPE -> type = in.integer();
                case MsgpackDialect.ID -> id = id(in);
                case MsgpackDialect.NAMESPACE -> namespace = namespace(in);
                case MsgpackDialect.DATA -> {
                    if (data != null) {
                        throw new WireException(Reason.MALFORMED, "data expected once");
                    }
                    data = data(in);
                }
                default -> in.skip();
            }
        }
        in.end();
        if (namespace == null) {
            throw new WireException(Reason.MALFORMED, "a namespace expected");
        }
        if (type == MsgpackDialect.CONNECT) {
            return new Packet.Connect(namespace, data == null ? null : object(in, data));
        } else if (type == MsgpackDialect.DISCONNECT) {
            if (data != null) {
                throw new WireException(Reason.MALFORMED, "no data expected");
            }
            return new Packet.Disconnect(namespace);
        } else if (type == MsgpackDialect.EVENT) {
            return event(in, namespace, id, array(data));
        } else if (type == MsgpackDialect.ACK) {
            Data answer = array(data);
            Payload args = in.payload(answer.from, answer.to, answer.size);
            return id == Packet.NO_ACK ? null : new Packet.Ack(namespace, id, args);
        } else if (type == MsgpackDialect.CONNECT_ERROR) {
            if (ofClient) {
                return connectError(in, namespace, data);
            }
            throw new WireException(Reason.UNEXPECTED, "a packet that only servers send: CONNECT_ERROR");
        }
        throw new WireException(Reason.MALFORMED, "a packet type from 0 to 4 expected");
    }

    private static long id(MsgpackReader in) throws IOException {
        long id = in.integer();
        if (id == Packet.NO_ACK) {
            throw new WireException(Reason.MALFORMED, "an integer of at most 18 digits expected as id");
        }
        return id;
    }

    private String namespace(MsgpackReader in) throws IOException {
        if (in.type() != ValueType.STRING) {
            throw new WireException(Reason.MALFORMED, "a string expected as namespace");
        }
        String namespace = in.stringOf(limits.maxNameLength());
        if (namespace == null) {
            throw new WireException(Reason.LIMIT, "a namespace of more than " + limits.maxNameLength() + " bytes");
        }
        return namespace;
    }

    // an argument counts its depth from itself on, as in the text that Socket.IO's own parser writes
    private Data data(MsgpackReader in) throws IOException {
        int from = in.at();
        if (in.type() != ValueType.ARRAY) {
            in.value(limits.maxDepth());
            return new Data(-1, null, from, in.at(), in.at());
        }
        int size = in.elements();
        ValueType first = null;
        int firstTo = from;
        for (int i = 0; i < size; i++) {
            if (i == 0) {
                first = in.type();
            } else {
                in.json().append(',');
            }
            in.value(limits.maxDepth());
            firstTo = i == 0 ? in.at() : firstTo;
        }
        return new Data(size, first, from, firstTo, in.at());
    }

    private static Data array(@Nullable Data data) {
        if (data == null || data.size < 0) {
            throw new WireException(Reason.MALFORMED, "an array expected as data");
        }
        return data;
    }

    // as of text: words alone, or an object with words or without any
    private static Packet connectError(MsgpackReader in, String namespace, @Nullable Data data) {
        Json error = data == null || data.size >= 0
                ? null
                : in.payload(data.from, data.to, 1).get(0);
        if (error == null) {
            return new Packet.ConnectError(namespace, "", null);
        }
        Json message = error.kind() == Json.Kind.STRING ? error : error.get("message");
        String words = message == null ? null : message.string();
        return words == null
                ? new Packet.ConnectError(namespace, "", error)
                : new Packet.ConnectError(namespace, words, error.get("data"));
    }

    private static Json object(MsgpackReader in, Data data) {
        Json value = data.size < 0 ? in.payload(data.from, data.to, 1).get(0) : null;
        if (value == null || value.kind() != Json.Kind.OBJECT) {
            throw new WireException(Reason.MALFORMED, "an object expected as CONNECT's data");
        }
        return value;
    }

    private Packet event(MsgpackReader in, String namespace, long id, Data data) {
        boolean string = data.first == ValueType.STRING;
        if (!string && data.first != ValueType.INTEGER && data.first != ValueType.FLOAT) {
            throw new WireException(Reason.EVENT_NAME, "an event name expected");
        }
        byte[] json = in.text();
        int length = data.firstTo - data.from - (string ? 2 : 0);
        if (length > limits.maxNameLength()) {
            throw new WireException(Reason.LIMIT, "an event name of more than " + limits.maxNameLength() + " bytes");
        }
        String name = string
                ? names.get(json, data.from, data.firstTo)
                : new String(json, data.from, data.firstTo - data.from, StandardCharsets.US_ASCII);
        if (Packet.RESERVED_EVENTS.contains(name)) {
            throw new WireException(Reason.EVENT_NAME, "a reserved event name");
        }
        int argsFrom = data.size == 1 ? data.to : data.firstTo + 1;
        return new Packet.Event(namespace, name, in.payload(argsFrom, data.to, data.size - 1), id);
    }
}
