package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** On what handlers run. */
class WorkersTest {

    @Test
    void areVirtualThreadsWhereTheJdkHasThem() throws Exception {
        ExecutorService workers = Workers.create();
        Thread thread = workers.submit(Thread::currentThread).get(10, TimeUnit.SECONDS);
        Workers.stop(workers, Duration.ofSeconds(5));
        assertThat(thread.isDaemon()).isTrue();
        if (Runtime.version().feature() >= 21) {
            assertThat(Thread.class.getMethod("isVirtual").invoke(thread)).isEqualTo(true);
        } else {
            assertThat(thread.getName()).startsWith("maru-worker-");
        }
    }
}
