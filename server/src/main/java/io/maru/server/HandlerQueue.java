package io.maru.server;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tasks of one socket one at a time and in order, on whatever thread the executor has. A queue exists only while
 * there is something to run. When many tasks wait it asks for no more, so that whoever reads from the client can stop.
 */
final class HandlerQueue {

    private final Executor executor;
    private final int limit;
    private final Consumer<Boolean> reading;

    // guarded by this; null while nothing runs
    private @Nullable Queue<Runnable> waiting;
    private boolean full;

    /**
     * An empty queue.
     *
     * @param executor runs the tasks
     * @param limit how many may wait before no more is asked for
     * @param reading told false when so many wait, and true when all have run; on any thread
     */
    HandlerQueue(Executor executor, int limit, Consumer<Boolean> reading) {
        this.executor = executor;
        this.limit = limit;
        this.reading = reading;
    }

    /** Runs a task after those that were given before. From any thread. Tasks do not throw. */
    void execute(Runnable task) {
        boolean filled;
        synchronized (this) {
            if (waiting == null) {
                waiting = new ArrayDeque<>(4);
                filled = false;
            } else {
                waiting.add(task);
                filled = !full && waiting.size() >= limit;
                full |= filled;
                if (!filled) {
                    return;
                }
            }
        }
        if (filled) {
            reading.accept(false);
        } else {
            executor.execute(() -> run(task));
        }
    }

    private void run(Runnable first) {
        Runnable task = first;
        while (task != null) {
            task.run();
            boolean emptied = false;
            synchronized (this) {
                task = waiting == null ? null : waiting.poll();
                if (task == null) {
                    waiting = null;
                    emptied = full;
                    full = false;
                }
            }
            if (emptied) {
                reading.accept(true);
            }
        }
    }
}
