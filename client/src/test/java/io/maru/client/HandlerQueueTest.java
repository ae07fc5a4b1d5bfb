package io.maru.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Tasks of one connection: their order, whose turn it is, and when no more is asked for. */
class HandlerQueueTest {

    private final Queue<Runnable> given = new ArrayDeque<>();
    private final List<String> ran = new ArrayList<>();
    private final List<Boolean> reading = new ArrayList<>();

    private HandlerQueue queue(Executor executor, int maxTasks, long maxBytes) {
        return new HandlerQueue(executor, maxTasks, maxBytes, reading::add);
    }

    private void runGiven() {
        Runnable task;
        while ((task = given.poll()) != null) {
            task.run();
        }
    }

    @Test
    void keepsTheThreadFromOthersForAHundredTasksAtMost() {
        HandlerQueue busy = queue(given::add, 1000, 1000);
        HandlerQueue other = queue(given::add, 1000, 1000);
        for (int i = 0; i < 250; i++) {
            busy.execute(() -> ran.add("busy"));
        }
        other.execute(() -> ran.add("other"));
        runGiven();
        assertThat(ran).hasSize(251);
        assertThat(ran.indexOf("other")).isEqualTo(100);
        assertThat(reading).isEmpty();
    }

    @Test
    void asksForMoreWhenHalfHasRun() {
        HandlerQueue queue = queue(given::add, 10, 1000);
        for (int i = 0; i < 12; i++) {
            queue.execute(() -> ran.add(ran.size() + " " + reading));
        }
        assertThat(reading).containsExactly(false);
        runGiven();
        assertThat(reading).containsExactly(false, true);
        assertThat(ran.get(5)).endsWith("[false]");
        assertThat(ran.get(6)).endsWith("[false, true]");
    }

    @Test
    void countsBytes() {
        HandlerQueue queue = queue(given::add, 1000, 100);
        queue.execute(() -> {}, 60);
        assertThat(reading).isEmpty();
        queue.execute(() -> {}, 60);
        assertThat(reading).containsExactly(false);
        queue.setPatient(true);
        assertThat(reading).containsExactly(false, true);
        queue.execute(() -> {}, 1_480);
        assertThat(reading).containsExactly(false, true, false);
        runGiven();
        assertThat(reading).containsExactly(false, true, false, true);
    }

    @Test
    void asksForMoreWhenNobodyRunsTasksAnyMore() {
        HandlerQueue queue = queue(
                task -> {
                    throw new RejectedExecutionException();
                },
                1,
                1000);
        queue.execute(() -> ran.add("never"));
        assertThat(reading).containsExactly(false, true);
        assertThat(ran).isEmpty();
    }

    @Test
    void goesOnWhereItIsWhenTheExecutorTakesNoMore() {
        HandlerQueue queue = queue(
                task -> {
                    if (!given.isEmpty() || !ran.isEmpty()) {
                        throw new RejectedExecutionException();
                    }
                    given.add(task);
                },
                1000,
                1000);
        for (int i = 0; i < 250; i++) {
            queue.execute(() -> ran.add("task"));
        }
        runGiven();
        assertThat(ran).hasSize(250);
    }

    @Test
    void staysAliveWhenThereIsNoThread() {
        boolean[] failing = {true};
        HandlerQueue queue = queue(
                task -> {
                    if (failing[0]) {
                        throw new InternalError("no thread");
                    }
                    given.add(task);
                },
                1000,
                1000);
        queue.execute(() -> ran.add("never"));
        failing[0] = false;
        queue.execute(() -> ran.add("now"));
        runGiven();
        assertThat(ran).containsExactly("now");
    }
}
