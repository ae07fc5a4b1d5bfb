package io.maru.wire.json;

import io.maru.wire.Dialect;
import io.maru.wire.Encoded;
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
 * The envelope for plain WebSocket clients, specified in {@code docs/protocol.md}: one JSON object a text message,
 * {@code type} is the event, {@code messageId} asks for an answer, and everything beside is the event's single argument.
 * Bytes are strings in base64.
 */
public final class EnvelopeDialect implements Dialect {

    static final String TYPE = "type";
    static final String MESSAGE_ID = "messageId";
    static final String ARGS = "args";
    static final String DATA = "data";
    static final String CALLBACK = "callback";
    static final String OFFSET = "offset";
    static final String ERROR = "error";
    static final String SESSION = "session";

    private final boolean sessions;
    private final WireLimits limits;
    private final JsonCodec codec;
    private final Names names = new Names();

    /**
     * The dialect, for clients that do not come back.
     *
     * @param limits what its decoders take
     * @param codec binds arguments to types
     */
    public EnvelopeDialect(WireLimits limits, JsonCodec codec) {
        this(limits, codec, false);
    }

    /**
     * The dialect.
     *
     * @param limits what its decoders take
     * @param codec binds arguments to types
     * @param sessions whether clients are told their session, and the offset of each event, so that they can come back
     */
    public EnvelopeDialect(WireLimits limits, JsonCodec codec, boolean sessions) {
        this.sessions = sessions;
        this.limits = Objects.requireNonNull(limits, "limits");
        this.codec = Objects.requireNonNull(codec, "codec");
    }

    @Override
    public String name() {
        return sessions ? "json.session" : "json";
    }

    @Override
    public boolean closesOnError() {
        return false;
    }

    @Override
    public PacketDecoder newDecoder(String namespace) {
        return new EnvelopeDecoder(namespace, limits, codec, names, false, false);
    }

    @Override
    public PacketDecoder newClientDecoder(String namespace) {
        return new EnvelopeDecoder(namespace, limits, codec, names, true, sessions);
    }

    @Override
    public @Nullable Encoded encode(Packet packet) {
        if (packet instanceof Packet.Event event) {
            return encode(event);
        }
        if (packet instanceof Packet.Ack ack) {
            Utf8Buffer out = Encoded.newText(64 + ack.args().length());
            out.append("{\"type\":\"callback\",\"messageId\":");
            out.append(ack.ackId());
            if (ack.args().size() == 1) {
                out.append(",\"data\":");
                ack.args().writeInlineTo(out);
            } else if (ack.args().size() > 1) {
                out.append(",\"data\":[");
                ack.args().writeInlineTo(out);
                out.append(']');
            }
            out.append('}');
            return Encoded.of(out, List.of());
        }
        if (packet instanceof Packet.ConnectError error) {
            Utf8Buffer out = beginError(error.message());
            if (error.data() != null) {
                out.append(",\"data\":");
                out.append(error.data().toString().getBytes(StandardCharsets.UTF_8));
            }
            out.append('}');
            return Encoded.of(out, List.of());
        }
        if (packet instanceof Packet.Failure failure) {
            Utf8Buffer out = beginError(failure.message());
            out.append('}');
            return Encoded.of(out, List.of());
        }
        if (sessions && packet instanceof Packet.Connect connect && connect.data() != null) {
            Utf8Buffer out = Encoded.newText(128);
            out.append("{\"type\":\"session\"");
            codec.encode(connect.data()).writeMembersInlineTo(out);
            out.append('}');
            return Encoded.of(out, List.of());
        }
        if (packet instanceof Packet.Connect || packet instanceof Packet.Disconnect) {
            return null; // opening and closing the WebSocket says it
        }
        throw new AssertionError(packet);
    }

    private Encoded encode(Packet.Event event) {
        Payload args = event.args();
        Utf8Buffer out = Encoded.newText(64 + event.name().length() + args.length());
        out.append("{\"type\":");
        JsonCodec.quote(event.name(), out);
        if (event.ackId() != Packet.NO_ACK) {
            out.append(",\"messageId\":");
            out.append(event.ackId());
        }
        String offset = sessions ? event.offset() : null;
        if (offset != null) {
            out.append(",\"offset\":\"");
            out.append(offset);
            out.append('"');
        }
        if (offset == null
                ? args.isObjectWithout(TYPE, MESSAGE_ID, ARGS)
                : args.isObjectWithout(TYPE, MESSAGE_ID, ARGS, OFFSET)) {
            args.writeMembersInlineTo(out);
        } else {
            out.append(",\"args\":[");
            args.writeInlineTo(out);
            out.append(']');
        }
        out.append('}');
        return Encoded.of(out, List.of());
    }

    private static Utf8Buffer beginError(String message) {
        Utf8Buffer out = Encoded.newText(32 + message.length());
        out.append("{\"error\":");
        JsonCodec.quote(message, out);
        return out;
    }
}
