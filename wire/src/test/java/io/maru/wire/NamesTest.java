package io.maru.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The same name, and as a rule the same string. */
class NamesTest {

    private final Names names = new Names();

    private String get(String json) {
        byte[] text = (" " + json + " ").getBytes(StandardCharsets.UTF_8);
        return names.get(text, 1, text.length - 1);
    }

    @Test
    void makesANameOnce() {
        assertThat(get("\"chat\"")).isEqualTo("chat").isSameAs(get("\"chat\""));
    }

    @Test
    void givesEachNameHoweverManyThereAre() {
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 5_000; i++) {
                assertThat(get("\"name " + i + "\"")).isEqualTo("name " + i);
            }
        }
    }

    @Test
    void resolvesEscapesAndKnowsOtherLetters() {
        for (int i = 0; i < 2; i++) {
            assertThat(get("\"\\u0063hat\"")).isEqualTo("chat");
            assertThat(get("\"대화\"")).isEqualTo("대화");
            assertThat(get("\"\"")).isEmpty();
            assertThat(get("\"" + "x".repeat(1000) + "\"")).hasSize(1000);
        }
    }
}
