package io.maru.app;

import io.maru.server.HttpHandler;
import io.maru.server.engine.HttpRequest;
import io.maru.server.engine.HttpResponse;
import io.maru.server.engine.ResponseHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Serves the page and its modules from the jar. */
final class WebPage implements HttpHandler {

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    // flat names only: nothing outside of the folder can be asked for
    private static final Pattern FILE = Pattern.compile("/[a-z0-9-]+\\.(html|css|js|svg)");

    private static final String POLICY = "default-src 'self'; connect-src 'self' ws: wss:; media-src 'self' blob:";

    @Override
    public HttpResponse handle(HttpRequest request) throws IOException {
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            return HttpResponse.of(405, "text/plain", "Method Not Allowed");
        }
        String path = request.path().equals("/") ? "/index.html" : request.path();
        byte[] file = FILE.matcher(path).matches() ? read(path) : null;
        if (file == null) {
            return HttpResponse.of(404, "text/plain", "Not Found");
        }
        ResponseHeaders headers = new ResponseHeaders()
                .add("Content-Type", TYPES.getOrDefault(path.substring(path.lastIndexOf('.') + 1), "text/plain"))
                .add("Cache-Control", "no-cache")
                .add("Content-Security-Policy", POLICY)
                .add("X-Content-Type-Options", "nosniff");
        return new HttpResponse(200, headers, file);
    }

    private static byte @Nullable [] read(String path) throws IOException {
        try (InputStream in = WebPage.class.getResourceAsStream("/web" + path)) {
            return in == null ? null : in.readAllBytes();
        }
    }
}
