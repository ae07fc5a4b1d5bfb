package io.maru.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.client.engine.CloseReason;
import io.maru.client.engine.Ending;
import io.maru.wire.Payload;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plain sockets, on a clock by hand. */
class PlainTest {

    private ManualClient client = ManualClient.plain(options -> options);

    private void open(String subprotocol) {
        client.socket.connect();
        client.loop.runTasks();
        accept(subprotocol);
    }

    private void accept(String subprotocol) {
        client.loop.turn(() -> client.webSocket().listener.onOpen(subprotocol));
    }

    private void close(int code, String reason) {
        client.loop.turn(
                () -> client.webSocket().listener.onEnd(new Ending(CloseReason.TRANSPORT_CLOSE, reason, code, null)));
    }

    @Test
    void isConnectedOnceTheWebSocketIsOpen() {
        open("");
        assertThat(client.webSocket().target).isEqualTo("/");
        assertThat(client.webSocket().subprotocols).isEmpty();
        assertThat(client.takeHeard()).containsExactly("connect");
        assertThat(client.takeSent()).isEmpty();
        assertThat(client.socket.id()).isNull();
    }

    @Test
    void speaksTheEnvelope() {
        open("");
        client.takeHeard();
        client.socket.emit("chat", Map.of("message", "Hi"));
        client.socket.emit("sum", 1, 2);
        CompletableFuture<Payload> answer = client.socket.emitWithAck("join", Map.of("roomId", "r1"));
        assertThat(client.takeSent())
                .containsExactly(
                        "{\"type\":\"chat\",\"message\":\"Hi\"}",
                        "{\"type\":\"sum\",\"args\":[1,2]}",
                        "{\"type\":\"join\",\"messageId\":0,\"roomId\":\"r1\"}");
        client.receive(
                "{\"type\":\"callback\",\"messageId\":0,\"data\":{\"success\":true}}",
                "{\"type\":\"chat\",\"message\":\"Ho\"}");
        assertThat(answer).isCompletedWithValueMatching(args -> args.toString().equals("[{\"success\":true}]"));
        assertThat(client.takeHeard()).containsExactly("chat [{\"message\":\"Ho\"}]");
        client.socket.on("ask", event -> event.ack().send(Map.of("ok", 1)));
        client.receive("{\"type\":\"ask\",\"messageId\":3}");
        assertThat(client.takeSent()).containsExactly("{\"type\":\"callback\",\"messageId\":3,\"data\":{\"ok\":1}}");
    }

    @Test
    void goesOnAfterWhatCannotBeRead() {
        open("");
        client.takeHeard();
        client.receive("nonsense", "{\"error\":\"Unknown message type\"}", "{\"type\":\"a\"}");
        assertThat(client.takeHeard()).containsExactly("error Invalid JSON", "error Unknown message type", "a [{}]");
        assertThat(client.socket.isConnected()).isTrue();
    }

    @Test
    void saysWhoItIsInAFirstMessage() {
        client = ManualClient.plain(options -> options.auth(Map.of("token", "x")));
        client.socket.emit("early");
        open("");
        assertThat(client.takeSent()).containsExactly("{\"type\":\"auth\",\"messageId\":0,\"token\":\"x\"}");
        assertThat(client.takeHeard()).isEmpty();
        client.receive("{\"type\":\"callback\",\"messageId\":0,\"data\":{\"success\":true}}");
        assertThat(client.takeHeard()).containsExactly("connect");
        assertThat(client.takeSent()).containsExactly("{\"type\":\"early\",\"args\":[]}");
    }

    @Test
    void staysAwayWhenItIsRefused() {
        client = ManualClient.plain(options -> options.auth(Map.of("token", "wrong")));
        open("");
        client.receive("{\"error\":\"no\"}", "{\"type\":\"callback\",\"messageId\":0,\"data\":{\"error\":\"no\"}}");
        assertThat(client.takeHeard()).containsExactly("connect error no");
        assertThat(client.socket.isActive()).isFalse();
        assertThat(client.webSocket().closed).isEqualTo(1000);
        client.advance(600_000);
        assertThat(client.network.webSockets).hasSize(1);
    }

    @Test
    void forgetsTheQuestionOfAConnectionThatBroke() {
        client = ManualClient.plain(options -> options.auth(Map.of("token", "x")));
        open("");
        client.advance(5_000);
        client.cut();
        client.advance(1000);
        accept("");
        client.receive("{\"type\":\"callback\",\"messageId\":0,\"data\":{\"success\":true}}");
        client.takeHeard();
        client.advance(26_000);
        assertThat(client.takeHeard()).isEmpty();
        assertThat(client.socket.isConnected()).isTrue();
    }

