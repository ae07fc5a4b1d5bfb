package io.maru.server;

import io.maru.wire.Json;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Decides whether a namespace that a client names is to exist. */
@FunctionalInterface
public interface NamespaceGuard {

    /**
     * Looks at a name. Runs on a worker and may block.
     *
     * @param name the name, with its slash
     * @param auth what the client says of itself, or null
     * @return a stage with true when the namespace is to exist; a failure counts as false
     * @throws Exception counts as false too
     */
    CompletionStage<Boolean> check(String name, @Nullable Json auth) throws Exception;
}
