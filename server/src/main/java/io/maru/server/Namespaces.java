package io.maru.server;

import io.maru.wire.Json;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The namespaces of a server by name, and the parents that make more of them. Safe for any thread. */
final class Namespaces {

    private final MaruServer server;
    private final ConcurrentHashMap<String, Namespace> byName = new ConcurrentHashMap<>();
    // guarded by this
    private final Map<String, Making> making = new HashMap<>();
    // those that have a parent
    private final AtomicInteger children = new AtomicInteger();
    private final List<ParentNamespace> parents = new CopyOnWriteArrayList<>();
    private final List<Handler<Namespace>> listeners = new CopyOnWriteArrayList<>();

    /** A namespace whose listeners are being told; no client finds it before they have been. */
    private record Making(Namespace namespace, CompletableFuture<Void> told) {}

    Namespaces(MaruServer server) {
        this.server = server;
    }

    /** The namespace of this name; it is made when there is none, as a child where a parent's pattern matches. */
    Namespace of(String name) {
        String withSlash = name.startsWith("/") ? name : "/" + name;
        Namespace existing = byName.get(withSlash);
        if (existing != null) {
            return existing;
        }
        Making made = make(withSlash, matchingParent(withSlash), Integer.MAX_VALUE);
        return Objects.requireNonNull(made, "no limit").namespace();
    }

    ParentNamespace of(@Nullable Pattern pattern, @Nullable NamespaceGuard guard) {
        ParentNamespace parent = new ParentNamespace(server, pattern, guard);
        parents.add(parent);
        return parent;
    }

    /** The name that a plain client's path stands for: browsers write other characters than those of URLs with percent signs. */
    static String nameOf(String path) {
        if (path.isEmpty()) {
            return "/";
        }
        try {
            return path.indexOf('%') < 0 ? path : URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return path;
        }
    }

    void addListener(Handler<Namespace> listener) {
        listeners.add(listener);
    }

    int size() {
        return byName.size();
    }

    Collection<Namespace> all() {
        return byName.values();
    }

    /**
     * The namespace that a client names, or null when there is none: at once when that can be said without asking the
     * application, else on a worker. It stays until {@link #left}, which must be called once for each namespace given.
     */
    void find(String name, @Nullable Json auth, Consumer<@Nullable Namespace> then) {
        Namespace existing = arrive(name);
        if (existing != null || parents.isEmpty()) {
            then.accept(existing);
            return;
        }
        List<ParentNamespace> asked = new ArrayList<>(parents);
        server.workers().execute(() -> ask(name, auth, asked.iterator(), then));
    }

    // the parents in the order in which they were added; the first that allows wins
    private void ask(
            String name, @Nullable Json auth, Iterator<ParentNamespace> rest, Consumer<@Nullable Namespace> then) {
        while (rest.hasNext()) {
            ParentNamespace parent = rest.next();
            if (parent.matches(name)) {
                arrive(name, parent, then);
                return;
            }
            NamespaceGuard guard = parent.guard();
            if (guard == null) {
                continue;
            }
            try {
                guard.check(name, auth)
                        .whenComplete((allowed, failure) -> server.workers().execute(() -> {
                            if (Boolean.TRUE.equals(allowed)) {
                                arrive(name, parent, then);
                            } else {
                                ask(name, auth, rest, then);
                            }
                        }));
                return;
            } catch (Throwable e) {
                server.report(null, e);
            }
        }
        then.accept(null);
    }

    private @Nullable ParentNamespace matchingParent(String name) {
        for (ParentNamespace parent : parents) {
            if (parent.matches(name)) {
                return parent;
            }
        }
        return null;
    }

    /**
     * Makes a namespace and tells the listeners of it, unless it is there or is being made; null when there are too many
     * children already. On a worker or a thread of the application's: listeners may block.
     */
    private @Nullable Making make(String name, @Nullable ParentNamespace parent, int maxChildren) {
        Making mine;
        synchronized (this) {
            Namespace existing = byName.get(name);
            if (existing != null) {
                return new Making(existing, CompletableFuture.completedFuture(null));
            }
            Making others = making.get(name);
            if (others != null) {
                return others;
            }
            if (parent != null && children.get() >= maxChildren) {
                server.counters().refusedNamespaces.increment();
                return null;
            }
            mine = new Making(new Namespace(server, name, parent), new CompletableFuture<>());
            making.put(name, mine);
            if (parent != null) {
                children.incrementAndGet();
                parent.add(mine.namespace());
            }
        }
        tell(mine.namespace());
        synchronized (this) {
            byName.put(name, mine.namespace());
            making.remove(name);
        }
        mine.told().complete(null);
        return mine;
    }

    private void tell(Namespace made) {
        if (!made.name().equals("/")) {
            for (Handler<Namespace> listener : listeners) {
                try {
                    listener.handle(made);
                } catch (Throwable e) {
                    server.report(null, e);
                }
            }
        }
    }

    /** Somebody comes to a namespace that exists: one that may go stays until it has been {@link #left}. */
    private @Nullable Namespace arrive(String name) {
        Namespace existing = byName.get(name);
        if (existing == null || !mayGo(existing)) {
            return existing;
        }
        return byName.computeIfPresent(name, (key, namespace) -> {
            namespace.visitors++;
            return namespace;
        });
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it
    private void arrive(String name, ParentNamespace parent, Consumer<@Nullable Namespace> then) {
        Making made = make(name, parent, server.options().limits().maxDynamicNamespaces());
        if (made == null) {
            then.accept(null);
            return;
        }
        made.told().thenRun(() -> {
            Namespace existing = arrive(name);
            if (existing != null) {
                then.accept(existing);
            } else {
                arrive(name, parent, then); // it has gone again meanwhile
            }
        });
    }

    /** A socket has left, or was not let in: an empty child goes, where the server was told so. */
    void left(Namespace namespace) {
        if (mayGo(namespace)
                && byName.computeIfPresent(namespace.name(), (key, current) -> --current.visitors == 0 ? null : current)
                        == null) {
            ParentNamespace parent = namespace.parent();
            if (parent != null) {
                children.decrementAndGet();
                parent.remove(namespace);
            }
            if (namespace.recovery() != null) {
                namespace.recovery().close();
            }
        }
    }

    private boolean mayGo(Namespace namespace) {
        return namespace.parent() != null && server.options().cleanupEmptyChildNamespaces();
    }
}
