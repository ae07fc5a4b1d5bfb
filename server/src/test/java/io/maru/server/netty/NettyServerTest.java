package io.maru.server.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.maru.server.engine.HttpResponse;
import io.maru.server.netty.TestServer.Recorder;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Starting and stopping. */
@Isolated
class NettyServerTest {

    // other tests of this JVM may have servers of their own
    private final Set<Thread> before = threads();

    private static Set<Thread> threads() {
        return Set.copyOf(Thread.getAllStackTraces().keySet());
    }

    private Set<String> loopThreads() {
        return threads().stream()
                .filter(thread -> thread.isAlive() && !before.contains(thread))
                .filter(thread -> !thread.isDaemon())
                .map(Thread::getName)
                .filter(name -> name.startsWith("maru-loop"))
                .collect(Collectors.toSet());
    }

    private static NettyServer server(NetworkOptions options) {
        return new NettyServer(options, request -> {
            throw new AssertionError("no request expected");
        });
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#networks")
    void runsItsLoopsFromStartToStop(NetworkOptions.Transport transport, int loops) throws Exception {
        NettyServer server =
                server(NetworkOptions.DEFAULTS.withTransport(transport).withLoops(loops));
        assertThat(server.loops()).hasSize(loops);
        assertThat(loopThreads()).isEmpty();
        int port = server.start().get(10, TimeUnit.SECONDS);
        assertThat(port).isPositive();
        assertThatThrownBy(server::start).isInstanceOf(IllegalStateException.class);
        for (int i = 0; i < loops; i++) {
            CompletableFuture<String> name = new CompletableFuture<>();
            server.loops()
                    .get(i)
                    .execute(() -> name.complete(Thread.currentThread().getName()));
            assertThat(name.get(10, TimeUnit.SECONDS)).isEqualTo("maru-loop-" + i);
            assertThat(server.loops().get(i).index()).isEqualTo(i);
        }
        CompletableFuture<Void> stopped = server.stop(Duration.ofSeconds(5));
        server.stop(Duration.ofSeconds(5)).get(10, TimeUnit.SECONDS);
        stopped.get(10, TimeUnit.SECONDS);
        await().until(() -> loopThreads().isEmpty());
        server.loops().get(0).execute(() -> {});
        server.loops().get(0).schedule(1, () -> {}).cancel();
        try (ServerSocket again = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(again.isBound()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#networks")
    void failsToStartOnAPortInUseAndLeavesNothing(NetworkOptions.Transport transport, int loops) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            NettyServer server = server(NetworkOptions.DEFAULTS
                    .withAddress("127.0.0.1", taken.getLocalPort())
                    .withTransport(transport)
                    .withLoops(loops));
            assertThatThrownBy(() -> server.start().get(10, TimeUnit.SECONDS))
                    .rootCause()
                    .isInstanceOfAny(BindException.class, IOException.class)
                    .hasMessageContaining("Address already in use");
            await().until(() -> loopThreads().isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, Long.MAX_VALUE})
    void stopsWhateverTimeItMayTake(long seconds) throws Exception {
        NettyServer server = server(NetworkOptions.DEFAULTS);
        server.start().get(10, TimeUnit.SECONDS);
        server.stop(Duration.ofSeconds(seconds)).get(10, TimeUnit.SECONDS);
        await().until(() -> loopThreads().isEmpty());
    }

    @Test
    void stopsWithoutAStart() throws Exception {
        NettyServer server = server(NetworkOptions.DEFAULTS);
        server.stop(Duration.ofSeconds(1)).get(10, TimeUnit.SECONDS);
        await().until(() -> loopThreads().isEmpty());
        assertThat(server.start()).isCompletedExceptionally();
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#networks")
    void stopClosesEveryConnection(NetworkOptions.Transport transport, int loops) throws Exception {
        BlockingQueue<Recorder> opened = new LinkedBlockingQueue<>();
        CompletableFuture<Boolean> gone = new CompletableFuture<>();
        TestServer server = new TestServer(
                        NetworkOptions.DEFAULTS.withTransport(transport).withLoops(loops))
                .webSocket("/ws", 100, channel -> {
                    Recorder it = new Recorder(channel);
                    opened.add(it);
                    return it;
                })
                .http("/", it -> it.respond(HttpResponse.of(204)))
                .http("/wait", it -> it.onGone(() -> gone.complete(true)));
        try (RawClient webSocket = server.connectWebSocket("/ws");
                RawClient waiting = server.connect();
                RawClient idle = server.connect()) {
            Recorder recorder = opened.poll(10, TimeUnit.SECONDS);
            idle.get("/"); // the server has it, and not its operating system alone
            assertThat(idle.readAnswer().status()).isEqualTo(204);
            waiting.get("/wait");
            await().until(() -> server.requests.size() == 3);
            server.close();
            assertThat(webSocket.isAtEnd()).isTrue();
            assertThat(waiting.isAtEnd()).isTrue();
            assertThat(idle.isAtEnd()).isTrue();
            assertThat(recorder.next()).isEqualTo("closed 1006 ");
            assertThat(gone.get(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void sendsWhatWasWrittenBeforeTheStop() throws Exception {
        BlockingQueue<Recorder> opened = new LinkedBlockingQueue<>();
        TestServer server = new TestServer(NetworkOptions.DEFAULTS).webSocket("/ws", 100, channel -> {
            Recorder it = new Recorder(channel);
            opened.add(it);
            return it;
        });
        try (RawClient client = server.connectWebSocket("/ws")) {
            Recorder recorder = opened.poll(10, TimeUnit.SECONDS);
            recorder.channel.loop().execute(() -> recorder.channel.close(1001, "going"));
            server.close();
            assertThat(client.readFrame().status()).isEqualTo(1001);
            assertThat(client.isAtEnd()).isTrue();
            assertThat(recorder.next()).isEqualTo("closed 1001 going");
        }
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#transports")
    void stopsAcceptingAndGoesOn(NetworkOptions.Transport transport) throws Exception {
        try (TestServer server = new TestServer(NetworkOptions.DEFAULTS.withTransport(transport))
                        .http("/", it -> it.respond(HttpResponse.of(200)));
                RawClient client = server.connect()) {
            client.get("/");
            assertThat(client.readAnswer().status()).isEqualTo(200);
            server.server.stopAccepting();
            await().untilAsserted(() -> assertThatThrownBy(server::connect).isInstanceOf(IOException.class));
            client.get("/");
            assertThat(client.readAnswer().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#transports")
    void spreadsConnectionsOverItsLoops(NetworkOptions.Transport transport) throws Exception {
        Map<Integer, Integer> uses = new ConcurrentHashMap<>();
        try (TestServer server = new TestServer(
                        NetworkOptions.DEFAULTS.withTransport(transport).withLoops(3))
                .http("/", it -> {
                    uses.merge(it.loop().index(), 1, Integer::sum);
                    it.respond(HttpResponse.of(200));
                })) {
            for (int i = 0; i < 30; i++) {
                try (RawClient client = server.connect()) {
                    client.get("/");
                    client.readAnswer();
                }
            }
        }
        assertThat(uses).containsExactlyInAnyOrderEntriesOf(Map.of(0, 10, 1, 10, 2, 10));
    }

    @Test
    void refusesUnusableCertificates() {
        NetworkOptions.Tls tls = new NetworkOptions.Tls(Path.of("nowhere.pem"), Path.of("nowhere.key"));
        assertThatThrownBy(() -> server(NetworkOptions.DEFAULTS.withTls(tls)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nowhere.pem");
    }

    @Test
    void checksItsOptions() {
        assertThatThrownBy(() -> NetworkOptions.DEFAULTS.withAddress("a", 65_536))
                .hasMessage("a port from 0 to 65535 expected: 65536");
        assertThatThrownBy(() -> NetworkOptions.DEFAULTS.withLoops(0)).hasMessage("loops above zero expected: 0");
        assertThatThrownBy(() -> new NetworkOptions.Tls(Path.of("a"), Path.of("b")).withProtocols())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> NetworkOptions.HttpLimits.DEFAULTS.withTimeouts(
                        Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(1)))
                .hasMessage("headerTimeout above zero expected: PT0S");
    }
}
