package io.maru.server.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How an Engine.IO endpoint behaves; defaults are those of Node's engine.io where it has them. Immutable; made by {@link
 * Builder}, whose methods say what each is.
 *
 * @param pingInterval see {@link Builder#pingInterval}
 * @param pingTimeout see {@link Builder#pingTimeout}
 * @param upgradeTimeout see {@link Builder#upgradeTimeout}
 * @param maxHttpBufferSize see {@link Builder#maxHttpBufferSize}
 * @param maxBufferedBytes see {@link Builder#maxBufferedBytes}
 * @param transports see {@link Builder#transports}
 * @param allowUpgrades see {@link Builder#allowUpgrades}
 * @param addTrailingSlash see {@link Builder#addTrailingSlash}
 * @param guard see {@link Builder#allowRequest}
 * @param cors see {@link Builder#cors}
 * @param cookie see {@link Builder#cookie}
 * @param generateId see {@link Builder#generateId}
 * @param filters see {@link Builder#filter}
 * @param initialHeaders see {@link Builder#initialHeaders}
 * @param headers see {@link Builder#headers}
 * @param limits see {@link Builder#overflow}, {@link Builder#maxBufferedMessages}, {@link Builder#idleTimeout} and {@link
 *     Builder#maxLifetime}
 * @param olderClients see {@link Builder#allowEngineIo3} and {@link Builder#allowJsonp}
 * @param connectionErrors see {@link Builder#onConnectionError}
 */
public record EngineOptions(
        Duration pingInterval,
        Duration pingTimeout,
        Duration upgradeTimeout,
        int maxHttpBufferSize,
        int maxBufferedBytes,
        Set<String> transports,
        boolean allowUpgrades,
        boolean addTrailingSlash,
        @Nullable HandshakeGuard guard,
        @Nullable Cors cors,
        @Nullable SessionCookie cookie,
        @Nullable Function<HttpRequest, CompletionStage<String>> generateId,
        List<RequestFilter> filters,
        List<HeaderHook> initialHeaders,
        List<HeaderHook> headers,
        SessionLimits limits,
        OlderClients olderClients,
        List<Consumer<ConnectionError>> connectionErrors) {

    /** The name of long-polling. */
    public static final String POLLING = "polling";

    /** The name of WebSocket. */
    public static final String WEBSOCKET = "websocket";

    /**
     * Which ways of older clients are served.
     *
     * @param engineIo3 see {@link Builder#allowEngineIo3}
     * @param jsonp see {@link Builder#allowJsonp}
     */
    public record OlderClients(boolean engineIo3, boolean jsonp) {
        /** None. */
        public static final OlderClients NONE = new OlderClients(false, false);
    }

    // a timer of JavaScript that is set to the sum of both, and to more than 31 bits, is due at once
    private static final Duration LONGEST_PING = Duration.ofMillis(Integer.MAX_VALUE / 2);

    /** Checks the values. */
    public EngineOptions {
        requirePositive(pingInterval, "pingInterval");
        requirePositive(pingTimeout, "pingTimeout");
        pingInterval = LONGEST_PING.compareTo(pingInterval) < 0 ? LONGEST_PING : pingInterval;
        pingTimeout = LONGEST_PING.compareTo(pingTimeout) < 0 ? LONGEST_PING : pingTimeout;
        requirePositive(upgradeTimeout, "upgradeTimeout");
        requirePositive(maxHttpBufferSize, "maxHttpBufferSize");
        requirePositive(maxBufferedBytes, "maxBufferedBytes");
        transports = Set.copyOf(transports);
        if (transports.isEmpty() || !Set.of(POLLING, WEBSOCKET).containsAll(transports)) {
            throw new IllegalArgumentException("transports of polling and websocket expected: " + transports);
        }
        filters = List.copyOf(filters);
        initialHeaders = List.copyOf(initialHeaders);
        headers = List.copyOf(headers);
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(olderClients, "olderClients");
        connectionErrors = List.copyOf(connectionErrors);
    }

    static void requirePositive(Duration value, String name) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " above zero expected: " + value);
        }
    }

    static void requirePositive(int value, String name) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " above zero expected: " + value);
        }
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
        private Duration pingInterval = Duration.ofSeconds(25);
        private Duration pingTimeout = Duration.ofSeconds(20);
        private Duration upgradeTimeout = Duration.ofSeconds(10);
        private int maxHttpBufferSize = 1_000_000;
        private int maxBufferedBytes = 1 << 20;
        private Set<String> transports = Set.of(POLLING, WEBSOCKET);
        private boolean allowUpgrades = true;
        private boolean addTrailingSlash = true;
        private @Nullable HandshakeGuard guard;
        private @Nullable Cors cors;
        private @Nullable SessionCookie cookie;
        private @Nullable Function<HttpRequest, CompletionStage<String>> generateId;
        private final List<RequestFilter> filters = new ArrayList<>();
        private final List<HeaderHook> initialHeaders = new ArrayList<>();
        private final List<HeaderHook> headers = new ArrayList<>();
        private SessionLimits limits = SessionLimits.DEFAULTS;
        private OlderClients olderClients = OlderClients.NONE;
        private final List<Consumer<ConnectionError>> connectionErrors = new ArrayList<>();

        private Builder() {}

        /**
         * The time from the opening, or a pong, to the next ping.
         *
         * @param interval 25 seconds unless set; more than twelve days count as twelve, as clients cannot wait longer
         * @return this
         */
        public Builder pingInterval(Duration interval) {
            pingInterval = Objects.requireNonNull(interval, "interval");
            return this;
        }

        /**
         * How long a pong may take before the session ends.
         *
         * @param timeout 20 seconds unless set; more than twelve days count as twelve
         * @return this
         */
        public Builder pingTimeout(Duration timeout) {
            pingTimeout = Objects.requireNonNull(timeout, "timeout");
            return this;
        }

        /**
         * How long the change from polling to WebSocket may take before the WebSocket is closed; the session goes on.
         *
         * @param timeout 10 seconds unless set
         * @return this
         */
        public Builder upgradeTimeout(Duration timeout) {
            upgradeTimeout = Objects.requireNonNull(timeout, "timeout");
            return this;
        }

        /**
         * The largest body of a POST and the largest WebSocket message.
         *
         * @param bytes 1,000,000 unless set
         * @return this
         */
        public Builder maxHttpBufferSize(int bytes) {
            maxHttpBufferSize = bytes;
            return this;
        }

        /**
         * How many bytes may wait for a client that does not take them; when more wait, its session ends. One message
         * may always wait, whatever its size.
         *
         * @param bytes 1 MiB unless set
         * @return this
         */
        public Builder maxBufferedBytes(int bytes) {
            maxBufferedBytes = bytes;
            return this;
        }

        /**
         * What may carry a session.
         *
         * @param names polling and websocket unless set
         * @return this
         */
        public Builder transports(String... names) {
            transports = Set.of(names);
            return this;
        }

        /**
         * Whether a session over polling may go on over WebSocket.
         *
         * @param allow true unless set
         * @return this
         */
        public Builder allowUpgrades(boolean allow) {
            allowUpgrades = allow;
            return this;
        }

        /**
         * Whether only the path with a slash at its end is served; if not, both forms are.
         *
         * @param add true unless set
         * @return this
         */
        public Builder addTrailingSlash(boolean add) {
            addTrailingSlash = add;
            return this;
        }

        /**
         * Who decides whether a handshake is let in.
         *
         * @param handshakeGuard nobody unless set
         * @return this
         */
        public Builder allowRequest(HandshakeGuard handshakeGuard) {
            guard = Objects.requireNonNull(handshakeGuard, "handshakeGuard");
            return this;
        }

        /**
         * Which pages of other origins may use the endpoint.
         *
         * @param rule none unless set: no CORS header is sent, so browsers keep pages of other origins from polling
         * @return this
         */
        public Builder cors(Cors rule) {
            cors = Objects.requireNonNull(rule, "rule");
            return this;
        }

        /**
         * The cookie that a handshake over polling sets.
         *
         * @param sessionCookie none unless set
         * @return this
         */
        public Builder cookie(SessionCookie sessionCookie) {
            cookie = Objects.requireNonNull(sessionCookie, "sessionCookie");
            return this;
        }

        /**
         * Makes the ids of sessions. They must be unguessable and unique: who has one has the session.
         *
         * @param generator 15 random bytes in base64url unless set; called on the loop, must not block
         * @return this
         */
        public Builder generateId(Function<HttpRequest, String> generator) {
            Objects.requireNonNull(generator, "generator");
            return generateIdAsync(request -> CompletableFuture.completedFuture(generator.apply(request)));
        }

        /**
         * Makes the ids of sessions, as {@link #generateId}, but takes its time. The handshake waits for it.
         *
         * @param generator called on the loop, must not block; when its stage fails, so does the handshake
         * @return this
         */
        public Builder generateIdAsync(Function<HttpRequest, CompletionStage<String>> generator) {
            generateId = Objects.requireNonNull(generator, "generator");
            return this;
        }

        /**
         * Adds a filter; they run in the order in which they were added.
         *
         * @param filter sees every request
         * @return this
         */
        public Builder filter(RequestFilter filter) {
            filters.add(Objects.requireNonNull(filter, "filter"));
            return this;
        }

        /**
         * Adds a hook for the answers to handshakes.
         *
         * @param hook called once for a session
         * @return this
         */
        public Builder initialHeaders(HeaderHook hook) {
            initialHeaders.add(Objects.requireNonNull(hook, "hook"));
            return this;
        }

        /**
         * Adds a hook for all good answers, handshakes of WebSockets too.
         *
         * @param hook called for each
         * @return this
         */
        public Builder headers(HeaderHook hook) {
            headers.add(Objects.requireNonNull(hook, "hook"));
            return this;
        }

        /**
         * What becomes of a message for a client that takes too little. Answers, and what asks for an answer, are never
         * dropped: where they find no room the session ends.
         *
         * @param policy the session ends unless set
         * @return this
         */
        public Builder overflow(Overflow policy) {
            limits = limits.withOverflow(policy);
            return this;
        }

        /**
         * How many messages may wait in a session that keeps them itself: with {@link Overflow#DROP_OLDEST}, and behind a
         * message with a key. Beyond, the policy decides, as beyond {@link #maxBufferedBytes}.
         *
         * @param messages 10,000 unless set
         * @return this
         */
        public Builder maxBufferedMessages(int messages) {
            limits = limits.withMaxBufferedMessages(messages);
            return this;
        }

        /**
         * How long a client may send no message before its session ends. Answers to the heartbeat do not count.
         *
         * @param time any time unless set
         * @return this
         */
        public Builder idleTimeout(Duration time) {
            limits = limits.withIdleTimeout(Objects.requireNonNull(time, "time"));
            return this;
        }

        /**
         * How long a session may last; then it ends, and the client may come again.
         *
         * @param time any time unless set
         * @return this
         */
        public Builder maxLifetime(Duration time) {
            limits = limits.withMaxLifetime(Objects.requireNonNull(time, "time"));
            return this;
        }

        /**
         * Whether clients of Engine.IO 3, such as Socket.IO 2, are served too. They are those whose {@code EIO} is not 4.
         * To them the id of a session is known as the socket's id, so whoever is told of a socket of theirs knows the
         * secret that a session over polling is reached by.
         *
         * @param allow false unless set: they are refused with {@link EngineError#UNSUPPORTED_VERSION}
         * @return this
         */
        public Builder allowEngineIo3(boolean allow) {
            olderClients = new OlderClients(allow, olderClients.jsonp());
            return this;
        }

        /**
         * Whether polls of clients that name a callback ({@code j}) are answered by a script that calls it. Browsers let
         * pages of every origin run such a script, cookies included, whatever {@link #cors} says.
         *
         * @param allow false unless set: {@code j} means nothing
         * @return this
         */
        public Builder allowJsonp(boolean allow) {
            olderClients = new OlderClients(olderClients.engineIo3(), allow);
            return this;
        }

        /**
         * Adds a listener for requests that are refused.
         *
         * @param listener called on the loop; must not block
         * @return this
         */
        public Builder onConnectionError(Consumer<ConnectionError> listener) {
            connectionErrors.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * The options.
         *
         * @return them
         * @throws IllegalArgumentException when one makes no sense
         */
        public EngineOptions build() {
            return new EngineOptions(
                    pingInterval,
                    pingTimeout,
                    upgradeTimeout,
                    maxHttpBufferSize,
                    maxBufferedBytes,
                    transports,
                    allowUpgrades,
                    addTrailingSlash,
                    guard,
                    cors,
                    cookie,
                    generateId,
                    filters,
                    initialHeaders,
                    headers,
                    limits,
                    olderClients,
                    connectionErrors);
        }
    }
}
