package io.maru.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.maru.client.ClientOptions.Transport;
import io.maru.wire.Packet;
import io.maru.wire.Payload;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent, kept, answered and dropped, on a clock by hand. */
class SendingTest {

    private ManualClient client = ManualClient.socketIo(options -> options);

    private CompletableFuture<Payload> ask(String event) {
        CompletableFuture<Payload> answer = client.socket.emitWithAck(event);
        client.loop.runTasks();
        return answer;
    }

    private void fails(CompletableFuture<Payload> answer, Class<? extends Throwable> type) {
        client.loop.runTasks();
        assertThat(answer).isDone();
        assertThatThrownBy(answer::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(type);
    }

    // ---- events

    @Test
    void writesEventsLiterally() {
        client.connected();
        client.socket.emit("a");
        client.socket.emit("b", 1, "x", null, Map.of("k", true));
        client.socket.emit("c", new byte[] {1, 2}, Map.of("d", new byte[] {3}));
        client.socket.send("hi");
        assertThat(client.takeSent())
                .containsExactly(
                        "42[\"a\"]",
                        "42[\"b\",1,\"x\",null,{\"k\":true}]",
                        "452-[\"c\",{\"_placeholder\":true,\"num\":0},{\"d\":{\"_placeholder\":true,\"num\":1}}]",
                        "<0102>",
                        "<03>",
                        "42[\"message\",\"hi\"]");
    }

    @Test
    void hearsBytes() {
        client.connected();
        List<Object> bytes = new ArrayList<>();
        client.socket.on("pic", byte[].class, it -> bytes.add(it));
        client.receive("451-[\"pic\",{\"_placeholder\":true,\"num\":0}]");
        assertThat(bytes).isEmpty();
        client.loop.turn(() -> client.webSocket().binary(1, 2, 255));
        assertThat(bytes).containsExactly(new byte[] {1, 2, (byte) 255});
    }

    @ParameterizedTest
    @ValueSource(strings = {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"})
    void refusesNamesThatSocketIoKeepsForItself(String event) {
        assertThat(Packet.RESERVED_EVENTS).contains(event);
        assertThatIllegalArgumentException().isThrownBy(() -> client.socket.emit(event));
        assertThatIllegalArgumentException().isThrownBy(() -> client.socket.emitWithAck(event));
    }

    @Test
    void keepsEventsInOrderUntilItIsConnected() {
        client.socket.emit("a");
        CompletableFuture<Payload> answer = client.socket.emitWithAck("b");
        client.socket.emit("c");
        client.socket.connect();
        client.loop.runTasks();
        client.accept();
        assertThat(client.takeSent()).containsExactly("40");
        assertThat(client.socket.buffered()).isEqualTo(3);
        client.receive("40{\"sid\":\"s1\"}");
        assertThat(client.takeSent()).containsExactly("42[\"a\"]", "420[\"b\"]", "42[\"c\"]");
        assertThat(client.socket.buffered()).isZero();
        client.receive("430[7]");
        assertThat(answer).isCompletedWithValueMatching(args -> args.toString().equals("[7]"));
    }

    @Test
    void keepsEventsWhileItIsAway() {
        client.connected();
        client.cut();
        client.socket.emit("a");
        client.advance(1000);
        client.letIn("s2");
        assertThat(client.takeSent()).containsExactly("40", "42[\"a\"]");
    }

    @Test
    void keepsEventsWhileTheServerTakesNoMore() {
        client.connected();
        client.webSocket().writable = false;
        client.webSocket().buffered = 2 << 20;
        client.socket.emit("a");
        client.loop.runTasks();
        assertThat(client.socket.buffered()).isEqualTo(1);
        client.webSocket().writable = true;
        client.webSocket().buffered = 0;
        client.loop.turn(() -> client.webSocket().listener.onWritable());
        assertThat(client.takeSent()).containsExactly("42[\"a\"]");
    }

    @Test
    void takesNoMoreThanItMayKeep() {
        client = ManualClient.socketIo(options -> options.bufferEvents(2));
        client.socket.emit("a");
        CompletableFuture<Payload> second = client.socket.emitWithAck("b");
        CompletableFuture<Payload> third = client.socket.emitWithAck("c");
        client.socket.emit("d");
        fails(third, BufferFullException.class);
        assertThat(second).isNotDone();
        assertThat(client.socket.dropped()).isEqualTo(2);
        client.socket.connect();
        client.loop.runTasks();
        client.letIn("s1");
        assertThat(client.takeSent()).containsExactly("40", "42[\"a\"]", "420[\"b\"]");
    }

    @Test
    void takesNoMoreBytesThanItMayKeep() {
        client = ManualClient.socketIo(options -> options.bufferBytes(1000));
        client.socket.emit("a", "x".repeat(800));
        client.socket.emit("b", "x".repeat(200));
        assertThat(client.socket.dropped()).isEqualTo(1);
        client.socket.emit("c");
        client.loop.runTasks();
        assertThat(client.socket.buffered()).isEqualTo(2);
    }

    @Test
    void dropsTheOldestWhereToldTo() {
        client = ManualClient.socketIo(options -> options.bufferEvents(2).bufferPolicy(BufferPolicy.DROP_OLDEST));
        CompletableFuture<Payload> first = client.socket.emitWithAck("a");
        client.loop.runTasks();
        for (String event : List.of("b", "c", "d")) {
            client.socket.emit(event);
            client.loop.runTasks();
        }
        fails(first, BufferFullException.class);
        assertThat(client.socket.dropped()).isEqualTo(2);
        client.socket.connect();
        client.loop.runTasks();
        client.letIn("s1");
        assertThat(client.takeSent()).containsExactly("40", "42[\"c\"]", "42[\"d\"]");
    }

    @Test
    void dropsTheOldestOfThoseThatItWouldRetry() {
        client = ManualClient.socketIo(options ->
                options.bufferEvents(2).bufferPolicy(BufferPolicy.DROP_OLDEST).retries(3));
        CompletableFuture<Payload> first = client.socket.emitWithAck("a");
        client.loop.runTasks();
        for (String event : List.of("b", "c", "d")) {
            client.socket.emit(event);
            client.loop.runTasks();
        }
        fails(first, BufferFullException.class);
        assertThat(client.socket.dropped()).isEqualTo(2);
        client.socket.connect();
        client.loop.runTasks();
        client.letIn("s1");
        assertThat(client.takeSent()).containsExactly("40", "420[\"c\"]");
        client.receive("430[]");
        assertThat(client.takeSent()).containsExactly("421[\"d\"]");
    }

    @Test
    void doesNotSendWhatTheServerWouldNotTake() {
        client.connected();
        client.socket.emit("a", "x".repeat(1000));
        CompletableFuture<Payload> asked = client.socket.emitWithAck("b", new byte[1001]);
        fails(asked, BufferFullException.class);
        assertThat(client.takeSent()).isEmpty();
        assertThat(client.takeHeard())
                .containsExactly(
                        "error event \"a\": more than the server takes in one message",
                        "error event \"b\": more than the server takes in one message");
        assertThat(client.socket.isConnected()).isTrue();
    }

    @Test
    void dropsVolatileEventsThatCannotGoOut() {
        client.socket.asVolatile().emit("a");
        client.loop.runTasks();
        client.connected();
        assertThat(client.takeSent()).isEmpty();
        client.socket.asVolatile().emit("b");
        assertThat(client.takeSent()).containsExactly("42[\"b\"]");
        client.webSocket().writable = false;
        client.socket.asVolatile().emit("c");
        client.loop.runTasks();
        client.webSocket().writable = true;
        client.loop.turn(() -> client.webSocket().listener.onWritable());
        assertThat(client.takeSent()).isEmpty();
        assertThat(client.socket.dropped()).isEqualTo(2);
    }

    @Test
    void showsWhatItSends() {
        List<String> sent = new ArrayList<>();
        Handler<Event> second = event -> sent.add("second " + event.name());
        client.socket
                .onAnyOutgoing(second)
                .prependAnyOutgoing(event -> sent.add("first " + event.name() + event.args()));
        client.connected();
        client.socket.emit("a", 1);
        client.loop.runTasks();
        assertThat(sent).containsExactly("first a[1]", "second a");
        client.socket.offAnyOutgoing(second).offAnyOutgoing(null);
        client.socket.emit("b");
        client.loop.runTasks();
        assertThat(sent).hasSize(2);
    }

    // ---- answers

    @Test
    void completesOnceByTheAnswer() {
        client.connected();
        CompletableFuture<Payload> answer = ask("a");
        assertThat(client.takeSent()).containsExactly("420[\"a\"]");
        client.receive("430[1,\"x\"]", "430[2]", "4399[3]");
        assertThat(answer).isCompletedWithValueMatching(args -> args.toString().equals("[1,\"x\"]"));
        assertThat(client.loop.timers()).isEqualTo(1); // the deadline of pings
    }

    @Test
    void failsOnceByTheTimeout() {
        client.connected();
        CompletableFuture<Payload> answer =
                client.socket.timeout(Duration.ofSeconds(2)).emitWithAck("a");
        client.advance(1999);
        assertThat(answer).isNotDone();
        client.advance(1);
        fails(answer, TimeoutException.class);
        client.receive("430[1]");
        fails(answer, TimeoutException.class);
    }

    @Test
    void failsByTheTimeoutWhileItIsKept() {
        CompletableFuture<Payload> answer =
                client.socket.timeout(Duration.ofSeconds(2)).emitWithAck("a");
        client.advance(2000);
        fails(answer, TimeoutException.class);
        assertThat(client.socket.buffered()).isZero();
        client.connected();
        assertThat(client.takeSent()).isEmpty();
    }

    @Test
    void failsWhenTheConnectionEndsOnWhichItWasAsked() {
        client.connected();
        CompletableFuture<Payload> asked = ask("a");
        client.cut();
        CompletableFuture<Payload> kept = ask("b");
        fails(asked, DisconnectedException.class);
        assertThat(kept).isNotDone();
        client.advance(1000);
        client.letIn("s2");
        assertThat(client.takeSent()).containsExactly("40", "421[\"b\"]");
        client.receive("430[0]", "431[1]");
        assertThat(kept).isCompletedWithValueMatching(args -> args.toString().equals("[1]"));
    }

    @Test
    void failsWhenTheSocketIsClosed() {
        client.connected();
        CompletableFuture<Payload> asked = ask("a");
        client.cut();
        CompletableFuture<Payload> kept = ask("b");
        client.socket.close();
        fails(asked, DisconnectedException.class);
        fails(kept, DisconnectedException.class);
        fails(ask("c"), DisconnectedException.class);
        assertThat(client.loop.timers()).isZero();
        assertThat(client.socket.buffered()).isZero();
    }

    @Test
    void asksForNoMoreAnswersAtOnceThanItMay() {
        client = ManualClient.socketIo(options -> options.maxPendingAcks(1)).connected();
        CompletableFuture<Payload> first = ask("a");
        fails(ask("b"), BufferFullException.class);
        client.receive("430[]");
        assertThat(first).isCompleted();
        ask("c");
        assertThat(client.takeSent()).containsExactly("420[\"a\"]", "421[\"c\"]");
    }

    @Test
    void answersTheServerOnce() {
        client.connected();
        client.socket.on("ask", String.class, (text, ack) -> {
            ack.send(text, 1);
            ack.send("again");
        });
        client.receive("427[\"ask\",\"x\"]");
        assertThat(client.takeSent()).containsExactly("437[\"x\",1]");
        client.socket.on("fail", event -> event.ack().fail("no"));
        client.receive("428[\"fail\"]");
        assertThat(client.takeSent()).containsExactly("438[{\"error\":\"no\"}]");
    }

    @Test
    void doesNotGiveAnAnswerToAnotherConnection() {
        client.connected();
        List<Ack> acks = new ArrayList<>();
        client.socket.on("ask", event -> acks.add(event.ack()));
        client.receive("427[\"ask\"]");
        client.cut();
        client.advance(1000);
        client.letIn("s2");
        client.takeSent();
        acks.get(0).send("late");
        assertThat(client.takeSent()).isEmpty();
    }

    // ---- what handlers get

    @Test
    void reportsWhatHandlersThrowAndGoesOn() {
        client.connected();
        client.socket.on("a", event -> {
            throw new IllegalStateException("oh");
        });
        client.socket.on("a", Integer.class, number -> client.heard.add("number " + number));
        client.receive("42[\"a\",7]", "42[\"a\",\"x\"]", "42[\"a\"]");
        assertThat(client.takeHeard())
                .contains("error oh", "number 7", "error event \"a\": an argument expected")
                .anyMatch(it -> it.startsWith("error event \"a\": a value that binds to java.lang.Integer expected"));
    }

    @Test
    void hearsOnceAndNoLonger() {
        client.connected();
        client.socket.offAny(null);
        Handler<Event> handler = event -> client.heard.add("on");
        client.socket.once("a", event -> client.heard.add("once")).on("a", handler);
        client.receive("42[\"a\"]", "42[\"a\"]");
        client.socket.off("a", handler);
        client.receive("42[\"a\"]");
        client.socket.on("a", handler).off("a");
        client.receive("42[\"a\"]");
        assertThat(client.takeHeard()).containsExactly("once", "on", "on");
    }

    @Test
    void readsNoMoreWhileHandlersAreBehind() {
        client = ManualClient.socketIo(options -> options.maxPendingEvents(3)).connected();
        client.loop.turn(() -> {
            for (int i = 0; i < 5; i++) {
                client.webSocket().text("42[\"a\"]");
            }
            assertThat(client.webSocket().reading).isFalse();
        });
        assertThat(client.webSocket().reading).isTrue();
        client.loop.turn(() -> {
            client.webSocket().text("42[\"a\"]");
            assertThat(client.webSocket().reading).isTrue();
        });
    }

    @Test
    void readsOnWhileAHandlerMayWaitForAnAnswer() {
        client = ManualClient.socketIo(options -> options.maxPendingEvents(4)).connected();
        CompletableFuture<Payload> answer = ask("a");
        client.loop.turn(() -> {
            for (int i = 0; i < 63; i++) {
                client.webSocket().text("42[\"b\"]");
            }
            assertThat(client.webSocket().reading).isTrue();
            client.webSocket().text("42[\"b\"]");
            assertThat(client.webSocket().reading).isFalse();
        });
        assertThat(client.webSocket().reading).isTrue();
        client.loop.turn(() -> {
            client.webSocket().text("430[]");
            for (int i = 0; i < 4; i++) {
                client.webSocket().text("42[\"b\"]");
            }
            assertThat(client.webSocket().reading).isFalse();
        });
        assertThat(answer).isCompleted();
    }

    @Test
    void readsAgainWhenAHandlerAsksAmongMany() {
        client = ManualClient.socketIo(options -> options.maxPendingEvents(4)).connected();
        client.loop.turn(() -> {
            for (int i = 0; i < 5; i++) {
                client.webSocket().text("42[\"b\"]");
            }
            assertThat(client.webSocket().reading).isFalse();
            CompletableFuture<Payload> answer = client.socket.emitWithAck("a");
            assertThat(client.webSocket().reading).isTrue();
            client.webSocket().text("430[]");
            assertThat(client.webSocket().reading).isFalse();
            assertThat(answer).isNotNull();
        });
        assertThat(client.webSocket().reading).isTrue();
    }

    @Test
    void waitsForEverWhereToldTo() {
        client.connected();
        CompletableFuture<Payload> answer =
                client.socket.timeout(ChronoUnit.FOREVER.getDuration()).emitWithAck("a");
        for (int i = 0; i < 100; i++) {
            client.advance(25_000);
            client.receive("2");
        }
        assertThat(answer).isNotDone();
        client.receive("430[]");
        assertThat(answer).isCompleted();
    }

    @Test
    void forgetsAQuestionThatEndsWhileItIsAsked() {
        client = ManualClient.socketIo(options ->
                options.transports(Transport.POLLING).maxPendingEvents(2).maxPendingAcks(1));
        client.socket.connect();
        client.loop.runTasks();
        client.loop.turn(() -> client.network.request("GET").answer(200, ManualClient.OPEN));
        client.loop.turn(() -> client.network.request("POST").answer(200, "ok"));
        client.loop.turn(() -> client.network.request("GET").answer(200, "40{\"sid\":\"s1\"}"));
        List<CompletableFuture<Payload>> asked = new ArrayList<>();
        client.loop.turn(() -> {
            // nothing is read behind the second, until an answer is awaited
            client.network.request("GET").answer(200, "42[\"a\"]\u001e42[\"a\"]\u001e42[\"a\"]\u001e41");
            assertThat(client.socket.isConnected()).isTrue();
            asked.add(client.socket.emitWithAck("q"));
            assertThat(client.socket.isConnected()).isFalse();
        });
        fails(asked.get(0), DisconnectedException.class);
        client.socket.connect();
        client.loop.runTasks();
        client.loop.turn(() -> client.network.request("GET").answer(200, ManualClient.OPEN));
        client.loop.turn(() -> client.network.request("POST").answer(200, "ok"));
        client.loop.turn(() -> client.network.request("GET").answer(200, "40{\"sid\":\"s2\"}"));
        assertThat(ask("again")).isNotDone();
    }

    @Test
    void doesNotAnswerWithMoreThanTheServerTakes() {
        client.connected();
        client.socket.on("ask", event -> event.ack().send("x".repeat(1000)));
        client.receive("427[\"ask\"]");
        assertThat(client.takeSent()).isEmpty();
        assertThat(client.takeHeard())
                .containsExactly("ask []", "error an answer: more than the server takes in one message");
        assertThat(client.socket.isConnected()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT0.0001S"})
    void refusesATimeThatNobodyCanWaitFor(String time) {
        assertThatIllegalArgumentException().isThrownBy(() -> client.socket.timeout(Duration.parse(time)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client.socket.asVolatile().timeout(Duration.parse(time)));
    }

    // ---- retries

    private void retrying() {
        client = ManualClient.socketIo(options -> options.retries(2).ackTimeout(Duration.ofSeconds(1)))
                .connected();
    }

    @Test
    void sendsOneAfterTheOther() {
        retrying();
        client.socket.emit("a");
        CompletableFuture<Payload> answer = ask("b");
        assertThat(client.takeSent()).containsExactly("420[\"a\"]");
        client.receive("430[]");
        assertThat(client.takeSent()).containsExactly("421[\"b\"]");
        client.receive("431[5]");
        client.loop.runTasks();
        assertThat(answer).isCompletedWithValueMatching(args -> args.toString().equals("[5]"));
        assertThat(client.socket.buffered()).isZero();
    }

    @Test
    void triesAtMostOnceMoreThanThereAreRetries() {
        retrying();
        CompletableFuture<Payload> first = ask("a");
        CompletableFuture<Payload> second = ask("b");
        assertThat(client.takeSent()).containsExactly("420[\"a\"]");
        client.advance(1000);
        assertThat(client.takeSent()).containsExactly("421[\"a\"]");
        client.advance(1000);
        assertThat(client.takeSent()).containsExactly("422[\"a\"]");
        assertThat(first).isNotDone();
        client.advance(1000);
        fails(first, TimeoutException.class);
        assertThat(client.takeSent()).containsExactly("423[\"b\"]");
        client.receive("433[]");
        client.loop.runTasks();
        assertThat(second).isCompleted();
    }

    @Test
    void sendsAgainWhenItHasComeBack() {
        retrying();
        CompletableFuture<Payload> first = ask("a");
        client.socket.emit("b");
        client.takeSent();
        client.cut();
        client.advance(1000);
        client.letIn("s2");
        assertThat(client.takeSent()).containsExactly("40", "421[\"a\"]");
        client.receive("431[]");
        client.loop.runTasks();
        assertThat(first).isCompleted();
        assertThat(client.takeSent()).containsExactly("422[\"b\"]");
    }

    @Test
    void refusesVeryManyAtOnce() {
        client = ManualClient.socketIo(options -> options.retries(2).bufferEvents(100_000));
        byte[] tooLarge = new byte[1001];
        for (int i = 0; i < 10_000; i++) {
            client.socket.emit("a", tooLarge, i);
        }
        client.socket.emit("b");
        client.connected();
        assertThat(client.socket.dropped()).isEqualTo(10_000);
        client.receive("4310000[]");
        assertThat(client.socket.buffered()).isZero();
    }

    @Test
    void doesNotDropWhatIsOnItsWay() {
        client = ManualClient.socketIo(options -> options.bufferEvents(2)
                        .bufferPolicy(BufferPolicy.DROP_OLDEST)
                        .retries(3))
                .connected();
        CompletableFuture<Payload> first = ask("a");
        CompletableFuture<Payload> second = ask("b");
        client.socket.emit("c");
        client.loop.runTasks();
        fails(second, BufferFullException.class);
        assertThat(client.socket.dropped()).isEqualTo(1);
        assertThat(client.takeSent()).containsExactly("420[\"a\"]");
        client.receive("430[]");
        assertThat(first).isCompleted();
        assertThat(client.takeSent()).containsExactly("421[\"c\"]");
    }

    @Test
    void triesNothingThatTheServerDoesNotTakeNow() {
        retrying();
        client.webSocket().buffered = 2 << 20;
        CompletableFuture<Payload> answer = ask("a");
        client.advance(20_000);
        assertThat(answer).isNotDone();
        client.webSocket().buffered = 0;
        client.loop.turn(() -> client.webSocket().listener.onWritable());
        assertThat(client.takeSent()).containsExactly("420[\"a\"]");
        client.receive("430[]");
        assertThat(answer).isCompleted();
    }

    @Test
    void sendsNothingThatItsCallerHasGivenUp() {
        for (int retries = 0; retries < 2; retries++) {
            int most = retries;
            client = ManualClient.socketIo(options -> options.retries(most).maxPendingAcks(1));
            CompletableFuture<Payload> given = ask("a");
            CompletableFuture<Payload> kept = ask("b");
            given.cancel(false);
            client.connected();
            client.receive("430[]");
            assertThat(kept).isCompleted();
            assertThat(client.socket.buffered()).isZero();
            CompletableFuture<Payload> asked = ask("c");
            asked.cancel(false);
            client.loop.runTasks();
            if (most == 0) {
                ask("d");
                assertThat(client.takeSent()).containsExactly("421[\"c\"]", "422[\"d\"]");
            }
        }
    }

    @Test
    void doesNotRetryVolatileEvents() {
        retrying();
        client.socket.asVolatile().emit("a");
        assertThat(client.takeSent()).containsExactly("42[\"a\"]");
    }

    @Test
    void failsWhatItWouldRetryWhenItIsClosed() {
        retrying();
        CompletableFuture<Payload> first = ask("a");
        CompletableFuture<Payload> second = ask("b");
        client.socket.close();
        fails(first, DisconnectedException.class);
        fails(second, DisconnectedException.class);
        assertThat(client.socket.buffered()).isZero();
    }
}
