package io.maru.wire.socketio;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.maru.wire.FuzzedConversation;
import io.maru.wire.JsonCodec;
import io.maru.wire.WireLimits;

class SocketIoFuzzTest {

    private static final SocketIoDialect DIALECT = new SocketIoDialect(WireLimits.DEFAULTS, JsonCodec.standard());
    private static final SocketIoDialect ROOMY = new SocketIoDialect(FuzzedConversation.roomy(), JsonCodec.standard());

    @FuzzTest
    void readsOrRefuses(byte[] data) {
        FuzzedConversation.hold(DIALECT, ROOMY, data);
    }
}
