package io.maru.server;

import io.maru.server.engine.HttpEndpoint;
import io.maru.server.engine.HttpExchange;
import io.maru.server.engine.HttpResponse;
import io.maru.server.engine.WebSocketUpgrade;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Lets the application answer the requests of some paths, on workers. */
final class ApplicationEndpoint implements HttpEndpoint {

    private final HttpHandler handler;
    private final Executor workers;
    private final Consumer<Throwable> errors;

    ApplicationEndpoint(HttpHandler handler, Executor workers, Consumer<Throwable> errors) {
        this.handler = handler;
        this.workers = workers;
        this.errors = errors;
    }

    @Override
    public void onRequest(HttpExchange exchange) {
        workers.execute(() -> exchange.respond(answer(exchange)));
    }

    @Override
    public void onUpgrade(WebSocketUpgrade upgrade) {
        upgrade.refuse(HttpResponse.of(404, "text/plain", "Not Found"));
    }

    private HttpResponse answer(HttpExchange exchange) {
        try {
            return Objects.requireNonNull(handler.handle(exchange.request()), "response");
        } catch (Throwable e) {
            errors.accept(e);
            return HttpResponse.of(500, "text/plain", "Internal Server Error");
        }
    }
}
