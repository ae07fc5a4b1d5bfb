package io.maru.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** How the client for browsers is served. What it does is tested with browsers and Node, in the module "conformance". */
class MaruJsTest extends ServerFixture {

    private static final int LIMIT = 3 * 1024;

    private HttpResponse<byte[]> get(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofByteArray());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    @Test
    void isAScriptAModuleAndTypes() {
        serve();
        start();
        Map<String, String> types = Map.of(
                "/maru.js", "text/javascript; charset=utf-8",
                "/maru.mjs", "text/javascript; charset=utf-8",
                "/maru.d.ts", "application/typescript; charset=utf-8");
        types.forEach((path, type) -> {
            HttpResponse<byte[]> response = get(path);
            assertThat(response.statusCode()).as(path).isEqualTo(200);
            assertThat(header(response, "content-type")).isEqualTo(type);
            assertThat(header(response, "cache-control")).isEqualTo("public, max-age=0");
        });
        String module = new String(get("/maru.mjs").body(), UTF_8);
        assertThat(module)
                .contains("\nexport function maru(", "\nexport default maru;\n")
                .doesNotContain("//", "\n ");
        String script = new String(get("/maru.js").body(), UTF_8);
        assertThat(script)
                .startsWith("(() => {\n\"use strict\";\n")
                .contains("\nfunction maru(")
                .endsWith("\nglobalThis.maru = maru;\n})();\n")
                .doesNotContain("export");
        assertThat(get("/maru.d.ts?x=1").body()).isNotEmpty();
    }

    @Test
    void hasNoMoreThanThreeKilobytes() throws IOException {
        serve();
        start();
        for (String path : List.of("/maru.js", "/maru.mjs")) {
            HttpResponse<byte[]> response = get(path, "Accept-Encoding", "br, gzip");
            assertThat(header(response, "content-encoding")).isEqualTo("gzip");
            assertThat(header(response, "vary")).isEqualTo("Accept-Encoding");
            assertThat(response.body()).as(path).hasSizeLessThanOrEqualTo(LIMIT);
            assertThat(new GZIPInputStream(new ByteArrayInputStream(response.body())))
                    .hasBinaryContent(get(path).body());
        }
    }

    @Test
    void isSentAgainOnlyWhenItHasChanged() {
        serve();
        start();
        String tag = header(get("/maru.js"), "etag");
        assertThat(tag).matches("\"[0-9a-f]{16}\"").isNotEqualTo(header(get("/maru.mjs"), "etag"));
        HttpResponse<byte[]> same = get("/maru.js", "If-None-Match", "W/" + tag);
        assertThat(same.statusCode()).isEqualTo(304);
        assertThat(same.body()).isEmpty();
        assertThat(get("/maru.js", "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
    }

    @Test
    void isBesideThePlainEndpoint() {
        serve(options -> options.plainPath("/ws"));
        start();
        assertThat(get("/ws/maru.js").statusCode()).isEqualTo(200);
        assertThat(get("/maru.js").statusCode()).isEqualTo(404);
    }

    @Test
    void isNotThereWithoutThatEndpointOrWhereNobodyWantsIt() {
        serve(options -> options.plainPath(null));
        start();
        assertThat(get("/maru.js").statusCode()).isEqualTo(404);
        server().close();
        serve(options -> options.serveMaruJs(false))
                .http("/maru.js", request -> io.maru.server.engine.HttpResponse.of(200, "text/plain", "mine"));
        start();
        assertThat(get("/maru.js").body()).asString(UTF_8).isEqualTo("mine");
        assertThat(get("/maru.mjs").statusCode()).isEqualTo(404);
    }
}
