package io.maru.conformance.clients;

import io.maru.client.ClientOptions;
import io.maru.client.ClientOptions.Transport;
import io.maru.client.Event;
import io.maru.client.MaruClient;
import io.maru.client.Socket;
import io.maru.wire.Json;
import io.maru.wire.Payload;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Our own client for Java, in either dialect. */
final class MaruInteropClient implements InteropClient {

    private final MaruClient client;
    private final String url;
    private final boolean plain;

    private MaruInteropClient(String url, boolean plain, Way way) {
        this.url = url;
        this.plain = plain;
        this.client = MaruClient.create(options -> options.transports(
                        switch (way) {
                            case WEBSOCKET -> new Transport[] {Transport.WEBSOCKET};
                            case POLLING -> new Transport[] {Transport.POLLING};
                            case UPGRADE -> new Transport[] {Transport.POLLING, Transport.WEBSOCKET};
                        })
                .reconnectionDelay(Duration.ofMillis(20))
                .reconnectionDelayMax(Duration.ofMillis(100)));
    }

    static InteropClient socketIo(String url, Way way) {
        return new MaruInteropClient(url, false, way);
    }

    static InteropClient plain(String url, Way way) {
        return new MaruInteropClient(url.replaceFirst("^http", "ws"), true, way);
    }

    @Override
    public Talk enter(String namespace) {
        // a URL names a path, and Socket.IO's clients a namespace as it is
        String address = url + (plain ? encoded(namespace) : namespace);
        MaruTalk talk = new MaruTalk(
                listening -> plain ? client.plainSocket(address, listening) : client.socket(address, listening));
        talk.awaitEntry();
        return talk;
    }

    private static String encoded(String namespace) {
        try {
            return new URI(null, null, namespace, null).toASCIIString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private static final class MaruTalk extends InteropTalk {

        private final Socket socket;

        MaruTalk(Function<UnaryOperator<ClientOptions.Builder>, Socket> open) {
            socket = open.apply(options ->
                    options.setup(opened -> opened.onConnect(it -> entered()).onAny(event -> take(event))));
        }

        private void take(Event event) {
            Object value = value(event.args());
            if (event.name().equals(QUESTION)) {
                event.ack().send(value);
            } else {
                hear(event.name(), value);
            }
        }

        private static Object value(Payload args) {
            Json value = Objects.requireNonNull(args.get(0));
            byte[] bytes = value.bytes();
            return bytes != null ? bytes : Objects.requireNonNull(value.string());
        }

        @Override
        public void send(String event, Object value) {
            socket.emit(event, value);
        }

        @Override
        CompletableFuture<Object> request(String event, Object value) {
            return socket.emitWithAck(event, value).thenApply(MaruTalk::value);
        }
    }
}
