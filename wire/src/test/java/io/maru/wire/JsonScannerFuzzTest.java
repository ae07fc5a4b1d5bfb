package io.maru.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

class JsonScannerFuzzTest {

    @FuzzTest
    void agreesWithJackson(byte[] data) {
        if (!Utf8.isValid(data)) {
            return;
        }
        String text = new String(data, StandardCharsets.UTF_8);
        boolean accepted;
        try {
            accepted = JacksonOracle.scannerAccepts(text);
        } catch (WireException e) {
            return; // a limit, which Jackson does not have
        }
        assertThat(accepted).isEqualTo(JacksonOracle.accepts(text));
    }
}
