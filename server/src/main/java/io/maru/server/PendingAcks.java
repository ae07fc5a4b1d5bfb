package io.maru.server;

import io.maru.wire.Payload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answers that one socket still owes. Confined to its loop. Everything in it goes with the socket, so an answer can
 * neither be awaited for ever nor be given for another.
 */
final class PendingAcks {

    /** Somebody who waits for the answer of one socket. Told once, on the socket's loop. */
    interface Waiting {
        /** The answer has come. */
        void answered(Payload answer);

        /** It will not come. */
        void failed(Throwable cause);
    }

    private @Nullable Map<Long, Waiting> byId;
    // written on the loop, read by anybody
    private volatile int size;

    int size() {
        return size;
    }

    void add(long id, Waiting waiting) {
        if (byId == null) {
            byId = new HashMap<>(4);
        }
        byId.put(id, waiting);
        size = byId.size();
    }

    /** Who waits for this answer, and no longer; or null for an id that is unknown, or was answered before. */
    @Nullable Waiting remove(long id) {
        if (byId == null) {
            return null;
        }
        Waiting waiting = byId.remove(id);
        size = byId.size();
        return waiting;
    }

    void failAll(Throwable cause) {
        if (byId != null) {
            List<Waiting> all = new ArrayList<>(byId.values());
            byId = null;
            size = 0;
            all.forEach(waiting -> waiting.failed(cause));
        }
    }
}
