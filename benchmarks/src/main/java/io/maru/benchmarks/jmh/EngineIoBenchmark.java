package io.maru.benchmarks.jmh;

import static io.maru.benchmarks.jmh.Samples.CHAT_OBJECT;
import static io.maru.benchmarks.jmh.Samples.utf8;

import io.maru.wire.engineio.EnginePacket;
import java.util.Collections;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;

/** Reading Engine.IO packets. Over WebSocket they are written as a digit in the frame: see {@link FramesBenchmark}. */
public class EngineIoBenchmark extends Measured {

    private static final String PACKET = "42[\"chat\"," + CHAT_OBJECT + "]";

    private final byte[] message = utf8(PACKET);
    private final byte[] payload =
            utf8(String.join(String.valueOf(EnginePacket.SEPARATOR), Collections.nCopies(16, PACKET)));

    /**
     * A message over WebSocket.
     *
     * @return the packet
     */
    @Benchmark
    public EnginePacket decode() {
        return EnginePacket.decode(message);
    }

    /**
     * A POST with 16 messages.
     *
     * @return the packets
     */
    @Benchmark
    public List<EnginePacket> decodePayloadOf16() {
        return EnginePacket.decodePayload(payload);
    }
}
