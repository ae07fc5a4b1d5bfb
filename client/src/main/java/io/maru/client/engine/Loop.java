package io.maru.client.engine;

/** The thread that owns a connection: everything of it that changes is touched there only. */
public interface Loop {

    /** Something that is due later. */
    @FunctionalInterface
    interface Timeout {
        /** Lets it not run, if it has not yet. On the loop. */
        void cancel();
    }

    /**
     * Whether the caller runs on this loop.
     *
     * @return true when it does
     */
    boolean inLoop();

    /**
     * Runs a task on this loop, after those that were given before, also when the caller is on it.
     *
     * @param task must not block
     * @return false when the loop has ended: the task is dropped
     */
    boolean execute(Runnable task);

    /**
     * Runs a task on this loop: at once when the caller is on it, else after those that were given before.
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
     * Runs a task on this loop after a time. On the loop.
     *
     * @param delayNanos the time
     * @param task must not block
     * @return takes it back
     */
    Timeout schedule(long delayNanos, Runnable task);

    /**
     * The loop's clock.
     *
     * @return nanoseconds since some moment
     */
    long nanoTime();
}
