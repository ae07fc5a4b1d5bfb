package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.maru.server.engine.CloseReason;
import io.maru.server.engine.EngineOptions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How sockets end, and the reason that each end has. */
class DisconnectTest extends ServerFixture {

    private final List<String> reasons = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    private void serveEnds() {
        serveEnds(engine -> {});
    }

    private void serveEnds(Consumer<EngineOptions.Builder> options) {
        MaruServer server = serve(all -> all.engine(engine -> options.accept(engine.maxBufferedBytes(10_000))));
        Handler<Socket> noting = socket -> {
            socket.onDisconnecting(reason -> reasons.add(socket.namespace() + " disconnecting"));
            socket.onDisconnect(reason -> reasons.add(socket.namespace() + " " + reason.text()));
            sockets.add(socket);
        };
        server.onConnection(noting);
        server.of("/a").onConnection(noting);
        start();
    }

    private void expectEnd(BiConsumer<WireClient, Socket> end, DisconnectReason reason) {
        serveEnds();
        expectEndOfOne(end, reason);
    }

    private void expectEndOfOne(BiConsumer<WireClient, Socket> end, DisconnectReason reason) {
        WireClient client = socketIo();
        await().until(() -> sockets.size() == 1);
        end.accept(client, sockets.get(0));
        await().until(() -> reasons.size() == 2);
        assertThat(reasons).containsExactly("/ disconnecting", "/ " + reason.text());
    }

    @Test
    void clientNamespaceDisconnect() {
        expectEnd((client, socket) -> client.send("41"), DisconnectReason.CLIENT_NAMESPACE_DISCONNECT);
    }

    @Test
    void serverNamespaceDisconnect() {
        expectEnd((client, socket) -> socket.disconnect(), DisconnectReason.SERVER_NAMESPACE_DISCONNECT);
    }

    @Test
    void serverNamespaceDisconnectThatCloses() {
        expectEnd((client, socket) -> socket.disconnect(true), DisconnectReason.SERVER_NAMESPACE_DISCONNECT);
    }

    @Test
    void transportCloseByACut() {
        expectEnd((client, socket) -> client.cut(), DisconnectReason.TRANSPORT_CLOSE);
    }

    @Test
    void transportCloseByACloseFrame() {
        expectEnd((client, socket) -> client.sendClose(1000), DisconnectReason.TRANSPORT_CLOSE);
    }

    @Test
    void transportError() {
        expectEnd((client, socket) -> client.send("2"), DisconnectReason.TRANSPORT_ERROR);
    }

    @Test
    void parseError() {
        expectEnd((client, socket) -> client.send("7"), DisconnectReason.PARSE_ERROR);
    }

    @Test
    void parseErrorByAnEmptyText() {
        expectEnd((client, socket) -> client.send(""), DisconnectReason.PARSE_ERROR);
    }

    @Test
    void pingTimeout() {
        serveEnds(engine -> engine.pingInterval(Duration.ofSeconds(1)).pingTimeout(Duration.ofMillis(200)));
        expectEndOfOne(
                (client, socket) -> {
                    client.expect("2");
                    assertThat(client.closed()).isEqualTo(1005);
                },
                DisconnectReason.PING_TIMEOUT);
    }

    @Test
    void forcedClose() {
        expectEnd((client, socket) -> client.send("42[oops]"), DisconnectReason.FORCED_CLOSE);
    }

    @Test
    void serverShuttingDown() {
        expectEnd((client, socket) -> server().stop(Duration.ofSeconds(5)), DisconnectReason.SERVER_SHUTTING_DOWN);
    }

    @Test
    void slowConsumer() {
        expectEnd(
                (client, socket) -> {
                    String big = "x".repeat(900_000);
                    for (int i = 0; i < 20; i++) {
                        socket.emit("big", big);
                    }
                },
                DisconnectReason.SLOW_CONSUMER);
        assertThat(server().stats().slowConsumers()).isEqualTo(1);
    }

