package io.maru.server.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is agreed on with clients that offer compression. */
class DeflateTermsTest {

    private static final DeflateOptions ALONE = DeflateOptions.DEFAULTS;
    private static final DeflateOptions TAKEOVER = ALONE.withTakeover(true, true);

    private static String answer(DeflateOptions options, String... headers) {
        DeflateTerms terms = DeflateTerms.of(List.of(headers), options);
        return terms == null ? "none" : terms.answer();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "permessage-deflate | permessage-deflate",
                "permessage-deflate; client_max_window_bits | permessage-deflate",
                "permessage-deflate; client_max_window_bits=9 | permessage-deflate",
                "permessage-deflate; client_no_context_takeover | permessage-deflate; client_no_context_takeover",
                "permessage-deflate;server_no_context_takeover | permessage-deflate; server_no_context_takeover",
                "permessage-deflate; server_max_window_bits=15 | permessage-deflate; server_max_window_bits=15",
                "permessage-deflate; server_max_window_bits=\"10\""
                        + " | permessage-deflate; server_no_context_takeover; server_max_window_bits=10",
                "x, permessage-deflate ;  client_max_window_bits = 8 | permessage-deflate",
                "permessage-deflate; server_max_window_bits=7, permessage-deflate; client_no_context_takeover"
                        + " | permessage-deflate; client_no_context_takeover",
                "permessage-deflate; mux | none",
                "permessage-deflate; server_max_window_bits | none",
                "permessage-deflate; server_max_window_bits=16 | none",
                "permessage-deflate; server_max_window_bits=08 | none",
                "permessage-deflate; server_max_window_bits=x | none",
                "permessage-deflate; client_max_window_bits=7 | none",
                "permessage-deflate; server_no_context_takeover=1 | none",
                "permessage-deflate; server_no_context_takeover=\"\" | none",
                "permessage-deflate; server_no_context_takeover; server_no_context_takeover | none",
                "permessage-deflate; | none",
                "x-webkit-deflate-frame | none",
                "'' | none",
            })
    void areThoseOfTheFirstOfferThatCanBeTaken(String offers, String answer) {
        assertThat(answer(TAKEOVER, offers)).isEqualTo(answer);
    }

    @Test
    void areTakenFromSeveralHeaders() {
        assertThat(answer(TAKEOVER)).isEqualTo("none");
        assertThat(answer(TAKEOVER, "a", "permessage-deflate; x", "permessage-deflate"))
                .isEqualTo("permessage-deflate");
    }

    @ParameterizedTest
    @CsvSource({"false, false", "true, false", "false, true"})
    void letNobodyTakeAContextOverUnlessTheServerIsToldSo(boolean server, boolean client) {
        String answer = answer(ALONE.withTakeover(server, client), "permessage-deflate; client_max_window_bits");
        assertThat(answer)
                .isEqualTo("permessage-deflate" + (server ? "" : "; server_no_context_takeover")
                        + (client ? "" : "; client_no_context_takeover"));
    }

    @Test
    void limitWhatIsSentCompressedToAClientWithANarrowWindow() {
        assertThat(new DeflateTerms(false, false, 0).longest()).isEqualTo(Integer.MAX_VALUE);
        assertThat(new DeflateTerms(false, false, 15).longest()).isEqualTo(Integer.MAX_VALUE);
        assertThat(new DeflateTerms(false, false, 14).longest()).isEqualTo(16_384);
        assertThat(new DeflateTerms(false, false, 8).longest()).isEqualTo(256);
    }

    @Test
    void comeOfOptionsThatMakeSense() {
        assertThatThrownBy(() -> ALONE.withThreshold(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("threshold above zero expected: 0");
        assertThatThrownBy(() -> ALONE.withLevel(10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a level from 1 to 9 expected: 10");
    }
}
