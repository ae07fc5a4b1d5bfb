package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A server whose times are longer than nanoseconds can count. */
class ForEverTest extends ServerFixture {

    private static final Duration FOR_EVER = ChronoUnit.FOREVER.getDuration();

    private final BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();

    private Socket next() throws InterruptedException {
        Socket socket = sockets.poll(10, TimeUnit.SECONDS);
        assertThat(socket).isNotNull();
        return socket;
    }

    private void serveForEver() {
        serve(options -> options.connectTimeout(FOR_EVER)
                        .packetTimeout(FOR_EVER)
                        .ackTimeout(FOR_EVER)
                        .slowHandler(FOR_EVER)
                        .handlersOnEventLoop()
                        .recovery(RecoveryOptions.DEFAULTS)
                        .network(network -> network.withHttp(network.http().withTimeouts(FOR_EVER, FOR_EVER, FOR_EVER))
                                .withWebSocket(network.webSocket().withTimeouts(FOR_EVER, FOR_EVER)))
                        .engine(engine -> engine.allowEngineIo3(true)
                                .pingInterval(FOR_EVER)
                                .pingTimeout(FOR_EVER)
                                .upgradeTimeout(FOR_EVER)
                                .idleTimeout(FOR_EVER)
                                .maxLifetime(FOR_EVER))
                        .limits(limits -> limits.expiryGrace(FOR_EVER)
                                .retryAfter(FOR_EVER)
                                .maxConnections(3)))
                .onConnection(sockets::add);
        start();
    }

    @Test
    void servesClientsOfEachKind() throws Exception {
        serveForEver();
        WireClient client = engineIo().send("40");
        assertThat(client.text()).startsWith("40{\"sid\":");
        Socket socket = next();
        WireClient plain = plain();
        next();
        PollingClient.open(port());

        // no room, and no time to come again
        try (WireClient refused = WireClient.request(port(), "/")) {
            assertThat(refused.head()).startsWith("HTTP/1.1 503 ").contains("\r\nRetry-After: ");
        }

        socket.timeout(FOR_EVER).request("ask", 1);
        server().main().timeout(FOR_EVER).request("ask all", 2);
        CountDownLatch expired = new CountDownLatch(1);
        socket.onExpire(it -> expired.countDown()).expireAt(Instant.now().minusSeconds(1));
        assertThat(expired.await(10, TimeUnit.SECONDS)).isTrue();
        socket.emit("still here");
        assertThat(client.text()).startsWith("420[\"ask\",1]");
        assertThat(client.text()).startsWith("421[\"ask all\",2]");
        assertThat(client.text()).startsWith("42[\"still here\"");
        plain.expect("{\"type\":\"ask all\",\"messageId\":1,\"args\":[2]}");
    }

    @Test
    void tellsClientsTimesThatTheirTimersCanCount() {
        serveForEver();
        WireClient client = open("/socket.io/?EIO=4&transport=websocket");
        assertThat(client.text()).contains("\"pingInterval\":1073741823,\"pingTimeout\":1073741823,");
    }
}
