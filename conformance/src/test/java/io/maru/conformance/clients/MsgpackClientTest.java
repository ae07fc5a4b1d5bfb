package io.maru.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.server.RecoveryOptions;
import io.maru.server.ServerOptions;
import io.maru.wire.msgpack.MsgpackDialect;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** MessagePack as other people write it: the official client with its parser, and plain clients; on Node. */
class MsgpackClientTest {

    private static final Duration LIMIT = Duration.ofMinutes(3);

    @ParameterizedTest
    @EnumSource(Way.class)
    void doesAllThatTheOfficialClientCan(Way way) {
        run(
                "client.mjs",
                way,
                "msgpack",
                options -> options.parser(MsgpackDialect::new)
                        .engine(engine ->
                                engine.pingInterval(Duration.ofSeconds(1)).pingTimeout(Duration.ofSeconds(3))));
    }

    @Test
    void givesTheOfficialClientItsSessionBack() {
        try (LabServer lab = new LabServer(
                options -> options.recovery(RecoveryOptions.DEFAULTS).parser(MsgpackDialect::new))) {
            NodeScripts.run("recovery.mjs", LIMIT, lab.url(), "upgrade", "msgpack");

            assertThat(lab.server().stats().recovery().recovered()).isEqualTo(7);
        }
    }

    @Test
    void isTheEnvelopeBesideClientsThatSpeakText() {
        run("envelopes.mjs", Way.WEBSOCKET, "text", options -> {});
    }

    @Test
    void isTheEnvelopeBesideTheOfficialClientsParser() {
        run("envelopes.mjs", Way.WEBSOCKET, "msgpack", options -> options.parser(MsgpackDialect::new));
    }

    private static void run(String script, Way way, String notation, Consumer<ServerOptions.Builder> options) {
        try (LabServer lab = new LabServer(options)) {
            NodeScripts.run(script, LIMIT, lab.url(), way.name().toLowerCase(Locale.ROOT), notation);

            lab.awaitNobody();
        }
    }
}
