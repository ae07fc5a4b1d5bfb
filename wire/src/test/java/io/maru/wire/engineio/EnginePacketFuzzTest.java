package io.maru.wire.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.maru.wire.Utf8;
import io.maru.wire.WireException;
import java.nio.charset.StandardCharsets;
import java.util.List;

class EnginePacketFuzzTest {

    @FuzzTest
    void readsOrRefuses(byte[] data) {
        List<EnginePacket> packets;
        try {
            packets = EnginePacket.decodePayload(data);
        } catch (WireException e) {
            return;
        }
        assertThat(packets).isNotEmpty();
        if (Utf8.isValid(data)) {
            byte[] written = EnginePacketTest.encode(packets).getBytes(StandardCharsets.UTF_8);
            assertThat(EnginePacket.decodePayload(written))
                    .extracting(EnginePacketTest::line)
                    .isEqualTo(packets.stream().map(EnginePacketTest::line).toList());
        }
    }
}
