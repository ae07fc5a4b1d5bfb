package io.maru.server;

import io.maru.server.engine.CloseReason;
import io.maru.server.engine.Loop;
import io.maru.server.engine.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Watches over what a server keeps for all of its clients: while it is too much nobody is let in, and when it stays so those
 * for whom most is kept are sent away, on every loop. Confined to the first loop, but for what it does on the others.
 */
final class Overload {

    private static final long INTERVAL = Duration.ofMillis(250).toNanos();

    /** Checks for which it may be too much before somebody is sent away. */
    private static final int PATIENCE = 4;

    /** Checks until what was kept for those who were sent away has gone: their connections are cut after two seconds. */
    private static final int PAUSE = 10;

    /** For whom less is kept is not sent away. */
    private static final int LITTLE = 16 * 1024;

    private record Kept(Session session, long bytes) {}

    private final MaruServer server;
    private final BiConsumer<Loop, Consumer<Session>> sessions;
    private final long max;
    private int patience = PATIENCE;

    /**
     * Watches from {@link #start} on.
     *
     * @param sessions visits all sessions of a loop
     */
    Overload(MaruServer server, BiConsumer<Loop, Consumer<Session>> sessions) {
        this.server = server;
        this.sessions = sessions;
        this.max = server.options().limits().maxQueuedBytes();
    }

    void start() {
        if (max < Long.MAX_VALUE) {
            later();
        }
    }

    private void later() {
        server.loops().get(0).schedule(INTERVAL, this::check);
    }

    private void check() {
        long excess = server.queuedBytes() - max;
        server.load().overloaded(excess > 0);
        if (excess <= 0) {
            patience = PATIENCE;
        } else if (--patience < 0) {
            patience = PAUSE;
            List<Loop> loops = server.loops();
            long share = excess / loops.size() + 1;
            loops.forEach(loop -> loop.execute(() -> shed(loop, share)));
        }
        later();
    }

    private void shed(Loop loop, long share) {
        List<Kept> most = new ArrayList<>();
        sessions.accept(loop, session -> {
            long bytes = session.keptBytes();
            if (bytes > LITTLE) {
                most.add(new Kept(session, bytes));
            }
        });
        most.sort(Comparator.comparingLong(Kept::bytes).reversed());
        long left = share;
        for (Kept kept : most) {
            if (left <= 0) {
                return;
            }
            left -= kept.bytes();
            kept.session().close(CloseReason.OVERLOADED);
        }
    }
}
