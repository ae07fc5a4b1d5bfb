package io.maru.server;

import io.maru.server.engine.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the handlers of one loop's sockets run: on the loop, or on workers. Takes tasks from any thread. */
abstract class HandlerThreads implements Executor {

    final Loop loop;

    private HandlerThreads(Loop loop) {
        this.loop = loop;
    }

    /**
     * The loop begins or ends to go over members: handlers, which could change who they are, wait meanwhile. On the loop.
     */
    void walking(boolean on) {}

    /** At once when that is possible, else a little later. */
    static final class OnLoop extends HandlerThreads {
        private boolean walking;
        // odd while a handler runs; written on the loop only, read by the watch
        private final AtomicLong mark = new AtomicLong();
        private volatile @Nullable Thread thread;

        OnLoop(Loop loop) {
            super(loop);
        }

        @Override
        void walking(boolean on) {
            walking = on;
        }

        @Override
        public void execute(Runnable task) {
            if (loop.inLoop() && !walking) {
                run(task);
            } else {
                loop.execute(() -> run(task));
            }
        }

        private void run(Runnable task) {
            long before = mark.getPlain();
            if (isBusy(before)) {
                task.run(); // a handler has made another one run
                return;
            }
            if (thread == null) {
                thread = Thread.currentThread();
            }
            mark.setOpaque(before + 1);
            try {
                task.run();
            } finally {
                mark.setOpaque(before + 2);
            }
        }

        /** Tells one run of a handler from all others. */
        long mark() {
            return mark.getOpaque();
        }

        static boolean isBusy(long mark) {
            return (mark & 1) != 0;
        }

        /** The loop's thread, or null while no handler has run. */
        @Nullable Thread thread() {
            return thread;
        }
    }

    /**
     * On a worker for each task. What one turn of the loop has for them is handed over at its end, to one worker that starts
     * the others: a thread that sleeps is woken once a turn, not once a message.
     */
    static final class OnWorkers extends HandlerThreads {
        private static final Logger log = LoggerFactory.getLogger(HandlerThreads.class);

        private final Executor workers;
        // of this turn; touched on the loop
        private List<Runnable> turn = new ArrayList<>();

        OnWorkers(Loop loop, Executor workers) {
            super(loop);
            this.workers = workers;
        }

        @Override
        public void execute(Runnable task) {
            if (!loop.inLoop()) {
                workers.execute(task);
                return;
            }
            turn.add(task);
            if (turn.size() == 1) {
                loop.execute(this::handOver);
            }
        }

        private void handOver() {
            List<Runnable> tasks = turn;
            turn = new ArrayList<>(tasks.size());
            try {
                workers.execute(tasks.size() == 1 ? tasks.get(0) : () -> startAll(tasks));
            } catch (RejectedExecutionException e) {
                tasks.forEach(OnWorkers::drop); // the server has stopped
            } catch (Throwable e) {
                tasks.forEach(OnWorkers::drop);
                log.error("there is no thread for what {} clients have sent: it is dropped", tasks.size(), e);
            }
        }

        private void startAll(List<Runnable> tasks) {
            for (int i = 1; i < tasks.size(); i++) {
                Runnable task = tasks.get(i);
                try {
                    workers.execute(task);
                } catch (RejectedExecutionException e) {
                    task.run(); // the server stops meanwhile: what it has taken is done all the same
                } catch (Throwable e) {
                    log.warn("there is no thread for another worker: this one works on", e);
                    task.run();
                }
            }
            tasks.get(0).run();
        }

        private static void drop(Runnable task) {
            if (task instanceof HandlerQueue queue) {
                queue.drop();
            }
        }
    }
}
