package io.maru.server;

import io.maru.server.engine.CloseReason;
import java.util.concurrent.atomic.LongAdder;

/** Counts what was not delivered: nothing is lost in silence. Safe for any thread. */
final class Counters {
    final LongAdder droppedGone = new LongAdder();
    final LongAdder droppedVolatile = new LongAdder();
    final LongAdder slowConsumers = new LongAdder();
    final LongAdder refusedPackets = new LongAdder();
    final LongAdder blockedLoops = new LongAdder();
    final LongAdder idleTimeouts = new LongAdder();
    final LongAdder lifetimesOver = new LongAdder();
    final LongAdder expired = new LongAdder();
    final LongAdder overloaded = new LongAdder();
    final LongAdder overRate = new LongAdder();
    final LongAdder ratePauses = new LongAdder();
    final LongAdder refusedNamespaces = new LongAdder();
    final LongAdder refusedRooms = new LongAdder();
    final LongAdder droppedRoomEvents = new LongAdder();

    /** A connection has ended. */
    void ended(CloseReason reason) {
        switch (reason) {
            case SLOW_CONSUMER -> slowConsumers.increment();
            case IDLE_TIMEOUT -> idleTimeouts.increment();
            case LIFETIME_OVER -> lifetimesOver.increment();
            case OVERLOADED -> overloaded.increment();
            default -> {
                // nothing that a limit has brought about
            }
        }
    }
}
