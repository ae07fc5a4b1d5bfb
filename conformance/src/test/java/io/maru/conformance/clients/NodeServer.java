package io.maru.conformance.clients;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The official server on Node. */
final class NodeServer implements AutoCloseable {

    private final NodeScripts.Script script;
    private final int port;

    NodeServer(String... features) throws Exception {
        CompletableFuture<Integer> told = new CompletableFuture<>();
        script = NodeScripts.start(
                "node-server.mjs",
                line -> {
                    if (line.startsWith("{\"port\":")) {
                        told.complete(Integer.parseInt(line.replaceAll("\\D", "")));
                    }
                },
                features);
        port = told.get(90, TimeUnit.SECONDS);
    }

    int port() {
        return port;
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        script.close();
    }
}
