package io.maru.metrics;

import io.maru.server.Drop;
import io.maru.server.LimitStats;
import io.maru.server.MaruServer;
import io.maru.server.Namespace;
import io.maru.server.ServerObserver;
import io.maru.server.ServerOptions;
import io.maru.server.ServerStats;
import io.maru.server.ServerStats.SessionKind;
import io.maru.server.Socket;
import io.maru.server.engine.CloseReason;
import io.maru.server.engine.ConnectionError;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.lang.reflect.RecordComponent;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one server. {@code docs/metrics.md} lists them. No tag has a room, a user or a socket in it; names of events
 * are tags up to a bound.
 *
 * <pre>{@code
 * MaruServer server = MaruServer.create(options -> MaruMetrics.bind(options.port(3000), registry));
 * }</pre>
 *
 * <p>The registry does not keep the server alive. Safe for any thread. Registries are read on threads that may wait: what
 * waits for slow clients is asked of the loops then, for 200 milliseconds at most.
 */
public final class MaruMetrics implements ServerObserver {

    private static final String OTHER = "other";
    private static final String SOCKET_IO = "socket.io";
    private static final String WEBSOCKET = "websocket";
    private static final String POLLING = "polling";
    private static final String BYTES = "bytes";

    /** The meters of one event. */
    private record EventMeters(Counter events, Timer good, Timer bad) {}

    private final MeterRegistry registry;
    private final Tags tags;
    private final int maxEventNames;
    private final boolean histograms;
    private final Map<String, EventMeters> events = new ConcurrentHashMap<>();
    private final Set<SessionKind> kinds = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean attached = new AtomicBoolean();
    private final EventMeters otherEvents;
    private final DistributionSummary eventBytes;
    private final DistributionSummary recipients;
    private final Timer answers;
    private final Counter refusals;
    // null until there is a server; set before anything else is heard
    private volatile @Nullable MaruServer server;

    private MaruMetrics(Builder builder) {
        registry = builder.registry;
        tags = builder.tags;
        maxEventNames = builder.maxEventNames;
        histograms = builder.histograms;
        otherEvents = metersOf(OTHER);
        eventBytes = summary("maru.events.size", "The size of the arguments of events that came", BYTES);
        recipients = summary("maru.broadcast.recipients", "How many an event was sent to at once", null);
        answers = timer("maru.acks", "From a question to a client to its answer", Tags.empty());
        refusals = Counter.builder("maru.connects.refused")
                .description("Clients that were not let into a namespace")
                .tags(tags)
                .register(registry);
    }

    /**
     * Meters with the defaults for the server that these options make.
     *
     * @param options the options of one server
     * @param registry where the meters are
     * @return the options
     */
    public static ServerOptions.Builder bind(ServerOptions.Builder options, MeterRegistry registry) {
        return options.observer(builder(registry).build());
    }

    /**
     * Collects settings.
     *
     * @param registry where the meters are
     * @return a builder with the defaults
     */
    public static Builder builder(MeterRegistry registry) {
        return new Builder(registry);
    }

    /** Settings of the meters. For one thread. */
    public static final class Builder {
        private final MeterRegistry registry;
        private Tags tags = Tags.empty();
        private int maxEventNames = 100;
        private boolean histograms;

        private Builder(MeterRegistry registry) {
            this.registry = Objects.requireNonNull(registry, "registry");
        }

        /**
         * Tags for all meters: with several servers in one registry, one that tells them apart.
         *
         * @param keysAndValues keys and values in turn
         * @return this
         */
        public Builder tags(String... keysAndValues) {
            tags = tags.and(keysAndValues);
            return this;
        }

        /**
         * How many events have a tag of their own. Those that come after have {@code other}, as have those that nobody listens for.
         *
         * @param value 100 unless set
         * @return this
         */
        public Builder maxEventNames(int value) {
            if (value < 0) {
                throw new IllegalArgumentException("maxEventNames of zero or more expected: " + value);
            }
            maxEventNames = value;
            return this;
        }

        /**
         * Publishes histograms of the times of handlers and answers and of the fan-out, for percentiles over several servers. Each
         * is some 70 series more.
         *
         * @return this
         */
        public Builder histograms() {
            histograms = true;
            return this;
        }

