package io.maru.server.engine;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The facts of an HTTP request, without its body. Immutable.
 *
 * @param method such as {@code GET}
 * @param target path and query as they came
 * @param headers the headers
 * @param remoteAddress the client's IP address, without its port: the peer's, or what a trusted proxy says; empty when the
 *     peer has none
 * @param secure whether it came over TLS, to here or to a trusted proxy
 */
public record HttpRequest(String method, String target, Headers headers, String remoteAddress, boolean secure) {

    /** Refuses null. */
    public HttpRequest {
        Objects.requireNonNull(method, "method");
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(headers, "headers");
        Objects.requireNonNull(remoteAddress, "remoteAddress");
    }

    /**
     * The path, without the query, as it came.
     *
     * @return the path
     */
    public String path() {
        int question = target.indexOf('?');
        return question < 0 ? target : target.substring(0, question);
    }

    /**
     * The query's parameters, decoded; of several with one name the last.
     *
     * @return a new map, in order
     */
    public Map<String, String> query() {
        Map<String, String> query = new LinkedHashMap<>();
        int i = target.indexOf('?') + 1;
        while (i > 0 && i < target.length()) {
            int end = target.indexOf('&', i);
            end = end < 0 ? target.length() : end;
            if (end > i) {
                String pair = target.substring(i, end); // within which is looked for its '=', and not to the very end
                int equals = pair.indexOf('=');
                String name = decode(equals < 0 ? pair : pair.substring(0, equals));
                query.put(name, equals < 0 ? "" : decode(pair.substring(equals + 1)));
            }
            i = end + 1;
        }
        return query;
    }

    /**
     * One of the query's parameters.
     *
     * @param name its name
     * @return its value, decoded, or null when it is not there
     */
    public @Nullable String query(String name) {
        return query().get(name);
    }

    /**
     * A cookie.
     *
     * @param name its name
     * @return its value, as it came, or null when it is not there
     */
    public @Nullable String cookie(String name) {
        for (String header : headers.all("cookie")) {
            for (String pair : header.split(";", -1)) {
                String cookie = pair.strip();
                if (cookie.startsWith(name) && cookie.startsWith("=", name.length())) {
                    return cookie.substring(name.length() + 1);
                }
            }
        }
        return null;
    }

    /** Method and path only: a query can hold secrets. */
    @Override
    public String toString() {
        return method + " " + path();
    }

    // a broken escape stays as it is: a request is not refused for its query
    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
