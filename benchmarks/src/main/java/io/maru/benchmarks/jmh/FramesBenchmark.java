package io.maru.benchmarks.jmh;

import static io.maru.benchmarks.jmh.Samples.some;

import io.maru.wire.Encoded;
import io.maru.wire.Encoded.Framing;
import io.maru.wire.JsonCodec;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.WireLimits;
import io.maru.wire.json.EnvelopeDialect;
import io.maru.wire.socketio.SocketIoDialect;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.Objects;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** Writing one message to many, without sockets: what a delivery costs beside rooms and system calls. */
public class FramesBenchmark extends Measured {

    private static final int RECEIVERS = 1000;

    private final ByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;
    private final SocketIoDialect socketIo = new SocketIoDialect(WireLimits.DEFAULTS, JsonCodec.standard());
    private final EnvelopeDialect envelope = new EnvelopeDialect(WireLimits.DEFAULTS, JsonCodec.standard());
    private final PacketDecoder decoder = socketIo.newDecoder("/");
    private final byte[] came = Samples.utf8("2[\"chat\"," + Samples.CHAT_OBJECT + "]");
    private final Encoded small = some(socketIo.encode(Samples.chat()));
    private final Encoded large = Encoded.text("x".repeat(16 * 1024));
    private final ByteBuf[] turns = new ByteBuf[RECEIVERS];

    /** Gives each receiver the buffer of its turn. */
    @Setup
    public void open() {
        for (int i = 0; i < RECEIVERS; i++) {
            turns[i] = allocator.directBuffer(512);
        }
    }

    /** Releases all. */
    @TearDown
    public void close() {
        for (ByteBuf turn : turns) {
            turn.release();
        }
        large.release();
    }

    /**
     * A small message, copied into the buffer of one receiver.
     *
     * @return the buffer
     */
    @Benchmark
    public ByteBuf copy() {
        ByteBuf turn = turns[0].clear();
        small.writeFrames(Framing.ENGINE_IO, turn);
        return turn;
    }

    /**
     * A message of 16 KiB, lent to one receiver.
     *
     * @return whether the buffer was his alone
     */
    @Benchmark
    public boolean share() {
        return large.sharedFrames(Framing.PLAIN, allocator).release();
    }

    /**
     * One chat message read, written in both dialects and copied into the buffers of 1000 receivers, every other one of
     * whom is a plain client; for each of them.
     */
    @Benchmark
    @OperationsPerInvocation(RECEIVERS)
    public void relayTo1000() {
        Packet packet = Objects.requireNonNull(Samples.read(decoder, came));
        Encoded first = some(socketIo.encode(packet));
        Encoded second = some(envelope.encode(packet));
        for (int i = 0; i < RECEIVERS; i += 2) {
            first.writeFrames(Framing.ENGINE_IO, turns[i].clear());
            second.writeFrames(Framing.PLAIN, turns[i + 1].clear());
        }
        first.release();
        second.release();
    }
}
