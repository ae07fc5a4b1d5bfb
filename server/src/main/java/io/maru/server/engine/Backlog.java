package io.maru.server.engine;

import io.maru.wire.Encoded;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The messages that wait in a session, before its transport, while the client takes nothing: here they can still be dropped,
 * or replaced by later ones. What is kept stays in order. There is one only as long as something waits. Confined to the
 * session's loop.
 */
final class Backlog {

    /** What a message keeps beside its bytes, about: of small ones it is most of it. */
    static final int OVERHEAD = 192;

    private static final class Waiting {
        final Encoded message;

        Waiting(Encoded message) {
            this.message = message;
        }
    }

    private final SessionRules rules;
    // by key; those without one are their own
    private final Map<Object, Waiting> all = new LinkedHashMap<>();
    // the keys of those that may be dropped for later ones
    private final Set<Object> droppable = new LinkedHashSet<>();
    private long bytes;

    Backlog(SessionRules rules) {
        this.rules = rules;
    }

    /** The bytes that these messages keep; from another thread, about as many. */
    long bytes() {
        return bytes;
    }

    /**
     * Takes a message, in place of others where it may.
     *
     * @param held the bytes that wait in the transport
     * @return false when there is no room for it
     */
    boolean add(Encoded message, @Nullable Object key, Overflow overflow, long held) {
        if (key != null && remove(key) != null) {
            rules.load().coalesced.increment();
        }
        while (isFull(held) && overflow != Overflow.DROP_NEWEST && dropOldest()) {
            rules.load().droppedOldest.increment();
        }
        if (isFull(held)) {
            return false;
        }
        Waiting waiting = new Waiting(message);
        Object id = key == null ? waiting : key;
        all.put(id, waiting);
        if (overflow == Overflow.DROP_OLDEST) {
            droppable.add(id);
        }
        count(message, 1);
        return true;
    }

    private boolean isFull(long held) {
        return held + bytes > rules.maxBufferedBytes()
                || all.size() >= rules.limits().maxBufferedMessages();
    }

    private boolean dropOldest() {
        Iterator<Object> oldest = droppable.iterator();
        return oldest.hasNext() && remove(oldest.next()) != null;
    }

    /** Takes the oldest message out, or null when none is left. */
    @Nullable Encoded poll() {
        Iterator<Object> oldest = all.keySet().iterator();
        Waiting first = oldest.hasNext() ? remove(oldest.next()) : null;
        return first == null ? null : first.message;
    }

    private @Nullable Waiting remove(Object id) {
        Waiting removed = all.remove(id);
        if (removed != null) {
            droppable.remove(id);
            count(removed.message, -1);
        }
        return removed;
    }

    private void count(Encoded message, int sign) {
        long size = sign * (long) (message.length() + OVERHEAD);
        bytes += size;
        rules.load().queued(size);
    }
}
