package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.maru.server.engine.HttpResponse;
import io.maru.server.netty.NetworkOptions;
import io.maru.server.netty.ProxyOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** What an operator can set of the network: what each does is tested beside it. */
class NetworkTest extends ServerFixture {

    private static final byte[] NOTHING = {};

    private java.net.http.HttpResponse<byte[]> get(String target, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + target))
                .version(HttpClient.Version.HTTP_1_1);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofByteArray());
    }

    @Test
    void limitsTheHeadersOfRequests() throws Exception {
        serve(options ->
                options.network(network -> network.withHttp(network.http().withSizes(60, 400, 9))));
        start();
        assertThat(get("/x").statusCode()).isEqualTo(404);
        assertThat(get("/" + "x".repeat(60)).statusCode()).isEqualTo(414);
        assertThat(get("/x", "a", "b".repeat(400)).statusCode()).isEqualTo(431);
        assertThat(get("/x", "a", "1", "b", "1", "c", "1", "d", "1", "e", "1", "f", "1", "g", "1", "h", "1")
                        .statusCode())
                .isEqualTo(431);
    }

    @Test
    void limitsTheFramesOfAMessage() {
        serve(options -> options.network(
                network -> network.withWebSocket(network.webSocket().withMaxFragments(2))));
        start();
        WireClient many = plain();
        many.frame(0x01, NOTHING).frame(0x00, NOTHING).frame(0x00, NOTHING);
        assertThat(many.closed()).isEqualTo(1008);
    }

    @Test
    void limitsTheTimeOfAMessage() {
        serve(options -> options.network(
                network -> network.withWebSocket(network.webSocket().withTimeouts(ofMillis(50), ofMillis(50)))));
        start();
        WireClient late = plain();
        late.frame(0x01, NOTHING);
        assertThat(late.closed()).isEqualTo(1008);
    }

    @Test
    void setsWhenAnswersAreCompressed() throws Exception {
        serve(options -> options.network(
                                network -> network.withHttp(network.http().withCompressionThreshold(10)))
                        .network(network -> network.withBacklog(7)))
                .http("/text", request -> HttpResponse.of(200, "text/plain", "x".repeat(100)));
        start();
        assertThat(get("/text", "Accept-Encoding", "gzip").headers().firstValue("content-encoding"))
                .contains("gzip");
        assertThat(server().options().network().backlog()).isEqualTo(7);
    }

    @Test
    void compressesPayloadsOfPollsFromAThousandBytesOn() throws Exception {
        serve();
        start();
        PollingClient client = PollingClient.open(port()).post("40");
        connected(client.poll());
        String poll = "/socket.io/?EIO=4&transport=polling&sid=" + client.sid();
        for (int length : new int[] {100, 5_000}) {
            server().main().emit("x", "a".repeat(length));
            java.net.http.HttpResponse<byte[]> answer = get(poll, "Accept-Encoding", "gzip");
            InputStream body = new ByteArrayInputStream(answer.body());
            boolean packed = answer.headers().firstValue("content-encoding").isPresent();
            assertThat(packed).isEqualTo(length == 5_000);
            assertThat(packed ? new GZIPInputStream(body) : body)
                    .hasContent("42[\"x\",\"" + "a".repeat(length) + "\"]");
        }
    }

    @Test
    void setsNotWhatHasAnOptionOfItsOwn() {
        serve(options -> options.network(network ->
                network.withAddress("192.0.2.1", 1).withLoops(9).withTransport(NetworkOptions.Transport.NIO)));
        start();
        NetworkOptions used = server().options().network();
        assertThat(used.host()).isEqualTo("127.0.0.1");
        assertThat(used.loops()).isEqualTo(1);
        assertThat(used.transport()).isEqualTo(NetworkOptions.Transport.AUTO);
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatThrownBy(() -> NetworkOptions.HttpLimits.DEFAULTS.withSizes(0, 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxInitialLineLength above zero expected: 0");
        assertThatThrownBy(() -> NetworkOptions.DEFAULTS.withBacklog(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("backlog above zero expected: 0");
    }

    @Test
    void showsTheClientsOfATrustedProxyInTheirHandshakes() {
        serve(options -> options.network(network -> network.withProxies(ProxyOptions.trusting("127.0.0.1"))))
                .onConnection(socket -> {
                    Handshake handshake = socket.handshake();
                    socket.emit("who", handshake.address() + " " + handshake.secure());
                });
        start();
        String[] said = {"X-Forwarded-For: 6.6.6.6, 203.0.113.9", "X-Forwarded-Proto: https"};
        plain("/", said).expect("{\"type\":\"who\",\"args\":[\"203.0.113.9 true\"]}");
        connect(engineIo(said), "40").expect("42[\"who\",\"203.0.113.9 true\"]");
        plain().expect("{\"type\":\"who\",\"args\":[\"127.0.0.1 false\"]}");
    }

    @Test
    void keepsOneConnectionForAHundredPolls() throws Exception {
        serve().onConnection(socket -> socket.on("hi", event -> socket.emit("hi", event.args())));
        start();
        try (java.net.Socket socket = new java.net.Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.setSoTimeout(10_000);
            String open = ask(socket, "GET", "/socket.io/?EIO=4&transport=polling", "");
            String path = "/socket.io/?EIO=4&transport=polling&sid=" + open.split("\"", 5)[3];
            assertThat(ask(socket, "POST", path, "40")).isEqualTo("ok");
            assertThat(ask(socket, "GET", path, "")).startsWith("40{\"sid\":");
            for (int i = 0; i < 100; i++) {
                assertThat(ask(socket, "POST", path, "42[\"hi\"," + i + "]")).isEqualTo("ok");
                assertThat(ask(socket, "GET", path, "")).isEqualTo("42[\"hi\"," + i + "]");
            }
        }
    }

    /** Asks over a connection that must stay open, and gives the body of the answer. */
    private static String ask(java.net.Socket socket, String method, String target, String body) throws IOException {
        String request =
                method + " " + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            assertThat(next).as("after %s", head).isNotNegative();
            head.append((char) next);
        }
        assertThat(head).startsWith("HTTP/1.1 200 ").doesNotContainIgnoringCase("connection: close");
        String length = head.toString().replaceAll("(?is).*content-length: (\\d+).*", "$1");
        return new String(socket.getInputStream().readNBytes(Integer.parseInt(length)), StandardCharsets.UTF_8);
    }

    private static Duration ofMillis(long millis) {
        return Duration.ofMillis(millis);
    }
}
