package io.maru.server.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.server.engine.HttpRequest;
import io.maru.server.engine.HttpResponse;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests about whose end a proxy before us could be of another mind (<a
 * href="https://www.rfc-editor.org/rfc/rfc9112#section-11.2">RFC 9112, section 11.2</a>). What follows such a request must
 * never be taken for a request of its own.
 */
class SmugglingTest {

    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

    private static String post(String headers, String body) {
        return "POST /read HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body;
    }

    private static String chunked(String transferEncoding) {
        return post(transferEncoding, "0\r\n\r\n" + SMUGGLED);
    }

    static Stream<Arguments> ambiguous() {
        String chunks = "Transfer-Encoding: chunked\r\n";
        return Stream.of(
                Arguments.of("length and chunks", chunked("Content-Length: 5\r\n" + chunks)),
                Arguments.of("chunks and length", chunked(chunks + "Content-Length: 5\r\n")),
                Arguments.of(
                        "both in HTTP/1.0",
                        chunked(chunks + "Content-Length: 5\r\n")
                                .replace("HTTP/1.1\r\nHost: a\r\nT", "HTTP/1.0\r\nHost: a\r\nT")),
                Arguments.of("two lengths", post("Content-Length: 0\r\nContent-Length: 50\r\n", SMUGGLED)),
                Arguments.of("lengths in a list", post("Content-Length: 0, 50\r\n", SMUGGLED)),
                Arguments.of("a length with a sign", post("Content-Length: +0\r\n", SMUGGLED)),
                Arguments.of("a hexadecimal length", post("Content-Length: 0x0\r\n", SMUGGLED)),
                Arguments.of("a length beyond all numbers", post("Content-Length: 18446744073709551616\r\n", SMUGGLED)),
                Arguments.of("an empty length", post("Content-Length:\r\n", SMUGGLED)),
                Arguments.of("chunked before the last", chunked("Transfer-Encoding: chunked, identity\r\n")),
                Arguments.of("another last coding", chunked("Transfer-Encoding: chunked, xchunked\r\n")),
                Arguments.of("an unknown coding", chunked("Transfer-Encoding: xchunked\r\n")),
                Arguments.of("a coding before chunked", chunked("Transfer-Encoding: gzip, chunked\r\n")),
                Arguments.of("chunked twice", chunked("Transfer-Encoding: chunked, chunked\r\n")),
                Arguments.of("codings in two headers", chunked(chunks + "Transfer-Encoding: gzip\r\n")),
                Arguments.of("codings in two headers, reversed", chunked("Transfer-Encoding: gzip\r\n" + chunks)),
                Arguments.of("an empty coding", chunked("Transfer-Encoding:\r\nContent-Length: 5\r\n")),
                Arguments.of(
                        "a space before the colon", chunked("Transfer-Encoding : chunked\r\nContent-Length: 5\r\n")),
                Arguments.of(
                        "a space before the name", chunked(" Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")),
                Arguments.of("a folded header", chunked("Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n")),
                Arguments.of(
                        "a control character", chunked("Transfer-Encoding: \u000bchunked\r\nContent-Length: 5\r\n")),
                Arguments.of("a NUL in a name", chunked("Transfer-Encoding\u0000: chunked\r\nContent-Length: 5\r\n")),
                Arguments.of("a bare line feed", chunked("X: a\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n")),
                Arguments.of(
                        "a bare carriage return", chunked("X: a\rTransfer-Encoding: chunked\r\nContent-Length: 5\r\n")),
                Arguments.of("a chunk beyond all numbers", post(chunks, "100000004\r\ntest\r\n0\r\n\r\n" + SMUGGLED)),
                Arguments.of("a negative chunk", post(chunks, "-1\r\n\r\n0\r\n\r\n" + SMUGGLED)),
                Arguments.of("a chunk with a sign", post(chunks, "+4\r\ntest\r\n0\r\n\r\n" + SMUGGLED)),
                Arguments.of("a chunk with a prefix", post(chunks, "0x4\r\ntest\r\n0\r\n\r\n" + SMUGGLED)),
                Arguments.of("a chunk longer than it says", post(chunks, "1\r\ntest\r\n0\r\n\r\n" + SMUGGLED)),
                Arguments.of("an extension with a line feed", post(chunks, "0;a\n\r\n" + SMUGGLED)),
                Arguments.of("a quoted extension", post(chunks, "0;a=\"\r\n\r\n" + SMUGGLED + "\"\r\n\r\n")),
                Arguments.of("chunks that end by a line feed", post(chunks, "4\ntest\n0\n\n" + SMUGGLED)),
                Arguments.of("a control character before the line", "\u0001\u0000" + post("Content-Length: 0\r\n", "")),
                Arguments.of("a space in the target", "GET /read x HTTP/1.1\r\nHost: a\r\n\r\n" + SMUGGLED),
                Arguments.of(
                        "a version beyond all numbers", "GET /read HTTP/4294967297.1\r\nHost: a\r\n\r\n" + SMUGGLED),
                Arguments.of("a lone version", "GET /read HTTP/0.9\r\n\r\n" + SMUGGLED));
    }

    /**
     * Either it is refused and the connection ends, or it ends where every reader of the RFC sees its end, which is then no
     * matter of opinion; these are all of the first kind.
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource("ambiguous")
    void isRefusedAndNothingAfterItIsServed(String name, String bytes) throws Exception {
        try (TestServer server = new TestServer(NetworkOptions.DEFAULTS)
                        .http("/smuggled", it -> it.respond(HttpResponse.of(200)))
                        .http(
                                "/read",
                                it -> it.readBody(
                                        1 << 20,
                                        body -> it.respond(HttpResponse.of(200)),
                                        () -> it.respond(HttpResponse.of(413))));
                RawClient client = server.connect();
                RawClient bystander = server.connect()) {
            client.send(bytes);
            assertThat(client.readAnswer().status()).isBetween(400, 505);
            client.readToTheEnd();
            assertThat(server.requests).extracting(HttpRequest::path).doesNotContain("/smuggled");
            bystander.get("/smuggled");
            assertThat(bystander.readAnswer().status()).isEqualTo(200);
        }
    }

    /** What a WebSocket's handshake of old would have allowed, and what no proxy takes for an upgrade. */
    static Stream<Arguments> handshakes() {
        String good = RawClient.handshake("/ws");
        return Stream.of(
                Arguments.of("a draft's version", good.replace("Version: 13", "Version: 7")),
                Arguments.of(
                        "a draft's version without the headers",
                        good.replace("Version: 13", "Version: 7")
                                .replace("Connection: keep-alive, Upgrade\r\n", "")
                                .replace("Upgrade: websocket\r\n", "")),
                Arguments.of("without Connection", good.replace("Connection: keep-alive, Upgrade\r\n", "")),
                Arguments.of("without Upgrade", good.replace("Upgrade: websocket\r\n", "")),
                Arguments.of("with chunks", good.replace("Host: a", "Host: a\r\nTransfer-Encoding: chunked")),
                Arguments.of("with two versions", good.replace("Host: a", "Host: a\r\nSec-WebSocket-Version: 8")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("handshakes")
    void doesNotPassAsAWebSocket(String name, String handshake) throws Exception {
        try (TestServer server = new TestServer(NetworkOptions.DEFAULTS)
                        .http("/smuggled", it -> it.respond(HttpResponse.of(200)))
                        .http("/ws", it -> it.respond(HttpResponse.of(404)));
                RawClient client = server.connect()) {
            client.send(handshake);
            assertThat(client.readAnswer().status()).isBetween(400, 426);
        }
    }
}
