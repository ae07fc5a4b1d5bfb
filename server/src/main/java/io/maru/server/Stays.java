package io.maru.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * In which rooms a socket is and was, by the numbers of the events that were sent meanwhile: what it has missed is judged by
 * the rooms that it was in when it was sent. Guarded by whoever holds it.
 */
final class Stays {

    /** How many stays that are over are known. */
    private static final int MAX_PAST = 32;

    /** It was in a room behind one event, and up to another. */
    private record Past(String room, long since, long until) {}

    // by room, the last number before it was joined
    private final Map<String, Long> since;
    private @Nullable Deque<Past> past;
    private long forgotten;

    /** In no room so far. */
    Stays() {
        since = new HashMap<>(2);
    }

    private Stays(Stays other) {
        since = new HashMap<>(other.since);
        past = other.past == null ? null : new ArrayDeque<>(other.past);
        forgotten = other.forgotten;
    }

    Stays copy() {
        return new Stays(this);
    }

    boolean contains(String room) {
        return since.containsKey(room);
    }

    /** The rooms that it is in. */
    Set<String> rooms() {
        return since.keySet();
    }

    void join(String room, long last) {
        since.putIfAbsent(room, last);
    }

    void leave(String room, long last) {
        Long joined = since.remove(room);
        if (joined == null || joined == last) {
            return;
        }
        if (past == null) {
            past = new ArrayDeque<>(2);
        } else if (past.size() == MAX_PAST) {
            forgotten = past.remove().until;
        }
        past.add(new Past(room, joined, last));
    }

    /** The last event for which it is not known any more which rooms it was in. */
    long forgotten() {
        return forgotten;
    }

    /** How many stays that are over are known. */
    int pastSize() {
        return past == null ? 0 : past.size();
    }

    /** Whether it was in one of some rooms when an event was sent. */
    boolean wasIn(Set<String> rooms, long number) {
        if (rooms.isEmpty()) {
            return false;
        }
        for (Map.Entry<String, Long> stay : since.entrySet()) {
            if (stay.getValue() < number && rooms.contains(stay.getKey())) {
                return true;
            }
        }
        if (past != null) {
            for (Past stay : past) {
                if (stay.since < number && number <= stay.until && rooms.contains(stay.room)) {
                    return true;
                }
            }
        }
        return false;
    }
}
