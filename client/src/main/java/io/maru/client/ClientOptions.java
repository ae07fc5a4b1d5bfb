package io.maru.client;

import io.maru.client.engine.EngineOptions;
import io.maru.client.engine.PlainOptions;
import io.maru.client.engine.TransportKind;
import io.maru.client.netty.NetworkOptions;
import io.maru.client.netty.ProxyOptions;
import io.maru.client.netty.TlsOptions;
import io.maru.wire.Clock;
import io.maru.wire.JsonCodec;
import io.maru.wire.Parser;
import io.maru.wire.WireLimits;
import io.maru.wire.socketio.SocketIoDialect;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How a client, its connections and its sockets behave. Immutable; made by {@link Builder}, whose methods say what each is. A time of
 * more than fifty years, {@code ChronoUnit.FOREVER.getDuration()} among them, counts as fifty.
 */
public final class ClientOptions implements Cloneable {

    /** How packets of Socket.IO travel. */
    public enum Transport {
        /** HTTP requests that the server answers when it has something to say. */
        POLLING,
        /** A WebSocket. */
        WEBSOCKET
    }

    // one instance, so that it is the same for all who leave it
    private static final Parser SOCKET_IO = SocketIoDialect::new;

    // written by a builder, before anybody else has them
    String path = "/socket.io";
    List<Transport> transports = List.of(Transport.POLLING, Transport.WEBSOCKET);
    boolean tryAllTransports;
    boolean upgrade = true;
    boolean rememberUpgrade;
    Duration upgradeTimeout = Duration.ofSeconds(10);
    Duration timeout = Duration.ofSeconds(20);
    boolean reconnection = true;
    int reconnectionAttempts = Integer.MAX_VALUE;
    Duration reconnectionDelay = Duration.ofSeconds(1);
    Duration reconnectionDelayMax = Duration.ofSeconds(5);
    double randomizationFactor = 0.5;
    boolean cookies = true;
    boolean compression;
    boolean verifyHostname = true;
    int maxMessageBytes = 16 << 20;
    int maxAttachments = 10;
    int maxJsonDepth = 512;
    int maxBufferedBytes = 1 << 20;
    int maxPendingEvents = 1_000;
    int maxPendingBytes = 1 << 20;
    Duration plainPingInterval = Duration.ofSeconds(25);
    Duration plainPingTimeout = Duration.ofSeconds(20);
    PlainFormat plainFormat = PlainFormat.JSON;
    boolean plainSessions;
    Parser parser = SOCKET_IO;
    JsonCodec codec = JsonCodec.standard();
    boolean multiplex = true;
    boolean forceNew;
    int retries;
    Duration ackTimeout = Duration.ofSeconds(30);
    int bufferEvents = 10_000;
    int bufferBytes = 16 << 20;
    BufferPolicy bufferPolicy = BufferPolicy.FAIL_NEWEST;
    int maxPendingAcks = 10_000;
    boolean autoConnect = true;
    int loops = defaultLoops();
    int handlerThreads = 4;
    boolean daemon;
    Clock clock = Clock.SYSTEM;
    Map<String, String> query = new LinkedHashMap<>();
    Map<String, String> headers = new LinkedHashMap<>();

    @Nullable ProxyOptions proxy;

    @Nullable SSLContext sslContext;

    @Nullable Path trusted;

    @Nullable Path certificateChain;

    @Nullable Path privateKey;

    @Nullable Executor executor;

    boolean handlersOnEventLoop;

    @Nullable Supplier<? extends @Nullable Object> auth;

    @Nullable Consumer<Socket> setup;

    private ClientOptions() {}

    private ClientOptions copy() {
        try {
            ClientOptions copy = (ClientOptions) clone();
            copy.query = new LinkedHashMap<>(query);
            copy.headers = new LinkedHashMap<>(headers);
            return copy;
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("cloneable", e);
        }
    }

