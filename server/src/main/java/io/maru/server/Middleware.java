package io.maru.server;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Stands before something and lets it through or not: before a socket that asks to enter a namespace, or before each
 * event of a socket. Several run in the order in which they were added; the first refusal is the last.
 *
 * @param <T> what is let through
 */
@FunctionalInterface
public interface Middleware<T> {

    /**
     * Looks at it. Runs as a {@link Handler} does.
     *
     * @param value what asks to be let through
     * @return null to let it through at once, or a stage: its completion lets it through, its failure refuses it
     * @throws ConnectRefusedException to refuse with a message for the client
     * @throws Exception to refuse it
     */
    @Nullable CompletionStage<?> check(T value) throws Exception;
}
