package io.maru.client;

import java.net.URI;
import java.util.Locale;

/**
 * Where a socket goes to.
 *
 * @param secure whether by TLS
 * @param host the server's name or address
 * @param port its port
 * @param path what follows: of Socket.IO the namespace, of plain WebSockets the path
 * @param query the query, encoded; empty for none
 */
record Endpoint(boolean secure, String host, int port, String path, String query) {

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException when it is none
     */
    static Endpoint of(String address) {
        URI uri = URI.create(address);
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        boolean secure = scheme.equals("https") || scheme.equals("wss");
        if (!secure && !scheme.equals("http") && !scheme.equals("ws") || uri.getRawAuthority() == null) {
            throw new IllegalArgumentException("http, https, ws or wss with a host expected: " + address);
        }
        // names with an underscore, as containers have, are no host for URI
        String authority = uri.getRawAuthority();
        authority = authority.substring(authority.lastIndexOf('@') + 1);
        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon > authority.lastIndexOf(']');
        String host = hasPort ? authority.substring(0, colon) : authority;
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        int port = secure ? 443 : 80;
        if (hasPort && colon + 1 < authority.length()) {
            try {
                port = Integer.parseInt(authority.substring(colon + 1));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("a port expected: " + address, e);
            }
        }
        if (host.isEmpty() || port < 1 || port > 65_535) {
            throw new IllegalArgumentException("a host and a port from 1 to 65535 expected: " + address);
        }
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return new Endpoint(secure, host, port, path, uri.getRawQuery() == null ? "" : uri.getRawQuery());
    }

    /** Scheme, host and port. */
    String origin() {
        return (secure ? "https://" : "http://") + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
