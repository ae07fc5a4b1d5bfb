package io.maru.examples;

import io.maru.client.ClientOptions;
import io.maru.client.MaruClient;
import io.maru.client.Socket;
import io.maru.wire.Payload;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A sensor that sends its readings over a network that breaks: they wait meanwhile, and are sent until they are answered. */
public final class SteadyClient {

    record Reading(String id, double value) {}

    private SteadyClient() {}

    public static void main(String[] args) throws InterruptedException {
        Socket socket = MaruClient.connect("http://localhost:3000", SteadyClient::configure);
        watch(socket, System.out::println);
        CompletableFuture<Payload> last = report(socket, 20);
        for (int i = 0; i < 60; i++) {
            TimeUnit.SECONDS.sleep(1);
            last = report(socket, ThreadLocalRandom.current().nextDouble(15, 25));
        }
        last.join(); // they are answered in order; what is not would be dropped
        socket.close();
    }

    static ClientOptions.Builder configure(ClientOptions.Builder options) {
        return options.retries(10)
                .ackTimeout(Duration.ofSeconds(5)) // then once more
                .reconnectionDelayMax(Duration.ofSeconds(10))
                .bufferEvents(1_000); // beyond, report's answer is a BufferFullException
    }

    static CompletableFuture<Payload> report(Socket socket, double value) {
        return socket.emitWithAck("reading", new Reading(UUID.randomUUID().toString(), value));
    }

    static void watch(Socket socket, Consumer<String> log) {
        socket.onConnect(it -> log.accept("connected"));
        socket.onConnectError(error -> log.accept("not connected: " + error.getMessage()));
        socket.onDisconnect((reason, details) ->
                log.accept("disconnected: " + reason + (socket.isActive() ? ", will come back" : "")));
        socket.onError(error -> log.accept("error: " + error));
        socket.manager().onReconnectAttempt(number -> log.accept("attempt " + number));
        socket.manager().onReconnect(attempts -> log.accept("back after " + attempts));
    }
}
