package io.maru.examples;

import io.maru.server.MaruServer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Takes each reading once, though {@link SteadyClient} may send one again when the answer was lost. */
public final class ReadingsServer {

    record Reading(String id, double value) {}

    private ReadingsServer() {}

    public static void main(String[] args) {
        MaruServer server = MaruServer.create(options -> options.port(3000));
        install(server, reading -> System.out.println(reading.id() + ": " + reading.value()));
        server.start();
    }

    static void install(MaruServer server, Consumer<Reading> store) {
        Set<String> stored = ConcurrentHashMap.newKeySet(); // a real one lets its database refuse the second
        server.onConnection(socket -> socket.on("reading", Reading.class, (reading, ack) -> {
            if (stored.add(reading.id())) {
                store.accept(reading);
            }
            ack.send(); // without it the client sends it again
        }));
    }
}
