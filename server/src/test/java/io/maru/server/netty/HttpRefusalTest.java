package io.maru.server.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.maru.server.engine.HttpResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is no HTTP, and what takes too long. */
class HttpRefusalTest {

    private static TestServer serve(NetworkOptions options) {
        return new TestServer(options)
                .http("/", it -> it.respond(HttpResponse.of(200, "text/plain", "fine")))
                .http(
                        "/read",
                        it -> it.readBody(
                                1 << 20,
                                body -> it.respond(HttpResponse.of(200)),
                                () -> it.respond(HttpResponse.of(413))));
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of("garbage", "\u0016\u0003\u0001 what\r\n\r\n", 400),
                Arguments.of("two words", "GET /\r\nHost: a\r\n\r\n", 400),
                Arguments.of("version", "GET / HTTP/9\r\nHost: a\r\n\r\n", 400),
                Arguments.of("version 2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
                Arguments.of("bare line feeds", "GET / HTTP/1.1\nHost: a\n\n", 400),
                Arguments.of("no host", "GET / HTTP/1.1\r\n\r\n", 400),
                Arguments.of("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
                Arguments.of("space before colon", "GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n", 400),
                Arguments.of("header without name", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400),
                Arguments.of("length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400),
                Arguments.of("negative length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
                Arguments.of(
                        "two lengths",
                        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                        400),
                Arguments.of(
                        "length and chunks",
                        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                        400),
                Arguments.of("chunks in 1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
                Arguments.of("unknown coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
                Arguments.of("long line", "GET /" + "a".repeat(8200) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414),
                Arguments.of("long line without end", "GET /" + "a".repeat(10_000), 414),
                Arguments.of(
                        "large headers",
                        "GET / HTTP/1.1\r\nHost: a\r\n" + ("X: " + "a".repeat(1000) + "\r\n").repeat(17) + "\r\n",
                        431),
                Arguments.of("many headers", "GET / HTTP/1.1\r\nHost: a\r\n" + "X: a\r\n".repeat(100) + "\r\n", 431),
                Arguments.of("expectation", "GET / HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\n\r\n", 417),
                Arguments.of(
                        "chunk size",
                        "POST /read HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                        400));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void refusesAndCloses(String name, String bytes, int status) throws Exception {
        try (TestServer server = serve(NetworkOptions.DEFAULTS);
                RawClient client = server.connect()) {
            client.send(bytes);
            RawClient.Answer answer = client.readAnswer();
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(answer.text()).isEqualTo(answer.reason());
            assertThat(client.isAtEnd()).isTrue();
            try (RawClient bystander = server.connect()) {
                bystander.get("/");
                assertThat(bystander.readAnswer().text()).isEqualTo("fine");
            }
        }
    }

    @Test
    void takesHeadersUpToTheLimit() throws Exception {
        try (TestServer server = serve(NetworkOptions.DEFAULTS);
                RawClient client = server.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n" + "X: a\r\n".repeat(99) + "\r\n");
            assertThat(client.readAnswer().status()).isEqualTo(200);
            client.send("GET /?" + "a".repeat(8100) + " HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readAnswer().status()).isEqualTo(200);
        }
    }

    private static TestServer hasty(Duration header, Duration idle, Duration body) {
        return serve(
                NetworkOptions.DEFAULTS.withHttp(NetworkOptions.HttpLimits.DEFAULTS.withTimeouts(header, idle, body)));
    }

    private static final Duration SHORT = Duration.ofMillis(100);
    // for what a client does in time, also where the machine is slow
    private static final Duration LONGER = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofMinutes(10);

    @Test
    void hangsUpOnSilence() throws Exception {
        try (TestServer server = hasty(SHORT, LONG, LONG);
                RawClient client = server.connect()) {
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void hangsUpOnSlowHeaders() throws Exception {
        try (TestServer server = hasty(LONGER, LONG, LONG);
                RawClient client = server.connect()) {
            client.send("GET / HTTP/1.1\r\nHo");
            assertThat(client.readAnswer().status()).isEqualTo(408);
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void hangsUpOnSlowHeadersOfALaterRequest() throws Exception {
        try (TestServer server = hasty(LONGER, LONG, LONG);
                RawClient client = server.connect()) {
            client.get("/");
            assertThat(client.readAnswer().status()).isEqualTo(200);
            client.send("GET / HTTP/1.1\r\nHo");
            assertThat(client.readAnswer().status()).isEqualTo(408);
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void hangsUpOnIdleConnections() throws Exception {
        try (TestServer server = hasty(LONG, SHORT, LONG);
                RawClient client = server.connect()) {
            client.get("/");
            assertThat(client.readAnswer().status()).isEqualTo(200);
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void doesNotHangUpOnAWaitingRequest() throws Exception {
        CompletableFuture<Boolean> gone = new CompletableFuture<>();
        try (TestServer server = hasty(LONGER, SHORT, SHORT);
                RawClient client = server.connect()) {
            server.http("/wait", it -> {
                it.onGone(() -> gone.complete(true));
                it.loop()
                        .schedule(
                                LONGER.multipliedBy(3).dividedBy(2).toNanos(),
                                () -> it.respond(HttpResponse.of(200, "text/plain", "at last")));
            });
            client.get("/wait");
            assertThat(client.readAnswer().text()).isEqualTo("at last");
            assertThat(gone).isNotDone();
        }
    }

    @Test
    void hangsUpOnSlowBodies() throws Exception {
        CompletableFuture<Boolean> gone = new CompletableFuture<>();
        try (TestServer server = hasty(LONG, LONG, SHORT);
                RawClient client = server.connect()) {
            server.http("/slow", it -> {
                it.onGone(() -> gone.complete(true));
                it.readBody(100, body -> {}, () -> {});
            });
            client.send("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
            assertThat(client.readAnswer().status()).isEqualTo(408);
            assertThat(client.isAtEnd()).isTrue();
            assertThat(gone.get(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void stopsReadingWhileItsAnswersAreNotRead() throws Exception {
        byte[] large = new byte[100_000];
        try (TestServer server = new TestServer(NetworkOptions.DEFAULTS)
                        .http("/large", it -> it.respond(HttpResponse.of(200, "text/plain", large)));
                RawClient client = server.connect()) {
            byte[] request = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(UTF_8);
            int requests = 2000;
            Thread sender = new Thread(() -> {
                try {
                    for (int i = 0; i < requests; i++) {
                        client.send(request);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            sender.start();
            for (int i = 0; i < requests; i++) {
                assertThat(client.readAnswer().body()).hasSize(large.length);
            }
            sender.join();
        }
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#networks")
    void answersNoMoreThanThePeerReads(NetworkOptions.Transport transport, int loops) throws Exception {
        byte[] large = new byte[200_000];
        NetworkOptions options =
                NetworkOptions.DEFAULTS.withTransport(transport).withLoops(loops);
        try (TestServer server = new TestServer(options)
                        .http("/large", it -> it.respond(HttpResponse.of(200, "text/plain", large)));
                RawClient client = new RawClient(RawClient.connect(server.port, 8 * 1024))) {
            client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n".repeat(400));
            Awaitility.await().until(() -> !server.requests.isEmpty());
            for (int i = 0; i < 100; i++) {
                CompletableFuture<Boolean> turn = new CompletableFuture<>();
                server.server.loops().forEach(loop -> loop.execute(() -> turn.complete(true)));
                turn.get(10, TimeUnit.SECONDS);
            }
            assertThat(server.requests).hasSizeLessThan(100);
            for (int i = 0; i < 400; i++) {
                assertThat(client.readAnswer().body()).hasSize(large.length);
            }
            client.get("/large");
            assertThat(client.readAnswer().status()).isEqualTo(200);
        }
    }
}
