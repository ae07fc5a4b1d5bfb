package io.maru.server;

import io.maru.wire.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The namespaces of a server by name, and the parents that make more of them. Safe for any thread. */
final class Namespaces {

    private final MaruServer server;
    private final ConcurrentHashMap<String, Namespace> byName = new ConcurrentHashMap<>();
    // guarded by this: those whose listeners are being told; nobody else finds them before
    private final Map<String, Namespace> making = new HashMap<>();
    private final List<ParentNamespace> parents = new CopyOnWriteArrayList<>();
    private final List<Handler<Namespace>> listeners = new CopyOnWriteArrayList<>();

    Namespaces(MaruServer server) {
        this.server = server;
    }

    /** The namespace of this name; it is made when there is none, as a child where a parent's pattern matches. */
    Namespace of(String name) {
        String withSlash = name.startsWith("/") ? name : "/" + name;
        Namespace existing = byName.get(withSlash);
        return existing != null ? existing : create(withSlash, matchingParent(withSlash));
    }

    ParentNamespace of(@Nullable Pattern pattern, @Nullable NamespaceGuard guard) {
        ParentNamespace parent = new ParentNamespace(server, pattern, guard);
        parents.add(parent);
        return parent;
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
                then.accept(arrive(name, parent));
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
                                then.accept(arrive(name, parent));
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

    // on a worker or a thread of the application's: listeners may block
    private synchronized Namespace create(String name, @Nullable ParentNamespace parent) {
        Namespace existing = byName.get(name);
        if (existing == null) {
            existing = making.get(name);
        }
        if (existing != null) {
            return existing;
        }
        Namespace created = new Namespace(server, Objects.requireNonNull(name, "name"), parent);
        making.put(name, created);
        if (parent != null) {
            parent.add(created);
        }
        if (!name.equals("/")) {
            for (Handler<Namespace> listener : listeners) {
                try {
                    listener.handle(created);
                } catch (Throwable e) {
                    server.report(null, e);
                }
            }
        }
        byName.put(name, created);
        making.remove(name);
        return created;
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

    private Namespace arrive(String name, ParentNamespace parent) {
        while (true) {
            create(name, parent);
            Namespace existing = arrive(name);
            if (existing != null) {
                return existing;
            }
        }
    }

    /** A socket has left, or was not let in: an empty child goes, where the server was told so. */
    void left(Namespace namespace) {
        if (mayGo(namespace)
                && byName.computeIfPresent(namespace.name(), (key, current) -> --current.visitors == 0 ? null : current)
                        == null) {
            ParentNamespace parent = namespace.parent();
            if (parent != null) {
                parent.remove(namespace);
            }
            if (namespace.recovery() != null) {
                namespace.recovery().clear();
            }
        }
    }

    private boolean mayGo(Namespace namespace) {
        return namespace.parent() != null && server.options().cleanupEmptyChildNamespaces();
    }
}
