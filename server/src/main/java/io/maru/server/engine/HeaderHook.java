package io.maru.server.engine;

/** Adds headers to an answer. */
@FunctionalInterface
public interface HeaderHook {

    /**
     * Called before the answer is written, on the loop; must not block.
     *
     * @param request what is answered
     * @param headers takes more headers
     */
    void apply(HttpRequest request, ResponseHeaders headers);
}
