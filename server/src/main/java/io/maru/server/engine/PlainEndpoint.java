package io.maru.server.engine;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An endpoint for bare WebSockets. A session lives on the loop of its connection. */
public final class PlainEndpoint implements HttpEndpoint, SessionHost {

    private static final String TEXT = "text/plain; charset=UTF-8";

    private final PlainOptions options;
    private final Executor workers;
    private final SessionAcceptor acceptor;
    private final SessionRules sessionRules;
    private final Load load;
    private final ConcurrentMap<Loop, LoopSessions> sessions = new ConcurrentHashMap<>();
    private final AtomicInteger clients = new AtomicInteger();
    private volatile @Nullable CloseReason closedBy;

    /**
     * An endpoint without sessions.
     *
     * @param options how it behaves
     * @param workers runs the application's {@link HandshakeGuard}
     * @param acceptor takes the sessions
     */
    public PlainEndpoint(PlainOptions options, Executor workers, SessionAcceptor acceptor) {
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
    public PlainEndpoint(PlainOptions options, Executor workers, SessionAcceptor acceptor, Load load) {
        this.options = Objects.requireNonNull(options, "options");
        this.workers = Objects.requireNonNull(workers, "workers");
        this.acceptor = Objects.requireNonNull(acceptor, "acceptor");
        this.load = Objects.requireNonNull(load, "load");
        this.sessionRules = new SessionRules(options.maxBufferedBytes(), options.limits(), load);
    }

    @Override
    public void onRequest(HttpExchange exchange) {
        exchange.respond(HttpResponse.of(404, "text/plain", "Not Found"));
    }

    @Override
    public void onUpgrade(WebSocketUpgrade upgrade) {
        assert upgrade.loop().inLoop();
        HttpRequest request = upgrade.request();
        Cors origins = options.origins();
        if (closedBy != null) {
            upgrade.refuse(closing());
        } else if (origins != null && Origins.isForeign(origins, request)) {
            upgrade.refuse(text(403, EngineError.FORBIDDEN.message()));
        } else {
            admit(upgrade, request);
        }
    }

    private void admit(WebSocketUpgrade upgrade, HttpRequest request) {
        Visit visit = load.enter(request, options.guard() != null);
        Refusal full = visit.refusal();
        if (full != null) {
            upgrade.refuse(full.toUpgradeResponse(new ResponseHeaders(), TEXT));
            return;
        }
        upgrade.onGone(visit::end);
        Admission.ask(
                options.guard(),
                request,
                workers,
                upgrade.loop(),
                () -> {
                    visit.decided();
                    accept(upgrade, visit);
                },
                words -> {
                    visit.end();
                    upgrade.refuse(text(403, words));
                });
    }

    private static HttpResponse closing() {
        return Refusal.closing().toUpgradeResponse(new ResponseHeaders(), TEXT);
    }

    private static HttpResponse text(int status, String text) {
        return HttpResponse.of(status, TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    private void accept(WebSocketUpgrade upgrade, Visit visit) {
        if (closedBy != null) {
            visit.end();
            upgrade.refuse(closing());
            return;
        }
        HttpRequest request = upgrade.request();
        String subprotocol = chooseSubprotocol(request);
        ResponseHeaders headers = new ResponseHeaders();
        Answers.apply(options.headers(), request, headers);
        upgrade.accept(upgrade.loop(), options.maxMessageBytes(), subprotocol, headers, channel -> {
            visit.keep();
            return open(channel, request, subprotocol);
        });
    }

    private @Nullable String chooseSubprotocol(HttpRequest request) {
        if (options.subprotocols().isEmpty()) {
            return null;
        }
        Set<String> offered = new HashSet<>();
        for (String header : request.headers().all("sec-websocket-protocol")) {
            for (String name : header.split(",", -1)) {
                offered.add(name.strip());
            }
        }
        for (String spoken : options.subprotocols()) {
            if (offered.contains(spoken)) {
                return spoken;
            }
        }
        return null;
    }

    private WebSocketListener open(WebSocketChannel channel, HttpRequest request, @Nullable String subprotocol) {
        LoopSessions home = sessions.computeIfAbsent(channel.loop(), loop -> new LoopSessions(loop, options));
        PlainSession session = new PlainSession(channel, request, subprotocol, sessionRules, home.heartbeat, ended -> {
            home.remove(ended);
            clients.decrementAndGet();
            load.leave(request);
        });
        session.aging = home.ages.begin(session);
        home.add(session);
        clients.incrementAndGet();
        WebSocketListener listener = session.start(acceptor);
        CloseReason reason = closedBy;
        if (reason != null) {
            // it came in while close() went through the others
            session.close(reason);
        }
        return listener;
    }

    @Override
    public int clients() {
        return clients.get();
    }

    @Override
    public void forEach(Loop loop, Consumer<Session> action) {
        assert loop.inLoop();
        LoopSessions home = sessions.get(loop);
        if (home != null) {
            home.forEach(action);
        }
    }

    @Override
    public void refuse(CloseReason reason) {
        closedBy = Objects.requireNonNull(reason, "reason");
    }

    @Override
    public void close(CloseReason reason) {
        refuse(reason);
        sessions.forEach((loop, home) -> loop.execute(() -> home.close(reason)));
    }

    /** The sessions of one loop, and their heartbeat. Confined to the loop. */
    private static final class LoopSessions {
        final Heartbeat heartbeat;
        final Aging.Lists ages;
        private @Nullable PlainSession first;

        LoopSessions(Loop loop, PlainOptions options) {
            heartbeat = new Heartbeat(loop, options.pingInterval(), options.pingTimeout());
            ages = new Aging.Lists(loop, options.limits());
        }

        void add(PlainSession session) {
            session.after = first;
            if (first != null) {
                first.before = session;
            }
            first = session;
        }

        void remove(PlainSession session) {
            if (session.before == null) {
                first = session.after;
            } else {
                session.before.after = session.after;
            }
            if (session.after != null) {
                session.after.before = session.before;
            }
            session.before = null;
            session.after = null;
        }

        void forEach(Consumer<Session> action) {
            PlainSession session = first;
            while (session != null) {
                PlainSession next = session.after;
                action.accept(session);
                session = next;
            }
        }

        void close(CloseReason reason) {
            while (first != null) {
                first.close(reason); // which takes it out
            }
        }
    }
}
