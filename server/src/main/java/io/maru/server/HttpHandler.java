package io.maru.server;

import io.maru.server.engine.HttpRequest;
import io.maru.server.engine.HttpResponse;

/** Answers HTTP requests of the application's own, on the port of the server. */
@FunctionalInterface
public interface HttpHandler {

    /**
     * Answers a request. Runs on a worker and may block.
     *
     * @param request the request; its body is not read
     * @return the answer
     * @throws Exception is reported; the client gets a 500
     */
    HttpResponse handle(HttpRequest request) throws Exception;
}
