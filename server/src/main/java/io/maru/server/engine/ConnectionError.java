package io.maru.server.engine;

/**
 * A request that was refused.
 *
 * @param request the request
 * @param error the kind of refusal
 * @param message what the client was told
 * @param detail more, for the operator
 */
public record ConnectionError(HttpRequest request, EngineError error, String message, String detail) {}
