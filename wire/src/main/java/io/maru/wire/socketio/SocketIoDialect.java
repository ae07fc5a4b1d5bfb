package io.maru.wire.socketio;

import io.maru.wire.Dialect;
import io.maru.wire.Encoded;
import io.maru.wire.Json;
import io.maru.wire.JsonCodec;
import io.maru.wire.Names;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.Payload;
import io.maru.wire.Utf8Buffer;
import io.maru.wire.WireLimits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The default parser of Socket.IO:
 * <a href="https://github.com/socketio/socket.io/blob/main/docs/socket.io-protocol/v5-current.md#packet-encoding">{@code
 * <type>[<attachments>-][<namespace>,][<ack id>][JSON]}</a>. Of
 * <a href="https://github.com/socketio/socket.io/blob/main/docs/socket.io-protocol/v4.md">protocol 4</a>, which clients of
 * Socket.IO 2 speak, events and answers are the same; how a client enters a namespace is not.
 */
public final class SocketIoDialect implements Dialect {

    private final WireLimits limits;
    private final JsonCodec codec;
    private final Names names = new Names();
    private final boolean protocol4;

    /**
     * The dialect.
     *
     * @param limits what its decoders take
     * @param codec binds arguments to types
     */
    public SocketIoDialect(WireLimits limits, JsonCodec codec) {
        this(limits, codec, false);
    }

    private SocketIoDialect(WireLimits limits, JsonCodec codec, boolean protocol4) {
        this.limits = Objects.requireNonNull(limits, "limits");
        this.codec = Objects.requireNonNull(codec, "codec");
        this.protocol4 = protocol4;
    }

    /**
     * The dialect of clients of Socket.IO 2. A CONNECT has its credentials in the query of the namespace, its answer says
     * nothing more, and a refusal is the data alone, or the message when there is none.
     *
     * @param limits what its decoders take; the query counts as part of the packet, not of the namespace's name
     * @param codec binds arguments to types
     * @return the dialect
     */
    public static SocketIoDialect ofProtocol4(WireLimits limits, JsonCodec codec) {
        return new SocketIoDialect(limits, codec, true);
    }

    @Override
    public String name() {
        return protocol4 ? "socket.io-2" : "socket.io";
    }

    @Override
    public boolean closesOnError() {
        return true;
    }

    @Override
    public PacketDecoder newDecoder(String namespace) {
        return new SocketIoDecoder(namespace, limits, codec, names, protocol4, false);
    }

    @Override
    public PacketDecoder newClientDecoder(String namespace) {
        return new SocketIoDecoder(namespace, limits, codec, names, protocol4, true);
    }

    @Override
    public @Nullable Encoded encode(Packet packet) {
        if (packet instanceof Packet.Event event) {
            return encode(event);
        }
        if (packet instanceof Packet.Ack ack) {
            return encode(ack);
        }
        if (packet instanceof Packet.Connect connect) {
            Utf8Buffer out = begin('0', 0, connect.namespace(), 64);
            appendJson(out, protocol4 ? null : connect.data());
            return Encoded.of(out, List.of());
        }
        if (packet instanceof Packet.Disconnect disconnect) {
            return Encoded.of(begin('1', 0, disconnect.namespace(), 0), List.of());
        }
        if (packet instanceof Packet.ConnectError error) {
            return encode(error);
        }
        if (packet instanceof Packet.Failure) {
            return null;
        }
        throw new AssertionError(packet);
    }

    private Encoded encode(Packet.ConnectError error) {
        Utf8Buffer out = begin('4', 0, error.namespace(), 64);
        if (protocol4) {
            if (error.data() == null) {
                JsonCodec.quote(error.message(), out);
            }
            appendJson(out, error.data());
            return Encoded.of(out, List.of());
        }
        out.append("{\"message\":");
        JsonCodec.quote(error.message(), out);
        if (error.data() != null) {
            out.append(",\"data\":");
            appendJson(out, error.data());
        }
        out.append('}');
        return Encoded.of(out, List.of());
    }

    private Encoded encode(Packet.Event event) {
        Payload args = event.args();
        int attachments = args.attachments().size();
        Utf8Buffer out = begin(attachments == 0 ? '2' : '5', attachments, event.namespace(), 64 + args.length());
        if (event.ackId() != Packet.NO_ACK) {
            out.append(event.ackId());
        }
        out.append('[');
        JsonCodec.quote(event.name(), out);
        if (args.size() > 0) {
            out.append(',');
            args.writeTo(out);
        }
        if (event.offset() != null && !protocol4) {
            out.append(",\"");
            out.append(event.offset());
            out.append('"');
        }
        out.append(']');
        return Encoded.of(out, args.attachments());
    }

    private static Encoded encode(Packet.Ack ack) {
        Payload args = ack.args();
        int attachments = args.attachments().size();
        Utf8Buffer out = begin(attachments == 0 ? '3' : '6', attachments, ack.namespace(), 32 + args.length());
        out.append(ack.ackId());
        out.append('[');
        args.writeTo(out);
        out.append(']');
        return Encoded.of(out, args.attachments());
    }

    private static Utf8Buffer begin(char type, int attachments, String namespace, int more) {
        Utf8Buffer out = Encoded.newText(8 + namespace.length() + more);
        out.append(type);
        if (attachments > 0) {
            out.append(attachments);
            out.append('-');
        }
        if (!namespace.equals("/")) {
            out.appendText(namespace);
            out.append(',');
        }
        return out;
    }

    private static void appendJson(Utf8Buffer out, @Nullable Json json) {
        if (json != null) {
            out.append(json.toString().getBytes(StandardCharsets.UTF_8));
        }
    }
}
