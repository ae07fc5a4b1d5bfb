package io.maru.server.engine;

import java.util.concurrent.atomic.LongAdder;

/**
 * What all endpoints of one server share: what waits in their sessions, and what was dropped there. Safe for any thread.
 */
public final class Load {

    final LongAdder droppedNewest = new LongAdder();
    final LongAdder droppedOldest = new LongAdder();
    final LongAdder coalesced = new LongAdder();
    private final LongAdder queued = new LongAdder();

    /** Nothing yet. */
    public Load() {}

    /**
     * The figures of a moment.
     *
     * @param droppedNewest messages that were dropped when they were sent
     * @param droppedOldest messages that were dropped for later ones
     * @param coalesced messages that a later one of the same key has replaced
     * @param queuedBytes bytes that wait in sessions and for handlers, without what the network holds
     */
    public record Stats(long droppedNewest, long droppedOldest, long coalesced, long queuedBytes) {}

    /**
     * The figures.
     *
     * @return those of this moment
     */
    public Stats stats() {
        return new Stats(droppedNewest.sum(), droppedOldest.sum(), coalesced.sum(), queuedBytes());
    }

    /**
     * Counts bytes that wait, or wait no longer.
     *
     * @param more how many more; below zero for fewer
     */
    public void queued(long more) {
        queued.add(more);
    }

    /**
     * The bytes that wait.
     *
     * @return as they were counted
     */
    public long queuedBytes() {
        return queued.sum();
    }
}
