package io.maru.conformance.promises;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.server.DisconnectReason;
import io.maru.server.MaruServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that are gone without a word, whose connections stay: nothing tells of it but that they are silent. */
class VanishedClientsTest {

    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final String POLLING = "/socket.io/?EIO=4&transport=polling";

    /** Where they stand when they vanish. */
    enum Way {
        WEBSOCKET,
        WEBSOCKET_IN_A_FRAME,
        POLL_WAITS,
        NO_POLL_WAITS,
        POST_DOES_NOT_END,
        UPGRADED,
        PLAIN
    }

    private record End(long nanos, long ours, DisconnectReason reason) {}

    private final BlockingQueue<Tcp> connections = new LinkedBlockingQueue<>();

    @ParameterizedTest
    @EnumSource
    void areNoticedInTimeAndNotBefore(Way way) throws Exception {
        CompletableFuture<End> end = new CompletableFuture<>();
        try (Stalls stalls = new Stalls();
                MaruServer server = MaruServer.create(options -> options.host("127.0.0.1")
                        .port(0)
                        .engine(engine -> engine.pingInterval(INTERVAL).pingTimeout(TIMEOUT)))) {
            server.onConnection(socket -> {
                socket.join("room");
                socket.onDisconnect(reason -> end.complete(new End(System.nanoTime(), stalls.nanoTime(), reason)));
            });
            server.start();
            long before = System.nanoTime();
            vanish(server, way);
            long after = stalls.nanoTime();
            End ended = end.orTimeout(30, TimeUnit.SECONDS).join();
            assertThat(ended.reason).isEqualTo(DisconnectReason.PING_TIMEOUT);
            assertThat(Duration.ofNanos(ended.nanos - before)).isGreaterThan(TIMEOUT);
            assertThat(Duration.ofNanos(ended.ours - after))
                    .isLessThan(INTERVAL.plus(TIMEOUT).plusSeconds(1));
            Awaitility.await().untilAsserted(() -> {
                assertThat(server.main().roomSizes()).isEmpty();
                assertThat(server.stats().clients()).isZero();
            });
        } finally {
            connections.forEach(Tcp::close);
        }
    }

    private Tcp connect(MaruServer server) throws IOException {
        Tcp tcp = new Tcp(server.port());
        connections.add(tcp);
        return tcp;
    }

    private String pollingSession(Tcp tcp) throws IOException {
        String session = POLLING + "&sid=" + tcp.exchange("GET", POLLING, null).substring(9, 29);
        tcp.exchange("POST", session, "40");
        assertThat(tcp.exchange("GET", session, null)).startsWith("40{");
        return session;
    }

    /** Comes as far as the way says, and then does nothing any more. */
    private void vanish(MaruServer server, Way way) throws IOException {
        Tcp tcp = connect(server);
        switch (way) {
            case WEBSOCKET, WEBSOCKET_IN_A_FRAME -> {
                tcp.upgrade("/socket.io/?EIO=4&transport=websocket");
                tcp.text("40");
                tcp.readFrame();
                assertThat(tcp.readFrame().text()).startsWith("40{");
                if (way == Way.WEBSOCKET_IN_A_FRAME) {
                    tcp.part(Tcp.frameOf(Tcp.TEXT, new byte[100]), 50);
                }
            }
            case PLAIN -> tcp.upgrade("/");
            case NO_POLL_WAITS -> pollingSession(tcp);
            case POLL_WAITS -> {
                String session = pollingSession(tcp);
                tcp.request("GET", session, "");
            }
            case POST_DOES_NOT_END -> {
                String session = pollingSession(tcp);
                tcp.request("POST", session, "Content-Length: 100\r\n");
            }
            case UPGRADED -> {
                String session = pollingSession(tcp);
                Tcp webSocket = connect(server);
                webSocket.upgrade(session.replace("transport=polling", "transport=websocket"));
                webSocket.text("2probe");
                assertThat(webSocket.readFrame().text()).isEqualTo("3probe");
                webSocket.text("5");
            }
        }
    }

    /** The other way round: who does answer stays, for as many beats as it takes. */
    @Test
    void areNotThoseWhoAnswer() throws Exception {
        Map<String, DisconnectReason> gone = new ConcurrentHashMap<>();
        try (MaruServer server = MaruServer.create(options -> options.host("127.0.0.1")
                .port(0)
                .engine(engine -> engine.pingInterval(Duration.ofMillis(100)).pingTimeout(Duration.ofSeconds(3))))) {
            server.onConnection(socket -> {
                socket.on("fence", event -> event.ack().send());
                socket.onDisconnect(reason -> gone.put(socket.id(), reason));
            });
            server.start();
            Member webSocket = enter(server, Member.Kind.WEBSOCKET);
            Member polling = enter(server, Member.Kind.POLLING);
            Member plain = enter(server, Member.Kind.PLAIN);
            Tcp silent = connect(server);
            silent.upgrade("/");
            for (Tcp.Frame frame = silent.readFrame(); frame.first() != Tcp.CLOSE; frame = silent.readFrame()) {
                assertThat(frame.first()).isEqualTo(Tcp.PING);
            }
            for (Member member : List.of(webSocket, polling, plain)) {
                member.ask("fence", "").orTimeout(30, TimeUnit.SECONDS).join();
            }
            assertThat(gone).hasSize(1).containsValue(DisconnectReason.PING_TIMEOUT);
        } finally {
            connections.forEach(Tcp::close);
        }
    }

    private static Member enter(MaruServer server, Member.Kind kind) throws IOException {
        return Member.enter(kind, server.port(), "/", new Member.Listener() {
            @Override
            public void onSaid(int number, String rest) {}

            @Override
            public void onEnd() {}
        });
    }
}
