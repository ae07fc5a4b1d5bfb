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
 * for no more, so that whoever reads from the server can stop until half of them are left. Safe for any thread.
 */
final class HandlerQueue implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(HandlerQueue.class);

    private record Task(Runnable run, long bytes) {}

    // so much more may wait while a handler may need what comes behind it
    private static final int PATIENCE = 16;

    // others need the thread, too
    private static final int TURN = 100;

    private final Executor executor;
    private final int maxTasks;
    private final long maxBytes;
    private final Consumer<Boolean> reading;

    // guarded by this
    private final Queue<Task> tasks = new ArrayDeque<>(4);
    private boolean running;
    private long bytes;
    private boolean full;
    private boolean patient;

    /**
     * An empty queue.
     *
     * @param executor runs the tasks
     * @param maxTasks how many may wait before no more is asked for
     * @param maxBytes how many bytes they may keep before no more is asked for
     * @param reading told false when so much waits, and true when half of it has run; on any thread, and from two threads perhaps
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
        boolean changed;
        boolean idle;
        synchronized (this) {
            tasks.add(new Task(task, size));
            bytes += size;
            idle = !running;
            running = true;
            changed = weigh();
        }
        if (changed) {
            reading.accept(false);
        }
        if (idle) {
            start();
        }
    }

    /** Sixteen times as much may wait, or not any more. */
    void setPatient(boolean on) {
        boolean changed;
        boolean now;
        synchronized (this) {
            patient = on;
            changed = weigh();
            now = !full;
        }
        if (changed) {
            reading.accept(now);
        }
    }

    // true when it is full now and was not, or the other way round
    private boolean weigh() {
        long most = patient ? PATIENCE : 1;
        boolean before = full;
        if (full) {
            full = tasks.size() > most * maxTasks / 2 || bytes > most * maxBytes / 2;
        } else {
            full = tasks.size() >= most * maxTasks || bytes >= most * maxBytes;
        }
        return full != before;
    }

    private void start() {
        try {
            executor.execute(this);
        } catch (Throwable e) {
            // nobody can: the client is closed, there is no thread, or the application's executor takes no more
            log.warn("handlers cannot run: {}", e.toString());
            if (forget()) {
                reading.accept(true);
            }
        }
    }

    private synchronized boolean forget() {
        tasks.clear();
        running = false;
        bytes = 0;
        return weigh();
    }

    /** Runs what waits; for the executor. */
    @Override
    public void run() {
        while (runTurn()) {
            try {
                executor.execute(this);
                return;
            } catch (Throwable e) { // it takes no more, as of a client that closes, but this thread is here
                log.debug("handlers go on where they are: {}", e.toString());
            }
        }
    }

    /** False when nothing waits any more. */
    private boolean runTurn() {
        for (int i = 0; i < TURN; i++) {
            Task task = next();
            if (task == null) {
                return false;
            }
            try {
                task.run.run();
            } catch (Throwable e) { // tasks report what handlers throw; this keeps the queue alive whatever they do
                log.error("a task failed", e);
            }
        }
        return true;
    }

    private @Nullable Task next() {
        Task task;
        boolean changed;
        synchronized (this) {
            task = tasks.poll();
            running = task != null;
            bytes -= task == null ? 0 : task.bytes;
            changed = weigh();
        }
        if (changed) {
            reading.accept(true);
        }
        return task;
    }
}
