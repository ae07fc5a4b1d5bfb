package io.maru.benchmarks.jmh;

import static io.maru.benchmarks.jmh.Samples.ATTACHMENT;
import static io.maru.benchmarks.jmh.Samples.CHAT;
import static io.maru.benchmarks.jmh.Samples.CHAT_OBJECT;
import static io.maru.benchmarks.jmh.Samples.some;
import static io.maru.benchmarks.jmh.Samples.utf8;

import io.maru.wire.Encoded;
import io.maru.wire.JsonCodec;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.WireLimits;
import io.maru.wire.socketio.SocketIoDialect;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;

/** Reading and writing Socket.IO packets, without what is in them. */
public class SocketIoBenchmark extends Measured {

    private final SocketIoDialect dialect = new SocketIoDialect(WireLimits.DEFAULTS, JsonCodec.standard());
    private final PacketDecoder decoder = dialect.newDecoder("/");
    private final byte[] eventText = utf8("2[\"chat\"," + CHAT_OBJECT + "]");
    private final byte[] ackText = utf8("317[\"ok\",12]");
    private final byte[] binaryText = utf8("51-[\"image\",{\"_placeholder\":true,\"num\":0}]");
    private final Packet event = Samples.chat();
    private final Packet ack = new Packet.Ack("/", 17, JsonCodec.standard().encode("ok", 12));
    private final Packet binary =
            new Packet.Event("/", "image", JsonCodec.standard().encode((Object) ATTACHMENT), Packet.NO_ACK);

    /**
     * An event.
     *
     * @return the packet
     */
    @Benchmark
    public @Nullable Packet decodeEvent() {
        return Samples.read(decoder, eventText);
    }

    /**
     * An answer.
     *
     * @return the packet
     */
    @Benchmark
    public @Nullable Packet decodeAck() {
        return Samples.read(decoder, ackText);
    }

    /**
     * An event with an attachment of 1 KiB.
     *
     * @return the packet
     */
    @Benchmark
    public @Nullable Packet decodeBinaryEvent() {
        Samples.read(decoder, binaryText);
        return decoder.binary(ATTACHMENT.clone());
    }

    /**
     * An event whose arguments are text, as when one goes on that came.
     *
     * @return the message
     */
    @Benchmark
    public Encoded encodeEvent() {
        return some(dialect.encode(event));
    }

    /**
     * An event whose argument is a record.
     *
     * @return the message
     */
    @Benchmark
    public Encoded encodeEventOfRecord() {
        return some(dialect.encode(Samples.chat(JsonCodec.standard().encode(CHAT))));
    }

    /**
     * An answer.
     *
     * @return the message
     */
    @Benchmark
    public Encoded encodeAck() {
        return some(dialect.encode(ack));
    }

    /**
     * An event with an attachment.
     *
     * @return the message
     */
    @Benchmark
    public Encoded encodeBinaryEvent() {
        return some(dialect.encode(binary));
    }
}
