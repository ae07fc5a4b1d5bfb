package io.maru.client;

import io.maru.client.engine.Loop;
import io.maru.client.engine.Threads;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of a client that run the application's code: some for handlers, others that complete futures, so that a handler may
 * wait for an answer, even when all others do the same, and others again that ask who it is, as handlers may wait for that. They
 * begin when they are needed, end after a second without work, and let the JVM end.
 */
final class ClientThreads {

    private static final int COMPLETERS = 2;
    private static final int AUTHS = 4;

    private final Threads ofHandlers = named("maru-client-handler");
    private final Threads ofFutures = named("maru-client-future");
    private final Threads ofAuths = named("maru-client-auth");
    private final ThreadPoolExecutor handlers;
    private final ThreadPoolExecutor futures;
    private final ThreadPoolExecutor auths;

    ClientThreads(int handlerThreads) {
        handlers = pool(ofHandlers, handlerThreads);
        futures = pool(ofFutures, COMPLETERS);
        auths = pool(ofAuths, AUTHS);
    }

    // what waits is bounded by the connections, the questions and the sockets, each of which asks who it is once at a
    // time
    private static ThreadPoolExecutor pool(Threads threads, int size) {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(size, size, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static Threads named(String name) {
        AtomicInteger number = new AtomicInteger();
        return new Threads(task -> {
            Thread thread = new Thread(task, name + "-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        });
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
            } catch (Throwable e) { // nobody else can: the client is closed, or there is no thread
                task.run();
            }
        };
    }

    /** Where the application is asked who it is. */
    Executor auth(ClientOptions options, Loop loop) {
        return chosen(options, loop, auths);
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
        return ofHandlers.isOneOfThem() || ofFutures.isOneOfThem() || ofAuths.isOneOfThem();
    }

    /** Ends them behind what they have to run; waits for it unless told to wait for no time. */
    void close(long waitMillis) {
        handlers.shutdown();
        futures.shutdown();
        auths.shutdownNow(); // nobody needs to know any more
        if (waitMillis > 0) {
            long patience = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
            ofHandlers.joinUntil(patience);
            ofFutures.joinUntil(patience);
            handlers.shutdownNow(); // interrupts what does not end
            ofFutures.interrupt(); // and goes on with the futures behind it
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
            ofHandlers.joinUntil(end);
            ofFutures.joinUntil(end);
            ofAuths.joinUntil(end);
        }
    }
}
