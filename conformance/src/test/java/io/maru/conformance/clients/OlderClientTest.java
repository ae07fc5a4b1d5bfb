package io.maru.conformance.clients;

import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The official JavaScript client of Socket.IO 2, on Node and in a browser; the scripts say what it does. */
class OlderClientTest {

    private static final Duration LIMIT = Duration.ofMinutes(3);

    @ParameterizedTest
    @EnumSource(Way.class)
    void doesAllThatItCan(Way way) {
        try (LabServer lab = new LabServer(options -> options.engine(engine ->
                engine.allowEngineIo3(true).pingInterval(Duration.ofSeconds(1)).pingTimeout(Duration.ofSeconds(3))))) {
            NodeScripts.run("older.mjs", LIMIT, lab.url(), way.name().toLowerCase(Locale.ROOT));

            lab.awaitNobody();
        }
    }

    @Test
    void pollsWithBytesAndByJsonpInABrowser() {
        try (LabServer lab = new LabServer(
                options -> options.engine(engine -> engine.allowEngineIo3(true).allowJsonp(true)))) {
            NodeScripts.run(
                    "older-page.mjs",
                    LIMIT,
                    lab.url() + '/',
                    NodeScripts.chromium().toString(),
                    NodeScripts.screenshots().toString());

            lab.awaitNobody();
        }
    }
}
