package io.maru.server.engine;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A loop that a test drives: nothing runs unless told to, and the clock stands still but for {@link #advance} and {@link
 * #stall}. Several of them on one thread are told apart: a thread is in the loop whose task it runs. Tasks may be given from
 * any thread; everything else is for the thread of the test.
 */
public final class ManualLoop implements Loop {

    private static final ThreadLocal<@Nullable ManualLoop> CURRENT = new ThreadLocal<>();

    private record Timer(long at, long order, Runnable task) {}

    private final int index;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::at).thenComparingLong(Timer::order));
    private long now = 1_000_000_000L;
    private long order;

    /** A loop with index 0. */
    public ManualLoop() {
        this(0);
    }

    /** A loop with this index. */
    public ManualLoop(int index) {
        this.index = index;
    }

    /** Runs an action on this loop, and nothing else: the turn is not over. */
    public void enter(Runnable action) {
        ManualLoop before = CURRENT.get();
        CURRENT.set(this);
        try {
            action.run();
        } finally {
            CURRENT.set(before);
        }
    }

    /** Runs an action on this loop and then what it and others have given: a whole turn. */
    public void turn(Runnable action) {
        enter(action);
        runTasks();
    }

    /** Runs the tasks that wait, and those that they give, until none is left. */
    public void runTasks() {
        Runnable task;
        while ((task = tasks.poll()) != null) {
            enter(task);
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

    /** The loop stands still for a time; afterwards its tasks run before its timers, each timer late. */
    public void stall(Duration time) {
        now += time.toNanos();
        runTasks();
        advance(Duration.ZERO);
    }

    /** The tasks that wait. */
    public int tasks() {
        return tasks.size();
    }

    /** The timers that wait. */
    public int timers() {
        return timers.size();
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public boolean inLoop() {
        return CURRENT.get() == this;
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

    @Override
    public String toString() {
        return "ManualLoop " + index;
    }
}
