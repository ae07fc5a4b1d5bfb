package io.maru.server.engine;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a handshake is let in, before a session exists. Asked once for a session, never for the requests that
 * follow.
 */
@FunctionalInterface
public interface HandshakeGuard {

    /**
     * Looks at a handshake.
     *
     * @param request the request; runs on a worker and may block
     * @return null to let it in at once, or a stage: its completion lets the handshake in, its failure refuses it
     * @throws RefusedException to refuse with a message for the client
     * @throws Exception to refuse without one
     */
    @Nullable CompletionStage<?> check(HttpRequest request) throws Exception;
}