    /** Nothing above closes a session so while it has sockets: they leave before. */
    @ParameterizedTest
    @EnumSource
    void everyEndOfASessionHasAReason(CloseReason reason) {
        DisconnectReason expected = switch (reason) {
            case TRANSPORT_CLOSE -> DisconnectReason.TRANSPORT_CLOSE;
            case TRANSPORT_ERROR -> DisconnectReason.TRANSPORT_ERROR;
            case PARSE_ERROR -> DisconnectReason.PARSE_ERROR;
            case PING_TIMEOUT -> DisconnectReason.PING_TIMEOUT;
            case FORCED_CLOSE, CONNECT_TIMEOUT, REFUSED -> DisconnectReason.FORCED_CLOSE;
            case SERVER_CLOSE -> DisconnectReason.FORCED_SERVER_CLOSE;
            case SERVER_SHUTDOWN, SERVER_RESTART -> DisconnectReason.SERVER_SHUTTING_DOWN;
            case SLOW_CONSUMER -> DisconnectReason.SLOW_CONSUMER;
            case IDLE_TIMEOUT -> DisconnectReason.IDLE_TIMEOUT;
            case LIFETIME_OVER -> DisconnectReason.LIFETIME_OVER;
            case EXPIRED -> DisconnectReason.EXPIRED;
            case TOO_MANY_MESSAGES -> DisconnectReason.TOO_MANY_MESSAGES;
            case OVERLOADED -> DisconnectReason.SERVER_OVERLOADED;
        };
        assertThat(DisconnectReason.of(reason)).isEqualTo(expected);
    }

    @Test
    void reasonsHaveTheWordsOfSocketIo() {
        assertThat(EnumSet.allOf(DisconnectReason.class))
                .extracting(DisconnectReason::text)
                .containsExactly(
                        "client namespace disconnect",
                        "server namespace disconnect",
                        "transport close",
                        "transport error",
                        "parse error",
                        "ping timeout",
                        "forced close",
                        "forced server close",
                        "server shutting down",
                        "slow consumer",
                        "idle timeout",
                        "lifetime over",
                        "expired",
                        "too many messages",
                        "server overloaded");
    }

    @Test
    void keepsOtherNamespacesWhenItIsSentOutOfOne() {
        serveEnds();
        WireClient client = socketIo();
        connected(client.send("40/a,").text());
        await().until(() -> sockets.size() == 2);
        sockets.get(0).disconnect(false);
        client.expect("41");
        client.send("42/a,1[\"fence\"]").expect("43/a,1[]");
        assertThat(reasons).containsExactly("/ disconnecting", "/ server namespace disconnect");
        connect(client, "40");
        fence(client);
    }

    @Test
    void tellsEveryNamespaceAndClosesWhenItIsSentAway() {
        serveEnds();
        WireClient client = socketIo();
        connected(client.send("40/a,").text());
        await().until(() -> sockets.size() == 2);
        sockets.get(1).disconnect(true);
        client.expectAnyOrder("41", "41/a,");
        assertThat(client.closed()).isEqualTo(1005);
        await().until(() -> reasons.size() == 4);
        assertThat(Set.copyOf(reasons))
                .containsExactlyInAnyOrder(
                        "/ disconnecting",
                        "/ server namespace disconnect",
                        "/a disconnecting",
                        "/a server namespace disconnect");
        await().until(() -> server().stats().clients() == 0);
    }

    @Test
    void sendsWhatWasEmittedBefore() {
        serveEnds();
        WireClient client = socketIo();
        await().until(() -> sockets.size() == 1);
        sockets.get(0).emit("last", "words");
        sockets.get(0).disconnect(true);
        sockets.get(0).emit("too late");
        client.expect("42[\"last\",\"words\"]", "41");
        assertThat(client.closed()).isEqualTo(1005);
    }

