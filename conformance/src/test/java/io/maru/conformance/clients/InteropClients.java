package io.maru.conformance.clients;

import io.socket.client.Ack;
import io.socket.client.Socket;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/** The clients of the {@link InteropMatrixTest matrix}. */
final class InteropClients {

    /** What a client speaks. */
    enum Protocol {
        SOCKET_IO,
        ENVELOPE
    }

    /**
     * A kind of client.
     *
     * @param name as the page names it
     * @param protocol what it speaks
     * @param ways how it can connect
     * @param comesBack whether it does so by itself when its connection breaks
     * @param factory opens one, to an address beginning with http
     */
    record Kind(
            String name,
            Protocol protocol,
            Set<Way> ways,
            boolean comesBack,
            BiFunction<String, Way, InteropClient> factory) {
        Kind {
            ways = Set.copyOf(ways);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private InteropClients() {}

    /** All of them. */
    static List<Kind> all(NodeInteropClients node) {
        Set<Way> webSocket = EnumSet.of(Way.WEBSOCKET);
        Set<Way> every = EnumSet.allOf(Way.class);
        return List.of(
                new Kind(
                        "socket.io-client (JavaScript) " + Versions.npm("socket.io-client"),
                        Protocol.SOCKET_IO,
                        every,
                        true,
                        (url, way) -> node.open("socket.io", url, way)),
                new Kind(
                        "socket.io-client (Java) " + Versions.maven("io.socket", "socket.io-client"),
                        Protocol.SOCKET_IO,
                        every,
                        true,
                        OfficialJava::new),
                new Kind(
                        "[Maru's Java client](client.md)",
                        Protocol.SOCKET_IO,
                        every,
                        true,
                        MaruInteropClient::socketIo),
                new Kind(
                        "[Maru's Java client](client.md), plain",
                        Protocol.ENVELOPE,
                        webSocket,
                        true,
                        MaruInteropClient::plain),
                new Kind(
                        "[maru.js](maru-js.md)",
                        Protocol.ENVELOPE,
                        webSocket,
                        true,
                        (url, way) -> node.open("maru.js", url, way)),
                new Kind(
                        "a bare WebSocket",
                        Protocol.ENVELOPE,
                        webSocket,
                        false,
                        (url, way) -> new BareInteropClient(url)));
    }

    /** The official client for Java. */
    private static final class OfficialJava implements InteropClient {

        private final JavaClient client;

        OfficialJava(String url, Way way) {
            client = new JavaClient(url, way);
        }

        @Override
        public Talk enter(String namespace) {
            Socket socket = client.socket(namespace, Map.of()).socket();
            InteropTalk talk = new InteropTalk() {
                @Override
                public void send(String event, Object value) {
                    socket.emit(event, value);
                }

                @Override
                CompletableFuture<Object> request(String event, Object value) {
                    CompletableFuture<Object> answer = new CompletableFuture<>();
                    socket.emit(event, new Object[] {value}, (Ack) args -> answer.complete(args[0]));
                    return answer;
                }
            };
            socket.on(Socket.EVENT_CONNECT, args -> talk.entered());
            socket.onAnyIncoming(args -> {
                Object last = args[args.length - 1];
                if (last instanceof Ack answer) {
                    answer.call(args[1]);
                } else {
                    talk.hear((String) args[0], args[1]);
                }
            });
            socket.connect();
            talk.awaitEntry();
            return talk;
        }

        @Override
        public void close() {
            client.close();
        }
    }
}
