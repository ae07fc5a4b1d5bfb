package io.maru.client.engine;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** The threads of a pool, so that their end can be waited for: a pool has ended a moment before its last thread has. */
public final class Threads implements ThreadFactory {

    private final ThreadFactory factory;
    private final Set<Thread> made = ConcurrentHashMap.newKeySet();

    /**
     * No thread yet.
     *
     * @param factory makes them
     */
    public Threads(ThreadFactory factory) {
        this.factory = factory;
    }

    @Override
    public Thread newThread(Runnable task) {
        made.removeIf(thread -> thread.getState() == Thread.State.TERMINATED);
        Thread thread = factory.newThread(task);
        made.add(thread);
        return thread;
    }

    /**
     * Whether the caller runs on one of them.
     *
     * @return true when it does
     */
    public boolean isOneOfThem() {
        return made.contains(Thread.currentThread());
    }

    /** Interrupts all of them. */
    public void interrupt() {
        made.forEach(Thread::interrupt);
    }

    /**
     * Waits for the end of all of them, but not of the caller's.
     *
     * @param millis how long at the most
     */
    public void join(long millis) {
        joinUntil(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /**
     * As {@link #join}.
     *
     * @param until until what {@link System#nanoTime} says at the most
     */
    public void joinUntil(long until) {
        for (Thread thread : made) {
            long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            if (thread == Thread.currentThread() || left <= 0) {
                continue;
            }
            try {
                thread.join(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
