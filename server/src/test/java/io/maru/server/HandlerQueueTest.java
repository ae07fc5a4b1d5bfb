package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** One task after the other, whatever they do. */
class HandlerQueueTest {

    private final List<Runnable> threads = new ArrayList<>();
    private final List<Object> seen = new ArrayList<>();
    private boolean exhausted;
    private final HandlerQueue queue = new HandlerQueue(this::start, 2, 100, seen::add);

    private void start(Runnable thread) {
        if (exhausted) {
            throw new RejectedExecutionException("no thread");
        }
        threads.add(thread);
    }

    private void runAll() {
        while (!threads.isEmpty()) {
            threads.remove(0).run();
        }
    }

    @Test
    void knowsWhenNothingWaitsAnyMore() {
        queue.execute(() -> {
            seen.add("a");
            queue.whenIdle(() -> seen.add("idle"));
            queue.execute(() -> {
                seen.add("b");
                queue.execute(() -> seen.add("c"));
            });
        });
        runAll();
        queue.whenIdle(() -> seen.add("idle again"));
        runAll();
        assertThat(seen).filteredOn(String.class::isInstance).containsExactly("a", "b", "c", "idle", "idle again");
    }

    @Test
    void runsInOrderOnOneThreadAtATime() {
        queue.execute(() -> {
            seen.add("a");
            queue.execute(() -> seen.add("c"));
        });
        queue.execute(() -> seen.add("b"));
        assertThat(threads).hasSize(1);
        runAll();
        queue.execute(() -> seen.add("d"));
        runAll();
        assertThat(seen).filteredOn(String.class::isInstance).containsExactly("a", "b", "c", "d");
    }

    @Test
    void asksForNoMoreWhileManyWait() {
        for (int i = 0; i < 5; i++) {
            int task = i;
            queue.execute(() -> seen.add(task));
        }
        runAll();
        assertThat(seen).containsExactly(false, 0, 1, 2, 3, 4, true);
    }

    @Test
    void asksForNoMoreWhileWhatWaitsIsLarge() {
        queue.execute(() -> seen.add(0), 1000);
        queue.execute(() -> seen.add(1), 100);
        assertThat(seen).containsExactly(false);
        runAll();
        queue.execute(() -> seen.add(2), 1000);
        queue.execute(() -> seen.add(3), 99);
        runAll();
        assertThat(seen).containsExactly(false, 0, 1, true, 2, 3);
    }

    @Test
    void goesOnAfterATaskThatThrows() {
        queue.execute(() -> {
            throw new AssertionError("on purpose");
        });
        queue.execute(() -> seen.add("next"));
        runAll();
        assertThat(seen).containsExactly("next");
    }

    @Test
    void triesAgainWhenThereWasNoThread() {
        exhausted = true;
        assertThatThrownBy(() -> queue.execute(() -> seen.add("lost"))).isInstanceOf(RejectedExecutionException.class);
        exhausted = false;
        queue.execute(() -> seen.add("next"));
        runAll();
        assertThat(seen).containsExactly("next");
    }
}
