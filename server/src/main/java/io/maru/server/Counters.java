package io.maru.server;

import io.maru.server.ServerStats.SessionKind;
import io.maru.server.engine.CloseReason;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what was not delivered: nothing is lost in silence; and who is there. Safe for any thread. */
final class Counters {

    private final Observers observers;
    // has every cause from the beginning
    private final Map<Drop, LongAdder> drops = new EnumMap<>(Drop.class);
    private final Map<SessionKind, LongAdder> sessions = new ConcurrentHashMap<>();
    final LongAdder blockedLoops = new LongAdder();
    final LongAdder pingTimeouts = new LongAdder();
    final LongAdder connectTimeouts = new LongAdder();
    final LongAdder idleTimeouts = new LongAdder();
    final LongAdder lifetimesOver = new LongAdder();
    final LongAdder expired = new LongAdder();
    final LongAdder overloaded = new LongAdder();
    final LongAdder overRate = new LongAdder();
    final LongAdder ratePauses = new LongAdder();
    final LongAdder refusedNamespaces = new LongAdder();
    final LongAdder refusedJoins = new LongAdder();
    final LongAdder refusedQuestions = new LongAdder();
    final LongAdder readPauses = new LongAdder();
    final LongAdder droppedRoomEvents = new LongAdder();

    Counters(Observers observers) {
        this.observers = observers;
        for (Drop cause : Drop.values()) {
            drops.put(cause, new LongAdder());
        }
    }

    /** Something was not delivered, or not taken. */
    void dropped(Drop cause) {
        Objects.requireNonNull(drops.get(cause)).increment();
        if (observers.listen()) {
            observers.tell(observer -> observer.dropped(cause));
        }
    }

    Map<Drop, Long> drops() {
        Map<Drop, Long> sums = new EnumMap<>(Drop.class);
        drops.forEach((cause, count) -> sums.put(cause, count.sum()));
        return sums;
    }

    /** One more session of a kind, or one less. There are few kinds, and none comes from a client. */
    void session(String dialect, String transport, int more) {
        sessions.computeIfAbsent(new SessionKind(dialect, transport), kind -> new LongAdder())
                .add(more);
    }

    Map<SessionKind, Integer> sessions() {
        Map<SessionKind, Integer> counts = new HashMap<>();
        sessions.forEach((kind, count) -> counts.put(kind, count.intValue()));
        return counts;
    }

    /** A connection has ended. */
    void ended(CloseReason reason) {
        switch (reason) {
            case SLOW_CONSUMER -> dropped(Drop.SLOW_CONSUMER);
            case PING_TIMEOUT -> pingTimeouts.increment();
            case CONNECT_TIMEOUT -> connectTimeouts.increment();
            case IDLE_TIMEOUT -> idleTimeouts.increment();
            case LIFETIME_OVER -> lifetimesOver.increment();
            case OVERLOADED -> overloaded.increment();
            default -> {
                // nothing that a limit has brought about
            }
        }
    }
}
