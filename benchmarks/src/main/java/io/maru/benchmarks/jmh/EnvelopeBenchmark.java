package io.maru.benchmarks.jmh;

import static io.maru.benchmarks.jmh.Samples.ATTACHMENT;
import static io.maru.benchmarks.jmh.Samples.CHAT_FIELDS;
import static io.maru.benchmarks.jmh.Samples.some;
import static io.maru.benchmarks.jmh.Samples.utf8;

import io.maru.wire.Encoded;
import io.maru.wire.JsonCodec;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.WireLimits;
import io.maru.wire.json.EnvelopeDialect;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;

/** Reading and writing the envelope of plain clients, without what is in it. */
public class EnvelopeBenchmark extends Measured {

    private final EnvelopeDialect dialect = new EnvelopeDialect(WireLimits.DEFAULTS, JsonCodec.standard());
    private final PacketDecoder decoder = dialect.newDecoder("/");
    private final byte[] eventText = utf8("{\"type\":\"chat\"," + CHAT_FIELDS + "}");
    private final byte[] questionText = utf8("{\"type\":\"chat\",\"messageId\":17," + CHAT_FIELDS + "}");
    private final Packet event = Samples.chat();
    private final Packet ack = new Packet.Ack("/", 17, JsonCodec.standard().encode("ok"));
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
     * An event that wants an answer.
     *
     * @return the packet
     */
    @Benchmark
    public @Nullable Packet decodeEventWithAck() {
        return Samples.read(decoder, questionText);
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
     * An answer.
     *
     * @return the message
     */
    @Benchmark
    public Encoded encodeAck() {
        return some(dialect.encode(ack));
    }

    /**
     * An event with 1 KiB of bytes, which become base64.
     *
     * @return the message
     */
    @Benchmark
    public Encoded encodeBinaryEvent() {
        return some(dialect.encode(binary));
    }
}
