package io.maru.server;

import io.maru.server.engine.Deadlines;
import io.maru.server.engine.Engine;
import io.maru.server.engine.EngineOptions;
import io.maru.server.engine.EngineSession;
import io.maru.server.engine.HttpEndpoint;
import io.maru.server.engine.HttpRequest;
import io.maru.server.engine.Load;
import io.maru.server.engine.Loop;
import io.maru.server.engine.PlainEndpoint;
import io.maru.server.engine.PlainOptions;
import io.maru.server.engine.PlainSession;
import io.maru.server.engine.Session;
import io.maru.server.engine.SessionAcceptor;
import io.maru.server.engine.SessionHost;
import io.maru.server.netty.LoopStats;
import io.maru.server.netty.NettyServer;
import io.maru.wire.Clock;
import io.maru.wire.Dialect;
import io.maru.wire.JsonCodec;
import io.maru.wire.Payload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server for realtime messages. Socket.IO clients and plain WebSockets that speak the envelope enter its namespaces and
 * stand in the same rooms.
 *
 * <pre>{@code
 * MaruServer server = MaruServer.create(options -> options.port(3000));
 * server.onConnection(socket -> {
 *   socket.on("chat", Chat.class, chat ->
 *       socket.to(chat.roomId()).emit("chat", Map.of("message", chat.message())));
 * });
 * server.start();
 * }</pre>
 *
 * <p>What is set up before {@link #start()} holds from the first client on. Safe for any thread.
 */
public final class MaruServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(MaruServer.class);
    // the subprotocol of plain clients that come back
    private static final Duration DEFAULT_GRACE = Duration.ofSeconds(10);

    private final ServerOptions options;
    private final ExecutorService workers = Workers.create();
    private final Observers observers;
    private final Counters counters;
    private final Load load;
    private final Routes routes = new Routes();
    private final NettyServer network;
    private final List<Connection.Timers> timers = new ArrayList<>();
    // by loop
    private final List<HandlerThreads> handlerThreads = new ArrayList<>();
    // null where nobody can come back
    private final @Nullable Recovery recovery;
    private final Namespaces namespaces;
    private final List<SessionHost> endpoints = new CopyOnWriteArrayList<>();
    private final Overload overload;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger rooms = new AtomicInteger();
    private final Health health = new Health(connections::get, error -> report(null, error));
    private final Shutdown shutdown;
    private volatile int port = -1;

    /** A server whose dialects are wrapped, for tests that count. */
    MaruServer(ServerOptions options, UnaryOperator<Dialect> dialects) {
        this.options = options;
        this.observers = new Observers(options.operations().observers());
        this.counters = new Counters(observers);
        this.load = new Load(options.limits().load());
        this.network = new NettyServer(options.network(), this::route);
        this.shutdown = new Shutdown(network, workers, endpoints, health);
        for (Loop loop : network.loops()) {
            handlerThreads.add(
                    options.handlersOnEventLoop()
                            ? new HandlerThreads.OnLoop(loop)
                            : new HandlerThreads.OnWorkers(loop, workers));
            timers.add(new Connection.Timers(
                    new Deadlines<>(loop, Clock.nanos(options.connectTimeout()), Connection::connectTimedOut),
                    new Deadlines<>(loop, Clock.nanos(options.packetTimeout()), Connection::packetTimedOut)));
        }
        this.recovery = options.recovery() == null ? null : recovery(options.recovery());
        this.overload = new Overload(this, (loop, action) -> endpoints.forEach(each -> each.forEach(loop, action)));
        this.namespaces = new Namespaces(this);
        namespaces.of("/");
        addSocketIo(dialects);
        addPlain(dialects);
        health.serve(this);
        observers.tell(observer -> observer.attached(this));
    }

    /**
     * A server, not started yet.
     *
     * @param options sets what is to be other than the default
     * @return the server
     * @throws IllegalArgumentException when an option makes no sense, or the certificate cannot be used
     */
    public static MaruServer create(Consumer<ServerOptions.Builder> options) {
        ServerOptions.Builder builder = ServerOptions.builder();
        options.accept(builder);
        return new MaruServer(builder.build(), UnaryOperator.identity());
    }

    // ---- namespaces

    /**
     * Hears an event of every socket of the namespace {@code /}.
     *
     * @param event its name
     * @param handler takes it, with the socket
     * @return this
     * @see Namespace#on
     */
    public MaruServer on(String event, Handler<Event> handler) {
        main().on(event, handler);
        return this;
    }

    /**
     * Hears of each socket that has entered the namespace {@code /}.
     *
     * @param handler takes the socket
     * @return this
     * @see Namespace#onConnection
     */
    public MaruServer onConnection(Handler<Socket> handler) {
        main().onConnection(handler);
        return this;
    }

    /**
     * Puts a middleware before all sockets that ask to enter the namespace {@code /}.
     *
     * @param middleware looks at each socket
     * @return this
     * @see Namespace#use
     */
    public MaruServer use(Middleware<Socket> middleware) {
        main().use(middleware);
        return this;
    }

    /**
     * The namespace {@code /}.
     *
     * @return the namespace
     */
    public Namespace main() {
        return namespaces.of("/");
    }

    /**
     * The namespace of a name; it exists from now on.
     *
     * @param name the name, with or without its slash
     * @return the namespace
     */
    public Namespace of(String name) {
        return namespaces.of(Objects.requireNonNull(name, "name"));
    }

    /**
     * Namespaces that exist when a client names them, if the pattern is found in the name.
     *
     * @param pattern such as {@code ^/game-\d+$}
     * @return what holds for all of them
     */
    public ParentNamespace of(Pattern pattern) {
        return namespaces.of(Objects.requireNonNull(pattern, "pattern"), null);
    }

    /**
     * Namespaces that exist when a client names them, if a function says so. Once such a namespace exists the function is not
     * asked for its name again.
     *
     * @param guard the function
     * @return what holds for all of them
     */
    public ParentNamespace of(NamespaceGuard guard) {
        return namespaces.of(null, Objects.requireNonNull(guard, "guard"));
    }

    /**
     * Hears of each namespace that comes to be, but for {@code /}.
     *
     * @param listener takes the namespace, before any client enters it
     * @return this
     */
    public MaruServer onNamespace(Handler<Namespace> listener) {
        namespaces.addListener(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    /**
     * Sends an event to everyone in the namespace {@code /}.
     *
     * @param event its name
     * @param args its arguments
     * @see Broadcast#emit(String, Object...)
     */
    public void emit(String event, @Nullable Object... args) {
        main().emit(event, args);
    }

    /**
     * The members of some rooms of the namespace {@code /}.
     *
     * @param rooms the rooms
     * @return sends to them
     */
    public Broadcast to(String... rooms) {
        return main().to(rooms);
    }

    // ---- other things on the same port

    /**
     * Bare WebSockets at a path, without events and rooms.
     *
     * @param path the path; one that ends with a slash stands for all that begin with it
     * @param handler takes each WebSocket, before its first message
     * @return the WebSockets that are open, a view
     */
    public Set<WebSocket> webSocket(String path, Handler<WebSocket> handler) {
        return webSocket(path, PlainOptions.DEFAULTS, handler);
    }

    /**
     * Bare WebSockets at a path, with options of their own.
     *
     * @param path the path; one that ends with a slash stands for all that begin with it
     * @param plainOptions heartbeat, limits, subprotocols, who is let in
     * @param handler takes each WebSocket, before its first message
     * @return the WebSockets that are open, a view
     */
    public Set<WebSocket> webSocket(String path, PlainOptions plainOptions, Handler<WebSocket> handler) {
        Objects.requireNonNull(handler, "handler");
        Set<WebSocket> clients = ConcurrentHashMap.newKeySet();
        SessionAcceptor acceptor = session -> {
            WebSocket webSocket = new WebSocket(this, (PlainSession) session, clients::remove);
            clients.add(webSocket);
            webSocket.handle(() -> {
                try {
                    handler.handle(webSocket);
                } catch (RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new CompletionException(e);
                }
            });
            return webSocket.listener();
        };
        PlainEndpoint endpoint = new PlainEndpoint(plainOptions, workers, acceptor, load);
        routes.addUpgrades(path, endpoint);
        endpoints.add(endpoint);
        return Collections.unmodifiableSet(clients);
    }

    /**
     * A bare Engine.IO endpoint.
     *
     * @param path its path, such as {@code /engine.io/}
     * @param engineOptions how it behaves
     * @param acceptor takes its sessions, on their loops
     * @return the endpoint
     */
    public Engine engine(String path, EngineOptions engineOptions, SessionAcceptor acceptor) {
        Engine engine = new Engine(engineOptions, workers, acceptor, load);
        String trimmed = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        addEngine(trimmed, engine, engineOptions);
        return engine;
    }

    /**
     * Answers HTTP requests of the application's own.
     *
     * @param path the path; one that ends with a slash stands for all that begin with it
     * @param handler answers
     * @return this
     */
    public MaruServer http(String path, HttpHandler handler) {
        Objects.requireNonNull(handler, "handler");
        routes.addRequests(
                path,
                new ApplicationEndpoint(
                        handler,
                        workers,
                        error -> report(null, error),
                        () -> health.state().compareTo(Health.State.RUNNING) > 0));
        return this;
    }

    // ---- life

    /**
     * Listens; returns once clients are let in.
     *
     * @return this
     * @throws UncheckedIOException when the port cannot be had; the server is then stopped
     */
    public MaruServer start() {
        try {
            startAsync().join();
        } catch (CompletionException e) {
            Throwable cause = Namespace.cause(e);
            throw new UncheckedIOException(
                    "cannot listen on " + options.network().address(),
                    cause instanceof IOException io ? io : new IOException(cause));
        }
        return this;
    }

    /**
     * Listens.
     *
     * @return the port, once clients are let in; fails when it cannot be had, and the server is then stopped
     */
    public CompletableFuture<Integer> startAsync() {
        CompletableFuture<Integer> started = network.start();
        health.reach(Health.State.STARTING);
        shutdown.whenStopped(observers.attachFlightRecorder(options.operations().slowHandler()));
        LoopWatch.start(
                handlerThreads,
                options.operations().slowHandler(),
                () -> health.state() == Health.State.STOPPED,
                (loop, nanos, stack) -> {
                    counters.blockedLoops.increment();
                    observers.tell(observer -> observer.loopBlocked(loop, nanos, stack));
                });
        return started.whenComplete((bound, failure) -> {
            if (bound != null) {
                port = bound;
                overload.start();
                health.reach(Health.State.RUNNING);
            } else {
                shutdown.neverBegan();
            }
        });
    }

    /**
     * The port that it listens on.
     *
     * @return the port, 0 for a Unix domain socket, or -1 before the start
     */
    public int port() {
        return port;
    }

    /**
     * Stops as {@link #stop(Duration)} does, with 10 seconds, and waits for it. Not to be called by a handler, for whose end it
     * would wait.
     */
    @Override
    public void close() {
        try {
            stop(DEFAULT_GRACE).get(DEFAULT_GRACE.toSeconds() + 5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.warn("the server did not stop cleanly", e);
        }
    }

    /**
     * Stops: lets nobody in any more, sends what was sent before, ends every session with the reason {@code server
     * shutting down} (a plain WebSocket with 1001), lets handlers that run come to their end, and frees the port.
     *
     * @param grace how long that may take; then it is cut short
     * @return done, when all of it has been done. A second call gives the same
     * @throws IllegalArgumentException when that is negative
     * @see #stop(Drain)
     */
    public CompletableFuture<Void> stop(Duration grace) {
        return shutdown.stop(grace);
    }

    /**
     * Stops so that clients do not come back as a crowd. For a notice it only says that it is not ready. Then it lets nobody in
     * any more, and sends its clients away one after the other, each when the handlers of what it has sent have ended. At last
     * it stops as {@link #stop(Duration)} does.
     *
     * <p>The port stays open until then. New clients are answered with 503 and {@code Retry-After}, other HTTP requests are
     * served, with {@code Connection: close}. A server that is not running stops at once; {@link #stop(Duration)} and {@link
     * #close} cut a drain short.
     *
     * @param drain how long that may take, and what clients are told
     * @return done, when all of it has been done. A second call gives the same
     * @see #health()
     */
    public CompletableFuture<Void> stop(Drain drain) {
        return shutdown.drain(drain);
    }

    /**
     * Where the server is in its life, and whether clients should be sent to it.
     *
     * @return the health, a view
     */
    public Health health() {
        return health;
    }

    /**
     * Reads the certificates and keys again, for connections to come; those that are there keep theirs. Reads files: not to be
     * called on an event loop.
     *
     * @throws IllegalArgumentException when one cannot be used; those that were read before stay
     * @throws IllegalStateException when the server speaks no TLS
     */
    public void reloadTls() {
        network.reloadTls();
    }

    /**
     * How the server stands.
     *
     * @return the figures of this moment
     */
    public ServerStats stats() {
        RecoveryStats recovering = recovery == null ? RecoveryStats.NONE : recovery.stats();
        return ServerStats.of(connections.get(), namespaces, counters, network, limitStats(), recovering);
    }

    private LimitStats limitStats() {
        Load.Stats stats = load.stats();
        NettyServer.Faults faults = network.faults();
        return new LimitStats(
                network.connections(),
                stats.pendingDecisions(),
                queuedBytes(),
                rooms.get(),
                stats.refusedFull(),
                stats.refusedAddress(),
                stats.refusedPending(),
                stats.refusedOverloaded(),
                network.refusedConnections(),
                faults.requests(),
                faults.webSockets(),
                faults.droppedPongs(),
                faults.waits(),
                counters.pingTimeouts.sum(),
                counters.connectTimeouts.sum(),
                counters.idleTimeouts.sum(),
                counters.lifetimesOver.sum(),
                counters.expired.sum(),
                counters.overloaded.sum(),
                counters.overRate.sum(),
                counters.ratePauses.sum(),
                counters.refusedNamespaces.sum(),
                counters.refusedJoins.sum(),
                counters.refusedQuestions.sum(),
                counters.readPauses.sum(),
                counters.droppedRoomEvents.sum(),
                stats.droppedNewest(),
                stats.droppedOldest(),
                stats.coalesced());
    }

    /**
     * The options that it was made with.
     *
     * @return the options
     */
    public ServerOptions options() {
        return options;
    }

    // ---- for the classes beside it

    Namespaces namespaces() {
        return namespaces;
    }

    JsonCodec codec() {
        return options.codec();
    }

    // JDK 17's compiler does not see the nullness of varargs in the classes of another module
    @SuppressWarnings("NullAway")
    Payload encode(@Nullable Object... args) {
        Objects.requireNonNull(args, "args: a null argument is (Object) null");
        for (Object arg : args) {
            if (arg instanceof Payload payload) {
                if (args.length > 1) {
                    throw new IllegalArgumentException("a Payload is all arguments and stands alone");
                }
                return payload;
            }
        }
        return options.codec().encode(args);
    }

    @Nullable Recovery recovery() {
        return recovery;
    }

    private Recovery recovery(RecoveryOptions recoveryOptions) {
        Loop loop = network.loops().get(0);
        return new Recovery(
                recoveryOptions,
                Clock.nanos(options.engine().pingInterval())
                        + Clock.nanos(options.engine().pingTimeout()),
                loop::nanoTime,
                loop::schedule,
                () -> namespaces.all().stream()
                        .map(Namespace::recovery)
                        .filter(Objects::nonNull)
                        .toList());
    }

    Executor workers() {
        return workers;
    }

    Observers observers() {
        return observers;
    }

    Counters counters() {
        return counters;
    }

    Load load() {
        return load;
    }

    List<Loop> loops() {
        return network.loops();
    }

    List<LoopStats> loopStats() {
        return network.loopStats();
    }

    /** Where the handlers of a loop's sockets run. */
    HandlerThreads handlerThreads(int loop) {
        return handlerThreads.get(loop);
    }

    /** What is kept for all clients: what they do not take, and what waits for their handlers. */
    long queuedBytes() {
        return network.heldBytes() + load.queuedBytes();
    }

    /** A room has come to be, unless there are too many already. */
    boolean addRoom() {
        if (rooms.incrementAndGet() <= options.limits().maxRooms()) {
            return true;
        }
        rooms.decrementAndGet();
        return false;
    }

    void removeRoom() {
        rooms.decrementAndGet();
    }

    /** A connection has ended; told once by each. */
    void closed() {
        connections.decrementAndGet();
    }

    /** Something of the application's threw. */
    void report(@Nullable Socket socket, Throwable e) {
        Failures.report(options.errors(), socket, e);
    }

    void debug(Session session, @Nullable String message) {
        log.debug("{} of {} refused: {}", session.transport(), session.request().remoteAddress(), message);
    }

    private @Nullable HttpEndpoint route(HttpRequest request) {
        return routes.find(request);
    }

    private void addSocketIo(UnaryOperator<Dialect> dialects) {
        String path = options.path();
        if (path == null) {
            return;
        }
        EngineOptions engineOptions = options.engine();
        Dialect spoken = Dialects.socketIo(options, error -> report(null, error));
        Dialect dialect = dialects.apply(spoken);
        Dialect older = dialects.apply(Dialects.ofOlderClients(options, spoken));
        SessionAcceptor acceptor = session -> {
            boolean isOlder = ((EngineSession) session).protocol() != 4;
            return accept(session, isOlder ? older : dialect, null, false);
        };
        Engine engine = new Engine(engineOptions, workers, acceptor, load);
        addEngine(path, engine, engineOptions);
        if (options.serveClient()) {
            ClientBundle bundle = new ClientBundle(options.network().http().compressionThreshold() >= 0);
            String folder = path.equals("/") ? "/" : path + "/";
            ClientBundle.FILES.forEach(name -> http(folder + name, bundle));
        }
    }

    private void addEngine(String path, Engine engine, EngineOptions engineOptions) {
        String folder = path.equals("/") ? "/" : path + "/";
        routes.addRequests(folder, engine);
        routes.addUpgrades(folder, engine);
        if (!engineOptions.addTrailingSlash() && !path.equals("/")) {
            routes.addRequests(path, engine);
            routes.addUpgrades(path, engine);
        }
        engine.onConnectionError(error -> observers.tell(observer -> observer.connectionError(error)));
        endpoints.add(engine);
    }

    private void addPlain(UnaryOperator<Dialect> dialects) {
        String path = options.plainPath();
        if (path == null) {
            return;
        }
        EngineOptions engineOptions = options.engine();
        Map<String, Dialect> spoken = Dialects.plain(options, dialects);
        PlainOptions plainOptions = new PlainOptions(
                engineOptions.pingInterval(),
                engineOptions.pingTimeout(),
                options.plainMaxMessageBytes(),
                engineOptions.maxBufferedBytes(),
                List.copyOf(spoken.keySet()),
                engineOptions.guard(),
                engineOptions.cors(),
                engineOptions.limits(),
                engineOptions.headers());
        String prefix = path.equals("/") ? "" : path;
        SessionAcceptor acceptor = session -> {
            String subprotocol = ((PlainSession) session).subprotocol();
            String namespace = Namespaces.nameOf(session.request().path().substring(prefix.length()));
            return accept(session, Dialects.chosen(spoken, subprotocol), namespace, Dialects.resumes(subprotocol));
        };
        PlainEndpoint endpoint = new PlainEndpoint(plainOptions, workers, acceptor, load);
        routes.addUpgrades(prefix + "/", endpoint);
        if (!prefix.isEmpty()) {
            routes.addUpgrades(prefix, endpoint);
        }
        endpoints.add(endpoint);
        if (options.serveMaruJs()) {
            MaruJs.files(options.network().http().compressionThreshold() >= 0)
                    .forEach((name, file) -> http(prefix + "/" + name, file::answer));
        }
    }

    private Connection accept(Session session, Dialect dialect, @Nullable String home, boolean resumes) {
        Connection connection =
                new Connection(this, session, dialect, timers.get(session.loop().index()), home, resumes);
        connections.incrementAndGet();
        connection.start();
        return connection;
    }
}
