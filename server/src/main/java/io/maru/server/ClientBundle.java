package io.maru.server;

import io.maru.server.engine.ContentCoding;
import io.maru.server.engine.HttpRequest;
import io.maru.server.engine.HttpResponse;
import io.maru.server.engine.ResponseHeaders;
import io.maru.wire.JsonCodec;
import io.maru.wire.WireLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;
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

    /** A file, and what is sent of it to whom takes gzip. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record File(byte[] plain, byte @Nullable [] packed) {}

    private final Map<String, File> loaded = new ConcurrentHashMap<>();
    private final boolean pack;
    private final @Nullable String version;

    /**
     * The client of the library.
     *
     * @param pack whether it is sent compressed to those who take it so
     */
    ClientBundle(boolean pack) {
        this.pack = pack;
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
        File file = loaded.computeIfAbsent(name, this::load);
        if (version == null || file.plain.length == 0) {
            return HttpResponse.of(
                    404, "text/plain", "This server was built without npm, so it has no client to serve.");
        }
        ResponseHeaders headers =
                new ResponseHeaders().add("Cache-Control", "public, max-age=0").add("ETag", version);
        if (isKnown(request.headers().get("if-none-match"), version)) {
            return new HttpResponse(304, headers.add("Vary", "Accept-Encoding"), new byte[0]);
        }
        headers.add(
                "Content-Type",
                (name.endsWith(".map") ? "application/json" : "application/javascript") + "; charset=utf-8");
        byte[] packed = file.packed;
        if (packed != null
                && ContentCoding.GZIP.equals(
                        ContentCoding.choose(request.headers().get("accept-encoding")))) {
            headers.add("Content-Encoding", ContentCoding.GZIP).add("Vary", "Accept-Encoding");
            return new HttpResponse(200, headers, packed);
        }
        return new HttpResponse(200, headers, file.plain);
    }

    // https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2, where weak tags are compared like strong ones
    private static boolean isKnown(@Nullable String ifNoneMatch, String tag) {
        if (ifNoneMatch == null) {
            return false;
        }
        for (String known : ifNoneMatch.split(",", -1)) {
            String value = known.strip();
            if (value.equals("*") || (value.startsWith("W/") ? value.substring(2) : value).equals(tag)) {
                return true;
            }
        }
        return false;
    }

    // packed once for all who ask: for each of them it would take milliseconds of a loop
    private File load(String name) {
        byte[] plain = FILES.contains(name) ? read(name) : null;
        if (plain == null) {
            return new File(new byte[0], null);
        }
        return new File(plain, pack ? gzip(plain) : null);
    }

    private static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream(plain.length / 2);
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return packed.toByteArray();
    }

    private static byte @Nullable [] read(String name) {
        try (InputStream in = ClientBundle.class.getResourceAsStream(FOLDER + name)) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
