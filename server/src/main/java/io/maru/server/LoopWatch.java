package io.maru.server;

import io.maru.wire.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks now and then whether a handler holds its event loop for too long, and says so with the handler's stack. A thread of
 * its own, since a loop that is held can tell nobody. Handlers pay two writes to memory each for it, and no clock.
 */
final class LoopWatch implements Runnable {

    /** Whom it is told. */
    interface Blocked {
        /**
         * A handler holds a loop; told once for each.
         *
         * @param loop the loop's number
         * @param nanos how long it has been seen
         * @param stack what the loop's thread is doing
         */
        void onBlocked(int loop, long nanos, StackTraceElement[] stack);
    }

    private static final Logger log = LoggerFactory.getLogger(MaruServer.class);
    private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long LONGEST_NAP_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final List<HandlerThreads.OnLoop> loops;
    private final long limitNanos;
    private final BooleanSupplier over;
    private final Blocked listener;
    // of its own thread
    private final Sight[] sights;
    private boolean logged;
    private long lastLog;
    private int untold;

    /** What was seen of a loop. */
    private static final class Sight {
        long mark;
        long since;
        boolean told;
    }

    LoopWatch(List<HandlerThreads.OnLoop> loops, Duration limit, BooleanSupplier over, Blocked listener) {
        this.loops = loops;
        this.limitNanos = Clock.nanos(limit);
        this.over = over;
        this.listener = listener;
        this.sights = new Sight[loops.size()];
        for (int i = 0; i < sights.length; i++) {
            sights[i] = new Sight();
        }
    }

    /** Begins, where handlers run on loops; ends by itself. */
    static void start(List<HandlerThreads> threads, Duration limit, BooleanSupplier over, Blocked listener) {
        List<HandlerThreads.OnLoop> loops = threads.stream()
                .filter(HandlerThreads.OnLoop.class::isInstance)
                .map(HandlerThreads.OnLoop.class::cast)
                .toList();
        if (!loops.isEmpty()) {
            Thread thread = new Thread(new LoopWatch(loops, limit, over, listener), "maru-watchdog");
            thread.setDaemon(true);
            thread.start();
        }
    }

    @Override
    public void run() {
        long nap = Math.max(TimeUnit.MILLISECONDS.toNanos(1), Math.min(limitNanos / 2, LONGEST_NAP_NANOS));
        long before = System.nanoTime();
        while (!over.getAsBoolean()) {
            try {
                TimeUnit.NANOSECONDS.sleep(nap);
            } catch (InterruptedException e) {
                return;
            }
            long now = System.nanoTime();
            // who slept much longer than it wanted to was not alone: the machine stood still, or a collection ran
            look(now, now - before > nap + limitNanos / 2);
            before = now;
        }
    }

    /** Looks at each loop. */
    void look(long now, boolean afresh) {
        for (int i = 0; i < sights.length; i++) {
            HandlerThreads.OnLoop loop = loops.get(i);
            Sight sight = sights[i];
            long mark = loop.mark();
            if (afresh || mark != sight.mark) {
                sight.mark = mark;
                sight.since = now;
                sight.told = false;
            } else if (HandlerThreads.OnLoop.isBusy(mark) && !sight.told && now - sight.since >= limitNanos) {
                tell(loop, sight, now);
            }
        }
    }

    private void tell(HandlerThreads.OnLoop loop, Sight sight, long now) {
        Thread thread = loop.thread();
        StackTraceElement @Nullable [] stack = thread == null ? null : thread.getStackTrace();
        if (stack == null || loop.mark() != sight.mark) {
            return; // it has ended meanwhile: the stack may be another's
        }
        sight.told = true;
        long nanos = now - sight.since;
        listener.onBlocked(loop.loop.index(), nanos, stack);
        if (logged && now - lastLog < LOG_NANOS) {
            untold++;
            return;
        }
        Throwable where = new Throwable("what it is doing");
        where.setStackTrace(stack);
        log.warn(
                "a handler has held {} for {} ms, and all of its clients wait ({} more of these since the last warning)",
                loop.loop,
                TimeUnit.NANOSECONDS.toMillis(nanos),
                untold,
                where);
        logged = true;
        lastLog = now;
        untold = 0;
    }
}
