package io.maru.server.netty;

import io.maru.wire.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a server listens. Immutable.
 *
 * @param host the address to listen on, or {@link #UNIX} and the path of a Unix domain socket; all who may write that file
 *     can connect, and have no address
 * @param port the port, or 0 for any that is free
 * @param loops the number of loops
 * @param backlog how many connections may wait to be accepted
 * @param transport what moves the bytes
 * @param tls the certificates, or null for plain TCP
 * @param http limits of HTTP
 * @param connections limits of TCP connections
 * @param deflate how messages of WebSockets are compressed, or null: they are not
 * @param proxies whom is believed whose connection it is
 * @param webSocket limits of WebSockets
 * @param clock the time by which it waits
 */
public record NetworkOptions(
        String host,
        int port,
        int loops,
        int backlog,
        Transport transport,
        @Nullable Tls tls,
        HttpLimits http,
        ConnectionLimits connections,
        @Nullable DeflateOptions deflate,
        ProxyOptions proxies,
        WebSocketLimits webSocket,
        Clock clock) {

    /**
     * Any free port of the loopback interface, one loop, the best transport that is there, no TLS, no compression of
     * WebSockets, no trusted proxies, default limits.
     */
    public static final NetworkOptions DEFAULTS = new NetworkOptions(
            "127.0.0.1",
            0,
            1,
            4096,
            Transport.AUTO,
            null,
            HttpLimits.DEFAULTS,
            ConnectionLimits.DEFAULTS,
            null,
            ProxyOptions.NONE,
            WebSocketLimits.DEFAULTS,
            Clock.SYSTEM);

    /** Before the path of a Unix domain socket. */
    public static final String UNIX = "unix:";

    /** What moves the bytes. */
    public enum Transport {
        /** The best that is there. */
        AUTO,
        /** That of the JDK, which is always there. */
        NIO,
        /** That of Linux; needs Netty's native library for it. */
        EPOLL,
        /** Linux, by io_uring, which kernel and container must allow; needs Netty's native library for it. */
        IO_URING
    }

    /**
     * Certificates, in PEM files that are read when the server is made, and again by {@link NettyServer#reloadTls}.
     *
     * @param certificateChain the server's certificate, and those that vouch for it after it
     * @param privateKey its private key, PKCS#8 and without a password
     * @param protocols the versions of TLS that are spoken
     * @param hosts certificates for clients that ask for another name (SNI)
     * @param clientAuthorities certificates of those who may vouch for clients, or null: clients are not asked for
     *     certificates
     * @param clientRequired whether a client without a certificate is refused, where clients are asked for one. One whose
     *     certificate is not vouched for is refused in any case
     */
    public record Tls(
            Path certificateChain,
            Path privateKey,
            List<String> protocols,
            List<Host> hosts,
            @Nullable Path clientAuthorities,
            boolean clientRequired) {

        /** What is spoken when nothing else is said. */
        public static final List<String> DEFAULT_PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

        /**
         * A certificate for clients that ask for a name.
         *
         * @param name such as {@code example.com}, or {@code *.example.com} for all that are one label longer
         * @param certificateChain as that of the server
         * @param privateKey as that of the server
         */
        public record Host(String name, Path certificateChain, Path privateKey) {
            /** Refuses null. */
            public Host {
                Objects.requireNonNull(name, "name");
                Objects.requireNonNull(certificateChain, "certificateChain");
                Objects.requireNonNull(privateKey, "privateKey");
            }
        }

        /** Checks the values. */
        public Tls {
            Objects.requireNonNull(certificateChain, "certificateChain");
            Objects.requireNonNull(privateKey, "privateKey");
            protocols = List.copyOf(protocols);
            hosts = List.copyOf(hosts);
            if (protocols.isEmpty()) {
                throw new IllegalArgumentException("at least one version of TLS expected");
            }
        }

        /**
         * A certificate, for TLS 1.2 and 1.3.
         *
         * @param certificateChain see {@link #certificateChain()}
         * @param privateKey see {@link #privateKey()}
         */
        public Tls(Path certificateChain, Path privateKey) {
            this(certificateChain, privateKey, DEFAULT_PROTOCOLS, List.of(), null, false);
        }

        /**
         * These with other versions of TLS.
         *
         * @param names such as {@code TLSv1.3}
         * @return the certificates
         */
        public Tls withProtocols(String... names) {
            return new Tls(certificateChain, privateKey, List.of(names), hosts, clientAuthorities, clientRequired);
        }

        /**
         * These and one for another name.
         *
         * @param name see {@link Host#name()}
         * @param chain see {@link Host#certificateChain()}
         * @param key see {@link Host#privateKey()}
         * @return the certificates
         */
        public Tls withHost(String name, Path chain, Path key) {
            List<Host> all = new ArrayList<>(hosts);
            all.add(new Host(name, chain, key));
            return new Tls(certificateChain, privateKey, protocols, all, clientAuthorities, clientRequired);
        }

        /**
         * These, with clients that are asked for certificates.
         *
         * @param authorities see {@link #clientAuthorities()}
         * @param required see {@link #clientRequired()}
         * @return the certificates
         */
        public Tls withClients(Path authorities, boolean required) {
            Objects.requireNonNull(authorities, "authorities");
            return new Tls(certificateChain, privateKey, protocols, hosts, authorities, required);
        }
    }

    /**
     * Limits of HTTP.
     *
     * @param headerTimeout how long a request's headers may take, from the connection or from the first byte
     * @param idleTimeout how long a connection may stay open between an answer and the next request
     * @param bodyTimeout how long a request's body may take
     * @param maxInitialLineLength bytes of a request's first line
     * @param maxHeaderSize bytes of all headers of a request
     * @param maxHeaders how many headers a request may have
     * @param compressionThreshold the smallest body of an answer that is compressed, or a negative number for none at all
     */
    public record HttpLimits(
            Duration headerTimeout,
            Duration idleTimeout,
            Duration bodyTimeout,
            int maxInitialLineLength,
            int maxHeaderSize,
            int maxHeaders,
            int compressionThreshold) {

        /** 10, 60 and 30 seconds, a line of 8 KiB, 100 headers of 16 KiB in all, compression from 1024 bytes on. */
        public static final HttpLimits DEFAULTS = new HttpLimits(
                Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(30), 8192, 16_384, 100, 1024);

        /** Checks the values. */
        public HttpLimits {
            requirePositive(headerTimeout, "headerTimeout");
            requirePositive(idleTimeout, "idleTimeout");
            requirePositive(bodyTimeout, "bodyTimeout");
            requirePositive(maxInitialLineLength, "maxInitialLineLength");
            requirePositive(maxHeaderSize, "maxHeaderSize");
            requirePositive(maxHeaders, "maxHeaders");
        }

        /**
         * These limits with other times.
         *
         * @param header see {@link #headerTimeout()}
         * @param idle see {@link #idleTimeout()}
         * @param body see {@link #bodyTimeout()}
         * @return the limits
         */
        public HttpLimits withTimeouts(Duration header, Duration idle, Duration body) {
            return new HttpLimits(
                    header, idle, body, maxInitialLineLength, maxHeaderSize, maxHeaders, compressionThreshold);
        }

        /**
         * These limits with other sizes.
         *
         * @param initialLine see {@link #maxInitialLineLength()}
         * @param headerSize see {@link #maxHeaderSize()}
         * @param headers see {@link #maxHeaders()}
         * @return the limits
         */
        public HttpLimits withSizes(int initialLine, int headerSize, int headers) {
            return new HttpLimits(
                    headerTimeout, idleTimeout, bodyTimeout, initialLine, headerSize, headers, compressionThreshold);
        }

        /**
         * These limits with another threshold for compression.
         *
         * @param bytes see {@link #compressionThreshold()}
         * @return the limits
         */
        public HttpLimits withCompressionThreshold(int bytes) {
            return new HttpLimits(
                    headerTimeout, idleTimeout, bodyTimeout, maxInitialLineLength, maxHeaderSize, maxHeaders, bytes);
        }
    }

    /**
     * Limits of TCP connections.
     *
     * @param max how many there may be; more are closed as soon as they are accepted
     * @param maxSilent of how many the headers of a request may be awaited; of more, the one that has kept us waiting longest
     *     is closed
     * @param lowWaterMark bytes: a connection that holds fewer takes messages again
     * @param highWaterMark bytes: a connection that holds more takes none at once
     */
    public record ConnectionLimits(int max, int maxSilent, int lowWaterMark, int highWaterMark) {

        /** Two million connections, 16,384 of them silent, 32 KiB and 64 KiB. */
        public static final ConnectionLimits DEFAULTS = new ConnectionLimits(2_000_000, 16_384, 32 * 1024, 64 * 1024);

        /** Checks the values. */
        public ConnectionLimits {
            requirePositive(max, "max");
            requirePositive(maxSilent, "maxSilent");
            requirePositive(lowWaterMark, "lowWaterMark");
            if (highWaterMark < lowWaterMark) {
                throw new IllegalArgumentException(
                        "a highWaterMark of lowWaterMark or above expected: " + highWaterMark);
            }
        }
    }

    /**
     * Limits of WebSockets.
     *
     * @param maxFragments how many frames a message may come in
     * @param messageTimeout how long a message may take from its first byte to its last
     * @param closeTimeout how long a peer may take to answer a close frame
     */
    public record WebSocketLimits(int maxFragments, Duration messageTimeout, Duration closeTimeout) {

        /** 1024 fragments, 30 seconds, 2 seconds. */
        public static final WebSocketLimits DEFAULTS =
                new WebSocketLimits(1024, Duration.ofSeconds(30), Duration.ofSeconds(2));

        /** Checks the values. */
        public WebSocketLimits {
            requirePositive(maxFragments, "maxFragments");
            requirePositive(messageTimeout, "messageTimeout");
            requirePositive(closeTimeout, "closeTimeout");
        }

        /**
         * These limits with another number of frames.
         *
         * @param frames see {@link #maxFragments()}
         * @return the limits
         */
        public WebSocketLimits withMaxFragments(int frames) {
            return new WebSocketLimits(frames, messageTimeout, closeTimeout);
        }

        /**
         * These limits with other times.
         *
         * @param message see {@link #messageTimeout()}
         * @param close see {@link #closeTimeout()}
         * @return the limits
         */
        public WebSocketLimits withTimeouts(Duration message, Duration close) {
            return new WebSocketLimits(maxFragments, message, close);
        }
    }

    /** Checks the values. */
    public NetworkOptions {
        Objects.requireNonNull(host, "host");
        if (host.startsWith(UNIX)
                && Path.of(host.substring(UNIX.length())).toString().isEmpty()) {
            throw new IllegalArgumentException("a path expected behind unix:");
        }
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException("a port from 0 to 65535 expected: " + port);
        }
        requirePositive(loops, "loops");
        requirePositive(backlog, "backlog");
        Objects.requireNonNull(transport, "transport");
        Objects.requireNonNull(http, "http");
        Objects.requireNonNull(connections, "connections");
        Objects.requireNonNull(proxies, "proxies");
        Objects.requireNonNull(webSocket, "webSocket");
        Objects.requireNonNull(clock, "clock");
    }

    /**
     * Where it listens, for people.
     *
     * @return host and port, or the Unix domain socket
     */
    public String address() {
        if (unixPath() != null) {
            return host;
        }
        return (host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host) + ":" + port;
    }

    /** The path of the Unix domain socket to listen on, or null for TCP. */
    @Nullable String unixPath() {
        return host.startsWith(UNIX) ? host.substring(UNIX.length()) : null;
    }

    /**
     * These options with another address.
     *
     * @param address see {@link #host()}
     * @param number see {@link #port()}
     * @return the options
     */
    public NetworkOptions withAddress(String address, int number) {
        return new NetworkOptions(
                address, number, loops, backlog, transport, tls, http, connections, deflate, proxies, webSocket, clock);
    }

    /**
     * These options with another number of loops.
     *
     * @param number see {@link #loops()}
     * @return the options
     */
    public NetworkOptions withLoops(int number) {
        return new NetworkOptions(
                host, port, number, backlog, transport, tls, http, connections, deflate, proxies, webSocket, clock);
    }

    /**
     * These options with another transport.
     *
     * @param kind see {@link #transport()}
     * @return the options
     */
    public NetworkOptions withTransport(Transport kind) {
        return new NetworkOptions(
                host, port, loops, backlog, kind, tls, http, connections, deflate, proxies, webSocket, clock);
    }

    /**
     * These options with certificates.
     *
     * @param certificate see {@link #tls()}
     * @return the options
     */
    public NetworkOptions withTls(@Nullable Tls certificate) {
        return new NetworkOptions(
                host,
                port,
                loops,
                backlog,
                transport,
                certificate,
                http,
                connections,
                deflate,
                proxies,
                webSocket,
                clock);
    }

    /**
     * These options with another number of connections that may wait.
     *
     * @param waiting see {@link #backlog()}
     * @return the options
     */
    public NetworkOptions withBacklog(int waiting) {
        return new NetworkOptions(
                host, port, loops, waiting, transport, tls, http, connections, deflate, proxies, webSocket, clock);
    }

    /**
     * These options with other limits of HTTP.
     *
     * @param limits see {@link #http()}
     * @return the options
     */
    public NetworkOptions withHttp(HttpLimits limits) {
        return new NetworkOptions(
                host, port, loops, backlog, transport, tls, limits, connections, deflate, proxies, webSocket, clock);
    }

    /**
     * These options with compressed messages of WebSockets.
     *
     * @param options see {@link #deflate()}
     * @return the options
     */
    public NetworkOptions withDeflate(@Nullable DeflateOptions options) {
        return new NetworkOptions(
                host, port, loops, backlog, transport, tls, http, connections, options, proxies, webSocket, clock);
    }

    /**
     * These options with proxies.
     *
     * @param options see {@link #proxies()}
     * @return the options
     */
    public NetworkOptions withProxies(ProxyOptions options) {
        return new NetworkOptions(
                host, port, loops, backlog, transport, tls, http, connections, deflate, options, webSocket, clock);
    }

    /**
     * These options with other limits of WebSockets.
     *
     * @param limits see {@link #webSocket()}
     * @return the options
     */
    public NetworkOptions withWebSocket(WebSocketLimits limits) {
        return new NetworkOptions(
                host, port, loops, backlog, transport, tls, http, connections, deflate, proxies, limits, clock);
    }

    /**
     * These options with other limits of connections.
     *
     * @param limits see {@link #connections()}
     * @return the options
     */
    public NetworkOptions withConnections(ConnectionLimits limits) {
        return new NetworkOptions(
                host, port, loops, backlog, transport, tls, http, limits, deflate, proxies, webSocket, clock);
    }

    /**
     * These options with another clock.
     *
     * @param time see {@link #clock()}
     * @return the options
     */
    public NetworkOptions withClock(Clock time) {
        return new NetworkOptions(
                host, port, loops, backlog, transport, tls, http, connections, deflate, proxies, webSocket, time);
    }

    private static void requirePositive(Duration value, String name) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " above zero expected: " + value);
        }
    }

    private static void requirePositive(int value, String name) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " above zero expected: " + value);
        }
    }
}
