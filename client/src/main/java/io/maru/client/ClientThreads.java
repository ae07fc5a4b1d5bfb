package io.maru.client;

import io.maru.client.engine.Loop;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of a client that run the application's code: some for handlers, and others that complete futures, so that a handler
 * may wait for an answer, even when all others do the same. They begin when they are needed, end after a second without work, and
 * let the JVM end.
 */
final class ClientThreads {

    private static final int COMPLETERS = 2;

    private final ThreadPoolExecutor handlers;
    private final ThreadPoolExecutor futures;

    ClientThreads(int handlerThreads) {
        handlers = pool("maru-client-handler", handlerThreads);
        futures = pool("maru-client-future", COMPLETERS);
    }

    /** A thread of a client. */
    private static final class Worker extends Thread {
        private final ClientThreads owner;

        Worker(ClientThreads owner, Runnable task, String name) {
            super(task, name);
            this.owner = owner;
            setDaemon(true);
        }
    }

    // what waits is bounded by the connections and the questions, each of which has a limit
    private ThreadPoolExecutor pool(String name, int threads) {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = task -> new Worker(this, task, name + "-" + number.getAndIncrement());
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(threads, threads, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Where the handlers of a connection run. */
    Executor handlers(ClientOptions options, Loop loop) {
        return chosen(options, loop, handlers);
    }

    /** Where futures are completed. */
    Executor futures(ClientOptions options, Loop loop) {
        Executor chosen = chosen(options, loop, futures);
        return task -> {
            try {
                chosen.execute(task);
            } catch (RejectedExecutionException e) {
                task.run(); // the client is closed: nobody is left to wait for
            }
        };
    }

    private static Executor chosen(ClientOptions options, Loop loop, Executor otherwise) {
        if (options.handlersOnEventLoop) {
            return task -> {
                if (!loop.execute(task)) {
                    throw new RejectedExecutionException("the client is closed");
                }
            };
        }
        return options.executor == null ? otherwise : options.executor;
    }

    /** Whether the caller is one of them. */
    boolean isOneOfThem() {
        return Thread.currentThread() instanceof Worker worker && worker.owner == this;
    }

    /** Ends them behind what they have to run; waits for it unless told to wait for no time. */
    void close(long waitMillis) {
        handlers.shutdown();
        futures.shutdown();
        if (waitMillis > 0) {
            try {
                if (!handlers.awaitTermination(waitMillis, TimeUnit.MILLISECONDS)) {
                    handlers.shutdownNow();
                    handlers.awaitTermination(waitMillis, TimeUnit.MILLISECONDS);
                }
                futures.awaitTermination(waitMillis, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
