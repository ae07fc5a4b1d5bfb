package io.maru.conformance.clients;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Manager;
import io.socket.client.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** One connection of the official Java client, with an HTTP client of its own. */
final class JavaClient implements AutoCloseable {

    private static final int SECONDS_TO_WAIT = 30;

    private final Manager manager;
    private final List<Socket> sockets = new ArrayList<>();

    JavaClient(String url, Way way) {
        Dispatcher dispatcher = new Dispatcher();
        dispatcher.setMaxRequestsPerHost(64);
        // a POST that is sent again by itself would be heard twice
        OkHttpClient http = new OkHttpClient.Builder()
                .dispatcher(dispatcher)
                .retryOnConnectionFailure(false)
                .build();
        IO.Options options = new IO.Options();
        options.transports = way.transports();
        options.callFactory = http;
        options.webSocketFactory = http;
        options.reconnectionDelay = 20;
        options.reconnectionDelayMax = 100;
        manager = new Manager(URI.create(url), options);
    }

    /** A socket of a namespace, not connected yet. */
    Talk socket(String namespace, Map<String, String> auth) {
        IO.Options options = new IO.Options();
        options.auth = auth;
        Socket socket = manager.socket(namespace, options);
        sockets.add(socket);
        return new Talk(socket);
    }

    /** A socket that has entered a namespace. */
    Talk enter(String namespace) {
        Talk talk = socket(namespace, Map.of());
        talk.connect();
        return talk;
    }

    @Override
    public void close() {
        manager.reconnection(false);
        sockets.forEach(Socket::disconnect);
    }

    /** What is said and heard over one socket. */
    static final class Talk {

        private final Socket socket;
        private final BlockingQueue<Object[]> connects;

        Talk(Socket socket) {
            this.socket = socket;
            this.connects = hear(Socket.EVENT_CONNECT);
        }

        Socket socket() {
            return socket;
        }

        String id() {
            return socket.id();
        }

        void connect() {
            socket.connect();
            awaitConnect();
        }

        void awaitConnect() {
            next(connects);
        }

        /** All that comes of an event from now on. */
        BlockingQueue<Object[]> hear(String event) {
            BlockingQueue<Object[]> heard = new LinkedBlockingQueue<>();
            socket.on(event, heard::add);
            return heard;
        }

        /** Sends an event and waits for what it is answered. */
        Object[] ask(String event, @Nullable Object... args) {
            CompletableFuture<Object[]> answer = new CompletableFuture<>();
            socket.emit(event, args, (Ack) answer::complete);
            try {
                return answer.get(SECONDS_TO_WAIT, SECONDS);
            } catch (TimeoutException | ExecutionException e) {
                throw new AssertionError("no answer to " + event + Arrays.toString(args), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        static Object[] next(BlockingQueue<Object[]> heard) {
            try {
                Object[] args = heard.poll(SECONDS_TO_WAIT, SECONDS);
                assertThat(args).as("arguments of an event").isNotNull();
                return args;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }
}