    private void check() {
        if (transports.isEmpty()) {
            throw new IllegalArgumentException("a transport expected");
        }
        requirePath(path);
        if (handlersOnEventLoop && executor != null) {
            throw new IllegalArgumentException("handlers on the event loop or on an executor expected, not on both");
        }
        requireTime(upgradeTimeout, "upgradeTimeout");
        requireTime(timeout, "timeout");
        requireAtLeast(1, reconnectionAttempts, "reconnectionAttempts");
        requireTime(reconnectionDelay, "reconnectionDelay");
        requireTime(reconnectionDelayMax, "reconnectionDelayMax");
        requireAtLeast(1, maxMessageBytes, "maxMessageBytes");
        requireAtLeast(1, maxAttachments, "maxAttachments");
        requireAtLeast(1, maxJsonDepth, "maxJsonDepth");
        requireAtLeast(1, maxBufferedBytes, "maxBufferedBytes");
        requireAtLeast(1, maxPendingEvents, "maxPendingEvents");
        requireAtLeast(1, maxPendingBytes, "maxPendingBytes");
        requireTime(plainPingInterval, "plainPingInterval");
        requireTime(plainPingTimeout, "plainPingTimeout");
        requireAtLeast(0, retries, "retries");
        requireTime(ackTimeout, "ackTimeout");
        requireAtLeast(1, bufferEvents, "bufferEvents");
        requireAtLeast(1, bufferBytes, "bufferBytes");
        requireAtLeast(1, maxPendingAcks, "maxPendingAcks");
        requireAtLeast(1, loops, "loops");
        requireAtLeast(1, handlerThreads, "handlerThreads");
        if (loops > 64) {
            throw new IllegalArgumentException("1 to 64 loops expected: " + loops);
        }
        if (!(randomizationFactor >= 0 && randomizationFactor <= 1)) {
            throw new IllegalArgumentException("a randomizationFactor from 0 to 1 expected: " + randomizationFactor);
        }
        network(new Endpoint(false, "localhost", 80, "/", "")); // refuses what contradicts itself
    }

