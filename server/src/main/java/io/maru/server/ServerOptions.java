package io.maru.server;

import io.maru.server.engine.EngineOptions;
import io.maru.server.netty.NetworkOptions;
import io.maru.wire.Clock;
import io.maru.wire.JsonCodec;
import io.maru.wire.Parser;
import io.maru.wire.WireLimits;
import io.maru.wire.socketio.SocketIoDialect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How a server behaves. Immutable; made by {@link Builder}, whose methods say what each is.
 *
 * @param host see {@link Builder#host}
 * @param port see {@link Builder#port}
 * @param loops see {@link Builder#loops}
 * @param transport see {@link Builder#transport}
 * @param tls see {@link Builder#tls}
 * @param path see {@link Builder#path}
 * @param plainPath see {@link Builder#plainPath}
 * @param plainAuth see {@link Builder#plainAuth}
 * @param plainMaxMessageBytes see {@link Builder#plainMaxMessageBytes}
 * @param serveClient see {@link Builder#serveClient}
 * @param serveMaruJs see {@link Builder#serveMaruJs}
 * @param connectTimeout see {@link Builder#connectTimeout}
 * @param packetTimeout see {@link Builder#packetTimeout}
 * @param ackTimeout see {@link Builder#ackTimeout}
 * @param cleanupEmptyChildNamespaces see {@link Builder#cleanupEmptyChildNamespaces}
 * @param maxAttachments see {@link Builder#maxAttachments}
 * @param maxJsonDepth see {@link Builder#maxJsonDepth}
 * @param maxNameLength see {@link Builder#maxNameLength}
 * @param maxNamespacesPerConnection see {@link Builder#maxNamespacesPerConnection}
 * @param maxRoomsPerSocket see {@link Builder#maxRoomsPerSocket}
 * @param maxPendingAcks see {@link Builder#maxPendingAcks}
 * @param maxPendingEvents see {@link Builder#maxPendingEvents}
 * @param maxPendingBytes see {@link Builder#maxPendingBytes}
 * @param handlersOnEventLoop see {@link Builder#handlersOnEventLoop}
 * @param recovery see {@link Builder#recovery}
 * @param engine see {@link Builder#engine}
 * @param codec see {@link Builder#codec}
 * @param limits see {@link Builder#limits}
 * @param network see {@link Builder#network}; address, loops and transport are those of these options
 * @param operations see {@link Operations}
 * @param parser see {@link Builder#parser}
 * @param errors see {@link Builder#onError}
 */
public record ServerOptions(
        String host,
        int port,
        int loops,
        Transport transport,
        @Nullable Tls tls,
        @Nullable String path,
        @Nullable String plainPath,
        PlainAuth plainAuth,
        int plainMaxMessageBytes,
        boolean serveClient,
        boolean serveMaruJs,
        Duration connectTimeout,
        Duration packetTimeout,
        Duration ackTimeout,
        boolean cleanupEmptyChildNamespaces,
        int maxAttachments,
        int maxJsonDepth,
        int maxNameLength,
        int maxNamespacesPerConnection,
        int maxRoomsPerSocket,
        int maxPendingAcks,
        int maxPendingEvents,
        int maxPendingBytes,
        boolean handlersOnEventLoop,
        @Nullable RecoveryOptions recovery,
        EngineOptions engine,
        JsonCodec codec,
        ServerLimits limits,
        NetworkOptions network,
        Operations operations,
        Parser parser,
        @Nullable BiConsumer<@Nullable Socket, Throwable> errors) {

    /** How the operating system is asked for the network. */
    public enum Transport {
        /** The fastest that is there. */
        AUTO,
        /** What every JDK has. */
        NIO,
        /** Linux, by Netty's native library, which must be on the class path. */
        EPOLL,
        /** Linux, by io_uring, which the kernel (5.19 or later) and the container must allow; needs Netty's native library for it. */
        IO_URING
    }

    /**
     * Certificate and key, PEM files.
     *
     * @param certificateChain the certificate, and those that it rests on
     * @param privateKey its key, PKCS#8, without a password
     */
    public record Tls(Path certificateChain, Path privateKey) {
        /** Refuses null. */
        public Tls {
            Objects.requireNonNull(certificateChain, "certificateChain");
            Objects.requireNonNull(privateKey, "privateKey");
        }
    }

    /** Checks the values. */
    public ServerOptions {
        Objects.requireNonNull(host, "host");
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("a port from 0 to 65535 expected: " + port);
        }
        if (loops < 1 || loops > 64) {
            throw new IllegalArgumentException("1 to 64 loops expected: " + loops);
        }
        path = normalized(path, "path");
        plainPath = normalized(plainPath, "plainPath");
        requirePositive(plainMaxMessageBytes, "plainMaxMessageBytes");
        requirePositive(maxAttachments, "maxAttachments");
        requirePositive(maxJsonDepth, "maxJsonDepth");
        requirePositive(maxNameLength, "maxNameLength");
        requirePositive(maxNamespacesPerConnection, "maxNamespacesPerConnection");
        requirePositive(maxRoomsPerSocket, "maxRoomsPerSocket");
        requirePositive(maxPendingAcks, "maxPendingAcks");
        requirePositive(maxPendingEvents, "maxPendingEvents");
        requirePositive(maxPendingBytes, "maxPendingBytes");
        requirePositive(connectTimeout, "connectTimeout");
        requirePositive(packetTimeout, "packetTimeout");
        requirePositive(ackTimeout, "ackTimeout");
        Objects.requireNonNull(transport, "transport");
        Objects.requireNonNull(plainAuth, "plainAuth");
        Objects.requireNonNull(engine, "engine");
        Objects.requireNonNull(codec, "codec");
        Objects.requireNonNull(limits, "limits");
        network = network.withAddress(host, port)
                .withLoops(loops)
                .withTransport(NetworkOptions.Transport.valueOf(transport.name()))
                .withTls(tls == null ? network.tls() : certificates(tls, network.tls()))
                .withConnections(limits.network());
        Objects.requireNonNull(operations, "operations");
        Objects.requireNonNull(parser, "parser");
    }

    private static NetworkOptions.Tls certificates(Tls main, NetworkOptions.@Nullable Tls more) {
        NetworkOptions.Tls only = new NetworkOptions.Tls(main.certificateChain(), main.privateKey());
        if (more != null && !more.equals(only)) {
            throw new IllegalArgumentException("certificates by tls(…) or by network(…) expected, not by both");
        }
        return only;
    }

    private static @Nullable String normalized(@Nullable String path, String name) {
        if (path == null) {
            return null;
        }
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException(name + " that begins with a slash expected: " + path);
        }
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private static void requirePositive(int value, String name) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " above zero expected: " + value);
        }
    }

    private static void requirePositive(Duration value, String name) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " above zero expected: " + value);
        }
    }

    private static int defaultLoops() {
        int processors = Runtime.getRuntime().availableProcessors();
        return processors <= 2 ? 1 : Math.min(processors, 64);
    }

    WireLimits limits(int maxBytes) {
        return new WireLimits(
                maxBytes, maxAttachments, maxJsonDepth, WireLimits.DEFAULTS.maxNumberLength(), maxNameLength);
    }

    /**
     * Options with the defaults.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects options. For one thread. */
    public static final class Builder {
        private String host = "0.0.0.0";
        private int port = 3000;
        private int loops = defaultLoops();
        private Transport transport = Transport.AUTO;
        private @Nullable Tls tls = null;
        private @Nullable String path = "/socket.io";
        private @Nullable String plainPath = "/";
        private PlainAuth plainAuth = PlainAuth.HANDSHAKE;
        private int plainMaxMessageBytes = 1_000_000;
        private boolean serveClient = true;
        private boolean serveMaruJs = true;
        private Duration connectTimeout = Duration.ofSeconds(45);
        private Duration packetTimeout = Duration.ofSeconds(30);
        private Duration ackTimeout = Duration.ofSeconds(30);
        private boolean cleanupEmptyChildNamespaces = false;
        private int maxAttachments = 10;
        private int maxJsonDepth = 512;
        private int maxNameLength = 256;
        private int maxNamespacesPerConnection = 100;
        private int maxRoomsPerSocket = 1_000;
        private int maxPendingAcks = 10_000;
        private int maxPendingEvents = 1_000;
        private int maxPendingBytes = 1 << 20;
        private boolean handlersOnEventLoop = false;
        private @Nullable RecoveryOptions recovery;
        private final EngineOptions.Builder engine = EngineOptions.builder();
        private JsonCodec codec = JsonCodec.standard();
        private final ServerLimits.Builder limits = new ServerLimits.Builder();
        private NetworkOptions network = NetworkOptions.DEFAULTS;
        private Operations operations = Operations.DEFAULTS;
        private Parser parser = SocketIoDialect::new;
        private @Nullable BiConsumer<@Nullable Socket, Throwable> errors;

        private Builder() {}

        /**
         * The address to listen on: of IPv4 or IPv6, a name, or {@code unix:} and the path of a Unix domain socket, such as
         * {@code unix:/run/maru.sock}. {@code ::} is all addresses of both kinds.
         *
         * @param value all addresses of IPv4 unless set
         * @return this
         */
        public Builder host(String value) {
            host = Objects.requireNonNull(value, "host");
            return this;
        }

        /**
         * The port to listen on; 0 takes a free one, see {@link MaruServer#port()}.
         *
         * @param value 3000 unless set
         * @return this
         */
        public Builder port(int value) {
            port = value;
            return this;
        }

        /**
         * How many event loops there are: threads that do the network. On one or two processors one is faster.
         *
         * @param value one, or as many as processors where there are more than two, unless set; 64 at most
         * @return this
         */
        public Builder loops(int value) {
            loops = value;
            return this;
        }

        /**
         * How the operating system is asked for the network.
         *
         * @param value the fastest that is there unless set
         * @return this
         */
        public Builder transport(Transport value) {
            transport = Objects.requireNonNull(value, "transport");
            return this;
        }

        /**
         * Serves over TLS. Several certificates, and those of clients, are set by {@link #network}.
         *
         * @param certificateChain a PEM file with the certificate, and those that it rests on
         * @param privateKey a PEM file with its key, PKCS#8, without a password
         * @return this
         */
        public Builder tls(Path certificateChain, Path privateKey) {
            tls = new Tls(certificateChain, privateKey);
            return this;
        }

        /**
         * The path of Socket.IO's endpoint.
         *
         * @param value {@code /socket.io} unless set; null for none
         * @return this
         */
        public Builder path(@Nullable String value) {
            path = value;
            return this;
        }

        /**
         * The path of the endpoint for plain WebSockets. What follows it names the namespace.
         *
         * @param value {@code /} unless set; null for none
         * @return this
         */
        public Builder plainPath(@Nullable String value) {
            plainPath = value;
            return this;
        }

        /**
         * Where plain clients say who they are.
         *
         * @param value in the handshake unless set
         * @return this
         */
        public Builder plainAuth(PlainAuth value) {
            plainAuth = Objects.requireNonNull(value, "plainAuth");
            return this;
        }

        /**
         * The largest message of a plain client; a larger one closes with 1009.
         *
         * @param value 1,000,000 unless set
         * @return this
         */
        public Builder plainMaxMessageBytes(int value) {
            plainMaxMessageBytes = value;
            return this;
        }

        /**
         * Whether the official browser client is served below the path of Socket.IO.
         *
         * @param value true unless set
         * @return this
         */
        public Builder serveClient(boolean value) {
            serveClient = value;
            return this;
        }

        /**
         * Whether {@code maru.js}, the small client for browsers, is served beside the endpoint for plain WebSockets:
         * {@code maru.js} as a script, {@code maru.mjs} as a module, {@code maru.d.ts} with its types.
         *
         * @param value true unless set
         * @return this
         */
        public Builder serveMaruJs(boolean value) {
            serveMaruJs = value;
            return this;
        }

        /**
         * How long a connection may take to enter its first namespace before it is closed.
         *
         * @param value 45 seconds unless set
         * @return this
         */
        public Builder connectTimeout(Duration value) {
            connectTimeout = Objects.requireNonNull(value, "connectTimeout");
            return this;
        }

        /**
         * How long the attachments of a packet may take from the first part to the last.
         *
         * @param value 30 seconds unless set
         * @return this
         */
        public Builder packetTimeout(Duration value) {
            packetTimeout = Objects.requireNonNull(value, "packetTimeout");
            return this;
        }

        /**
         * How long answers of clients are awaited where nothing else is said.
         *
         * @param value 30 seconds unless set
         * @return this
         */
        public Builder ackTimeout(Duration value) {
            ackTimeout = Objects.requireNonNull(value, "ackTimeout");
            return this;
        }

        /**
         * Whether a namespace that a client called into being goes with its last socket.
         *
         * @param value false unless set
         * @return this
         */
        public Builder cleanupEmptyChildNamespaces(boolean value) {
            cleanupEmptyChildNamespaces = value;
            return this;
        }

        /**
         * How many attachments a packet may have.
         *
         * @param value 10 unless set
         * @return this
         */
        public Builder maxAttachments(int value) {
            maxAttachments = value;
            return this;
        }

        /**
         * How many arrays and objects of an argument may be open at once.
         *
         * @param value 512 unless set
         * @return this
         */
        public Builder maxJsonDepth(int value) {
            maxJsonDepth = value;
            return this;
        }

        /**
         * How long names may be: of namespaces and events in bytes, of rooms in characters.
         *
         * @param value 256 unless set
         * @return this
         */
        public Builder maxNameLength(int value) {
            maxNameLength = value;
            return this;
        }

        /**
         * How many namespaces one connection may be in.
         *
         * @param value 100 unless set
         * @return this
         */
        public Builder maxNamespacesPerConnection(int value) {
            maxNamespacesPerConnection = value;
            return this;
        }

        /**
         * How many rooms one socket may be in.
         *
         * @param value 1,000 unless set
         * @return this
         */
        public Builder maxRoomsPerSocket(int value) {
            maxRoomsPerSocket = value;
            return this;
        }

        /**
         * How many answers may be awaited of one socket.
         *
         * @param value 10,000 unless set
         * @return this
         */
        public Builder maxPendingAcks(int value) {
            maxPendingAcks = value;
            return this;
        }

        /**
         * How many events of one connection may wait for handlers before no more is read from it.
         *
         * @param value 1,000 unless set
         * @return this
         */
        public Builder maxPendingEvents(int value) {
            maxPendingEvents = value;
            return this;
        }

        /**
         * How many bytes the events of one connection that wait for handlers may have before no more is read from it. One
         * event may always wait, whatever its size.
         *
         * @param value 1 MiB unless set
         * @return this
         */
        public Builder maxPendingBytes(int value) {
            maxPendingBytes = value;
            return this;
        }

        /**
         * Runs handlers on the event loops instead of on workers: faster, but a handler that blocks stops every client of its loop.
         *
         * @return this
         */
        public Builder handlersOnEventLoop() {
            handlersOnEventLoop = true;
            return this;
        }

        /**
         * Lets clients come back after a broken connection: Socket.IO's as they do with every server, plain ones by the
         * subprotocol {@code maru.json.session}.
         *
         * @param value how long they may be away, and how much is kept; null, as it is unless set, for not at all
         * @return this
         */
        public Builder recovery(@Nullable RecoveryOptions value) {
            recovery = value;
            return this;
        }

        /**
         * How Engine.IO behaves: heartbeat, transports, CORS, cookies, who is let in. Heartbeat and origins hold for plain
         * WebSockets too.
         *
         * @param options sets what is to be other than the default
         * @return this
         */
        public Builder engine(Consumer<EngineOptions.Builder> options) {
            options.accept(engine);
            return this;
        }

        /**
         * How arguments bind to Java objects.
         *
         * @param value Jackson as it comes unless set
         * @return this
         */
        public Builder codec(JsonCodec value) {
            codec = Objects.requireNonNull(value, "codec");
            return this;
        }

        /**
         * What the server lets come about over all of its clients: connections, rooms, namespaces, and more.
         *
         * @param options sets what is to be other than the default
         * @return this
         */
        public Builder limits(Consumer<ServerLimits.Builder> options) {
            options.accept(limits);
            return this;
        }

        /**
         * How connections are dealt with: limits and times of HTTP and WebSockets, compression, proxies, certificates.
         *
         * <pre>{@code
         * options.network(network -> network.withHttp(network.http().withCompressionThreshold(-1)))
         * }</pre>
         *
         * @param change takes the options as they are, and gives those to use. Address, port, loops, transport and the limits of
         *     connections are set by other methods; what it says of them counts for nothing
         * @return this
         */
        public Builder network(UnaryOperator<NetworkOptions> change) {
            network = Objects.requireNonNull(change.apply(network), "network");
            return this;
        }

        /**
         * The time by which heartbeats, deadlines, rates and sessions are measured; not how long handlers take. For tests: the
         * kit {@code maru-testkit} has a clock that is turned by hand.
         *
         * @param value the system's unless set
         * @return this
         */
        public Builder clock(Clock value) {
            network = network.withClock(value);
            return this;
        }

        /**
         * Answers over HTTP how the server is: at this path and {@code /ready} below it whether clients should be sent to it (200
         * or 503), at {@code /live} below it whether it lives (200). The answers are JSON.
         *
         * @param path such as {@code /health}; null, as unless set, for none
         * @return this
         * @see Health
         */
        public Builder health(@Nullable String path) {
            operations = operations.withHealthPath(path);
            return this;
        }

        /**
         * Hears what the server does. Without an observer that costs nothing.
         *
         * @param observer one more observer
         * @return this
         */
        public Builder observer(ServerObserver observer) {
            operations = operations.withObserver(Objects.requireNonNull(observer, "observer"));
            return this;
        }

        /**
         * From when on a handler is slow. With {@link #handlersOnEventLoop()} one that holds its loop for so long is warned of in
         * the log, with its stack.
         *
         * @param value 200 milliseconds unless set
         * @return this
         */
        public Builder slowHandler(Duration value) {
            operations = operations.withSlowHandler(value);
            return this;
        }

        /**
         * What packets of Socket.IO clients look like. All clients must use the same parser: {@code
         * options.parser(MsgpackDialect::new)} is {@code socket.io-msgpack-parser}. Plain clients do not notice.
         *
         * @param value Socket.IO's own unless set. What it throws while it reads closes the connection; what it throws
         *     while it writes is reported, and the packet is not sent
         * @return this
         */
        public Builder parser(Parser value) {
            parser = Objects.requireNonNull(value, "parser");
            return this;
        }

        /**
         * Hears what handlers, middlewares and guards throw, unless the socket has an error handler of its own.
         *
         * @param listener takes the socket, or null where there is none, and the exception; they are logged unless set
         * @return this
         */
        public Builder onError(BiConsumer<@Nullable Socket, Throwable> listener) {
            errors = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * The options.
         *
         * @return them
         * @throws IllegalArgumentException when one makes no sense
         */
        public ServerOptions build() {
            return new ServerOptions(
                    host,
                    port,
                    loops,
                    transport,
                    tls,
                    path,
                    plainPath,
                    plainAuth,
                    plainMaxMessageBytes,
                    serveClient,
                    serveMaruJs,
                    connectTimeout,
                    packetTimeout,
                    ackTimeout,
                    cleanupEmptyChildNamespaces,
                    maxAttachments,
                    maxJsonDepth,
                    maxNameLength,
                    maxNamespacesPerConnection,
                    maxRoomsPerSocket,
                    maxPendingAcks,
                    maxPendingEvents,
                    maxPendingBytes,
                    handlersOnEventLoop,
                    recovery,
                    engine.build(),
                    codec,
                    limits.build(),
                    network,
                    operations,
                    parser,
                    errors);
        }
    }
}
