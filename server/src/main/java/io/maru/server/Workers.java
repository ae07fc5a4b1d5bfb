package io.maru.server;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The threads that handlers run on: virtual ones where the JDK has them, else a pool that grows and shrinks. */
final class Workers {

    private Workers() {}

    static ExecutorService create() {
        ExecutorService virtual = virtualThreads();
        if (virtual != null) {
            return virtual;
        }
        AtomicInteger number = new AtomicInteger();
        return Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "maru-worker-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Lets what was given run, for some time; then interrupts it. */
    static void stop(ExecutorService workers, Duration grace) {
        workers.shutdown();
        try {
            if (workers.awaitTermination(grace.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        workers.shutdownNow();
    }

    // the library is compiled for 17, which has none
    private static @Nullable ExecutorService virtualThreads() {
        try {
            Method method = Executors.class.getMethod("newVirtualThreadPerTaskExecutor");
            return (ExecutorService) method.invoke(null);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }
}
