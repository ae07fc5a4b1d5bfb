package io.maru.server;

import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Event listeners by name, and those for every event. Safe for any thread.
 *
 * <p>They lie in one array, and are looked for one after the other: a socket has a few, and there are a million sockets.
 */
final class Listeners {

    /**
     * A listener.
     *
     * @param event the name of its event, or null when it is for every event
     * @param run what is run
     * @param given the handler that the user gave, by which it is found again
     * @param once whether it is run once
     */
    record Listener(@Nullable String event, Handler<Event> run, Object given, boolean once) {}

    private static final Listener[] NONE = {};

    // replaced under the lock of this, never changed; those for every event come first
    private volatile Listener[] all = NONE;

    synchronized void add(Listener listener) {
        all = insert(all.length, listener);
    }

    synchronized void addAny(Listener listener, boolean first) {
        int any = 0;
        while (any < all.length && all[any].event == null) {
            any++;
        }
        all = insert(first ? 0 : any, listener);
    }

    synchronized void remove(String event, @Nullable Object given) {
        remove(listener -> event.equals(listener.event), given);
    }

    synchronized void removeAny(@Nullable Object given) {
        remove(listener -> listener.event == null, given);
    }

    /** The listeners of every event, then those of this one. Those for once are not in here any more. */
    Listener[] take(String event) {
        Listener[] listeners = all;
        int count = 0;
        boolean once = false;
        for (Listener listener : listeners) {
            if (isFor(listener, event)) {
                count++;
                once |= listener.once;
            }
        }
        return once ? takeOnce(event) : count == 0 ? NONE : select(listeners, count, event);
    }

    private synchronized Listener[] takeOnce(String event) {
        Listener[] listeners = all;
        int count = (int) Arrays.stream(listeners)
                .filter(listener -> isFor(listener, event))
                .count();
        all = Arrays.stream(listeners)
                .filter(listener -> !listener.once || !isFor(listener, event))
                .toArray(Listener[]::new);
        return select(listeners, count, event);
    }

    private static boolean isFor(Listener listener, String event) {
        return listener.event == null || listener.event.equals(event);
    }

    private static Listener[] select(Listener[] listeners, int count, String event) {
        Listener[] selected = new Listener[count];
        int i = 0;
        for (Listener listener : listeners) {
            if (isFor(listener, event)) {
                selected[i++] = listener;
            }
        }
        return selected;
    }

    static Listener[] join(Listener[] a, Listener[] b) {
        Listener[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private Listener[] insert(int at, Listener listener) {
        Listener[] more = Arrays.copyOf(all, all.length + 1);
        System.arraycopy(all, at, more, at + 1, all.length - at);
        more[at] = listener;
        return more;
    }

    /** Removes the last of some that was given a handler, or all of them. */
    private void remove(Predicate<Listener> which, @Nullable Object given) {
        if (given == null) {
            all = Arrays.stream(all).filter(which.negate()).toArray(Listener[]::new);
            return;
        }
        for (int i = all.length - 1; i >= 0; i--) {
            if (which.test(all[i]) && all[i].given == given) {
                Listener[] left = new Listener[all.length - 1];
                System.arraycopy(all, 0, left, 0, i);
                System.arraycopy(all, i + 1, left, i, left.length - i);
                all = left;
                return;
            }
        }
    }
}
