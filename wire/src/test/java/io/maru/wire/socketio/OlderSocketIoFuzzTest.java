package io.maru.wire.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.maru.wire.JsonCodec;
import io.maru.wire.Packet;
import io.maru.wire.Utf8;
import io.maru.wire.WireException;
import io.maru.wire.WireLimits;

class OlderSocketIoFuzzTest {

    private static final SocketIoDialect DIALECT =
            SocketIoDialect.ofProtocol4(WireLimits.DEFAULTS, JsonCodec.standard());

    @FuzzTest
    void readsOrRefuses(byte[] data) {
        if (!Utf8.isValid(data)) {
            return; // no transport lets it through
        }
        Packet packet;
        try {
            packet = DIALECT.newDecoder("/").text(data.clone());
        } catch (WireException e) {
            return;
        }
        if (packet instanceof Packet.Connect connect && connect.data() != null) {
            assertThat(connect.namespace()).doesNotContain("?");
            assertThat(connect.data().fields().values())
                    .allSatisfy(value -> assertThat(value.string()).isNotNull());
        }
    }
}
