package io.maru.server.netty;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.maru.server.engine.HttpEndpoint;
import io.maru.server.engine.HttpExchange;
import io.maru.server.engine.HttpRequest;
import io.maru.server.engine.Loop;
import io.maru.server.engine.ResponseHeaders;
import io.maru.server.engine.WebSocketChannel;
import io.maru.server.engine.WebSocketListener;
import io.maru.server.engine.WebSocketUpgrade;
import io.netty.channel.uring.IoUring;
import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.Arguments;

/** A server on a free port, whose endpoints a test sets path by path. */
final class TestServer implements AutoCloseable {

    /** Every transport with one loop and with three. */
    static Stream<Arguments> networks() {
        return transports().flatMap(transport -> Stream.of(Arguments.of(transport, 1), Arguments.of(transport, 3)));
    }

    static Stream<NetworkOptions.Transport> transports() {
        Stream<NetworkOptions.Transport> always =
                Stream.of(NetworkOptions.Transport.NIO, NetworkOptions.Transport.EPOLL);
        // a container can forbid it
        return IoUring.isAvailable() ? Stream.concat(always, Stream.of(NetworkOptions.Transport.IO_URING)) : always;
    }

    private final Map<String, HttpEndpoint> endpoints = new ConcurrentHashMap<>();
    final List<HttpRequest> requests = new CopyOnWriteArrayList<>();
    final NettyServer server;
    final int port;

    @SuppressWarnings("NullAway") // does not see the router's type in a class file
    TestServer(NetworkOptions options) {
        server = new NettyServer(options, this::endpoint);
        port = server.start().join();
    }

    private @Nullable HttpEndpoint endpoint(HttpRequest request) {
        requests.add(request);
        return endpoints.get(request.path());
    }

    TestServer http(String path, Consumer<HttpExchange> onRequest) {
        endpoints.put(path, new HttpEndpoint() {
            @Override
            public void onRequest(HttpExchange exchange) {
                onRequest.accept(exchange);
            }

            @Override
            public void onUpgrade(WebSocketUpgrade upgrade) {
                throw new AssertionError("no upgrade expected");
            }
        });
        return this;
    }

    TestServer upgrade(String path, Consumer<WebSocketUpgrade> onUpgrade) {
        endpoints.put(path, new HttpEndpoint() {
            @Override
            public void onRequest(HttpExchange exchange) {
                throw new AssertionError("no request expected");
            }

            @Override
            public void onUpgrade(WebSocketUpgrade upgrade) {
                onUpgrade.accept(upgrade);
            }
        });
        return this;
    }

    /** WebSockets with messages of up to {@code max} bytes, on the loop that they come by. */
    TestServer webSocket(String path, int max, Function<WebSocketChannel, WebSocketListener> opened) {
        return upgrade(path, it -> it.accept(it.loop(), max, null, new ResponseHeaders(), opened));
    }

    Loop loop(int index) {
        return server.loops().get(index);
    }

    RawClient connect() throws IOException {
        return new RawClient(port);
    }

    RawClient connectWebSocket(String path) throws IOException {
        return RawClient.webSocket(port, path);
    }

    @Override
    public void close() {
        server.stop(Duration.ofSeconds(5)).orTimeout(10, TimeUnit.SECONDS).join();
    }

    /** Writes down what it hears. */
    static class Recorder implements WebSocketListener {
        final WebSocketChannel channel;
        final BlockingQueue<String> events = new LinkedBlockingQueue<>();

        Recorder(WebSocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public void onText(byte[] utf8) {
            events.add("text " + new String(utf8, UTF_8));
        }

        @Override
        public void onBinary(byte[] data) {
            events.add("binary " + HexFormat.of().formatHex(data));
        }

        @Override
        public void onPong(byte[] data) {
            events.add("pong " + HexFormat.of().formatHex(data));
        }

        @Override
        public void onPing(byte[] data) {
            events.add("ping " + HexFormat.of().formatHex(data));
        }

        @Override
        public void onWritable() {
            events.add("writable");
        }

        @Override
        public void onClosed(int status, String reason) {
            events.add("closed " + status + " " + reason);
        }

        String next() throws InterruptedException {
            return String.valueOf(events.poll(10, TimeUnit.SECONDS));
        }
    }
}