        /**
         * The meters, to be given to {@link ServerOptions.Builder#observer} of one server.
         *
         * @return them
         */
        public MaruMetrics build() {
            return new MaruMetrics(this);
        }
    }

    @Override
    public void attached(MaruServer observed) {
        if (!attached.compareAndSet(false, true)) {
            throw new IllegalStateException("these meters are another server's");
        }
        server = observed;
        addSessions(observed, new SessionKind(SOCKET_IO, POLLING));
        addSessions(observed, new SessionKind(SOCKET_IO, WEBSOCKET));
        addSessions(observed, new SessionKind("json", WEBSOCKET));
        gauge(
                observed,
                "maru.sockets",
                "Sockets in all namespaces",
                null,
                s -> s.stats().sockets());
        gauge(
                observed,
                "maru.rooms",
                "Rooms in all namespaces",
                null,
                s -> s.stats().rooms());
        gauge(observed, "maru.namespaces", "Namespaces", null, s -> s.stats().namespaces());
        gauge(
                observed,
                "maru.websockets",
                "WebSockets, bare ones too",
                null,
                s -> s.stats().webSockets());
        gauge(
                observed,
                "maru.queued",
                "What waits for clients to take it",
                BYTES,
                s -> s.stats().limits().queuedBytes());
        gauge(
                observed,
                "maru.ready",
                "1 when clients should be sent here",
                null,
                s -> s.health().isReady() ? 1 : 0);
        for (Drop cause : Drop.values()) {
            counter(
                    observed,
                    "maru.drops",
                    "What was not delivered or taken",
                    null,
                    Tags.of("cause", cause.name().toLowerCase(Locale.ROOT)),
                    s -> s.drops().getOrDefault(cause, 0L));
        }
        addLimits(observed);
        addRecovery(observed);
        Tags webSocket = Tags.of("transport", WEBSOCKET);
        Tags http = Tags.of("transport", "http");
        String received = "maru.received";
        String sent = "maru.sent";
        String came = "What came, after TLS; of HTTP the bodies";
        String went = "What went, before TLS";
        counter(observed, received, came, BYTES, webSocket, ServerStats::receivedBytes);
        counter(observed, received, came, BYTES, http, ServerStats::httpReceivedBytes);
        counter(observed, sent, went, BYTES, webSocket, ServerStats::sentBytes);
        counter(observed, sent, went, BYTES, http, ServerStats::httpSentBytes);
        counter(observed, "maru.frames.sent", "Messages over WebSockets", null, Tags.empty(), ServerStats::sentFrames);
        counter(observed, "maru.flushes", "System calls that send", null, Tags.empty(), ServerStats::flushes);
        counter(
                observed,
                "maru.loops.blocked",
                "Handlers that held an event loop for too long",
                null,
                Tags.empty(),
                ServerStats::blockedLoops);
    }

    // a counter for each figure that grows
    private void addLimits(MaruServer observed) {
        for (RecordComponent figure : LimitStats.class.getRecordComponents()) {
            boolean grows = figure.getType() == long.class && !figure.getName().equals("queuedBytes");
            if (grows) {
                counter(
                        observed,
                        "maru.limits",
                        "What limits have brought about",
                        null,
                        Tags.of("limit", snakeCase(figure.getName())),
                        s -> valueOf(figure, s.limits()));
            }
        }
    }

    private static long valueOf(RecordComponent figure, LimitStats stats) {
        try {
            return (long) figure.getAccessor().invoke(stats);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(figure.getName(), e);
        }
    }

