package io.maru.wire.json;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.maru.wire.FuzzedConversation;
import io.maru.wire.JsonCodec;
import io.maru.wire.WireLimits;

class EnvelopeFuzzTest {

    private static final EnvelopeDialect DIALECT = new EnvelopeDialect(WireLimits.DEFAULTS, JsonCodec.standard());
    private static final EnvelopeDialect ROOMY = new EnvelopeDialect(FuzzedConversation.roomy(), JsonCodec.standard());

    @FuzzTest
    void readsOrRefuses(byte[] data) {
        FuzzedConversation.hold(DIALECT, ROOMY, data);
    }
}
