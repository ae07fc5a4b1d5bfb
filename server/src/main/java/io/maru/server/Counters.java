package io.maru.server;

import java.util.concurrent.atomic.LongAdder;

/** Counts what was not delivered: nothing is lost in silence. Safe for any thread. */
final class Counters {
    final LongAdder droppedGone = new LongAdder();
    final LongAdder droppedVolatile = new LongAdder();
    final LongAdder slowConsumers = new LongAdder();
    final LongAdder refusedPackets = new LongAdder();
    final LongAdder overRate = new LongAdder();
    final LongAdder ratePauses = new LongAdder();
    final LongAdder refusedNamespaces = new LongAdder();
    final LongAdder refusedRooms = new LongAdder();
    final LongAdder droppedRoomEvents = new LongAdder();
}
