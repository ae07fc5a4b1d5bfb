package io.maru.wire.msgpack;

import io.maru.wire.Dialect;
import io.maru.wire.Encoded;
import io.maru.wire.JsonCodec;
import io.maru.wire.Names;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.WireLimits;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The parser of the npm package <a
 * href="https://github.com/socketio/socket.io-msgpack-parser">{@code socket.io-msgpack-parser}</a>: each packet is one
 * binary message, a map of {@code type}, {@code data}, {@code nsp} and {@code id}. Bytes stand where they belong, so there
 * are neither placeholders nor attachments behind.
 *
 * <p>Arguments become JSON when they come, and MessagePack again when they go, so that they can go to clients of any
 * dialect. It is a {@link io.maru.wire.Parser}: {@code options.parser(MsgpackDialect::new)}.
 */
public final class MsgpackDialect implements Dialect {

    static final String TYPE = "type";
    static final String DATA = "data";
    static final String NAMESPACE = "nsp";
    static final String ID = "id";

    static final int CONNECT = 0;
    static final int DISCONNECT = 1;
    static final int EVENT = 2;
    static final int ACK = 3;
    static final int CONNECT_ERROR = 4;

    private static final String LIBRARY = "org.msgpack.core.MessagePack";

    private final WireLimits limits;
    private final JsonCodec codec;
    private final Names names = new Names();

    /**
     * The dialect.
     *
     * @param limits what its decoders take
     * @param codec binds arguments to types
     * @throws IllegalStateException when {@code msgpack-core} is not on the class path
     */
    public MsgpackDialect(WireLimits limits, JsonCodec codec) {
        requireLibrary();
        this.limits = Objects.requireNonNull(limits, "limits");
        this.codec = Objects.requireNonNull(codec, "codec");
    }

    /**
     * Whether what reads and writes MessagePack is there.
     *
     * @return true when {@code org.msgpack:msgpack-core} is on the class path
     */
    public static boolean isAvailable() {
        try {
            Class.forName(LIBRARY, false, MsgpackDialect.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    static void requireLibrary() {
        if (!isAvailable()) {
            throw new IllegalStateException(
                    "MessagePack needs org.msgpack:msgpack-core (0.9.12 or newer) on the class path");
        }
    }

    @Override
    public String name() {
        return "socket.io-msgpack";
    }

    @Override
    public boolean closesOnError() {
        return true;
    }

    @Override
    public PacketDecoder newDecoder(String namespace) {
        return new MsgpackDecoder(limits, codec, names, false);
    }

    @Override
    public PacketDecoder newClientDecoder(String namespace) {
        return new MsgpackDecoder(limits, codec, names, true);
    }

    @Override
    public @Nullable Encoded encode(Packet packet) {
        if (packet instanceof Packet.Event event) {
            return MsgpackWriter.message(128 + event.args().length(), out -> write(event, out));
        }
        if (packet instanceof Packet.Ack ack) {
            return MsgpackWriter.message(64 + ack.args().length(), out -> write(ack, out));
        }
        if (packet instanceof Packet.Connect connect) {
            return MsgpackWriter.message(128, out -> write(connect, out));
        }
        if (packet instanceof Packet.Disconnect) {
            return MsgpackWriter.message(
                    64, out -> begin(DISCONNECT, 2, out).string(NAMESPACE).string(packet.namespace()));
        }
        if (packet instanceof Packet.ConnectError error) {
            return MsgpackWriter.message(256, out -> write(error, out));
        }
        if (packet instanceof Packet.Failure) {
            return null;
        }
        throw new AssertionError(packet);
    }

    private static void write(Packet.Event event, MsgpackWriter out) throws IOException {
        boolean asks = event.ackId() != Packet.NO_ACK;
        begin(EVENT, asks ? 4 : 3, out);
        out.string(DATA).array(1 + event.args().size() + (event.offset() == null ? 0 : 1));
        out.string(event.name()).values(event.args());
        if (event.offset() != null) {
            out.string(event.offset());
        }
        out.string(NAMESPACE).string(event.namespace());
        if (asks) {
            out.string(ID).integer(event.ackId());
        }
    }

    private static void write(Packet.Ack ack, MsgpackWriter out) throws IOException {
        begin(ACK, 4, out);
        out.string(DATA).array(ack.args().size()).values(ack.args());
        out.string(NAMESPACE).string(ack.namespace());
        out.string(ID).integer(ack.ackId());
    }

    private static void write(Packet.Connect connect, MsgpackWriter out) throws IOException {
        begin(CONNECT, connect.data() == null ? 2 : 3, out);
        if (connect.data() != null) {
            out.string(DATA).value(connect.data());
        }
        out.string(NAMESPACE).string(connect.namespace());
    }

    private static void write(Packet.ConnectError error, MsgpackWriter out) throws IOException {
        begin(CONNECT_ERROR, 3, out);
        out.string(DATA).map(error.data() == null ? 1 : 2);
        out.string("message").string(error.message());
        if (error.data() != null) {
            out.string(DATA).value(error.data());
        }
        out.string(NAMESPACE).string(error.namespace());
    }

    private static MsgpackWriter begin(int type, int members, MsgpackWriter out) throws IOException {
        return out.map(members).string(TYPE).integer(type);
    }
}
