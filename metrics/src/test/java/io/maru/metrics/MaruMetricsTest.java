package io.maru.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.server.ConnectRefusedException;
import io.maru.server.MaruServer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The meters of a server that has clients: the JDK's own WebSocket and HTTP client. */
class MaruMetricsTest {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private @Nullable MaruServer server;

    private MaruServer serve(UnaryOperator<MaruMetrics.Builder> settings) {
        MaruMetrics metrics = settings.apply(MaruMetrics.builder(registry)).build();
        MaruServer made = MaruServer.create(
                options -> options.port(0).host("127.0.0.1").loops(1).observer(metrics));
        server = made;
        made.onConnection(socket -> {
            socket.join("lobby");
            socket.on("echo", event -> event.ack().send(event.args()));
            socket.on("fail", event -> {
                throw new IllegalStateException("expected by the test");
            });
            socket.on("shout", event -> made.to("lobby").emit("heard", event.args()));
        });
        made.of("/vip").use(socket -> {
            throw new ConnectRefusedException("no vip");
        });
        return made.start();
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    /** Sends and receives texts as they are. */
    private static final class Client implements WebSocket.Listener {
        private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private final WebSocket webSocket;

        Client(MaruServer server, String target) {
            webSocket = HTTP.newWebSocketBuilder()
                    .buildAsync(URI.create("ws://127.0.0.1:" + server.port() + target), this)
                    .join();
        }

        static Client plain(MaruServer server) {
            Client client = new Client(server, "/");
            return client.call(
                    "{\"type\":\"echo\",\"messageId\":0}", "{\"type\":\"callback\",\"messageId\":0,\"data\":{}}");
        }

        static Client socketIo(MaruServer server) {
            Client client = new Client(server, "/socket.io/?EIO=4&transport=websocket");
            assertThat(client.next()).startsWith("0{");
            client.send("40");
            assertThat(client.next()).startsWith("40{");
            return client;
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                texts.add(text.toString());
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        Client send(String message) {
            webSocket.sendText(message, true).join();
            return this;
        }

        Client call(String message, String answer) {
            send(message);
            assertThat(next()).isEqualTo(answer);
            return this;
        }

        String next() {
            try {
                String next = texts.poll(10, TimeUnit.SECONDS);
                assertThat(next).as("a text").isNotNull();
                return String.valueOf(next);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        void close() {
            webSocket.abort();
        }
    }

    private String get(String target) {
        MaruServer from = Objects.requireNonNull(server);
        URI uri = URI.create("http://127.0.0.1:" + from.port() + target);
        try {
            return HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                    .body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private double value(String name, String... tags) {
        return registry.get(name).tags(tags).meter().measure().iterator().next().getValue();
    }

    private void awaitValue(double expected, String name, String... tags) {
        await().ignoreExceptions() // a meter can come with its first value
                .untilAsserted(() -> assertThat(value(name, tags)).as(name).isEqualTo(expected));
    }

    private void awaitCount(long expected, String name, String... tags) {
        await().untilAsserted(
                        () -> assertThat(timer(name, tags).count()).as(name).isEqualTo(expected));
    }

    private Timer timer(String name, String... tags) {
        return registry.get(name).tags(tags).timer();
    }

    @Test
    void countClientsByWhatTheySpeakAndWhatCarriesThem() {
        MaruServer served = serve(settings -> settings);
        assertThat(value("maru.sessions", "dialect", "json", "transport", "websocket"))
                .isZero();
        assertThat(value("maru.ready")).isEqualTo(1);
        Client.plain(served);
        Client.plain(served);
        Client socketIo = Client.socketIo(served);
        get("/socket.io/?EIO=4&transport=polling");
        awaitValue(2, "maru.sessions", "dialect", "json", "transport", "websocket");
        awaitValue(1, "maru.sessions", "dialect", "socket.io", "transport", "websocket");
        awaitValue(1, "maru.sessions", "dialect", "socket.io", "transport", "polling");
        awaitValue(3, "maru.sockets");
        awaitValue(1, "maru.rooms");
        assertThat(value("maru.namespaces")).isEqualTo(2);
        assertThat(value("maru.websockets")).isEqualTo(3);
        assertThat(value("maru.sessions.opened", "dialect", "json", "transport", "websocket"))
                .isEqualTo(2);
        socketIo.send("40/vip,");
        assertThat(socketIo.next()).isEqualTo("44/vip,{\"message\":\"no vip\"}");
        assertThat(value("maru.connects.refused")).isEqualTo(1);
        socketIo.close();
        awaitValue(0, "maru.sessions", "dialect", "socket.io", "transport", "websocket");
        awaitValue(1, "maru.sessions.closed", "dialect", "socket.io", "reason", "transport close");
        get("/socket.io/?EIO=4&transport=pigeon");
        awaitValue(1, "maru.requests.refused", "error", "unknown_transport");
        served.close();
        assertThat(value("maru.ready")).isZero();
    }

    @Test
    void timeHandlersByEvent() {
        MaruServer served = serve(settings -> settings);
        Client client = Client.socketIo(served);
        client.call("420[\"echo\",1]", "430[1]").call("421[\"echo\",2]", "431[2]");
        client.send("42[\"fail\"]").send("42[\"nobody listens\"]").call("422[\"echo\"]", "432[]");
        awaitValue(3, "maru.events", "event", "echo");
        assertThat(value("maru.events", "event", "fail")).isEqualTo(1);
        assertThat(value("maru.events", "event", "other")).isEqualTo(1);
        awaitCount(3, "maru.handlers", "event", "echo", "outcome", "success");
        assertThat(timer("maru.handlers", "event", "echo", "outcome", "success").totalTime(TimeUnit.NANOSECONDS))
                .isPositive();
        assertThat(timer("maru.handlers", "event", "fail", "outcome", "failure").count())
                .isEqualTo(1);
        assertThat(timer("maru.handlers", "event", "other", "outcome", "success")
                        .count())
                .isZero();
        assertThat(registry.get("maru.events.size").summary().count()).isEqualTo(5);
        assertThat(registry.find("maru.events").tag("event", "nobody listens").meter())
                .isNull();
    }

    @Test
    void haveABoundForNamesOfEvents() {
        MaruServer served = serve(settings -> settings.maxEventNames(1));
        Client client = Client.socketIo(served);
        client.call("420[\"echo\"]", "430[]").send("42[\"shout\"]");
        assertThat(client.next()).isEqualTo("42[\"heard\"]");
        awaitValue(1, "maru.events", "event", "other");
        awaitCount(1, "maru.handlers", "event", "other", "outcome", "success");
        assertThat(value("maru.events", "event", "echo")).isEqualTo(1);
        assertThat(registry.find("maru.events").tag("event", "shout").meter()).isNull();
    }

    @Test
    void tellHowFarAMessageSpreads() {
        MaruServer served = serve(settings -> settings);
        Client plain = Client.plain(served);
        Client client = Client.socketIo(served);
        client.send("42[\"shout\",{\"a\":1}]");
        assertThat(client.next()).isEqualTo("42[\"heard\",{\"a\":1}]");
        assertThat(plain.next()).isEqualTo("{\"type\":\"heard\",\"a\":1}");
        await().until(() -> registry.get("maru.broadcast.recipients").summary().totalAmount() == 2);
        assertThat(registry.get("maru.broadcast.recipients").summary().count()).isEqualTo(1);
    }

    @Test
    void timeAnswers() {
        MaruServer served = serve(settings -> settings);
        Client client = Client.socketIo(served);
        var answer = served.main().timeout(Duration.ofSeconds(10)).request("sure?");
        assertThat(client.next()).isEqualTo("420[\"sure?\"]");
        client.send("430[]");
        answer.join();
        awaitCount(1, "maru.acks");
        assertThat(timer("maru.acks").totalTime(TimeUnit.NANOSECONDS)).isPositive();
    }

    @Test
    void countBytesDropsAndWhatWaits() {
        MaruServer served = serve(settings -> settings);
        Client client = Client.socketIo(served);
        double received = value("maru.received", "transport", "websocket");
        double sent = value("maru.sent", "transport", "websocket");
        client.call("420[\"echo\"]", "430[]");
        assertThat(value("maru.received", "transport", "websocket") - received).isEqualTo(6 + "420[\"echo\"]".length());
        assertThat(value("maru.sent", "transport", "websocket") - sent).isEqualTo(2 + "430[]".length());
        assertThat(value("maru.frames.sent")).isEqualTo(3);
        assertThat(value("maru.flushes")).isBetween(2.0, 4.0);
        get("/socket.io/?EIO=4&transport=polling");
        assertThat(value("maru.sent", "transport", "http")).isPositive();
        assertThat(value("maru.received", "transport", "http")).isZero();
        assertThat(value("maru.queued")).isZero();
        assertThat(value("maru.drops", "cause", "refused_packet")).isZero();
        client.send("4x");
        awaitValue(1, "maru.drops", "cause", "refused_packet");
        assertThat(value("maru.loops.blocked")).isZero();
        assertThat(value("maru.limits", "limit", "dropped_oldest")).isZero();
        assertThat(value("maru.limits", "limit", "broken_web_sockets")).isZero();
        assertThat(value("maru.recovery", "outcome", "recovered")).isZero();
        assertThat(value("maru.recovery.kept")).isZero();
    }

    @Test
    void nameNoRoomsUsersOrSockets() {
        MaruServer served = serve(settings -> settings);
        Client client = Client.socketIo(served);
        client.send("42[\"shout\"]");
        client.next();
        client.close();
        awaitValue(1, "maru.sessions.closed", "dialect", "socket.io");
        Set<String> keys = registry.getMeters().stream()
                .map(Meter::getId)
                .flatMap(id -> id.getTags().stream())
                .map(Tag::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(keys).isSubsetOf("cause", "dialect", "error", "event", "limit", "outcome", "reason", "transport");
    }

    @Test
    void tellServersApartByTags() {
        serve(settings -> settings.tags("server", "a").histograms());
        assertThat(registry.getMeters())
                .isNotEmpty()
                .allSatisfy(meter -> assertThat(meter.getId().getTag("server")).isEqualTo("a"));
        MaruMetrics second = MaruMetrics.builder(registry).tags("server", "b").build();
        try (MaruServer other = MaruServer.create(options -> options.port(0).observer(second))) {
            assertThat(other.port()).isEqualTo(-1);
            assertThat(List.of(value("maru.ready", "server", "a"), value("maru.ready", "server", "b")))
                    .containsExactly(1.0, 0.0);
        }
    }

    @Test
    void areBoundInOneCall() {
        try (MaruServer other = MaruServer.create(options -> MaruMetrics.bind(options.port(0), registry))) {
            assertThat(other.port()).isEqualTo(-1);
            assertThat(value("maru.queued")).isZero();
            assertThat(value("maru.rooms")).isZero();
        }
    }
}
