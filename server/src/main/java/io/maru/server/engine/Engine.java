package io.maru.server.engine;

import io.maru.wire.Encoded.Framing;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An endpoint of <a
 * href="https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v4-current.md">Engine.IO 4</a> and, where
 * the options say so, of <a
 * href="https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v3.md">Engine.IO 3</a>. A session
 * lives on the loop of the connection that opened it; requests that come by connections of other loops are handed over.
 */
public final class Engine implements HttpEndpoint, SessionHost {

    private static final Logger log = LoggerFactory.getLogger(Engine.class);

    /**
     * From the opening of a WebSocket to the open packet of Engine.IO 3. There are clients, the suite of the protocol among
     * them, that begin to listen once the WebSocket is open: what comes with the handshake in one piece is lost to them.
     */
    private static final Duration OLDER_OPENING = Duration.ofMillis(10);

    private final EngineOptions options;
    private final Executor workers;
    private final SessionAcceptor acceptor;
    private final HandshakeRules rules;
    private final SessionRules sessionRules;
    private final Load load;
    private final Answers answers;
    private final boolean upgradable;
    private final ConcurrentMap<String, EngineSession> sessions = new ConcurrentHashMap<>();
    // last words to clients that poll and were not there to hear them, by session; one payload a poll
    private final ConcurrentMap<String, List<byte[]>> farewells = new ConcurrentHashMap<>();
    private final ConcurrentMap<Loop, LoopTimers> timers = new ConcurrentHashMap<>();
    private volatile @Nullable CloseReason closedBy;
    private volatile Consumer<ConnectionError> errors = error -> {};

    /**
     * An endpoint without sessions.
     *
     * @param options how it behaves
     * @param workers runs the application's {@link HandshakeGuard}
     * @param acceptor takes the sessions
     */
    public Engine(EngineOptions options, Executor workers, SessionAcceptor acceptor) {
        this(options, workers, acceptor, new Load());
    }

    /**
     * An endpoint without sessions, beside others of one server.
     *
     * @param options how it behaves
     * @param workers runs the application's {@link HandshakeGuard}
     * @param acceptor takes the sessions
     * @param load what the endpoints share
     */
    public Engine(EngineOptions options, Executor workers, SessionAcceptor acceptor, Load load) {
        this.options = Objects.requireNonNull(options, "options");
        this.workers = Objects.requireNonNull(workers, "workers");
        this.acceptor = Objects.requireNonNull(acceptor, "acceptor");
        this.rules = new HandshakeRules(options);
        this.load = Objects.requireNonNull(load, "load");
        this.sessionRules = new SessionRules(options.maxBufferedBytes(), options.limits(), load);
        this.answers = new Answers(options);
        this.upgradable = options.allowUpgrades() && options.transports().contains(EngineOptions.WEBSOCKET);
    }

    @Override
    public void onRequest(HttpExchange exchange) {
        Loop loop = exchange.loop();
        assert loop.inLoop();
        HttpRequest request = exchange.request();
        Cors cors = options.cors();
        if (cors != null && Origins.isPreflight(request)) {
            exchange.respond(Origins.preflight(cors, request));
            return;
        }
        ResponseHeaders headers = new ResponseHeaders();
        Map<String, String> query = request.query();
        Refusal refusal = checkAny(request, query, headers, false);
        String sid = query.getOrDefault("sid", "");
        EngineSession session = sid.isEmpty() ? null : sessions.get(sid);
        PollRequest poll = PollRequest.of(exchange, session == null ? loop : session.loop(), headers, answers);
        if (refusal != null) {
            exchange.respond(report(request, refusal).toResponse(headers));
        } else if (session != null) {
            if (request.method().equals("POST")) {
                poll.fetchBody(options.maxHttpBufferSize());
            }
            session.loop().run(() -> toSession(session, poll, query));
        } else if (!sid.isEmpty()) {
            toNoSession(sid, poll, query);
        } else {
            handshake(
                    request,
                    query,
                    loop,
                    false,
                    poll::onGone,
                    visit -> newId(request, loop, id -> openPolling(poll, loop, query, id, visit)),
                    refused -> poll.refuse(report(request, refused)));
        }
    }

    @Override
    public void onUpgrade(WebSocketUpgrade upgrade) {
        Loop loop = upgrade.loop();
        assert loop.inLoop();
        HttpRequest request = upgrade.request();
        ResponseHeaders headers = new ResponseHeaders();
        Map<String, String> query = request.query();
        Consumer<Refusal> refuse =
                refused -> upgrade.refuse(report(request, refused).toUpgradeResponse(headers));
        Refusal refusal = checkAny(request, query, headers, true);
        String sid = query.getOrDefault("sid", "");
        if (refusal != null) {
            refuse.accept(refusal);
        } else if (sid.isEmpty()) {
            handshake(
                    request,
                    query,
                    loop,
                    true,
                    upgrade::onGone,
                    visit -> newId(request, loop, id -> openWebSocket(upgrade, query, headers, id, refuse, visit)),
                    refuse);
        } else {
            EngineSession session = sessions.get(sid);
            if (session == null) {
                refuse.accept(unknown(sid));
            } else {
                session.loop().run(() -> probe(session, upgrade, query, headers, refuse));
            }
        }
    }

