package io.maru.server.engine;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the application whether a handshake is let in. */
final class Admission {

    private static final Logger log = LoggerFactory.getLogger(Admission.class);

    private Admission() {}

    /**
     * Asks a guard on a worker; one of the two is then called on the loop. Without a guard, the first is called at once.
     *
     * @param refused takes the words for the client
     */
    static void ask(
            @Nullable HandshakeGuard guard,
            HttpRequest request,
            Executor workers,
            Loop loop,
            Runnable admitted,
            Consumer<String> refused) {
        if (guard == null) {
            admitted.run();
            return;
        }
        Consumer<@Nullable Throwable> decided =
                failure -> loop.execute(failure == null ? admitted : () -> refused.accept(words(failure)));
        try {
            workers.execute(() -> ask(guard, request, decided));
        } catch (RejectedExecutionException e) {
            decided.accept(e);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the stage that is made reports nothing of its own
    private static void ask(HandshakeGuard guard, HttpRequest request, Consumer<@Nullable Throwable> decided) {
        CompletionStage<?> stage;
        try {
            stage = guard.check(request);
        } catch (Throwable e) {
            // an Error too refuses: the client must not wait for ever
            decided.accept(e);
            return;
        }
        if (stage == null) {
            decided.accept(null);
        } else {
            stage.whenComplete((value, failure) -> decided.accept(failure));
        }
    }

    private static String words(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RefusedException refused) {
            return refused.text();
        }
        if (cause instanceof RuntimeException || cause instanceof Error) {
            // no trace: who connects could fill the log with them
            log.warn("A handshake guard failed with {}", cause.getClass().getName());
        }
        log.debug("A handshake was refused", cause);
        return EngineError.FORBIDDEN.message();
    }
}
