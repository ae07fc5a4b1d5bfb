package io.maru.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.server.MaruServer;
import io.maru.server.RecoveryOptions;
import io.maru.server.engine.PlainOptions;
import io.maru.server.netty.DeflateOptions;
import java.time.Duration;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The official JavaScript client on Node; the scripts say what it does. */
class JavaScriptClientTest {

    private static final Duration LIMIT = Duration.ofMinutes(3);

    @ParameterizedTest
    @EnumSource(Way.class)
    void doesAllThatItCan(Way way) {
        try (LabServer lab = new LabServer(options -> options.engine(
                engine -> engine.pingInterval(Duration.ofSeconds(1)).pingTimeout(Duration.ofSeconds(3))))) {
            NodeScripts.run("client.mjs", LIMIT, lab.url(), way.name().toLowerCase(Locale.ROOT));

            lab.awaitNobody();
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void comesBackToItsSession(Way way) {
        try (LabServer lab = new LabServer(options -> options.recovery(RecoveryOptions.DEFAULTS))) {
            NodeScripts.run("recovery.mjs", LIMIT, lab.url(), way.name().toLowerCase(Locale.ROOT));

            assertThat(lab.server().stats().recovery().recovered()).isEqualTo(7);
            assertThat(lab.server().stats().recovery().notRecovered())
                    .as("the one that had left by itself")
                    .isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void doesAllThatItCanWhereAllIsCompressed(boolean takeover) {
        DeflateOptions all = DeflateOptions.DEFAULTS.withThreshold(1).withTakeover(takeover, takeover);
        try (LabServer lab = new LabServer(options -> options.network(network -> network.withDeflate(all))
                .engine(engine -> engine.pingInterval(Duration.ofSeconds(1)).pingTimeout(Duration.ofSeconds(3))))) {
            NodeScripts.run("client.mjs", LIMIT, lab.url(), "upgrade");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void exchangesCompressedMessages(boolean takeover) {
        DeflateOptions deflate = DeflateOptions.DEFAULTS.withThreshold(100).withTakeover(takeover, takeover);
        try (MaruServer server = MaruServer.create(
                options -> options.host("127.0.0.1").port(0).network(network -> network.withDeflate(deflate)))) {
            server.webSocket(
                    "/echo",
                    PlainOptions.DEFAULTS.withMaxMessageBytes(1 << 21),
                    webSocket -> webSocket.onMessage(webSocket::send).onBinary(webSocket::send));
            server.start();
            NodeScripts.run("deflate.mjs", LIMIT, "ws://127.0.0.1:" + server.port() + "/echo", "" + takeover);
        }
    }

    @Test
    void losesNothingWhileManyClientsUpgrade() {
        try (LabServer lab = new LabServer(options -> options.engine(engine -> engine.upgradeTimeout(LIMIT)))) {
            lab.proxy().holdWebSockets();
            NodeScripts.run("upgrades.mjs", LIMIT, lab.url(), "upgrade");

            lab.awaitNobody();
        }
    }

    @Test
    void putsNoMoreIntoOnePostThanTheServerTakes() {
        int maxBytes = 10_000;
        Queue<Integer> lengths = new ConcurrentLinkedQueue<>();
        try (LabServer lab = new LabServer(options ->
                options.engine(engine -> engine.maxHttpBufferSize(maxBytes).filter((request, headers) -> {
                    String length = request.headers().get("content-length");
                    if (request.method().equals("POST") && length != null) {
                        lengths.add(Integer.valueOf(length));
                    }
                })))) {
            NodeScripts.run("batches.mjs", LIMIT, lab.url(), "polling");
        }
        assertThat(lengths).allMatch(length -> length <= maxBytes).anyMatch(length -> length > maxBytes / 2);
    }

    @Test
    void servesManyClientsAtOnce() {
        try (LabServer lab = new LabServer(options -> {})) {
            NodeScripts.run("crowd.mjs", LIMIT, lab.url(), "polling");

            lab.awaitNobody();
        }
    }
}
