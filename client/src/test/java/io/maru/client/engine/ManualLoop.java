package io.maru.client.engine;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A loop that a test drives: nothing runs unless told to, and the clock stands still but for {@link #advance}. */
public final class ManualLoop implements Loop {

    private record Timer(long at, long order, Runnable task) {}

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::at).thenComparingLong(Timer::order));
    private long now = 1_000_000_000L;
    private long order;
    private boolean entered;

    /** Runs an action on this loop, and then what it and others have given. */
    public void turn(Runnable action) {
        entered = true;
        try {
            action.run();
        } finally {
            entered = false;
        }
        runTasks();
    }

    /** Runs the tasks that wait, and those that they give, until none is left. */
    public void runTasks() {
        Runnable task;
        while ((task = tasks.poll()) != null) {
            entered = true;
            try {
                task.run();
            } finally {
                entered = false;
            }
        }
    }

    /** Moves the clock, and runs on the way what becomes due, each at its time. */
    public void advance(Duration time) {
        runTasks();
        long until = now + time.toNanos();
        Timer timer;
        while ((timer = timers.peek()) != null && timer.at <= until) {
            timers.remove();
            now = Math.max(now, timer.at);
            turn(timer.task);
        }
        now = until;
    }

    /** The timers that wait. */
    public int timers() {
        return timers.size();
    }

    @Override
    public boolean inLoop() {
        return entered;
    }

    @Override
    public boolean execute(Runnable task) {
        tasks.add(task);
        return true;
    }

    @Override
    public Timeout schedule(long delayNanos, Runnable task) {
        Timer timer = new Timer(now + delayNanos, order++, task);
        timers.add(timer);
        return () -> timers.remove(timer);
    }

    @Override
    public long nanoTime() {
        return now;
    }
}
