package io.maru.app;

import io.maru.metrics.MaruMetrics;
import io.maru.server.HttpHandler;
import io.maru.server.MaruServer;
import io.maru.server.ServerOptions;
import io.maru.server.engine.HttpRequest;
import io.maru.server.engine.HttpResponse;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** What the server and its JVM do, in the text format of Prometheus. */
final class Metrics implements HttpHandler {

    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    Metrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    /** Observes the server that these options make. */
    void observe(ServerOptions.Builder options) {
        MaruMetrics.bind(options, registry);
    }

    /** Answers at a path of a server. */
    void serve(MaruServer server) {
        server.http("/metrics", this);
    }

    @Override
    public HttpResponse handle(HttpRequest request) {
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            return HttpResponse.of(405, "text/plain", "Method Not Allowed");
        }
        HttpResponse answer = HttpResponse.of(200, TEXT, registry.scrape());
        answer.headers().add("Cache-Control", "no-store");
        return answer;
    }
}
