package io.maru.server;

import io.maru.server.engine.HttpEndpoint;
import io.maru.server.engine.HttpExchange;
import io.maru.server.engine.HttpResponse;
import io.maru.server.engine.ResponseHeaders;
import io.maru.server.engine.WebSocketUpgrade;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Lets the application answer the requests of some paths, on workers. */
final class ApplicationEndpoint implements HttpEndpoint {

    private final HttpHandler handler;
    private final Executor workers;
    private final Consumer<Throwable> errors;
    private final BooleanSupplier leaving;

    /**
     * Answers of a handler.
     *
     * @param leaving whether the next request of a connection is for another server: it is then closed
     */
    ApplicationEndpoint(HttpHandler handler, Executor workers, Consumer<Throwable> errors, BooleanSupplier leaving) {
        this.handler = handler;
        this.workers = workers;
        this.errors = errors;
        this.leaving = leaving;
    }

    @Override
    public void onRequest(HttpExchange exchange) {
        workers.execute(() -> {
            HttpResponse answer = answer(exchange);
            exchange.respond(leaving.getAsBoolean() ? last(answer) : answer);
        });
    }

    @Override
    public void onUpgrade(WebSocketUpgrade upgrade) {
        upgrade.refuse(HttpResponse.of(404, "text/plain", "Not Found"));
    }

    // a copy: the handler may give one answer to many
    private static HttpResponse last(HttpResponse answer) {
        ResponseHeaders headers = new ResponseHeaders();
        answer.headers().entries().forEach(entry -> headers.add(entry.getKey(), entry.getValue()));
        return new HttpResponse(answer.status(), headers.set("Connection", "close"), answer.body());
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
