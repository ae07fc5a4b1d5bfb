package io.maru.wire.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.maru.wire.Utf8;
import io.maru.wire.WireException;
import java.util.List;
import java.util.function.Function;

class EngineIo3FuzzTest {

    @FuzzTest
    void readsOrRefuses(byte[] data) {
        holds(data, EngineIo3::decodeBinaryPayload, false);
        holds(data, EngineIo3::decodePayload, true);
    }

    private static void holds(byte[] data, Function<byte[], List<EnginePacket>> decoder, boolean base64) {
        List<EnginePacket> packets;
        try {
            packets = decoder.apply(data);
        } catch (WireException e) {
            return;
        }
        if (packets.isEmpty() || base64 && !Utf8.isValid(data)) {
            return; // no transport lets the latter through
        }
        byte[] written = EngineIo3.encodePayload(packets, base64);
        List<EnginePacket> again =
                EngineIo3.isBinary(written) ? EngineIo3.decodeBinaryPayload(written) : EngineIo3.decodePayload(written);
        assertThat(again)
                .extracting(EnginePacketTest::line)
                .isEqualTo(packets.stream().map(EnginePacketTest::line).toList());
    }
}