    private static String snakeCase(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    private void addRecovery(MaruServer observed) {
        String came = "Sockets that wanted to come back";
        String name = "maru.recovery";
        counter(
                observed,
                name,
                came,
                null,
                Tags.of("outcome", "recovered"),
                s -> s.recovery().recovered());
        counter(
                observed,
                name,
                came,
                null,
                Tags.of("outcome", "new"),
                s -> s.recovery().notRecovered());
        counter(
                observed,
                "maru.recovery.evicted",
                "Events and sessions that were dropped before their time",
                null,
                Tags.empty(),
                s -> s.recovery().evicted());
        gauge(
                observed,
                "maru.recovery.kept",
                "What is kept for those who come back",
                BYTES,
                s -> s.stats().recovery().bytes());
    }

    @Override
    public void sessionOpened(String dialect, String transport) {
        MaruServer observed = server;
        if (observed != null) {
            addSessions(observed, new SessionKind(dialect, transport));
        }
        registry.counter("maru.sessions.opened", tags.and("dialect", dialect, "transport", transport))
                .increment();
    }

    @Override
    public void sessionUpgraded(String dialect) {
        registry.counter("maru.sessions.upgraded", tags.and("dialect", dialect)).increment();
    }

    @Override
    public void sessionClosed(String dialect, String transport, CloseReason reason) {
        registry.counter(
                        "maru.sessions.closed",
                        tags.and("dialect", dialect, "transport", transport, "reason", reason.text()))
                .increment();
    }

    @Override
    public void connectRefused(String namespace, String message) {
        refusals.increment();
    }

    @Override
    public void eventReceived(Socket socket, String event, long bytes) {
        eventBytes.record((double) bytes);
    }

    @Override
    public void eventHandled(Socket socket, String event, int handlers, long nanos, @Nullable Throwable failure) {
        EventMeters meters = handlers == 0 ? otherEvents : known(event);
        meters.events.increment();
        if (handlers > 0) {
            (failure == null ? meters.good : meters.bad).record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void broadcast(Namespace namespace, String event, int addressed, long bytes) {
        recipients.record(addressed);
    }

    @Override
    public void answered(Socket socket, long nanos) {
        answers.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void connectionError(ConnectionError error) {
        registry.counter(
                        "maru.requests.refused",
                        tags.and("error", error.error().name().toLowerCase(Locale.ROOT)))
                .increment();
    }

    private EventMeters known(String event) {
        EventMeters meters = events.get(event);
        return meters == null ? admit(event) : meters;
    }

    private synchronized EventMeters admit(String event) {
        EventMeters meters = events.get(event);
        if (meters == null) {
            if (events.size() >= maxEventNames) {
                return otherEvents;
            }
            meters = metersOf(event);
            events.put(event, meters);
        }
        return meters;
    }

    private EventMeters metersOf(String event) {
        Tags named = Tags.of("event", event);
        String what = "How long the handlers of an event take";
        return new EventMeters(
                Counter.builder("maru.events")
                        .description("Events that came")
                        .tags(tags.and(named))
                        .register(registry),
                timer("maru.handlers", what, named.and("outcome", "success")),
                timer("maru.handlers", what, named.and("outcome", "failure")));
    }

    private Timer timer(String name, String description, Tags more) {
        return Timer.builder(name)
                .description(description)
                .tags(tags.and(more))
                .publishPercentileHistogram(histograms)
                .register(registry);
    }

    private DistributionSummary summary(String name, String description, @Nullable String unit) {
        return DistributionSummary.builder(name)
                .description(description)
                .baseUnit(unit)
                .tags(tags)
                .publishPercentileHistogram(histograms)
                .register(registry);
    }

    private void addSessions(MaruServer observed, SessionKind kind) {
        if (kinds.add(kind)) {
            Gauge.builder("maru.sessions", observed, s -> s.stats().sessions().getOrDefault(kind, 0))
                    .description("Clients that are connected")
                    .tags(tags.and("dialect", kind.dialect(), "transport", kind.transport()))
                    .register(registry);
        }
    }

    private void gauge(
            MaruServer observed,
            String name,
            String description,
            @Nullable String unit,
            ToDoubleFunction<MaruServer> value) {
        Gauge.builder(name, observed, value)
                .description(description)
                .baseUnit(unit)
                .tags(tags)
                .register(registry);
    }

    private void counter(
            MaruServer observed,
            String name,
            String description,
            @Nullable String unit,
            Tags more,
            ToDoubleFunction<ServerStats> value) {
        FunctionCounter.builder(name, observed, s -> value.applyAsDouble(s.stats()))
                .description(description)
                .baseUnit(unit)
                .tags(tags.and(more))
                .register(registry);
    }
}
