package io.maru.server;

import io.maru.server.engine.Load;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the tasks of one connection one at a time and in order, on whatever thread the executor has. It holds nothing while there
 * is nothing to run. When many tasks wait it asks for no more, so that whoever reads from the client can stop.
 */
final class HandlerQueue implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(HandlerQueue.class);

    private final Executor executor;
    private final int maxTasks;
    private final int maxBytes;
    private final Consumer<Boolean> reading;
    // where what waits is counted, or null
    private final @Nullable Load load;

    // guarded by this
    private boolean running;
    private @Nullable Runnable first;
    private @Nullable Queue<Runnable> rest;
    private long bytes;
    private boolean full;

    /**
     * An empty queue.
     *
     * @param executor runs the tasks
     * @param maxTasks how many may wait before no more is asked for
     * @param maxBytes how many bytes they may keep before no more is asked for
     * @param reading told false when so much waits, and true when all have run; on any thread, and from two threads perhaps
     *     the wrong way round, so it has to count
     */
    HandlerQueue(Executor executor, int maxTasks, int maxBytes, Consumer<Boolean> reading) {
        this(executor, maxTasks, maxBytes, reading, null);
    }

    HandlerQueue(Executor executor, int maxTasks, int maxBytes, Consumer<Boolean> reading, @Nullable Load load) {
        this.executor = executor;
        this.maxTasks = maxTasks;
        this.maxBytes = maxBytes;
        this.reading = reading;
        this.load = load;
    }

    /** The bytes that wait. */
    synchronized long bytes() {
        return bytes;
    }

    /** Runs a task after those that were given before. From any thread. */
    void execute(Runnable task) {
        execute(task, 0);
    }

    /** As {@link #execute(Runnable)}, unless as many tasks wait as may: then the task is dropped. */
    boolean offer(Runnable task) {
        synchronized (this) {
            if (rest != null && rest.size() >= maxTasks) {
                return false;
            }
        }
        execute(task, 0);
        return true;
    }

    /** As {@link #execute(Runnable)}, for a task that keeps so many bytes until it has run. */
    void execute(Runnable task, long size) {
        boolean filled = false;
        boolean idle;
        synchronized (this) {
            idle = !running;
            if (idle) {
                running = true;
                first = task;
            } else {
                if (rest == null) {
                    rest = new ArrayDeque<>(4);
                }
                rest.add(task);
                count(size);
                filled = !full && (rest.size() >= maxTasks || bytes >= maxBytes);
                full |= filled;
            }
        }
        if (idle) {
            start();
        } else if (filled) {
            reading.accept(false);
        }
    }

    /** Runs a task when nothing waits any more, neither what was given before nor what comes meanwhile. From any thread. */
    void whenIdle(Runnable task) {
        execute(() -> {
            if (hasMore()) {
                whenIdle(task);
            } else {
                task.run();
            }
        });
    }

    private synchronized boolean hasMore() {
        return first != null || rest != null && !rest.isEmpty();
    }

    private void start() {
        try {
            executor.execute(this);
        } catch (Throwable e) {
            drop();
            throw e;
        }
    }

    /** There is no thread to be had for what waits: it is forgotten, and the next task tries again. */
    void drop() {
        boolean emptied;
        synchronized (this) {
            emptied = reset();
            first = null;
        }
        if (emptied) {
            reading.accept(true);
        }
    }

    private void count(long more) {
        bytes += more;
        if (load != null && more != 0) {
            load.queued(more);
        }
    }

    private boolean reset() {
        running = false;
        rest = null;
        count(-bytes);
        boolean emptied = full;
        full = false;
        return emptied;
    }

    /** Runs what waits; for the executor. */
    @Override
    public void run() {
        Runnable task;
        while ((task = next()) != null) {
            try {
                task.run();
            } catch (Throwable e) { // tasks report what handlers throw; this keeps the queue alive whatever they do
                log.error("a task failed", e);
            }
        }
    }

    private @Nullable Runnable next() {
        boolean emptied;
        synchronized (this) {
            Runnable task = first;
            first = null;
            if (task == null && rest != null) {
                task = rest.poll();
            }
            if (task != null) {
                return task;
            }
            emptied = reset();
        }
        if (emptied) {
            reading.accept(true);
        }
        return null;
    }
}
