package io.maru.server.engine;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which pages of other origins may use the endpoint (<a href="https://fetch.spec.whatwg.org/#http-cors-protocol">CORS</a>).
 * An origin is compared whole. With a list of origins, requests for a WebSocket from another origin are refused as well,
 * which browsers do not do by themselves.
 *
 * @param origins the origins let in, such as {@code https://example.com}; empty: any, but then never with credentials
 * @param methods the methods, for preflights
 * @param allowedHeaders the request headers, for preflights; empty: those that the preflight asks for
 * @param exposedHeaders the response headers that a page may read
 * @param credentials whether cookies may be sent along
 * @param maxAge how long a preflight's answer is kept, or null for the browser's own time
 * @param guardUpgrades whether a WebSocket of another origin is refused
 */
public record Cors(
        Set<String> origins,
        List<String> methods,
        List<String> allowedHeaders,
        List<String> exposedHeaders,
        boolean credentials,
        @Nullable Duration maxAge,
        boolean guardUpgrades) {

    /** Copies the lists, and refuses credentials for any origin. */
    public Cors {
        origins = Set.copyOf(origins);
        methods = List.copyOf(methods);
        allowedHeaders = List.copyOf(allowedHeaders);
        exposedHeaders = List.copyOf(exposedHeaders);
        if (credentials && origins.isEmpty()) {
            throw new IllegalArgumentException("credentials need a list of origins");
        }
    }

    /**
     * Any origin, without credentials.
     *
     * @return the rule
     */
    public static Cors anyOrigin() {
        return new Cors(Set.of(), List.of("GET", "POST"), List.of(), List.of(), false, null, false);
    }

    /**
     * These origins, with credentials.
     *
     * @param origins the origins
     * @return the rule
     */
    public static Cors origins(String... origins) {
        return new Cors(Set.of(origins), List.of("GET", "POST"), List.of(), List.of(), true, null, true);
    }

    /**
     * This rule with a list of request headers.
     *
     * @param names the headers
     * @return the rule
     */
    public Cors withAllowedHeaders(String... names) {
        return new Cors(origins, methods, List.of(names), exposedHeaders, credentials, maxAge, guardUpgrades);
    }

    /**
     * This rule with a time for preflights.
     *
     * @param age how long a preflight's answer is kept
     * @return the rule
     */
    public Cors withMaxAge(Duration age) {
        Objects.requireNonNull(age, "age");
        return new Cors(origins, methods, allowedHeaders, exposedHeaders, credentials, age, guardUpgrades);
    }

    /**
     * This rule without a say about WebSockets, as Node's server has it.
     *
     * @return the rule
     */
    public Cors withoutUpgradeGuard() {
        return new Cors(origins, methods, allowedHeaders, exposedHeaders, credentials, maxAge, false);
    }
}
