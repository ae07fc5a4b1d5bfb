package io.maru.server;

import io.maru.server.engine.HttpRequest;
import io.maru.server.engine.HttpResponse;
import io.maru.server.engine.ResponseHeaders;
import io.maru.wire.JsonCodec;
import io.maru.wire.WireLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The official browser client, as Node's server serves it. The files are put beside this class when the library is built,
 * from npm; a build without npm has none of them.
 */
final class ClientBundle implements HttpHandler {

    static final List<String> FILES = List.of(
            "socket.io.js",
            "socket.io.js.map",
            "socket.io.min.js",
            "socket.io.min.js.map",
            "socket.io.esm.min.js",
            "socket.io.esm.min.js.map",
            "socket.io.msgpack.min.js",
            "socket.io.msgpack.min.js.map");

    private static final String FOLDER = "client/";

    private final Map<String, byte[]> loaded = new ConcurrentHashMap<>();
    private final @Nullable String version;

    ClientBundle() {
        byte[] packageJson = read("package.json");
        this.version = packageJson == null
                ? null
                : String.valueOf(JsonCodec.standard()
                        .parse(packageJson, WireLimits.DEFAULTS)
                        .get("version"));
    }

    @Override
    public HttpResponse handle(HttpRequest request) {
        String path = request.path();
        String name = path.substring(path.lastIndexOf('/') + 1);
        byte[] file = loaded.computeIfAbsent(name, ClientBundle::readOrEmpty);
        if (version == null || file.length == 0) {
            return HttpResponse.of(
                    404, "text/plain", "This server was built without npm, so it has no client to serve.");
        }
        String tag = request.headers().get("if-none-match");
        boolean same = tag != null && (tag.equals(version) || tag.equals("W/" + version));
        ResponseHeaders headers =
                new ResponseHeaders().add("Cache-Control", "public, max-age=0").add("ETag", version);
        if (same) {
            return new HttpResponse(304, headers, new byte[0]);
        }
        headers.add(
                "Content-Type",
                (name.endsWith(".map") ? "application/json" : "application/javascript") + "; charset=utf-8");
        return new HttpResponse(200, headers, file);
    }

    private static byte[] readOrEmpty(String name) {
        byte[] file = FILES.contains(name) ? read(name) : null;
        return file == null ? new byte[0] : file;
    }

    private static byte @Nullable [] read(String name) {
        try (InputStream in = ClientBundle.class.getResourceAsStream(FOLDER + name)) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
