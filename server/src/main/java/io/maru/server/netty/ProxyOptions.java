package io.maru.server.netty;

import java.util.List;
import java.util.Objects;

/**
 * Proxies before the server that are trusted to say whose connection it is. Immutable.
 *
 * <p>What a trusted peer says is believed, and of a list of addresses each that a trusted one has written: the client is the
 * last of the list that is not trusted itself. What others say, and what cannot be read, counts for nothing.
 *
 * @param trusted addresses and networks, such as {@code 10.0.0.7}, {@code 10.0.0.0/8} and {@code fd00::/8}; {@link #UNIX}
 *     for all that comes over a Unix domain socket
 * @param header the headers that they write; others, which a client may have written, are not read
 * @param proxyProtocol whether every connection begins with a header of the <a
 *     href="https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt">PROXY protocol</a>, version 1 or 2. Connections of
 *     others than the trusted, and those without it, are closed. Needs Netty's {@code netty-codec-haproxy}
 */
public record ProxyOptions(List<String> trusted, Header header, boolean proxyProtocol) {

    /** Whoever connects over a Unix domain socket. */
    public static final String UNIX = "unix";

    /** Nobody is trusted. */
    public static final ProxyOptions NONE = new ProxyOptions(List.of(), Header.X_FORWARDED, false);

    /** In which headers proxies say whose request it is. */
    public enum Header {
        /** {@code X-Forwarded-For} and {@code X-Forwarded-Proto}. */
        X_FORWARDED,
        /** {@code Forwarded} (<a href="https://www.rfc-editor.org/rfc/rfc7239">RFC 7239</a>). */
        FORWARDED,
        /** In none. */
        NONE
    }

    /** Checks the values. */
    public ProxyOptions {
        trusted = List.copyOf(trusted);
        Objects.requireNonNull(header, "header");
        for (String network : trusted) {
            if (!network.equals(UNIX)) {
                Cidr.parse(network);
            }
        }
        if (proxyProtocol && trusted.isEmpty()) {
            throw new IllegalArgumentException("the PROXY protocol needs proxies that are trusted");
        }
    }

    /**
     * Trusts proxies that write {@code X-Forwarded-For}.
     *
     * @param networks see {@link #trusted()}
     * @return the options
     */
    public static ProxyOptions trusting(String... networks) {
        return new ProxyOptions(List.of(networks), Header.X_FORWARDED, false);
    }

    /**
     * These options with other headers.
     *
     * @param written see {@link #header()}
     * @return the options
     */
    public ProxyOptions withHeader(Header written) {
        return new ProxyOptions(trusted, written, proxyProtocol);
    }

    /**
     * These options with or without the PROXY protocol.
     *
     * @param required see {@link #proxyProtocol()}
     * @return the options
     */
    public ProxyOptions withProxyProtocol(boolean required) {
        return new ProxyOptions(trusted, header, required);
    }
}