    private @Nullable Refusal checkAny(
            HttpRequest request, Map<String, String> query, ResponseHeaders headers, boolean upgrade) {
        if (options.cors() != null) {
            Origins.addHeaders(options.cors(), request, headers);
        }
        Refusal refusal = rules.filter(request, headers);
        return refusal == null ? rules.check(request, query, upgrade) : refusal;
    }

    private void toSession(EngineSession session, PollRequest poll, Map<String, String> query) {
        if (!session.isOpen()) {
            toNoSession(session.id(), poll, query);
            return;
        }
        Refusal refusal = rules.checkPoll(session, query);
        if (refusal != null) {
            poll.refuse(report(poll.request(), refusal));
        } else {
            session.onRequest(poll);
        }
    }

    private void toNoSession(String sid, PollRequest poll, Map<String, String> query) {
        boolean polls = poll.request().method().equals("GET") && EngineOptions.POLLING.equals(query.get("transport"));
        byte[] farewell = polls ? takeFarewell(sid) : null;
        if (farewell != null) {
            poll.answerPayload(farewell);
        } else {
            poll.refuse(report(poll.request(), unknown(sid)));
        }
    }

    private static Refusal unknown(String sid) {
        return Refusal.of(EngineError.UNKNOWN_SESSION, "sid=" + sid);
    }

    private void handshake(
            HttpRequest request,
            Map<String, String> query,
            Loop loop,
            boolean upgrade,
            Consumer<Runnable> onGone,
            Consumer<Visit> open,
            Consumer<Refusal> refuse) {
        Refusal refusal = rules.checkHandshake(request, query, upgrade);
        if (refusal == null && closedBy != null) {
            refusal = Refusal.closing();
        }
        if (refusal != null) {
            refuse.accept(refusal);
            return;
        }
        Visit visit = load.enter(request, options.guard() != null);
        if (visit.refusal() != null) {
            refuse.accept(visit.refusal());
            return;
        }
        onGone.accept(visit::end);
        Consumer<Refusal> refused = reason -> {
            visit.end();
            refuse.accept(reason);
        };
        Runnable admitted = () -> {
            visit.decided();
            Refusal unfit = closedBy == null ? rules.checkVersion(query) : Refusal.closing();
            if (unfit == null) {
                open.accept(visit);
            } else {
                refused.accept(unfit);
            }
        };
        Admission.ask(
                options.guard(),
                request,
                workers,
                loop,
                admitted,
                words -> refused.accept(Refusal.of(EngineError.FORBIDDEN, words, "REFUSED")));
    }

    private void openPolling(PollRequest poll, Loop loop, Map<String, String> query, @Nullable String id, Visit visit) {
        if (poll.isGone()) {
            visit.end();
            return;
        }
        HttpRequest request = poll.request();
        PollingFormat format = rules.pollingFormat(query);
        PollingTransport transport = new PollingTransport(
                loop, format, payloads -> keepFarewell(id == null ? "" : id, loop, payloads), load);
        EngineSession session = id == null ? null : register(id, loop, request, transport);
        if (id == null || session == null) {
            visit.end();
            poll.refuse(report(request, Refusal.of(EngineError.BAD_REQUEST, "ID_GENERATION_ERROR")));
            return;
        }
        visit.keep();
        PollingBuffer open = new PollingBuffer();
        open.add(Packets.open(id, upgradable, options), Framing.PLAIN);
        poll.answerHandshake(id, open.toPayload(format));
        present(session);
    }

    private void openWebSocket(
            WebSocketUpgrade upgrade,
            Map<String, String> query,
            ResponseHeaders headers,
            @Nullable String id,
            Consumer<Refusal> refuse,
            Visit visit) {
        HttpRequest request = upgrade.request();
        if (id == null) {
            visit.end();
            refuse.accept(Refusal.of(EngineError.BAD_REQUEST, "ID_GENERATION_ERROR"));
            return;
        }
        Loop loop = upgrade.loop();
        accept(upgrade, loop, answers.upgrade(request, headers, true), channel -> {
            WebSocketTransport transport = new WebSocketTransport(channel, request, HandshakeRules.framing(query));
            if (transport.messages() == Framing.ENGINE_IO) {
                begin(id, loop, request, transport, visit);
            } else {
                channel.setReading(false);
                loop.schedule(OLDER_OPENING.toNanos(), () -> {
                    channel.setReading(true);
                    begin(id, loop, request, transport, visit);
                });
            }
            return transport;
        });
    }

    private void begin(String id, Loop loop, HttpRequest request, WebSocketTransport transport, Visit visit) {
        EngineSession session = transport.isEnded() ? null : register(id, loop, request, transport);
        if (session == null) {
            visit.end();
            transport.close(CloseReason.REFUSED, false);
        } else {
            visit.keep();
            transport.send(Packets.open(id, false, options), Framing.PLAIN);
            present(session);
        }
    }

