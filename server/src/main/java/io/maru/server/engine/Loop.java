package io.maru.server.engine;

/**
 * The thread that owns a session: everything of the session that changes is touched there only. A server has a fixed
 * number of them.
 */
public interface Loop {

    /**
     * Which of the server's loops this is.
     *
     * @return a number from 0
     */
    int index();

    /**
     * Whether the caller runs on this loop.
     *
     * @return true when it does
     */
    boolean inLoop();

    /**
     * Runs a task on this loop, after those that were given before. May be called from any thread, also from the loop
     * itself: the task then runs later.
     *
     * @param task must not block
     * @return false when the loop has ended: the task is dropped
     */
    boolean execute(Runnable task);

    /**
     * Runs a task on this loop: at once when the caller is on it, else after those that were given before. What one thread
     * runs in this way runs in that order. A caller that is on no loop may be made to wait for a moment, when it and others
     * give tasks faster than the loop runs them.
     *
     * @param task must not block
     * @return false when the loop has ended: the task is dropped
     */
    default boolean run(Runnable task) {
        if (inLoop()) {
            task.run();
            return true;
        }
        return execute(task);
    }

    /**
     * Runs a task on this loop, later, also when the caller is on it; after those that were given before. Never waits: who
     * gives many calls {@link #awaitTurn()} where it may wait.
     *
     * @param task must not block
     * @return false when the loop has ended: the task is dropped
     */
    default boolean post(Runnable task) {
        return execute(task);
    }

    /** Waits for a moment when the loop has been given tasks faster than it runs them; not on a loop. */
    default void awaitTurn() {}

    /**
     * Runs a task on this loop after some time.
     *
     * @param delayNanos how long, in nanoseconds
     * @param task must not block
     * @return cancels it
     */
    Timeout schedule(long delayNanos, Runnable task);

    /**
     * The clock of this loop.
     *
     * @return nanoseconds since some moment
     */
    long nanoTime();

    /** A task that waits for its time. */
    interface Timeout {
        /** Forgets the task, unless it has begun. */
        void cancel();
    }
}
