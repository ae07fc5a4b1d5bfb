package io.maru.server.engine;

import io.maru.wire.engineio.EngineIo3;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the answers to requests together. Safe for any thread, as far as the application's hooks are. */
final class Answers {

    private static final Logger log = LoggerFactory.getLogger(Answers.class);
    private static final byte[] OK = "ok".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOTHING = {};

    private final EngineOptions options;

    Answers(EngineOptions options) {
        this.options = options;
    }

    /** The packets that a poll waited for. */
    HttpResponse payload(HttpRequest request, ResponseHeaders headers, byte[] payload) {
        String type = EngineIo3.isBinary(payload) ? "application/octet-stream" : "text/plain; charset=UTF-8";
        return good(request, headers, type, payload);
    }

    /** A payload was taken. */
    HttpResponse ok(HttpRequest request, ResponseHeaders headers) {
        // not text/plain, for which some old browsers offer a download
        return good(request, headers, "text/html", OK);
    }

    /** The open packet of a session over polling. */
    HttpResponse handshake(HttpRequest request, ResponseHeaders headers, String id, byte[] payload) {
        ResponseHeaders more = copy(headers);
        if (options.cookie() != null) {
            more.add("Set-Cookie", options.cookie().header(id));
        }
        apply(options.initialHeaders(), request, more);
        return good(request, more, "text/plain; charset=UTF-8", payload);
    }

    /** The headers with which a WebSocket is opened. */
    ResponseHeaders upgrade(HttpRequest request, ResponseHeaders headers, boolean handshake) {
        ResponseHeaders more = copy(headers);
        if (handshake) {
            apply(options.initialHeaders(), request, more);
        }
        apply(options.headers(), request, more);
        return more;
    }

    /** A status without a body. */
    static HttpResponse bare(int status, ResponseHeaders headers) {
        return new HttpResponse(status, copy(headers), NOTHING);
    }

    static HttpResponse response(int status, ResponseHeaders headers, String contentType, byte[] body) {
        return new HttpResponse(status, copy(headers).set("Content-Type", contentType), body);
    }

    private HttpResponse good(HttpRequest request, ResponseHeaders headers, String contentType, byte[] body) {
        HttpResponse response = response(200, headers, contentType, body);
        response.headers().set("Cache-Control", "no-store");
        String agent = request.headers().get("user-agent");
        if (agent != null && (agent.contains("MSIE") || agent.contains("Trident/"))) {
            // their filter takes payloads for attacks
            response.headers().set("X-XSS-Protection", "0");
        }
        apply(options.headers(), request, response.headers());
        return response;
    }

    static void apply(List<HeaderHook> hooks, HttpRequest request, ResponseHeaders headers) {
        for (HeaderHook hook : hooks) {
            try {
                hook.apply(request, headers);
            } catch (RuntimeException e) {
                log.error("A header hook failed for {}", request, e);
            }
        }
    }

    private static ResponseHeaders copy(ResponseHeaders headers) {
        ResponseHeaders copy = new ResponseHeaders();
        for (Map.Entry<String, String> entry : headers.entries()) {
            copy.add(entry.getKey(), entry.getValue());
        }
        return copy;
    }
}
