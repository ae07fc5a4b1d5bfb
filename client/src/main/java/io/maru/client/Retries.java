package io.maru.client;

import io.maru.client.engine.Loop;
import io.maru.wire.Payload;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Events that are sent until they are answered: one at a time, each at most once more often than there are retries, again also after
 * the connection has come back. Confined to its loop.
 */
final class Retries {

    private static final class Entry {
        final Emission emission;
        int tries;
        boolean inFlight;

        Entry(Emission emission) {
            this.emission = emission;
        }
    }

    private final Sending sending;
    private final Loop loop;
    private final int retries;
    private final Queue<Entry> entries = new ArrayDeque<>();
    private boolean draining;

    Retries(Sending sending, Loop loop, int retries) {
        this.sending = sending;
        this.loop = loop;
        this.retries = retries;
    }

    void add(Emission emission) {
        entries.add(new Entry(emission));
        drain();
    }

    /** Takes out the oldest that is not on its way; null when there is none. */
    @Nullable Emission removeOldest() {
        Iterator<Entry> all = entries.iterator();
        while (all.hasNext()) {
            Entry entry = all.next();
            if (!entry.inFlight) {
                all.remove();
                return entry.emission;
            }
        }
        return null;
    }

    /** Sends the first, unless it is on its way; those that are refused at once make place for the next. */
    void drain() {
        if (draining) {
            return;
        }
        draining = true;
        try {
            Entry first;
            while ((first = entries.peek()) != null && !first.inFlight && sending.canWrite()) {
                Question asker = first.emission.question();
                if (asker != null && asker.isOver()) { // the caller has given up
                    leave(first);
                    sending.release(first.emission);
                } else {
                    send(first);
                }
            }
        } finally {
            draining = false;
        }
    }

    private void send(Entry first) {
        first.inFlight = true;
        first.tries++;
        Question attempt = new Question(new Question.Asker() {
            @Override
            public void answered(Payload answer) {
                if (leave(first)) {
                    sending.release(first.emission);
                    if (first.emission.question() != null) {
                        first.emission.question().answer(answer);
                    }
                }
                drain();
            }

            @Override
            public void failed(Throwable cause) {
                first.inFlight = false;
                if ((first.tries > retries || cause instanceof BufferFullException) && leave(first)) {
                    sending.drop(first.emission, cause);
                }
                drain();
            }
        });
        attempt.startTimer(loop, first.emission.timeout());
        sending.submit(
                new Emission(first.emission.event(), first.emission.args(), attempt, first.emission.timeout(), 0));
    }

    private boolean leave(Entry first) {
        if (entries.peek() != first) {
            return false;
        }
        entries.remove();
        return true;
    }

    void close() {
        ArrayList<Entry> all = new ArrayList<>(entries);
        entries.clear();
        all.forEach(entry -> sending.drop(entry.emission, new DisconnectedException()));
    }
}
