package io.maru.wire.msgpack;

import io.maru.wire.Dialect;
import io.maru.wire.Encoded;
import io.maru.wire.JsonCodec;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.Payload;
import io.maru.wire.WireLimits;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The envelope for plain WebSocket clients as MessagePack, specified in {@code docs/protocol.md}: the members of {@link
 * io.maru.wire.json.EnvelopeDialect}, one map a binary message. Bytes are bytes.
 */
public final class MsgpackEnvelopeDialect implements Dialect {

    static final String TYPE = "type";
    static final String MESSAGE_ID = "messageId";
    static final String ARGS = "args";
    static final String DATA = "data";
    static final String ERROR = "error";
    static final String CALLBACK = "callback";

    static final String SESSION = "session";
    static final String OFFSET = "offset";

    private final boolean sessions;
    private final WireLimits limits;
    private final JsonCodec codec;

    /**
     * The dialect, for clients that do not come back.
     *
     * @param limits what its decoders take
     * @param codec binds arguments to types
     * @throws IllegalStateException when {@code msgpack-core} is not on the class path
     */
    public MsgpackEnvelopeDialect(WireLimits limits, JsonCodec codec) {
        this(limits, codec, false);
    }

    /**
     * The dialect.
     *
     * @param limits what its decoders take
     * @param codec binds arguments to types
     * @param sessions whether clients are told their session, and the offset of each event, so that they can come back
     * @throws IllegalStateException when {@code msgpack-core} is not on the class path
     */
    public MsgpackEnvelopeDialect(WireLimits limits, JsonCodec codec, boolean sessions) {
        MsgpackDialect.requireLibrary();
        this.sessions = sessions;
        this.limits = Objects.requireNonNull(limits, "limits");
        this.codec = Objects.requireNonNull(codec, "codec");
    }

    @Override
    public String name() {
        return sessions ? "msgpack.session" : "msgpack";
    }

    @Override
    public boolean closesOnError() {
        return false;
    }

    @Override
    public PacketDecoder newDecoder(String namespace) {
        return new MsgpackEnvelopeDecoder(namespace, limits, codec, false, false);
    }

    @Override
    public PacketDecoder newClientDecoder(String namespace) {
        return new MsgpackEnvelopeDecoder(namespace, limits, codec, true, sessions);
    }

    @Override
    public @Nullable Encoded encode(Packet packet) {
        if (packet instanceof Packet.Event event) {
            return MsgpackWriter.message(128 + event.args().length(), out -> write(event, out));
        }
        if (packet instanceof Packet.Ack ack) {
            return MsgpackWriter.message(64 + ack.args().length(), out -> write(ack, out));
        }
        if (packet instanceof Packet.ConnectError error) {
            return MsgpackWriter.message(256, out -> write(error, out));
        }
        if (packet instanceof Packet.Failure failure) {
            return MsgpackWriter.message(128, out -> out.map(1).string(ERROR).string(failure.message()));
        }
        if (sessions && packet instanceof Packet.Connect connect && connect.data() != null) {
            Payload session = JsonCodec.standard().encode(connect.data());
            return MsgpackWriter.message(128, out -> writeSession(session, out));
        }
        if (packet instanceof Packet.Connect || packet instanceof Packet.Disconnect) {
            return null; // opening and closing the WebSocket says it
        }
        throw new AssertionError(packet);
    }

    private static void writeSession(Payload session, MsgpackWriter out) throws IOException {
        MsgpackWriter.Values values = out.prepare(session);
        out.map(1 + values.sizeOfFirst()).string(TYPE).string("session");
        values.writeMembers();
    }

    private void write(Packet.Event event, MsgpackWriter out) throws IOException {
        Payload args = event.args();
        boolean asks = event.ackId() != Packet.NO_ACK;
        String offset = sessions ? event.offset() : null;
        boolean fields = offset == null
                ? args.isObjectWithout(TYPE, MESSAGE_ID, ARGS)
                : args.isObjectWithout(TYPE, MESSAGE_ID, ARGS, OFFSET);
        MsgpackWriter.Values values = out.prepare(args);
        out.map(1 + (asks ? 1 : 0) + (offset == null ? 0 : 1) + (fields ? values.sizeOfFirst() : 1));
        out.string(TYPE).string(event.name());
        if (asks) {
            out.string(MESSAGE_ID).integer(event.ackId());
        }
        if (offset != null) {
            out.string(OFFSET).string(offset);
        }
        if (fields) {
            values.writeMembers();
        } else {
            out.string(ARGS).array(args.size());
            values.write();
        }
    }

    private static void write(Packet.Ack ack, MsgpackWriter out) throws IOException {
        Payload args = ack.args();
        out.map(args.size() == 0 ? 2 : 3).string(TYPE).string(CALLBACK);
        out.string(MESSAGE_ID).integer(ack.ackId());
        if (args.size() > 0) {
            out.string(DATA);
            if (args.size() > 1) {
                out.array(args.size());
            }
            out.values(args);
        }
    }

    private static void write(Packet.ConnectError error, MsgpackWriter out) throws IOException {
        out.map(error.data() == null ? 1 : 2).string(ERROR).string(error.message());
        if (error.data() != null) {
            out.string(DATA).value(error.data());
        }
    }
}
