package io.maru.server.netty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.server.engine.HttpExchange;
import io.maru.server.engine.HttpResponse;
import io.maru.server.engine.ResponseHeaders;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Manners of HTTP: keeping, closing, bodies, order, compression. */
class HttpTest {

    private static final String HELLO = "hello";

    private TestServer server;

    @BeforeEach
    void start() {
        server = serve(NetworkOptions.DEFAULTS);
    }

    private static TestServer serve(NetworkOptions options) {
        return new TestServer(options)
                .http("/hello", it -> it.respond(HttpResponse.of(200, "text/plain", HELLO)))
                .http("/echo", it -> echo(it, 100))
                .http("/echo-8m", it -> echo(it, 8 << 20))
                .http("/deaf", it -> it.respond(HttpResponse.of(200, "text/plain", "deaf")));
    }

    private static void echo(HttpExchange exchange, int max) {
        exchange.readBody(
                max,
                body -> exchange.respond(HttpResponse.of(200, "application/octet-stream", body)),
                () -> exchange.respond(HttpResponse.of(413)));
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void answersWithTheseBytes() throws IOException {
        try (RawClient client = server.connect()) {
            client.get("/hello?a=b");
            String bytes = new String(client.readBytes(106), ISO_8859_1);
            assertThat(bytes)
                    .matches("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
                            + "Date: [A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT\r\n\r\nhello");
        }
        assertThat(server.requests.get(0).target()).isEqualTo("/hello?a=b");
        assertThat(server.requests.get(0).remoteAddress()).isEqualTo("127.0.0.1");
        assertThat(server.requests.get(0).secure()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#networks")
    void keepsAConnectionForAHundredRequests(NetworkOptions.Transport transport, int loops) throws Exception {
        try (TestServer other =
                        serve(NetworkOptions.DEFAULTS.withTransport(transport).withLoops(loops));
                RawClient client = other.connect()) {
            for (int i = 0; i < 100; i++) {
                client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n" + (10 + i % 90));
                RawClient.Answer answer = client.readAnswer();
                assertThat(answer.text()).isEqualTo("" + (10 + i % 90));
                assertThat(answer.header("connection")).isNull();
            }
        }
    }

    @Test
    void closesWhenAsked() throws IOException {
        try (RawClient client = server.connect()) {
            client.get("/hello", "Connection: close");
            RawClient.Answer answer = client.readAnswer();
            assertThat(answer.text()).isEqualTo(HELLO);
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void closesWhenTheAnswerAsksFor() throws IOException {
        server.http(
                "/last",
                it -> it.respond(new HttpResponse(200, new ResponseHeaders().add("Connection", "close"), new byte[0])));
        try (RawClient client = server.connect()) {
            client.get("/last");
            assertThat(client.readAnswer().header("connection")).isEqualTo("close");
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void closesAfterHttp10UnlessAskedNotTo() throws IOException {
        try (RawClient client = server.connect()) {
            client.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            assertThat(client.readAnswer().header("connection")).isEqualTo("keep-alive");
            client.send("GET /hello HTTP/1.0\r\n\r\n");
            assertThat(client.readAnswer().header("connection")).isEqualTo("close");
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void answersHeadWithoutTheBody() throws IOException {
        try (RawClient client = server.connect()) {
            client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readAnswer(false).header("content-length")).isEqualTo("5");
            client.get("/hello");
            assertThat(client.readAnswer().text()).isEqualTo(HELLO);
        }
    }

    @Test
    void answers204WithoutALength() throws IOException {
        server.http("/nothing", it -> it.respond(HttpResponse.of(204)));
        try (RawClient client = server.connect()) {
            client.get("/nothing");
            RawClient.Answer answer = client.readAnswer();
            assertThat(answer.status()).isEqualTo(204);
            assertThat(answer.header("content-length")).isNull();
        }
    }

    @Test
    void answers404WithoutARoute() throws IOException {
        try (RawClient client = server.connect()) {
            client.get("/nowhere");
            RawClient.Answer answer = client.readAnswer();
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.header("content-type")).isEqualTo("text/plain");
            assertThat(answer.text()).isEqualTo("Not Found");
            client.get("/hello");
            assertThat(client.readAnswer().text()).isEqualTo(HELLO);
        }
    }

    @Test
    void takesTheAbsoluteFormOfATarget() throws IOException {
        try (RawClient client = server.connect()) {
            client.get("http://a:80/hello?x");
            assertThat(client.readAnswer().text()).isEqualTo(HELLO);
            assertThat(server.requests.get(0).target()).isEqualTo("/hello?x");
        }
    }

    @Test
    void readsBodiesWholeAndInChunks() throws IOException {
        try (RawClient client = server.connect()) {
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
            client.send("2\r\nde\r\n0\r\n\r\n");
            assertThat(client.readAnswer().text()).isEqualTo("abcde");
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
            client.send("def");
            assertThat(client.readAnswer().text()).isEqualTo("abcdef");
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readAnswer().text()).isEmpty();
            String large = "x".repeat(1_000_000);
            client.send("POST /echo-8m HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + large);
            assertThat(client.readAnswer().text()).isEqualTo(large);
        }
    }

    @Test
    void doesNotDecompressBodies() throws IOException {
        try (RawClient client = server.connect()) {
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc");
            assertThat(client.readAnswer().text()).isEqualTo("abc");
        }
    }

    @Test
    void refusesLargeBodiesByLengthAndByCount() throws IOException {
        try (RawClient client = server.connect()) {
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n");
            assertThat(client.readAnswer().status()).isEqualTo(413);
            client.send("x".repeat(101));
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.send("64\r\n" + "x".repeat(100) + "\r\n");
            client.send("1\r\ny\r\n");
            assertThat(client.readAnswer().status()).isEqualTo(413);
            client.send("0\r\n\r\n");
            client.get("/hello");
            assertThat(client.readAnswer().text()).isEqualTo(HELLO);
        }
    }

    @Test
    void throwsUnreadBodiesAwayAndKeepsTheConnection() throws IOException {
        try (RawClient client = server.connect()) {
            client.send("POST /deaf HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n");
            client.send("x".repeat(3_000_000));
            assertThat(client.readAnswer().text()).isEqualTo("deaf");
            client.get("/hello");
            assertThat(client.readAnswer().text()).isEqualTo(HELLO);
        }
    }

    @Test
    void closesAfterUnreadBodiesThatAreTooLong() throws IOException {
        try (RawClient client = server.connect()) {
            client.send("POST /deaf HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000000\r\n\r\n");
            client.send("x".repeat(100_000));
            RawClient.Answer answer = client.readAnswer();
            assertThat(answer.text()).isEqualTo("deaf");
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void closesWhenChunksGoOnForever() throws IOException {
        try (RawClient client = server.connect()) {
            client.send("POST /deaf HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            assertThat(client.readAnswer().text()).isEqualTo("deaf");
            String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
            for (int i = 0; i < 65; i++) {
                client.send(chunk);
            }
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void sendsContinueOnlyToWhomMaySend() throws IOException {
        String head = "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ";
        try (RawClient client = server.connect()) {
            client.send(head + "3\r\n\r\n");
            assertThat(client.readAnswer().status()).isEqualTo(100);
            client.send("abc");
            assertThat(client.readAnswer().text()).isEqualTo("abc");
            client.send(head + "101\r\n\r\n");
            RawClient.Answer refusal = client.readAnswer();
            assertThat(refusal.status()).isEqualTo(413);
            assertThat(refusal.header("connection")).isEqualTo("close");
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void answersPipelinedRequestsInOrder() throws Exception {
        BlockingQueue<HttpExchange> slow = new LinkedBlockingQueue<>();
        server.http("/slow", slow::add);
        try (RawClient client = server.connect()) {
            client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"
                    + "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                    + "GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
            HttpExchange first = slow.poll(10, TimeUnit.SECONDS);
            HttpExchange second = slow.poll(10, TimeUnit.SECONDS);
            second.respond(HttpResponse.of(200, "text/plain", "second"));
            first.respond(HttpResponse.of(200, "text/plain", "first"));
            first.respond(HttpResponse.of(200, "text/plain", "again"));
            assertThat(client.readAnswer().text()).isEqualTo("first");
            assertThat(client.readAnswer().text()).isEqualTo("abc");
            assertThat(client.readAnswer().text()).isEqualTo("second");
            assertThat(client.readAnswer().text()).isEqualTo(HELLO);
        }
    }

    @Test
    void closesAtTheNinthUnansweredRequest() throws Exception {
        AtomicInteger gone = new AtomicInteger();
        server.http("/wait", it -> it.onGone(gone::incrementAndGet));
        try (RawClient client = server.connect()) {
            client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n".repeat(9));
            assertThat(client.isAtEnd()).isTrue();
            await().until(() -> gone.get() == 8);
        }
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#networks")
    void noticesThatAWaitingClientHasGone(NetworkOptions.Transport transport, int loops) throws Exception {
        CompletableFuture<String> byEnd = new CompletableFuture<>();
        CompletableFuture<String> byReset = new CompletableFuture<>();
        try (TestServer other =
                serve(NetworkOptions.DEFAULTS.withTransport(transport).withLoops(loops))) {
            other.http("/wait", it -> {
                CompletableFuture<String> gone = it.request().target().endsWith("by=end") ? byEnd : byReset;
                it.onGone(() -> gone.complete(
                        it.loop().inLoop() + " " + Thread.currentThread().getName()));
            });
            try (RawClient client = other.connect()) {
                client.get("/wait?by=end");
                await().until(() -> other.requests.size() == 1);
            }
            assertThat(byEnd.get(10, TimeUnit.SECONDS)).startsWith("true maru-loop-");
            try (RawClient client = other.connect()) {
                client.get("/wait?by=reset");
                await().until(() -> other.requests.size() == 2);
                client.reset();
            }
            assertThat(byReset.get(10, TimeUnit.SECONDS)).startsWith("true maru-loop-");
        }
    }

    @Test
    void answers500WhenAnEndpointThrows() throws IOException {
        server.http("/boom", it -> {
            throw new IllegalStateException("boom");
        });
        server.http(
                "/late-boom",
                it -> it.readBody(
                        10,
                        body -> {
                            throw new IllegalStateException("boom");
                        },
                        () -> {}));
        for (String path : List.of("/boom", "/late-boom")) {
            try (RawClient client = server.connect()) {
                client.get(path);
                RawClient.Answer answer = client.readAnswer();
                assertThat(answer.status()).isEqualTo(500);
                assertThat(answer.text()).isEqualTo("Internal Server Error");
                assertThat(client.isAtEnd()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip, deflate, br | 1024 | gzip",
                "deflate | 1024 | deflate",
                "br, DEFLATE;q=0.5 | 1024 | deflate",
                "gzip | 1023 | ",
                "br | 1024 | ",
                "gzip;q=0, identity | 1024 | ",
                "gzip;q=0.2, deflate;q=0.7 | 1024 | deflate",
                "identity | 1024 | ",
            })
    void compressesWhatIsLargeEnough(String accepted, int length, String coding) throws IOException {
        String body = "a".repeat(length);
        server.http("/text", it -> it.respond(HttpResponse.of(200, "text/plain", body)));
        try (RawClient client = server.connect()) {
            client.get("/text", "Accept-Encoding: " + accepted);
            RawClient.Answer answer = client.readAnswer();
            assertThat(answer.header("content-encoding")).isEqualTo(coding);
            assertThat(answer.header("vary")).isEqualTo(length < 1024 ? null : "Accept-Encoding");
            ByteArrayInputStream bytes = new ByteArrayInputStream(answer.body());
            byte[] plain = coding == null
                    ? answer.body()
                    : coding.equals("gzip")
                            ? new GZIPInputStream(bytes).readAllBytes()
                            : new InflaterInputStream(bytes).readAllBytes();
            assertThat(new String(plain, UTF_8)).isEqualTo(body);
        }
    }

    @Test
    void compressesNoErrorsAndNothingThatIsCompressed() throws IOException {
        byte[] body = "a".repeat(5000).getBytes(UTF_8);
        server.http("/error", it -> it.respond(HttpResponse.of(400, "text/plain", body)));
        server.http(
                "/packed",
                it -> it.respond(new HttpResponse(200, new ResponseHeaders().add("content-encoding", "br"), body)));
        try (RawClient client = server.connect()) {
            client.get("/error", "Accept-Encoding: gzip");
            RawClient.Answer error = client.readAnswer();
            assertThat(error.header("content-encoding")).isNull();
            assertThat(error.header("vary")).isNull();
            assertThat(error.body()).isEqualTo(body);
            client.get("/packed", "Accept-Encoding: gzip");
            RawClient.Answer packed = client.readAnswer();
            assertThat(packed.header("content-encoding")).isEqualTo("br");
            assertThat(packed.body()).isEqualTo(body);
        }
    }

    @Test
    void compressesNothingThatWouldGrow() throws IOException {
        byte[] noise = new byte[5000];
        new Random(3).nextBytes(noise);
        server.http("/noise", it -> it.respond(HttpResponse.of(200, "application/octet-stream", noise)));
        try (RawClient client = server.connect()) {
            client.get("/noise", "Accept-Encoding: gzip");
            RawClient.Answer answer = client.readAnswer();
            assertThat(answer.header("content-encoding")).isNull();
            assertThat(answer.header("vary")).isEqualTo("Accept-Encoding");
            assertThat(answer.body()).isEqualTo(noise);
        }
    }

    @Test
    void compressesNothingWhenToldSo() throws Exception {
        NetworkOptions options =
                NetworkOptions.DEFAULTS.withHttp(NetworkOptions.HttpLimits.DEFAULTS.withCompressionThreshold(-1));
        try (TestServer other = new TestServer(options)
                        .http("/text", it -> it.respond(HttpResponse.of(200, "text/plain", "a".repeat(5000))));
                RawClient client = other.connect()) {
            client.get("/text", "Accept-Encoding: gzip");
            assertThat(client.readAnswer().body()).hasSize(5000);
        }
    }
}
