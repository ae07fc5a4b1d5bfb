package io.maru.client.netty;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A proxy on the way to the server. It needs {@code io.netty:netty-handler-proxy} on the class path.
 *
 * @param kind what it speaks
 * @param host its name or address
 * @param port its port
 * @param username who one is there, or null
 * @param password the password, or null; SOCKS 4 has none
 */
public record ProxyOptions(
        Kind kind,
        String host,
        int port,
        @Nullable String username,
        @Nullable String password) {

    /** What proxies speak. */
    public enum Kind {
        /** HTTP's CONNECT. */
        HTTP,
        /** SOCKS 5; the proxy resolves the server's name. */
        SOCKS5,
        /** SOCKS 4a. */
        SOCKS4
    }

    /** Refuses nulls, and ports that are none. */
    public ProxyOptions {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(host, "host");
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("a port from 1 to 65535 expected: " + port);
        }
    }

    /** Without what it is called by and its password. */
    @Override
    public String toString() {
        return kind + " " + host + ":" + port;
    }
}