    private static void requireAtLeast(int least, int value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + " of at least " + least + " expected: " + value);
        }
    }

    static Duration requireTime(Duration value, String name) {
        if (Objects.requireNonNull(value, name).compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException(name + " of at least a millisecond expected: " + value);
        }
        return value;
    }

    // it goes into requests as it is
    private static void requirePath(String path) {
        String expected = "a path with its slash, as it stands in an address, expected: ";
        try {
            if (!path.startsWith("/") || !path.equals(new URI(path).getRawPath())) {
                throw new IllegalArgumentException(expected + path);
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(expected + path, e);
        }
    }

    private static int defaultLoops() {
        int processors = Runtime.getRuntime().availableProcessors();
        return processors <= 2 ? 1 : Math.min(processors / 2, 8);
    }

    /**
     * Options with the defaults.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder(new ClientOptions());
    }

    /**
     * Options to be changed.
     *
     * @return a builder that has these
     */
    public Builder toBuilder() {
        return new Builder(copy());
    }

    // ---- for the layers below

    WireLimits limits() {
        WireLimits defaults = WireLimits.DEFAULTS;
        return new WireLimits(
                maxMessageBytes, maxAttachments, maxJsonDepth, defaults.maxNumberLength(), defaults.maxNameLength());
    }

    NetworkOptions network(Endpoint to) {
        return new NetworkOptions(
                to.host(),
                to.port(),
                to.secure(),
                new TlsOptions(sslContext, trusted, certificateChain, privateKey, verifyHostname),
                proxy,
                headers,
                cookies,
                compression,
                maxMessageBytes,
                (int) Math.min(Clock.nanos(timeout) / 1_000_000, Integer.MAX_VALUE));
    }

    EngineOptions engine(Endpoint to, boolean webSocketFirst) {
        List<TransportKind> kinds = new ArrayList<>();
        for (Transport transport : transports) {
            kinds.add(transport == Transport.POLLING ? TransportKind.POLLING : TransportKind.WEBSOCKET);
        }
        if (webSocketFirst && kinds.remove(TransportKind.WEBSOCKET)) {
            kinds.add(0, TransportKind.WEBSOCKET);
        }
        String slashed = path.endsWith("/") ? path : path + "/";
        return new EngineOptions(
                slashed, query(to), kinds, tryAllTransports || webSocketFirst, upgrade, Clock.nanos(upgradeTimeout));
    }

    PlainOptions plain(Endpoint to) {
        String name = plainFormat == PlainFormat.JSON ? "maru.json" : "maru.msgpack";
        List<String> subprotocols = plainSessions
                ? List.of(name + ".session", name)
                : plainFormat == PlainFormat.JSON ? List.of() : List.of(name);
        String all = query(to);
        return new PlainOptions(
                all.isEmpty() ? to.path() : to.path() + "?" + all,
                subprotocols,
                Clock.nanos(plainPingInterval),
                Clock.nanos(plainPingTimeout));
    }

    private String query(Endpoint to) {
        StringBuilder all = new StringBuilder(to.query());
        query.forEach((name, value) -> all.append(all.isEmpty() ? "" : "&")
                .append(URLEncoder.encode(name, StandardCharsets.UTF_8))
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return all.toString();
    }

    /** Whether sockets of these and of other options can share a connection. */
    boolean sharesConnectionWith(ClientOptions other) {
        return Arrays.equals(connection(), other.connection());
    }

    private @Nullable Object[] connection() {
        return new @Nullable Object[] {
            path,
            transports,
            tryAllTransports,
            upgrade,
            rememberUpgrade,
            upgradeTimeout,
            timeout,
            reconnection,
            reconnectionAttempts,
            reconnectionDelay,
            reconnectionDelayMax,
            randomizationFactor,
            cookies,
            compression,
            verifyHostname,
            maxMessageBytes,
            maxAttachments,
            maxJsonDepth,
            maxBufferedBytes,
            maxPendingEvents,
            maxPendingBytes,
            parser,
            codec,
            query,
            headers,
            proxy,
            sslContext,
            trusted,
            certificateChain,
            privateKey,
            executor,
            handlersOnEventLoop
        };
    }

    /** Whether the threads that these options ask for are those of other options. */
    boolean sharesThreadsWith(ClientOptions other) {
        return loops == other.loops
                && handlerThreads == other.handlerThreads
                && daemon == other.daemon
                && clock == other.clock;
    }

    /** Collects options. For one thread. */
    public static final class Builder {

        private final ClientOptions options;

        private Builder(ClientOptions options) {
            this.options = options;
        }

        /**
         * The path at which a Socket.IO server listens.
         *
         * @param value {@code /socket.io} unless set
         * @return this
         */
        public Builder path(String value) {
            options.path = Objects.requireNonNull(value, "path");
            return this;
        }

        /**
         * The transports, in the order in which they are tried. Where polling comes first, the connection changes to a WebSocket when
         * both are there ({@link #upgrade}).
         *
         * @param value polling and WebSocket unless set
         * @return this
         */
        public Builder transports(Transport... value) {
            options.transports = List.of(value);
            return this;
        }

        /**
         * Whether the next of the transports is tried when one fails before it opens.
         *
         * @param value false unless set
         * @return this
         */
        public Builder tryAllTransports(boolean value) {
            options.tryAllTransports = value;
            return this;
        }

        /**
         * Whether polling gives way to a WebSocket once both sides can.
         *
         * @param value true unless set
         * @return this
         */
        public Builder upgrade(boolean value) {
            options.upgrade = value;
            return this;
        }

        /**
         * Whether a connection that has changed to a WebSocket begins with one when it comes back.
         *
         * @param value false unless set
         * @return this
         */
        public Builder rememberUpgrade(boolean value) {
            options.rememberUpgrade = value;
            return this;
        }

        /**
         * How long a WebSocket may take to be ready to take the place of polling; then polling goes on.
         *
         * @param value 10 seconds unless set
         * @return this
         */
        public Builder upgradeTimeout(Duration value) {
            options.upgradeTimeout = Objects.requireNonNull(value, "upgradeTimeout");
            return this;
        }

        /**
         * How long an attempt to connect may take.
         *
         * @param value 20 seconds unless set
         * @return this
         */
        public Builder timeout(Duration value) {
            options.timeout = Objects.requireNonNull(value, "timeout");
            return this;
        }

        /**
         * Whether a connection that has broken, or could not be made, is tried again.
         *
         * @param value true unless set
         * @return this
         */
        public Builder reconnection(boolean value) {
            options.reconnection = value;
            return this;
        }

        /**
         * After how many attempts in a row to give up.
         *
         * @param value never unless set
         * @return this
         */
        public Builder reconnectionAttempts(int value) {
            options.reconnectionAttempts = value;
            return this;
        }

        /**
         * What the first delay before an attempt is about; each one is about twice the one before.
         *
         * @param value 1 second unless set
         * @return this
         */
        public Builder reconnectionDelay(Duration value) {
            options.reconnectionDelay = Objects.requireNonNull(value, "reconnectionDelay");
            return this;
        }

        /**
         * No delay before an attempt is longer.
         *
         * @param value 5 seconds unless set
         * @return this
         */
        public Builder reconnectionDelayMax(Duration value) {
            options.reconnectionDelayMax = Objects.requireNonNull(value, "reconnectionDelayMax");
            return this;
        }

        /**
         * How much of a delay may be more or less, by chance.
         *
         * @param value 0.5 unless set; from 0 to 1
         * @return this
         */
        public Builder randomizationFactor(double value) {
            options.randomizationFactor = value;
            return this;
        }

        /**
         * Whether cookies are kept and sent back, 50 of 4,096 bytes at the most, as a balancer needs that marks sessions.
         *
         * @param value true unless set
         * @return this
         */
        public Builder cookies(boolean value) {
            options.cookies = value;
            return this;
        }

        /**
         * Whether to ask for compressed messages (permessage-deflate).
         *
         * @param value false unless set
         * @return this
         */
        public Builder compression(boolean value) {
            options.compression = value;
            return this;
        }

        /**
         * Whether the server's certificate has to be for its name.
         *
         * @param value true unless set
         * @return this
         */
        public Builder verifyHostname(boolean value) {
            options.verifyHostname = value;
            return this;
        }

        /**
         * The longest message, or answer to a poll, that is taken of the server; a longer one ends the connection as {@code parse error}.
         *
         * @param value 16 MiB unless set
         * @return this
         */
        public Builder maxMessageBytes(int value) {
            options.maxMessageBytes = value;
            return this;
        }

        /**
         * How many attachments one message of the server may have.
         *
         * @param value 10 unless set
         * @return this
         */
        public Builder maxAttachments(int value) {
            options.maxAttachments = value;
            return this;
        }

        /**
         * How many arrays and objects may be open at once in what the server sends.
         *
         * @param value 512 unless set
         * @return this
         */
        public Builder maxJsonDepth(int value) {
            options.maxJsonDepth = value;
            return this;
        }

        /**
         * How much is handed to the network before events wait in the socket's buffer.
         *
         * @param value 1 MiB unless set
         * @return this
         */
        public Builder maxBufferedBytes(int value) {
            options.maxBufferedBytes = value;
            return this;
        }

        /**
         * How many events may wait for handlers before the connection is not read any more, until half of them have run. Sixteen times as
         * many while answers are awaited, which come behind them.
         *
         * @param value 1,000 unless set
         * @return this
         */
        public Builder maxPendingEvents(int value) {
            options.maxPendingEvents = value;
            return this;
        }

        /**
         * How many bytes of events may wait for handlers, as {@link #maxPendingEvents}, sixteen times as many included.
         *
         * @param value 1 MiB unless set
         * @return this
         */
        public Builder maxPendingBytes(int value) {
            options.maxPendingBytes = value;
            return this;
        }

        /**
         * How often a plain server is expected to ping. When nothing has come for a while longer, the client pings.
         *
         * @param value 25 seconds unless set
         * @return this
         */
        public Builder plainPingInterval(Duration value) {
            options.plainPingInterval = Objects.requireNonNull(value, "plainPingInterval");
            return this;
        }

        /**
         * How much longer a plain server may be silent.
         *
         * @param value 20 seconds unless set
         * @return this
         */
        public Builder plainPingTimeout(Duration value) {
            options.plainPingTimeout = Objects.requireNonNull(value, "plainPingTimeout");
            return this;
        }

        /**
         * How plain sockets write the envelope.
         *
         * @param value JSON unless set
         * @return this
         */
        public Builder plainFormat(PlainFormat value) {
            options.plainFormat = Objects.requireNonNull(value, "plainFormat");
            return this;
        }

        /**
         * Whether plain sockets ask for a session that they can come back to, by the subprotocol {@code maru.json.session} or {@code
         * maru.msgpack.session}. Sockets of Socket.IO need not ask.
         *
         * @param value false unless set
         * @return this
         */
        public Builder plainSessions(boolean value) {
            options.plainSessions = value;
            return this;
        }

        /**
         * The notation of Socket.IO packets, which must be the server's: {@code MsgpackDialect::new} of {@code io.maru.wire.msgpack} is
         * MessagePack.
         *
         * @param value Socket.IO's own unless set
         * @return this
         */
        public Builder parser(Parser value) {
            options.parser = Objects.requireNonNull(value, "parser");
            return this;
        }

        /**
         * Makes arguments of Java objects and Java objects of arguments.
         *
         * @param value Jackson as it comes unless set
         * @return this
         */
        public Builder codec(JsonCodec value) {
            options.codec = Objects.requireNonNull(value, "codec");
            return this;
        }

        /**
         * Whether sockets in different namespaces of one server share a connection.
         *
         * @param value true unless set
         * @return this
         */
        public Builder multiplex(boolean value) {
            options.multiplex = value;
            return this;
        }

        /**
         * Whether the socket has a connection of its own.
         *
         * @param value false unless set
         * @return this
         */
        public Builder forceNew(boolean value) {
            options.forceNew = value;
            return this;
        }

        /**
         * How often an event is sent again when no answer has come in {@link #ackTimeout}. Above 0, events go one at a time, each when
         * the one before was answered: the server has to answer each, and may get one more than once. {@link #ackTimeout} counts for
         * each time, from its sending on.
         *
         * @param value 0 unless set
         * @return this
         */
        public Builder retries(int value) {
            options.retries = value;
            return this;
        }

        /**
         * How long an answer may take, from the call on; with {@link #retries} from each sending on.
         *
         * @param value 30 seconds unless set
         * @return this
         */
        public Builder ackTimeout(Duration value) {
            options.ackTimeout = Objects.requireNonNull(value, "ackTimeout");
            return this;
        }

        /**
         * How many events may wait to be sent, while there is no connection or the server takes too little.
         *
         * @param value 10,000 unless set
         * @return this
         */
        public Builder bufferEvents(int value) {
            options.bufferEvents = value;
            return this;
        }

        /**
         * How many bytes of events may wait to be sent.
         *
         * @param value 16 MiB unless set
         * @return this
         */
        public Builder bufferBytes(int value) {
            options.bufferBytes = value;
            return this;
        }

        /**
         * What becomes of events when more would wait than may.
         *
         * @param value {@link BufferPolicy#FAIL_NEWEST} unless set
         * @return this
         */
        public Builder bufferPolicy(BufferPolicy value) {
            options.bufferPolicy = Objects.requireNonNull(value, "bufferPolicy");
            return this;
        }

        /**
         * How many answers may be awaited at once; one more fails.
         *
         * @param value 10,000 unless set
         * @return this
         */
        public Builder maxPendingAcks(int value) {
            options.maxPendingAcks = value;
            return this;
        }

        /**
         * Whether the socket connects at once, or when {@link Socket#connect()} is called.
         *
         * @param value true unless set
         * @return this
         */
        public Builder autoConnect(boolean value) {
            options.autoConnect = value;
            return this;
        }

        /**
         * How many event loops there are: threads that do the network of all sockets of a client.
         *
         * @param value 1 on one or two processors, else half as many as there are, 8 at most, unless set; 64 at most
         * @return this
         */
        public Builder loops(int value) {
            options.loops = value;
            return this;
        }

        /**
         * How many threads run handlers, at the most. A connection has one of them at a time, or none.
         *
         * @param value 4 unless set
         * @return this
         */
        public Builder handlerThreads(int value) {
            options.handlerThreads = value;
            return this;
        }

        /**
         * Whether the event loops let the JVM end while sockets are there.
         *
         * @param value false unless set
         * @return this
         */
        public Builder daemon(boolean value) {
            options.daemon = value;
            return this;
        }

        /**
         * The time by which attempts, heartbeats and answers are awaited. For tests: the kit {@code maru-testkit} has a clock that is
         * turned by hand. One for all sockets of a {@link MaruClient}.
         *
         * @param value the system's unless set
         * @return this
         */
        public Builder clock(Clock value) {
            options.clock = Objects.requireNonNull(value, "clock");
            return this;
        }

        /**
         * Adds to the query of requests, behind that of the address.
         *
         * @param name the parameter's name
         * @param value its value; neither is encoded yet
         * @return this
         */
        public Builder query(String name, String value) {
            options.query.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
            return this;
        }

        /**
         * Adds a header to every request.
         *
         * @param name the header's name
         * @param value its value
         * @return this
         */
        public Builder extraHeader(String name, String value) {
            options.headers.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
            return this;
        }

        /**
         * What stands between the client and the server. Needs {@code io.netty:netty-handler-proxy} on the class path.
         *
         * @param value nothing unless set
         * @return this
         */
        public Builder proxy(@Nullable ProxyOptions value) {
            options.proxy = value;
            return this;
        }

        /**
         * Whom to trust and who one is, in the JDK's way.
         *
         * @param value whom the JDK trusts unless set
         * @return this
         */
        public Builder sslContext(@Nullable SSLContext value) {
            options.sslContext = value;
            return this;
        }

        /**
         * Certificates to trust instead of those that the JDK trusts.
         *
         * @param pem a PEM file
         * @return this
         */
        public Builder trustedCertificates(Path pem) {
            options.trusted = Objects.requireNonNull(pem, "pem");
            return this;
        }

        /**
         * The client's own certificate, for servers that ask for one.
         *
         * @param chain the certificate and those that it rests on, a PEM file
         * @param key its key, PKCS#8 in a PEM file, without a password
         * @return this
         */
        public Builder clientCertificate(Path chain, Path key) {
            options.certificateChain = Objects.requireNonNull(chain, "chain");
            options.privateKey = Objects.requireNonNull(key, "key");
            return this;
        }

        /**
         * Who one is, for the server.
         *
         * @param value an object as JSON knows it: a {@code Map}, a record, …
         * @return this
         */
        public Builder auth(Object value) {
            Objects.requireNonNull(value, "auth");
            options.auth = () -> value;
            return this;
        }

        /**
         * Who one is, asked for anew at each connection, so that it can be a new token. It runs on a thread of its own kind, or where
         * {@link #executor} and {@link #handlersOnEventLoop} say, and may block but there; for a socket it is asked once at a time. When it
         * throws, the socket's listeners of connect errors are told, and it is asked again after {@link
         * #reconnectionDelayMax}.
         *
         * @param value gives an object as JSON knows it, or null for none
         * @return this
         */
        public Builder authSupplier(Supplier<? extends @Nullable Object> value) {
            options.auth = Objects.requireNonNull(value, "auth");
            return this;
        }

        /**
         * Is given each new socket before it connects, on the thread that asked for it: the place for handlers that must miss
         * nothing.
         *
         * @param value nothing unless set
         * @return this
         */
        public Builder setup(Consumer<Socket> value) {
            options.setup = Objects.requireNonNull(value, "setup");
            return this;
        }

        /**
         * Where handlers run and futures complete, instead of the client's own threads. It must run tasks, and not on the thread that
         * gives them; handlers that it refuses are lost.
         *
         * @param value the client's threads unless set
         * @return this
         */
        public Builder executor(@Nullable Executor value) {
            options.executor = value;
            return this;
        }

        /**
         * Lets handlers run, and futures complete, on the event loop of the connection. They must not block then: a handler that does
         * stops all connections of its loop.
         *
         * @return this
         */
        public Builder handlersOnEventLoop() {
            options.handlersOnEventLoop = true;
            return this;
        }

        /**
         * The options.
         *
         * @return them
         * @throws IllegalArgumentException when one makes no sense
         */
        public ClientOptions build() {
            ClientOptions made = options.copy();
            made.check();
            return made;
        }
    }
}