    @Test
    void triesAgainWhenNobodySaysWhetherItMayEnter() {
        client = ManualClient.plain(options -> options.auth(Map.of("token", "x")));
        open("");
        client.advance(30_000);
        assertThat(client.takeHeard()).containsExactly("connect error the server does not answer who this is");
        client.advance(1000);
        assertThat(client.network.webSockets).hasSize(2);
    }

    @Test
    void comesBackToItsSession() {
        client = ManualClient.plain(options ->
                options.plainSessions(true).auth(Map.of("token", "x")).query("a", "b c"));
        open("maru.json.session");
        assertThat(client.webSocket().target).isEqualTo("/?a=b+c");
        assertThat(client.webSocket().subprotocols).containsExactly("maru.json.session", "maru.json");
        assertThat(client.takeSent()).containsExactly("{\"type\":\"session\",\"auth\":{\"token\":\"x\"}}");
        client.receive("{\"type\":\"session\",\"id\":\"i1\",\"offset\":\"3\",\"recovered\":false}");
        client.receive("{\"type\":\"chat\",\"offset\":\"4\",\"message\":\"Hi\"}", "{\"type\":\"ask\",\"messageId\":1}");
        assertThat(client.takeHeard()).containsExactly("connect", "chat [{\"message\":\"Hi\"}]", "ask [{}]");
        assertThat(client.socket.isRecovered()).isFalse();
        client.cut();
        client.advance(1000);
        accept("maru.json.session");
        assertThat(client.takeSent())
                .containsExactly("{\"type\":\"session\",\"id\":\"i1\",\"offset\":\"4\",\"auth\":{\"token\":\"x\"}}");
        client.receive("{\"type\":\"session\",\"id\":\"i1\",\"offset\":\"4\",\"recovered\":true}");
        assertThat(client.socket.isRecovered()).isTrue();
        assertThat(client.socket.id()).isEqualTo("i1");
    }

    @Test
    void asksForASessionWithoutSayingWhoItIs() {
        client = ManualClient.plain(options -> options.plainSessions(true));
        open("maru.json.session");
        assertThat(client.takeSent()).containsExactly("{\"type\":\"session\"}");
    }

    @Test
    void doesWithoutASessionWhereTheServerKeepsNone() {
        client = ManualClient.plain(options -> options.plainSessions(true));
        open("maru.json");
        assertThat(client.takeSent()).isEmpty();
        assertThat(client.takeHeard()).containsExactly("connect");
    }

    @Test
    void comesBackUnlessTheServerHasSentItAway() {
        open("");
        client.takeHeard();
        close(1012, "service restart");
        assertThat(client.takeHeard()).containsExactly("disconnect transport close 1012");
        client.advance(1000);
        accept("");
        client.takeHeard();
        close(1000, "forced server close");
        assertThat(client.takeHeard()).containsExactly("disconnect io server disconnect 1000");
        assertThat(client.socket.isActive()).isFalse();
        client.advance(600_000);
        assertThat(client.network.webSockets).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 4401, 4403})
    void staysAwayByTheCode(int code) {
        open("");
        client.takeHeard();
        close(code, "");
        assertThat(client.takeHeard()).containsExactly("disconnect io server disconnect " + code);
        assertThat(client.socket.isActive()).isFalse();
    }

    @Test
    void comesBackAfterSilence() {
        open("");
        client.takeHeard();
        client.advance(45_000);
        assertThat(client.takeSent()).containsExactly("PING");
        assertThat(client.takeHeard()).containsExactly("disconnect ping timeout");
        client.advance(1000);
        assertThat(client.network.webSockets).hasSize(2);
    }

    @Test
    void asksForMessagePack() {
        client = ManualClient.plain(options -> options.plainFormat(PlainFormat.MSGPACK));
        open("maru.msgpack");
        assertThat(client.webSocket().subprotocols).containsExactly("maru.msgpack");
        client.socket.emit("x", (Object) new byte[] {1, 2});
        assertThat(client.takeSent()).containsExactly("<82a474797065a178a46172677391c4020102>");
    }

    @Test
    void readsNoMoreWhileLongErrorsWait() {
        client = ManualClient.plain(options -> options.maxPendingBytes(10_000));
        open("");
        client.loop.turn(() -> {
            client.webSocket().text("{\"error\":\"" + "x".repeat(4_000) + "\"}");
            assertThat(client.webSocket().reading).isTrue();
            client.webSocket().text("{\"error\":\"" + "x".repeat(4_000) + "\"}");
            assertThat(client.webSocket().reading).isFalse();
        });
        assertThat(client.webSocket().reading).isTrue();
    }
}
