package io.maru.wire.msgpack;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.maru.wire.Dialect;
import io.maru.wire.FuzzedConversation;
import io.maru.wire.JsonCodec;
import io.maru.wire.Packet;
import io.maru.wire.WireException;
import io.maru.wire.WireLimits;

class MsgpackFuzzTest {

    private static final WireLimits MORE = new WireLimits(10_000_000, 10, 520, 1_000, 1_000);

    @FuzzTest
    void readsPacketsOrRefuses(byte[] message) {
        hold(
                new MsgpackDialect(WireLimits.DEFAULTS, JsonCodec.standard()),
                new MsgpackDialect(MORE, JsonCodec.standard()),
                message);
    }

    @FuzzTest
    void readsEnvelopesOrRefuses(byte[] message) {
        hold(
                new MsgpackEnvelopeDialect(WireLimits.DEFAULTS, JsonCodec.standard()),
                new MsgpackEnvelopeDialect(MORE, JsonCodec.standard()),
                message);
    }

    private static void hold(Dialect dialect, Dialect roomy, byte[] message) {
        Packet packet;
        try {
            packet = dialect.newDecoder("/").binary(message);
        } catch (WireException e) {
            assertThat(e.getMessage()).isNotEmpty();
            return;
        }
        if (packet != null) {
            FuzzedConversation.survives(packet, roomy);
        }
    }
}
