package io.maru.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.conformance.clients.JavaClient.Talk;
import io.maru.server.Drain;
import io.maru.server.MaruServer;
import io.socket.client.Socket;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.json.JSONObject;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Official clients whose server drains, and is replaced by another: behind one address, as nobody keeps a port free. */
class DrainedClientTest {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final CountDownLatch asked = new CountDownLatch(1);

    private MaruServer serve() {
        MaruServer server = MaruServer.create(options -> options.host("127.0.0.1")
                .port(0)
                .engine(engine -> engine.pingInterval(Duration.ofSeconds(1)).pingTimeout(Duration.ofSeconds(3))));
        server.onConnection(socket -> socket.on("slow", event -> {
            asked.countDown();
            await().atMost(PATIENCE).until(() -> !server.health().isReady());
            event.ack().send(Map.of("done", true));
        }));
        return server.start();
    }

    private static String url(CuttableProxy proxy) {
        return "http://127.0.0.1:" + proxy.port();
    }

    private CompletableFuture<Void> drain(MaruServer server) throws InterruptedException {
        assertThat(asked.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return server.stop(Drain.DEFAULTS.withSpread(Duration.ZERO));
    }

    @ParameterizedTest
    @EnumSource
    void theJavaClientGetsItsAnswerAndComesBack(Way way) throws Exception {
        MaruServer first = serve();
        try (CuttableProxy proxy = new CuttableProxy(first.port());
                JavaClient client = new JavaClient(url(proxy), way)) {
            Talk talk = client.enter("/");
            BlockingQueue<Object[]> ends = talk.hear(Socket.EVENT_DISCONNECT);
            CompletableFuture<Object[]> answer = CompletableFuture.supplyAsync(() -> talk.ask("slow"));
            CompletableFuture<Void> stopped = drain(first);
            assertThat(String.valueOf(answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)[0]))
                    .isEqualTo("{\"done\":true}");
            // it takes no notice of a close frame, whatever server sends it, but of pings that do not come
            assertThat(Talk.next(ends)[0]).isEqualTo(way.last().equals("polling") ? "transport close" : "ping timeout");
            stopped.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            try (MaruServer second = serve()) {
                proxy.lead(second.port());
                await().atMost(PATIENCE).until(() -> talk.socket().connected());
                assertThat(second.main().sockets()).hasSize(1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theJavaScriptClientGetsItsAnswerAndComesBack(Way way) throws Exception {
        Queue<Integer> ups = new ConcurrentLinkedQueue<>();
        MaruServer first = serve();
        try (CuttableProxy proxy = new CuttableProxy(first.port());
                NodeMember.Host host = new NodeMember.Host()) {
            Member member = host.open("a", way.name().toLowerCase(Locale.ROOT), url(proxy), new Member.Listener() {
                @Override
                public void onUp(int session) {
                    ups.add(session);
                }

                @Override
                public void onChat(int session, JSONObject message) {}
            });
            await().atMost(PATIENCE).until(() -> ups.contains(1));
            CompletableFuture<JSONObject> answer = member.request("slow", Map.of());
            CompletableFuture<Void> stopped = drain(first);
            assertThat(answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).getBoolean("done"))
                    .isTrue();
            stopped.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            try (MaruServer second = serve()) {
                proxy.lead(second.port());
                await().atMost(PATIENCE).until(() -> ups.contains(2));
                assertThat(second.main().sockets()).hasSize(1);
            }
        } finally {
            first.close();
        }
    }
}
