package io.maru.server;

import io.maru.server.engine.HttpRequest;
import io.maru.server.engine.HttpResponse;
import io.maru.wire.JsonCodec;
import io.maru.wire.WireLimits;
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

    private final Map<String, ServedFile> loaded = new ConcurrentHashMap<>();
    private final boolean pack;
    private final @Nullable String version;

    /**
     * The client of the library.
     *
     * @param pack whether it is sent compressed to those who take it so
     */
    ClientBundle(boolean pack) {
        this.pack = pack;
        byte[] packageJson = ServedFile.read(FOLDER + "package.json");
        this.version = packageJson == null
                ? null
                : String.valueOf(JsonCodec.standard()
                        .parse(packageJson, WireLimits.DEFAULTS)
                        .get("version"));
    }

    @Override
    public HttpResponse handle(HttpRequest request) {
        String path = request.path();
        ServedFile file = loaded.computeIfAbsent(path.substring(path.lastIndexOf('/') + 1), this::load);
        return file == null
                ? HttpResponse.of(404, "text/plain", "This server was built without npm, so it has no client to serve.")
                : file.answer(request);
    }

    private @Nullable ServedFile load(String name) {
        String tag = version;
        byte[] plain = tag == null || !FILES.contains(name) ? null : ServedFile.read(FOLDER + name);
        String type = (name.endsWith(".map") ? "application/json" : "application/javascript") + "; charset=utf-8";
        return tag == null || plain == null ? null : ServedFile.of(type, tag, plain, pack);
    }
}
