package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.server.engine.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** What a turn of a loop has for workers. */
class HandlerThreadsTest {

    /** A loop that is always here, and whose turn ends when the test says so. */
    private static final class FakeLoop implements Loop {
        final List<Runnable> tasks = new ArrayList<>();

        void endTurn() {
            while (!tasks.isEmpty()) {
                tasks.remove(0).run();
            }
        }

        @Override
        public int index() {
            return 0;
        }

        @Override
        public boolean inLoop() {
            return true;
        }

        @Override
        public boolean execute(Runnable task) {
            return tasks.add(task);
        }

        @Override
        public Timeout schedule(long delayNanos, Runnable task) {
            throw new AssertionError("nothing here waits");
        }

        @Override
        public long nanoTime() {
            return 0;
        }
    }

    private final FakeLoop loop = new FakeLoop();
    private final List<Runnable> workers = new ArrayList<>();
    private final List<String> done = new ArrayList<>();
    private boolean shutDown;
    private final HandlerThreads threads = new HandlerThreads.OnWorkers(loop, this::start);

    private void start(Runnable worker) {
        if (shutDown) {
            throw new RejectedExecutionException("shut down");
        }
        workers.add(worker);
    }

    @Test
    void areWokenOnceATurnAndStartEachOther() {
        for (String name : List.of("a", "b", "c")) {
            threads.execute(() -> done.add(name));
        }
        assertThat(workers).isEmpty();
        loop.endTurn();
        assertThat(workers).hasSize(1);
        workers.remove(0).run();
        assertThat(workers).hasSize(2);
        assertThat(done).containsExactly("a");
        workers.forEach(Runnable::run);
        assertThat(done).containsExactly("a", "b", "c");
    }

    // it came before the shutdown, so it is finished
    @Test
    void doWhatTheyHaveTakenThoughNoOtherCanBeStartedAnyMore() {
        threads.execute(() -> done.add("a"));
        threads.execute(() -> done.add("b"));
        loop.endTurn();
        shutDown = true;
        workers.remove(0).run();
        assertThat(done).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void leaveAQueueUsableWhenThereIsNone() {
        HandlerQueue queue = new HandlerQueue(threads, 10, 100, reading -> {});
        shutDown = true;
        queue.execute(() -> done.add("lost"));
        loop.endTurn();
        shutDown = false;
        queue.execute(() -> done.add("kept"));
        loop.endTurn();
        workers.remove(0).run();
        assertThat(done).containsExactly("kept");
    }
}
