package io.maru.server;

import io.maru.server.engine.HttpRequest;
import io.maru.wire.Json;
import io.maru.wire.JsonCodec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The facts of a client's arrival, as Socket.IO's {@code socket.handshake} has them. Immutable.
 */
public final class Handshake {

    private final HttpRequest request;
    private final long issued;
    private final @Nullable Json auth;

    Handshake(HttpRequest request, long issued, @Nullable Json auth) {
        this.request = request;
        this.issued = issued;
        this.auth = auth;
    }

    /**
     * The HTTP request that opened the connection.
     *
     * @return its facts: headers, cookies, query
     */
    public HttpRequest request() {
        return request;
    }

    /**
     * The headers of that request, names in lower case.
     *
     * @return a new map
     */
    public Map<String, String> headers() {
        return request.headers().toMap();
    }

    /**
     * When the client arrived.
     *
     * @return date and time as text
     */
    public String time() {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(
                Instant.ofEpochMilli(issued).atOffset(ZoneOffset.UTC));
    }

    /**
     * When the client arrived.
     *
     * @return milliseconds since 1970
     */
    public long issued() {
        return issued;
    }

    /**
     * The client's IP address; what a proxy says of it where that is trusted.
     *
     * @return the address, without a port; empty for a peer at a Unix domain socket
     */
    public String address() {
        return request.remoteAddress();
    }

    /**
     * Whether a page made the connection: the request has an {@code Origin}.
     *
     * @return true when it has
     */
    public boolean xdomain() {
        return request.headers().get("origin") != null;
    }

    /**
     * Whether the connection is encrypted; up to a proxy, where that is trusted and says so.
     *
     * @return true for TLS
     */
    public boolean secure() {
        return request.secure();
    }

    /**
     * Path and query of the request.
     *
     * @return as they came
     */
    public String url() {
        return request.target();
    }

    /**
     * The parameters of the query.
     *
     * @return a new map, decoded
     */
    public Map<String, String> query() {
        return request.query();
    }

    /**
     * What the client says of itself: the payload of Socket.IO's CONNECT; of a plain client the fields of its first
     * message where the server asks for one ({@link PlainAuth#FIRST_MESSAGE}), else the parameters of its query.
     *
     * @return an object, empty when the client said nothing
     */
    public Json auth() {
        return auth != null ? auth : Json.of("{}");
    }

    static @Nullable Json authOf(HttpRequest request) {
        Map<String, String> query = request.query();
        return query.isEmpty() ? null : JsonCodec.standard().json(query);
    }
}
