package io.maru.client;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the tasks of one connection one at a time and in order, on whatever thread the executor has. When many tasks wait it asks
 * for no more, so that whoever reads from the server can stop. Safe for any thread.
 */
final class HandlerQueue implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(HandlerQueue.class);

    private record Task(Runnable run, long bytes) {}

    private final Executor executor;
    private final int maxTasks;
    private final long maxBytes;
    private final Consumer<Boolean> reading;

    // guarded by this
    private final Queue<Task> tasks = new ArrayDeque<>(4);
    private boolean running;
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
    HandlerQueue(Executor executor, int maxTasks, long maxBytes, Consumer<Boolean> reading) {
        this.executor = executor;
        this.maxTasks = maxTasks;
        this.maxBytes = maxBytes;
        this.reading = reading;
    }

    /** Runs a task after those that were given before. From any thread. */
    void execute(Runnable task) {
        execute(task, 0);
    }

    /** As {@link #execute(Runnable)}, for a task that keeps so many bytes until it has run. */
    void execute(Runnable task, long size) {
        boolean filled;
        boolean idle;
        synchronized (this) {
            tasks.add(new Task(task, size));
            bytes += size;
            idle = !running;
            running = true;
            filled = !full && (tasks.size() >= maxTasks || bytes >= maxBytes);
            full |= filled;
        }
        if (filled) {
            reading.accept(false);
        }
        if (idle) {
            start();
        }
    }

    private void start() {
        try {
            executor.execute(this);
        } catch (RuntimeException e) {
            // the client is closed, or the application's executor takes no more: what waits is forgotten
            log.warn("handlers cannot run: {}", e.toString());
            if (reset()) {
                reading.accept(true);
            }
        }
    }

    private synchronized boolean reset() {
        tasks.clear();
        running = false;
        bytes = 0;
        boolean emptied = full;
        full = false;
        return emptied;
    }

    /** Runs what waits; for the executor. */
    @Override
    public void run() {
        Task task;
        while ((task = next()) != null) {
            try {
                task.run.run();
            } catch (Throwable e) { // tasks report what handlers throw; this keeps the queue alive whatever they do
                log.error("a task failed", e);
            }
        }
    }

    private @Nullable Task next() {
        boolean emptied;
        synchronized (this) {
            Task task = tasks.poll();
            if (task != null) {
                bytes -= task.bytes;
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
