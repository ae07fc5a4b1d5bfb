package io.maru.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.app.RoomsServer;
import io.maru.server.MaruServer;
import io.maru.server.engine.HttpResponse;
import io.maru.server.netty.DeflateOptions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The standalone server's page in a real browser; the scripts say what is done there. Pictures are in target/screenshots. */
class PageTest {

    private static final Duration LIMIT = Duration.ofMinutes(4);

    private final MaruServer server =
            RoomsServer.create(options -> options.host("127.0.0.1").port(0));

    @BeforeEach
    void start() {
        start(server);
    }

    private static void start(MaruServer server) {
        server.http(
                "/test/sockets",
                request -> HttpResponse.of(
                        200,
                        "text/plain",
                        String.valueOf(server.main().sockets().size())));
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void showsWhoGetsWhat() {
        browse("rooms-page.mjs");
    }

    @Test
    void connectsTwoWhoCall() {
        browse("call-page.mjs");
    }

    @Test
    void showsWhoGetsWhatWhereAllIsCompressed() {
        DeflateOptions all = DeflateOptions.DEFAULTS.withThreshold(1).withTakeover(true, true);
        try (MaruServer compressed = RoomsServer.create(
                options -> options.host("127.0.0.1").port(0).network(network -> network.withDeflate(all)))) {
            start(compressed);
            browse(compressed, "rooms-page.mjs");
        }
    }

    private void browse(String script) {
        browse(server, script);
    }

    private static void browse(MaruServer server, String script) {
        try (CuttableProxy proxy = new CuttableProxy(server.port())) {
            server.http("/test/cut", request -> {
                proxy.cut(false);
                return HttpResponse.of(200, "text/plain", "");
            });
            // camera and microphone are for secure pages only; localhost counts as one
            String url = "http://localhost:" + proxy.port() + '/';
            NodeScripts.run(
                    script,
                    LIMIT,
                    url,
                    NodeScripts.chromium().toString(),
                    NodeScripts.screenshots().toString());
        }

        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            assertThat(server.main().sockets()).isEmpty();
            assertThat(server.main().roomSizes()).isEmpty();
            assertThat(server.stats().clients()).isZero();
        });
    }
}
