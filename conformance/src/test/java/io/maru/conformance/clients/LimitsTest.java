package io.maru.conformance.clients;

import static io.maru.conformance.clients.JavaClient.Talk.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.conformance.clients.JavaClient.Talk;
import io.maru.server.engine.Rate;
import io.socket.client.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import org.json.JSONObject;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What official clients make of it when a limit of the server is reached. */
class LimitsTest {

    private static final Duration LIMIT = Duration.ofMinutes(3);

    record SendMeAway(String reason) {}

    private static LabServer lab() {
        LabServer lab = new LabServer(options -> options.limits(limits -> limits.maxConnections(2)
                .connectionRate(Rate.ofMessages(0.001, 20))
                .expiryGrace(Duration.ZERO)));
        lab.server().onConnection(socket -> {
            socket.on("expire-me", event -> socket.expireAt(Instant.now()));
            socket.on("send-me-away", SendMeAway.class, wish -> socket.disconnect(wish.reason()));
            socket.on("positions", event -> {
                int count = Objects.requireNonNull(event.get(0, Integer.class));
                for (int i = 0; i < count; i++) {
                    socket.coalesce("position").emit("position", i);
                }
                event.ack().send();
            });
            socket.on("positions-end", event -> socket.emit("positions-end"));
        });
        return lab;
    }

    @ParameterizedTest
    @EnumSource
    void areWhatTheJavaScriptClientCanLiveWith(Way way) {
        try (LabServer lab = lab()) {
            NodeScripts.run("limits.mjs", LIMIT, lab.url(), way.name().toLowerCase(Locale.ROOT));
            lab.awaitNobody();
            assertThat(lab.server().stats().limits().pendingDecisions()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    @SuppressWarnings("try") // the client goes before the test ends
    void areWhatTheJavaClientCanLiveWith(Way way) {
        try (LabServer lab = lab();
                JavaClient first = new JavaClient(lab.url(), way);
                JavaClient second = new JavaClient(lab.url(), way);
                JavaClient third = new JavaClient(lab.url(), way)) {
            first.enter("/");
            Talk talk = second.enter("/");
            Talk waiting = third.socket("/", Map.of());
            BlockingQueue<Object[]> errors = waiting.hear(Socket.EVENT_CONNECT_ERROR);
            waiting.socket().connect();
            next(errors);
            assertThat(talk.ask("echo", "undisturbed")).containsExactly("undisturbed");
            first.close();
            waiting.awaitConnect();
            assertThat(waiting.ask("echo", "in")).containsExactly("in");

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> talk.ask("echo", 1)[0] instanceof JSONObject answer
                            && answer.optString("error").equals("Too many messages"));
            assertThat(talk.socket().connected()).isTrue();

            BlockingQueue<Object[]> ends = waiting.hear(Socket.EVENT_DISCONNECT);
            waiting.socket().emit("expire-me");
            assertThat(next(ends)).containsExactly("io server disconnect");
        }
    }
}
