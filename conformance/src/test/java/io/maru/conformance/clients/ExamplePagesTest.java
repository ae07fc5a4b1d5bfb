package io.maru.conformance.clients;

import io.maru.examples.PagesServer;
import io.maru.server.MaruServer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The pages of the examples in a real browser; the script says what is done there. */
class ExamplePagesTest {

    private static final Duration LIMIT = Duration.ofMinutes(4);

    @Test
    void meetInOneRoom() {
        try (MaruServer server =
                MaruServer.create(options -> options.host("127.0.0.1").port(0))) {
            PagesServer.install(server);
            server.start();
            NodeScripts.run(
                    "example-pages.mjs",
                    LIMIT,
                    "http://127.0.0.1:" + server.port() + '/',
                    NodeScripts.chromium().toString(),
                    NodeScripts.screenshots().toString());
        }
    }
}
