package io.maru.client.netty;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a server is reached.
 *
 * @param host its name or address
 * @param port its port
 * @param secure whether by TLS
 * @param tls whom to trust there
 * @param proxy what is in between, or null
 * @param headers more headers of every request
 * @param cookies whether cookies are kept and sent back
 * @param compression whether to ask for compressed messages of WebSockets
 * @param maxMessageBytes the longest message or body that is taken
 * @param connectTimeoutMillis how long connecting may take, to all its addresses
 */
public record NetworkOptions(
        String host,
        int port,
        boolean secure,
        TlsOptions tls,
        @Nullable ProxyOptions proxy,
        Map<String, String> headers,
        boolean cookies,
        boolean compression,
        int maxMessageBytes,
        int connectTimeoutMillis) {

    /** Refuses nulls and copies. */
    public NetworkOptions {
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(tls, "tls");
        headers = Map.copyOf(headers);
        headers.forEach(new DefaultHttpHeaders()::add); // refuses what cannot be sent
    }

    /** The authority of requests: without the port where everybody knows it. */
    String authority() {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == (secure ? 443 : 80) ? name : name + ":" + port;
    }
}
