package io.maru.client;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Event listeners by name, and those for every event. Safe for any thread. */
final class Listeners {

    /**
     * A listener.
     *
     * @param event the name of its event, or null when it is for every event
     * @param run what is run
     * @param given the handler that the user gave, by which it is found again
     * @param once whether it is run once
     */
    record Listener(@Nullable String event, Handler<Event> run, Object given, boolean once) {
        boolean isFor(String name) {
            return event == null || event.equals(name);
        }
    }

    // replaced under the lock of this, never changed; those for every event come first
    private volatile List<Listener> all = List.of();

    synchronized void add(Listener listener) {
        insert(all.size(), listener);
    }

    synchronized void addAny(Listener listener, boolean first) {
        int any = 0;
        while (any < all.size() && all.get(any).event == null) {
            any++;
        }
        insert(first ? 0 : any, listener);
    }

    private void insert(int at, Listener listener) {
        List<Listener> more = new ArrayList<>(all);
        more.add(at, listener);
        all = List.copyOf(more);
    }

    /** Removes the last of an event that was given a handler, or all of the event; a null event is every event. */
    synchronized void remove(@Nullable String event, @Nullable Object given) {
        List<Listener> left = new ArrayList<>(all);
        for (int i = left.size() - 1; i >= 0; i--) {
            Listener listener = left.get(i);
            boolean same = event == null ? listener.event == null : event.equals(listener.event);
            if (same && (given == null || listener.given == given)) {
                left.remove(i);
                if (given != null) {
                    break;
                }
            }
        }
        all = List.copyOf(left);
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /** The listeners of every event, then those of this one. Those for once are not in here any more. */
    List<Listener> take(String event) {
        List<Listener> now = all;
        boolean once = false;
        List<Listener> taken = new ArrayList<>();
        for (Listener listener : now) {
            if (listener.isFor(event)) {
                taken.add(listener);
                once |= listener.once;
            }
        }
        return once ? takeOnce(event) : taken;
    }

    private synchronized List<Listener> takeOnce(String event) {
        List<Listener> taken = all.stream().filter(it -> it.isFor(event)).toList();
        all = all.stream().filter(it -> !it.once || !it.isFor(event)).toList();
        return taken;
    }
}
