package io.maru.conformance.clients;

import static io.maru.conformance.clients.JavaClient.Talk.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.maru.conformance.clients.JavaClient.Talk;
import io.maru.server.Answers;
import io.maru.server.Event;
import io.maru.server.MaruServer;
import io.maru.server.Socket;
import io.maru.wire.Payload;
import io.socket.client.Ack;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import org.json.JSONException;
import org.json.JSONObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A Socket.IO client and a plain WebSocket in one room: neither the server's handlers nor they see a difference. */
class KindsTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final MaruServer server =
            MaruServer.create(options -> options.host("127.0.0.1").port(0));
    private final List<String> ids = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() {
        server.onConnection(socket -> {
            ids.add(socket.id());
            socket.join("r");
            socket.on("say", event -> socket.to("r").emit("said", event.args()));
            socket.on("sum", event -> event.ack().send(number(event, 0) + number(event, 1)));
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void hearEachOther() {
        try (JavaClient client = new JavaClient(url("http"), Way.UPGRADE);
                PlainClient plain = PlainClient.open(url("ws"))) {
            Talk talk = client.enter("/");
            BlockingQueue<Object[]> said = talk.hear("said");
            assertThat(talk.ask("sum", 1, 2)).containsExactly(3);
            plain.send("{\"type\":\"sum\",\"args\":[3,4],\"messageId\":5}");
            assertThat(plain.next()).isEqualTo("{\"type\":\"callback\",\"messageId\":5,\"data\":7}");

            plain.send("{\"type\":\"say\",\"text\":\"마루\"}");
            assertThat(((JSONObject) next(said)[0]).optString("text")).isEqualTo("마루");
            plain.send("{\"type\":\"say\",\"args\":[1,\"two\"]}");
            assertThat(next(said)).containsExactly(1, "two");

            talk.socket().emit("say", new JSONObject(Map.of("text", "hello")));
            assertThat(plain.next()).isEqualTo("{\"type\":\"said\",\"text\":\"hello\"}");
            talk.socket().emit("say", 1, "two");
            assertThat(plain.next()).isEqualTo("{\"type\":\"said\",\"args\":[1,\"two\"]}");
            server.main().to("r").emit("said", Map.of("to", "both"));
            assertThat(plain.next()).isEqualTo("{\"type\":\"said\",\"to\":\"both\"}");
            assertThat(((JSONObject) next(said)[0]).optString("to")).isEqualTo("both");
        }
    }

    @Test
    void answerTheServerAlikeAlsoTogether() {
        try (JavaClient client = new JavaClient(url("http"), Way.WEBSOCKET);
                PlainClient plain = PlainClient.open(url("ws"))) {
            Talk talk = client.enter("/");
            talk.socket().on("ask", args -> ((Ack) args[args.length - 1]).call("from Socket.IO"));
            talk.ask("sum", 1, 1);
            plain.send("{\"type\":\"sum\",\"args\":[1,1],\"messageId\":1}");
            plain.next();

            CompletableFuture<Answers> whole =
                    server.main().to("r").timeout(LIMIT).request("ask", Map.of("q", 1));
            JSONObject question = object(plain.next());
            assertThat(question.optInt("q")).isEqualTo(1);
            plain.send("{\"type\":\"callback\",\"messageId\":" + question.optLong("messageId")
                    + ",\"data\":\"from a plain one\"}");
            assertThat(whole).succeedsWithin(LIMIT).satisfies(answers -> {
                assertThat(answers.complete()).isTrue();
                assertThat(texts(answers)).containsExactlyInAnyOrder("from Socket.IO", "from a plain one");
            });

            CompletableFuture<Answers> part =
                    server.main().to("r").timeout(Duration.ofSeconds(3)).request("ask", Map.of("q", 2));
            assertThat(part).succeedsWithin(LIMIT).satisfies(answers -> {
                assertThat(answers.complete()).isFalse();
                assertThat(answers.expected()).isEqualTo(2);
                assertThat(texts(answers)).containsExactly("from Socket.IO");
            });
            assertThat(object(plain.next()).optInt("q")).isEqualTo(2);
        }
    }

    @Test
    void doNotKeepTheServerWaiting() {
        try (PlainClient plain = PlainClient.open(url("ws"))) {
            plain.send("{\"type\":\"sum\",\"args\":[1,1],\"messageId\":1}");
            plain.next();
            Socket socket = Objects.requireNonNull(server.main().sockets().get(ids.get(0)));
            assertThat(socket.isPlain()).isTrue();

            CompletableFuture<Payload> answer =
                    socket.timeout(Duration.ofMillis(100)).request("ask", 1, 2);

            assertThat(answer).failsWithin(LIMIT).withThrowableThat().withCauseInstanceOf(TimeoutException.class);
        }
    }

    private String url(String scheme) {
        return scheme + "://127.0.0.1:" + server.port() + '/';
    }

    private static int number(Event event, int index) {
        return Objects.requireNonNull(event.get(index, Integer.class));
    }

    private static JSONObject object(String text) {
        try {
            return new JSONObject(text);
        } catch (JSONException e) {
            throw new AssertionError(text, e);
        }
    }

    private static List<String> texts(Answers answers) {
        return answers.received().stream()
                .map(answer -> String.valueOf(answer.get(0, String.class)))
                .toList();
    }
}