    @Test
    void endsAPlainClientWith1000() {
        serveEnds();
        for (boolean close : new boolean[] {false, true}) {
            sockets.clear();
            reasons.clear();
            WireClient client = plain();
            await().until(() -> sockets.size() == 1);
            sockets.get(0).emit("bye");
            sockets.get(0).disconnect(close);
            client.expect("{\"type\":\"bye\"}".replace("}", ",\"args\":[]}"));
            assertThat(client.closed()).isEqualTo(1000);
            await().until(() -> reasons.size() == 2);
            assertThat(reasons).containsExactly("/ disconnecting", "/ server namespace disconnect");
        }
    }

    @Test
    void tellsAPlainClientTheWordsOfTheApplication() {
        serveEnds();
        WireClient client = plain();
        await().until(() -> sockets.size() == 1);
        sockets.get(0).emit("bye");
        sockets.get(0).disconnect("자리 비움");
        client.expect("{\"type\":\"bye\",\"args\":[]}");
        assertThat(client.closeFrame()).isEqualTo(new WireClient.Closed(1000, "자리 비움"));
        await().until(() -> reasons.size() == 2);
        assertThat(reasons).containsExactly("/ disconnecting", "/ server namespace disconnect");
    }

    @Test
    void hasNoPlaceForWordsToASocketIoClient() {
        serveEnds();
        WireClient client = socketIo();
        connected(client.send("40/a,").text());
        await().until(() -> sockets.size() == 2);
        sockets.get(0).disconnect("words");
        client.expect("41");
        client.send("42/a,1[\"fence\"]").expect("43/a,1[]");
    }

    @Test
    void refusesWordsThatNoCloseFrameCanHold() {
        serveEnds();
        plain();
        await().until(() -> sockets.size() == 1);
        assertThatThrownBy(() -> sockets.get(0).disconnect("가".repeat(42)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(sockets.get(0).isConnected()).isTrue();
    }

    @Test
    void isHeardOfAfterTheEventsThatCameBefore() {
        serveEnds();
        server().onConnection(socket -> socket.on("x", event -> reasons.add("x")));
        WireClient client = socketIo();
        client.send("42[\"x\"]", "42[\"x\"]", "41");
        await().until(() -> reasons.size() == 4);
        assertThat(reasons).containsExactly("x", "x", "/ disconnecting", "/ client namespace disconnect");
    }

    @Test
    void isHeardByTheOthersThoughAHandlerThrows() {
        serveEnds();
        server().onConnection(socket -> {
            socket.onDisconnecting(reason -> {
                throw new IllegalStateException("disconnecting");
            });
            socket.onDisconnect(reason -> {
                throw new IllegalStateException("disconnect");
            });
            socket.onDisconnect(reason -> reasons.add("last"));
            socket.emit("ready");
        });
        WireClient client = socketIo();
        client.expect("42[\"ready\"]");
        client.cut();
        await().until(() -> reasons.contains("last"));
        assertThat(errors).extracting(Throwable::getMessage).containsExactly("disconnecting", "disconnect");
        errors.clear();
    }

    @Test
    void comesOnceWhenAHandlerSendsASiblingAway() {
        MaruServer server = serve(options -> options.handlersOnEventLoop().cleanupEmptyChildNamespaces(true));
        Handler<Socket> sendingAway = socket -> {
            sockets.add(socket);
            socket.onDisconnecting(reason -> sockets.stream()
                    .filter(each ->
                            each.handshake().request().equals(socket.handshake().request()))
                    .forEach(Socket::disconnect));
            socket.onDisconnect(reason -> reasons.add(socket.namespace().name()));
        };
        server.onConnection(sendingAway);
        server.of(Pattern.compile("^/dyn")).onConnection(sendingAway);
        start();
        WireClient first = socketIo();
        connect(first, "40/dyn,");
        WireClient second = socketIo("/dyn");
        Namespace dyn = server.of("/dyn");
        await().until(() -> dyn.sockets().size() == 2);
        first.cut();
        await().until(() -> reasons.size() == 2);
        assertThat(reasons).containsExactlyInAnyOrder("/", "/dyn");
        assertThat(server.of("/dyn")).as("it has a socket still").isSameAs(dyn);
        assertThat(dyn.sockets()).containsOnlyKeys(second.id());
    }
}
