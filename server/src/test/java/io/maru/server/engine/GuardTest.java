package io.maru.server.engine;

import static io.maru.server.engine.EngineFixture.POLLING;
import static io.maru.server.engine.EngineFixture.WEBSOCKET;
import static io.maru.server.engine.EngineFixture.sidOf;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GuardTest {

    private final List<HttpRequest> asked = new ArrayList<>();
    private final EngineFixture fixture = new EngineFixture(options -> options.allowRequest(this::check));
    private @Nullable CompletableFuture<Void> decision;

    private @Nullable CompletionStage<?> check(HttpRequest request) throws Exception {
        assertThat(fixture.loop.inLoop()).as("guards may block").isFalse();
        asked.add(request);
        String deny = String.valueOf(request.query("deny"));
        switch (deny) {
            case "1" -> throw new RefusedException("denied by app");
            case "2" -> throw new Exception("a detail of the application's");
            case "3" -> throw new StackOverflowError();
            default -> {
                return decision;
            }
        }
    }

    @Test
    void opensOnceTheGuardHasAgreed() {
        FakeExchange exchange = fixture.send("GET", POLLING);
        assertThat(exchange.isAnswered()).isFalse();
        assertThat(fixture.engine.clients()).isZero();

        fixture.runWork();

        assertThat(exchange.body()).startsWith("0{");
        assertThat(fixture.engine.clients()).isEqualTo(1);
    }

    @Test
    void waitsForAStageThatDecidesLater() {
        decision = new CompletableFuture<>();
        FakeUpgrade upgrade = fixture.upgrade(WEBSOCKET);
        fixture.runWork();
        assertThat(upgrade.isAnswered()).isFalse();

        decision.complete(null);
        fixture.loop.runTasks();

        assertThat(upgrade.channel().sent).singleElement().asString().startsWith("0{");
    }

    @Test
    void refusesWithTheWordsOfAStageThatFails() {
        decision = new CompletableFuture<>();
        FakeExchange exchange = fixture.send("GET", POLLING);
        fixture.runWork();
        decision.completeExceptionally(new RefusedException("later no"));
        fixture.loop.runTasks();

        assertThat(exchange.answer()).isEqualTo("403 {\"code\":4,\"message\":\"later no\"}");

        decision = CompletableFuture.runAsync(
                () -> {
                    throw new RefusedException("wrapped no");
                },
                Runnable::run);
        FakeExchange wrapped = fixture.send("GET", POLLING);
        fixture.runWork();
        assertThat(wrapped.answer()).isEqualTo("403 {\"code\":4,\"message\":\"wrapped no\"}");
    }

    @Test
    void refusesWithTheGuardsWordsOrNone() {
        FakeExchange words = fixture.send("GET", POLLING + "&deny=1");
        FakeExchange none = fixture.send("GET", POLLING + "&deny=2");
        FakeExchange broken = fixture.send("GET", POLLING + "&deny=3");
        FakeUpgrade webSocket = fixture.upgrade(WEBSOCKET + "&deny=1");
        FakeUpgrade silent = fixture.upgrade(WEBSOCKET + "&deny=2");
        fixture.runWork();

        assertThat(words.answer()).isEqualTo("403 {\"code\":4,\"message\":\"denied by app\"}");
        assertThat(none.answer()).isEqualTo("403 {\"code\":4,\"message\":\"Forbidden\"}");
        assertThat(broken.answer()).isEqualTo("403 {\"code\":4,\"message\":\"Forbidden\"}");
        assertThat(webSocket.refused()).isEqualTo("400 text/html denied by app");
        assertThat(silent.refused()).isEqualTo("400 text/html Forbidden");
        assertThat(fixture.engine.clients()).isZero();
        assertThat(fixture.errors).extracting(ConnectionError::error).containsOnly(EngineError.FORBIDDEN);
    }

    @Test
    void isAskedAtTheHandshakeOnly() {
        FakeExchange exchange = fixture.send("GET", POLLING);
        fixture.runWork();
        String sid = sidOf(exchange.body());
        fixture.get(sid);
        fixture.post(sid, "4a");
        fixture.probe(sid);
        fixture.send("GET", "/engine.io/?EIO=4&transport=polling&sid=nobody");
        fixture.send("POST", POLLING);
        fixture.runWork();

        assertThat(asked).containsExactly(exchange.request());
    }

    @Test
    void isAskedBeforeTheVersionIsLookedAt() {
        FakeExchange refused = fixture.send("GET", "/engine.io/?EIO=3&transport=polling&deny=1");
        FakeExchange agreed = fixture.send("GET", "/engine.io/?EIO=3&transport=polling");
        fixture.runWork();

        assertThat(refused.body()).contains("\"code\":4");
        assertThat(agreed.body()).contains("\"code\":5");
    }

    @Test
    void createsNothingForAClientThatIsGoneMeanwhile() {
        FakeExchange exchange = fixture.send("GET", POLLING);
        FakeUpgrade upgrade = new FakeUpgrade(EngineFixture.request("GET", WEBSOCKET), fixture.loop).hold();
        fixture.loop.turn(() -> fixture.engine.onUpgrade(upgrade));
        exchange.cut();
        fixture.runWork();

        assertThat(exchange.isAnswered()).isFalse();
        assertThat(fixture.engine.clients()).isZero();
        assertThat(fixture.listeners).isEmpty();
    }

    @Test
    void createsNothingWhenTheEngineHasClosedMeanwhile() {
        FakeExchange exchange = fixture.send("GET", POLLING);
        fixture.engine.close(CloseReason.SERVER_SHUTDOWN);
        fixture.runWork();

        assertThat(exchange.status()).isEqualTo(503);
        assertThat(fixture.send("GET", POLLING).status()).isEqualTo(503);
        assertThat(fixture.work).as("it is not asked any more").isEmpty();
        assertThat(fixture.engine.clients()).isZero();
    }

    @Test
    void refusesWhenNoWorkerTakesTheQuestion() {
        Engine full = new Engine(
                EngineOptions.builder().allowRequest(this::check).build(),
                task -> {
                    throw new RejectedExecutionException("full");
                },
                RecordingListener::new);
        FakeExchange exchange = new FakeExchange(EngineFixture.request("GET", POLLING), fixture.loop);
        fixture.loop.turn(() -> full.onRequest(exchange));

        assertThat(exchange.answer()).isEqualTo("403 {\"code\":4,\"message\":\"Forbidden\"}");
    }
}
