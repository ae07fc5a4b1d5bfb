package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.maru.server.engine.CloseReason;
import io.maru.server.engine.EngineOptions;
import io.maru.server.engine.EngineSession;
import io.maru.server.engine.HttpResponse;
import io.maru.server.engine.SessionListener;
import io.maru.wire.Encoded;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** What else is on the port, and which path leads to what. */
class RoutesTest extends ServerFixture {

    private java.net.http.HttpResponse<String> get(String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                                .build(),
                        BodyHandlers.ofString());
    }

    private static HttpHandler text(String text) {
        return request -> HttpResponse.of(200, "text/plain", text + " " + request.path());
    }

    @Test
    void leadToTheExactPathThenToTheLongestPrefix() throws Exception {
        serve().http("/", text("root"))
                .http("/a", text("a"))
                .http("/a/", text("below a"))
                .http("/a/b/", text("below b"));
        start();
        assertThat(get("/").body()).isEqualTo("root /");
        assertThat(get("/a?x=1").body()).isEqualTo("a /a");
        assertThat(get("/a/").body()).isEqualTo("below a /a/");
        assertThat(get("/a/x/y").body()).isEqualTo("below a /a/x/y");
        assertThat(get("/a/b/x").body()).isEqualTo("below b /a/b/x");
        assertThat(get("/ab").body()).isEqualTo("root /ab");
    }

    @Test
    void leadNowhereWithoutAHandler() throws Exception {
        serve(options -> options.plainPath("/plain").serveClient(false)).http("/page", text("page"));
        start();
        for (String path : new String[] {"/", "/plain", "/socket.io", "/socket.io?EIO=4&transport=polling", "/pages"}) {
            assertThat(get(path).statusCode()).as(path).isEqualTo(404);
            assertThat(get(path).body()).isEqualTo("Not Found");
        }
        WireClient refused = WireClient.request(port(), "/page");
        assertThat(refused.head()).startsWith("HTTP/1.1 404 ");
        refused.close();
    }

    @Test
    void letAPageAndAWebSocketShareAPath() throws Exception {
        serve().http("/", text("page"));
        start();
        assertThat(get("/").body()).isEqualTo("page /");
        fencePlain(plain("/"));
    }

    @Test
    void answer500WhenAHandlerThrowsAndTellNothing() throws Exception {
        serve().http("/x", request -> {
            throw new IllegalStateException("a secret");
        });
        start();
        assertThat(get("/x").statusCode()).isEqualTo(500);
        assertThat(theError()).hasMessage("a secret");
        assertThat(get("/x").body()).isEqualTo("Internal Server Error");
        assertThat(theError()).hasMessage("a secret");
    }

    @Test
    void areTakenOnce() {
        MaruServer server = serve().http("/x", text("x"));
        assertThatThrownBy(() -> server.http("/x", text("y")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("/x");
        assertThatThrownBy(() -> server.http("x", text("y"))).isInstanceOf(IllegalArgumentException.class);
        server.webSocket("/x", ws -> {});
        assertThatThrownBy(() -> server.webSocket("/x", ws -> {})).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> server.webSocket("/socket.io/", ws -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void leadToABareEngine() {
        serve().engine("/engine.io/", EngineOptions.builder().build(), session -> new SessionListener() {
            @Override
            public void onText(byte[] utf8) {
                session.send(Encoded.text(new String(utf8, StandardCharsets.UTF_8)));
            }

            @Override
            public void onBinary(byte[] data) {
                session.send(Encoded.binary(data));
            }

            @Override
            public void onClosed(CloseReason reason) {
                assertThat(session).isInstanceOf(EngineSession.class);
            }
        });
        start();
        WireClient client = open("/engine.io/?EIO=4&transport=websocket");
        assertThat(client.text()).startsWith("0{");
        client.send("4hi").expect("4hi");
        client.send(new byte[] {1});
        assertThat(client.bytes()).containsExactly(1);
        assertThat(server().stats().clients()).isZero();
    }

    @Test
    void ofSocketIoAndOfPlainClientsAreOptions() {
        serve(options -> options.path("/io/").plainPath(null));
        start();
        WireClient client = open("/io/?EIO=4&transport=websocket");
        client.text();
        connect(client, "40");
        fence(client);
        WireClient none = WireClient.request(port(), "/");
        assertThat(none.head()).startsWith("HTTP/1.1 404 ");
        none.close();
    }

    @Test
    void ofSocketIoNeedNoSlashAtTheirEndWhereOptionsSaySo() throws Exception {
        serve(options -> options.engine(engine -> engine.addTrailingSlash(false)));
        start();
        for (String path : List.of("/socket.io", "/socket.io/")) {
            assertThat(get(path + "?EIO=4&transport=polling").body()).startsWith("0{");
            WireClient client = open(path + "?EIO=4&transport=websocket");
            assertThat(client.text()).startsWith("0{");
            connect(client, "40");
            fence(client);
        }
        assertThat(get("/socket.iox?EIO=4&transport=polling").statusCode()).isEqualTo(404);
    }

    @Test
    void serveTheBrowserClient() throws Exception {
        serve();
        start();
        java.net.http.HttpResponse<String> response = get("/socket.io/socket.io.js?x=1");
        if (ClientBundle.class.getResource("client/socket.io.js") == null) {
            assertThat(response.statusCode()).isEqualTo(404); // built without npm
            return;
        }
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).contains("application/javascript; charset=utf-8");
        assertThat(response.body()).contains("Socket.IO");
        assertThat(get("/socket.io/package.json").statusCode()).isEqualTo(400); // Engine.IO's, not a file
    }

    @Test
    void serveTheBrowserClientCompressedAndOnceOnly() throws Exception {
        serve();
        start();
        String path = "/socket.io/socket.io.min.js";
        java.net.http.HttpResponse<byte[]> whole = getBytes("GET", path);
        assumeThat(whole.statusCode()).as("404 when it was built without npm").isNotEqualTo(404);
        String tag = whole.headers().firstValue("etag").orElseThrow();
        assertThat(tag).matches("\"\\d+\\.\\d+\\.\\d+\"");
        assertThat(whole.headers().firstValue("vary")).contains("Accept-Encoding");

        java.net.http.HttpResponse<byte[]> packed = getBytes("GET", path, "Accept-Encoding", "br, gzip;q=0.5");
        assertThat(packed.headers().firstValue("content-encoding")).contains("gzip");
        assertThat(packed.headers().allValues("vary")).containsExactly("Accept-Encoding");
        assertThat(new GZIPInputStream(new ByteArrayInputStream(packed.body()))).hasBinaryContent(whole.body());

        java.net.http.HttpResponse<byte[]> head = getBytes("HEAD", path);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("content-length")).contains(Integer.toString(whole.body().length));
        assertThat(head.body()).isEmpty();

        for (String known : List.of(tag, "W/" + tag, "\"other\", " + tag, "*")) {
            java.net.http.HttpResponse<byte[]> same = getBytes("GET", path, "If-None-Match", known);
            assertThat(same.statusCode()).as(known).isEqualTo(304);
            assertThat(same.headers().firstValue("etag")).contains(tag);
            assertThat(same.headers().firstValue("vary")).contains("Accept-Encoding");
            assertThat(same.body()).isEmpty();
        }
        assertThat(getBytes("GET", path, "If-None-Match", "\"other\"").statusCode())
                .isEqualTo(200);
    }

    private java.net.http.HttpResponse<byte[]> getBytes(String method, String target, String... headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + target))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofByteArray());
    }
}