    private void probe(
            EngineSession session,
            WebSocketUpgrade upgrade,
            Map<String, String> query,
            ResponseHeaders headers,
            Consumer<Refusal> refuse) {
        Refusal refusal = session.isOpen() ? rules.checkProbe(session, query) : unknown(session.id());
        if (refusal != null) {
            refuse.accept(refusal);
            return;
        }
        HttpRequest request = upgrade.request();
        accept(
                upgrade,
                session.loop(),
                answers.upgrade(request, headers, false),
                channel -> session.onProbe(channel, request, HandshakeRules.framing(query)));
    }

    private void accept(
            WebSocketUpgrade upgrade,
            Loop home,
            ResponseHeaders headers,
            Function<WebSocketChannel, WebSocketListener> opened) {
        upgrade.accept(home, options.maxHttpBufferSize(), null, headers, opened);
    }

    /** Gives an id for a session, or null when there is none to be had; on the loop. */
    @SuppressWarnings("FutureReturnValueIgnored") // the stage that is made reports nothing of its own
    private void newId(HttpRequest request, Loop loop, Consumer<@Nullable String> then) {
        Function<HttpRequest, CompletionStage<String>> generator = options.generateId();
        if (generator == null) {
            then.accept(SessionIds.random());
            return;
        }
        CompletionStage<String> stage;
        try {
            stage = Objects.requireNonNull(generator.apply(request), "stage");
        } catch (RuntimeException e) {
            stage = CompletableFuture.failedFuture(e);
        }
        stage.whenComplete((id, failure) -> loop.run(() -> then.accept(usable(id, failure))));
    }

    private @Nullable String usable(@Nullable String id, @Nullable Throwable failure) {
        if (failure != null) {
            log.error("The generator of ids failed", failure);
        } else if (id != null && SessionIds.isUsable(id) && !sessions.containsKey(id)) {
            return id;
        } else {
            log.error("The generator of ids gave one that is in use, or does not fit into a query and a cookie");
        }
        return null;
    }

    private @Nullable EngineSession register(String id, Loop loop, HttpRequest request, Transport transport) {
        LoopTimers loopTimers = timers.computeIfAbsent(loop, l -> new LoopTimers(l, options));
        EngineSession session = new EngineSession(id, loop, request, transport, sessionRules, loopTimers, ended -> {
            sessions.remove(id, ended);
            load.leave(request);
        });
        if (sessions.putIfAbsent(id, session) != null) {
            return null;
        }
        session.begin();
        return session;
    }

    private void present(EngineSession session) {
        session.accept(acceptor);
        CloseReason reason = closedBy;
        if (reason != null) {
            // it came in while close() went through the others
            session.close(reason);
        }
    }

    private byte @Nullable [] takeFarewell(String sid) {
        AtomicReference<byte @Nullable []> first = new AtomicReference<>();
        farewells.computeIfPresent(sid, (id, payloads) -> {
            first.set(payloads.get(0));
            return payloads.size() == 1 ? null : payloads.subList(1, payloads.size());
        });
        return first.get();
    }

    private void keepFarewell(String id, Loop loop, List<byte[]> payloads) {
        farewells.put(id, List.copyOf(payloads));
        LoopTimers loopTimers = Objects.requireNonNull(timers.get(loop), "timers");
        loopTimers.farewells.add(new Deadlines.Node<>(() -> farewells.remove(id)));
    }

    private Refusal report(HttpRequest request, Refusal refusal) {
        log.debug("{} refused: {}", request, refusal.error());
        ConnectionError error = new ConnectionError(request, refusal.error(), refusal.message(), refusal.detail());
        errors.accept(error);
        for (Consumer<ConnectionError> listener : options.connectionErrors()) {
            try {
                listener.accept(error);
            } catch (RuntimeException e) {
                log.error("A listener for refused requests failed", e);
            }
        }
        return refusal;
    }

    /** Who hears of refused requests beside the options' listeners, and throws nothing; replaces the one before. */
    public void onConnectionError(Consumer<ConnectionError> listener) {
        errors = Objects.requireNonNull(listener, "listener");
    }

    @Override
    public int clients() {
        return sessions.size();
    }

    @Override
    public int farewells() {
        return farewells.size();
    }

    @Override
    public void forEach(Loop loop, Consumer<Session> action) {
        assert loop.inLoop();
        for (EngineSession session : sessions.values()) {
            if (session.loop() == loop && session.isOpen()) {
                action.accept(session);
            }
        }
    }

    @Override
    public void refuse(CloseReason reason) {
        closedBy = Objects.requireNonNull(reason, "reason");
    }

    @Override
    public void close(CloseReason reason) {
        refuse(reason);
        for (EngineSession session : sessions.values()) {
            session.loop().execute(() -> session.close(reason));
        }
    }
}
