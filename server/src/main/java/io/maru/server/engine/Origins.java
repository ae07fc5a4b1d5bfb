package io.maru.server.engine;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Applies a {@link Cors} rule to requests. */
final class Origins {

    private static final byte[] NOTHING = {};

    private Origins() {}

    /** Whether a WebSocket is refused: it is asked for by a page of another origin that is not on the list. */
    static boolean isForeign(Cors rule, HttpRequest request) {
        String origin = request.headers().get("origin");
        return origin != null
                && !rule.origins().isEmpty()
                && !rule.origins().contains(origin)
                && !isSame(origin, request.headers().get("host"));
    }

    /** Adds what every answer has. */
    static void addHeaders(Cors rule, HttpRequest request, ResponseHeaders headers) {
        String origin = request.headers().get("origin");
        if (rule.origins().isEmpty()) {
            headers.add("Access-Control-Allow-Origin", "*");
        } else {
            if (origin != null && rule.origins().contains(origin)) {
                headers.add("Access-Control-Allow-Origin", origin);
            }
            headers.add("Vary", "Origin");
        }
        if (rule.credentials()) {
            headers.add("Access-Control-Allow-Credentials", "true");
        }
        if (!rule.exposedHeaders().isEmpty() && !isPreflight(request)) {
            headers.add("Access-Control-Expose-Headers", String.join(",", rule.exposedHeaders()));
        }
    }

    static boolean isPreflight(HttpRequest request) {
        return request.method().equals("OPTIONS");
    }

    /** The answer to a preflight. */
    static HttpResponse preflight(Cors rule, HttpRequest request) {
        ResponseHeaders headers = new ResponseHeaders();
        addHeaders(rule, request, headers);
        headers.add("Access-Control-Allow-Methods", String.join(",", rule.methods()));
        String asked = request.headers().get("access-control-request-headers");
        if (!rule.allowedHeaders().isEmpty()) {
            headers.add("Access-Control-Allow-Headers", String.join(",", rule.allowedHeaders()));
        } else {
            headers.add("Vary", "Access-Control-Request-Headers");
            if (asked != null && asked.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
                headers.add("Access-Control-Allow-Headers", asked);
            }
        }
        if (rule.maxAge() != null) {
            headers.add("Access-Control-Max-Age", Long.toString(rule.maxAge().toSeconds()));
        }
        return new HttpResponse(204, headers, NOTHING);
    }

    /**
     * Whether a page's origin is the server itself. The scheme is not compared: behind a proxy that ends TLS the server does
     * not know it.
     */
    private static boolean isSame(String origin, @Nullable String host) {
        int scheme = origin.indexOf("://");
        if (scheme < 0 || host == null) {
            return false;
        }
        String port = origin.startsWith("https:") ? ":443" : ":80";
        return withoutPort(origin.substring(scheme + 3), port).equals(withoutPort(host, port));
    }

    private static String withoutPort(String authority, String port) {
        String lower = authority.toLowerCase(Locale.ROOT);
        return lower.endsWith(port) ? lower.substring(0, lower.length() - port.length()) : lower;
    }
}
