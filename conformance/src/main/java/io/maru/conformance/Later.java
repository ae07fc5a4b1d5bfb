package io.maru.conformance;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens later. */
final class Later {

    private static final Logger log = LoggerFactory.getLogger(Later.class);

    private Later() {}

    /** Does something with what is to come. When nothing comes, for the client is gone or silent, nothing is done. */
    @SuppressWarnings("FutureReturnValueIgnored") // it never fails
    static <T> void when(CompletionStage<T> stage, Consumer<T> action) {
        stage.thenAccept(action).exceptionally(failure -> {
            log.debug("nothing came", failure);
            return null;
        });
    }

    /** Completes after a time. */
    static CompletableFuture<Void> after(Duration time) {
        return CompletableFuture.runAsync(
                () -> {}, CompletableFuture.delayedExecutor(time.toMillis(), TimeUnit.MILLISECONDS));
    }
}
