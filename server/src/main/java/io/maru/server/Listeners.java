package io.maru.server;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Event listeners by name, and those for every event. Safe for any thread. */
final class Listeners {

    /** What is run for an event, and the handler that the user gave, by which it is found again. */
    record Listener(Handler<Event> run, Object given, boolean once) {}

    private static final Listener[] NONE = {};

    // guarded by this; arrays are replaced, never changed
    private final Map<String, Listener[]> byName = new HashMap<>(8);
    private Listener[] any = NONE;

    synchronized void add(String name, Listener listener) {
        byName.merge(name, new Listener[] {listener}, Listeners::join);
    }

    synchronized void addAny(Listener listener, boolean first) {
        Listener[] one = {listener};
        any = first ? join(one, any) : join(any, one);
    }

    synchronized void remove(String name, @Nullable Object given) {
        if (given == null) {
            byName.remove(name);
        } else {
            byName.computeIfPresent(name, (key, listeners) -> {
                Listener[] left = without(listeners, given);
                return left.length == 0 ? null : left;
            });
        }
    }

    synchronized void removeAny(@Nullable Object given) {
        any = given == null ? NONE : without(any, given);
    }

    /** The listeners of every event, then those of this one. Those for once are not in here any more. */
    synchronized Listener[] take(String name) {
        Listener[] named = byName.get(name);
        if (named == null) {
            return any;
        }
        for (Listener listener : named) {
            if (listener.once()) {
                remove(name, listener.given());
            }
        }
        return any.length == 0 ? named : join(any, named);
    }

    private static Listener[] join(Listener[] a, Listener[] b) {
        Listener[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    /** Without the last listener that was given this handler. */
    private static Listener[] without(Listener[] listeners, Object given) {
        for (int i = listeners.length - 1; i >= 0; i--) {
            if (listeners[i].given() == given) {
                Listener[] left = new Listener[listeners.length - 1];
                System.arraycopy(listeners, 0, left, 0, i);
                System.arraycopy(listeners, i + 1, left, i, left.length - i);
                return left;
            }
        }
        return listeners;
    }
}
