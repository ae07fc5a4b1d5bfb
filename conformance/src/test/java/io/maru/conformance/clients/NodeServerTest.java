package io.maru.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.client.ClientOptions;
import io.maru.client.ClientOptions.Transport;
import io.maru.client.ConnectRefusedException;
import io.maru.client.DisconnectReason;
import io.maru.client.MaruClient;
import io.maru.client.Socket;
import io.maru.testkit.Network;
import io.maru.wire.Json;
import io.maru.wire.Payload;
import io.maru.wire.msgpack.MsgpackDialect;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Our client against the official server. */
class NodeServerTest {

    enum Via {
        WEBSOCKET,
        POLLING,
        UPGRADE;

        Transport[] transports() {
            return this == UPGRADE ? Transport.values() : new Transport[] {Transport.valueOf(name())};
        }
    }

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final MaruClient client = MaruClient.create(
            options -> options.reconnectionDelay(Duration.ofMillis(20)).reconnectionDelayMax(Duration.ofMillis(100)));
    private final Queue<Object> heard = new ConcurrentLinkedQueue<>();

    @AfterEach
    void stop() {
        client.close();
    }

    private Socket open(String url, Via via, UnaryOperator<ClientOptions.Builder> change) {
        return client.socket(url, options -> change.apply(options).transports(via.transports()));
    }

    private static byte @Nullable [] bytesOf(Payload echo, int index) {
        Json value = echo.values().get(index).get("bytes");
        return value == null ? null : value.bytes();
    }

    private static Payload get(CompletableFuture<Payload> answer) throws Exception {
        return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @EnumSource
    void talks(Via via) throws Exception {
        try (NodeServer server = new NodeServer()) {
            Socket socket = open(server.url(), via, options -> options.auth(Map.of("token", "x")));
            byte[] all = new byte[256];
            for (int i = 0; i < all.length; i++) {
                all[i] = (byte) i;
            }
            Payload echo = get(socket.emitWithAck("echo", 1, "방 😀", null, Map.of("bytes", all), all));
            assertThat(echo.get(0, Integer.class)).isEqualTo(1);
            assertThat(echo.get(1, String.class)).isEqualTo("방 😀");
            assertThat(bytesOf(echo, 3)).isEqualTo(all);
            assertThat(echo.get(4, byte[].class)).isEqualTo(all);
            assertThat(get(socket.emitWithAck("auth"))).hasToString("[{\"token\":\"x\"}]");

            socket.on("question", event -> event.ack().send(event.get(0, Integer.class), event.get(1, byte[].class)));
            Payload asked = get(socket.emitWithAck("ask me"));
            assertThat(asked.get(0, Integer.class)).isEqualTo(7);

            socket.on("back", Integer.class, it -> heard.add(it));
            for (int i = 0; i < 1000; i++) {
                socket.emit("back", i);
            }
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(heard).hasSize(1000));
            assertThat(List.copyOf(heard))
                    .isEqualTo(IntStream.range(0, 1000).boxed().toList());
            String transport = via == Via.POLLING ? "polling" : "websocket";
            await().untilAsserted(() ->
                    assertThat(get(socket.emitWithAck("transport"))).hasToString("[\"" + transport + "\"]"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void staysWhileTheServerPingsAndHearsOfIt(Via via) throws Exception {
        try (NodeServer server = new NodeServer("pings")) {
            Socket socket = open(server.url(), via, options -> options);
            socket.manager().onPing(manager -> heard.add("ping"));
            socket.onDisconnect((reason, details) -> heard.add(reason));
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(heard).hasSizeGreaterThanOrEqualTo(4));
            assertThat(heard).containsOnly("ping");
        }
    }

    @ParameterizedTest
    @EnumSource
    void isInSeveralNamespaces(Via via) throws Exception {
        try (NodeServer server = new NodeServer()) {
            Socket main = open(server.url(), via, options -> options);
            Socket admin = open(server.url() + "/admin", via, options -> options);
            assertThat(admin.manager()).isSameAs(main.manager());
            assertThat(get(admin.emitWithAck("echo", "a", new byte[] {1})).get(0, String.class))
                    .isEqualTo("a");
            get(main.emitWithAck("echo"));
            Socket guarded = open(server.url() + "/guarded", via, options -> options);
            guarded.onConnectError(heard::add);
            await().untilAsserted(() -> assertThat(heard).isNotEmpty());
            assertThat(heard.peek()).isInstanceOfSatisfying(ConnectRefusedException.class, e -> {
                assertThat(e).hasMessage("no entry");
                assertThat(e.data().orElseThrow()).hasToString("{\"code\":7,\"why\":[\"a\",\"b\"]}");
            });
            Socket nowhere = open(server.url() + "/nowhere", via, options -> options);
            nowhere.onConnectError(e -> heard.add(String.valueOf(e.getMessage())));
            await().untilAsserted(() -> assertThat(heard).contains("Invalid namespace"));
            assertThat(nowhere.isActive()).isFalse();
            assertThat(get(main.emitWithAck("echo", 1))).hasToString("[1]");
        }
    }

    @ParameterizedTest
    @EnumSource
    void comesBackUnlessItIsSentAway(Via via) throws Exception {
        try (NodeServer server = new NodeServer()) {
            Socket socket = open(
                    server.url(),
                    via,
                    options -> options.setup(it -> it.onConnect(me -> heard.add("connect"))
                            .onDisconnect((reason, details) -> heard.add(reason))));
            get(socket.emitWithAck("echo"));
            await().untilAsserted(() -> assertThat(heard).hasSize(1));
            socket.emit("cut me");
            await().untilAsserted(() -> assertThat(heard).hasSize(3));
            assertThat(List.copyOf(heard)).containsExactly("connect", DisconnectReason.TRANSPORT_CLOSE, "connect");
            socket.emit("leave me");
            await().untilAsserted(() -> assertThat(heard).contains(DisconnectReason.IO_SERVER_DISCONNECT));
            assertThat(socket.isActive()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void comesBackToItsSession(Via via) throws Exception {
        try (NodeServer server = new NodeServer("recovery");
                Network network = Network.to(server.port())) {
            Socket speaker = client.socket(server.url());
            Socket socket = open("http://127.0.0.1:" + network.port(), via, options -> options);
            socket.on("said", Integer.class, it -> heard.add(it));
            get(socket.emitWithAck("join", "room"));
            String id = socket.id();
            int next = 0;
            for (int round = 0; round < 3; round++) {
                get(speaker.emitWithAck("say", "room", next++));
                int before = next;
                await().atMost(PATIENCE).untilAsserted(() -> assertThat(heard).hasSize(before));
                network.takeDown();
                // who is back before the server has noticed that he was away begins anew
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(get(speaker.emitWithAck("members", "room")))
                                .hasToString("[0]"));
                get(speaker.emitWithAck("say", "room", next++));
                network.restore();
                int all = next;
                await().atMost(PATIENCE).untilAsserted(() -> assertThat(heard).hasSize(all));
                assertThat(socket.isRecovered()).isTrue();
                assertThat(socket.id()).isEqualTo(id);
            }
            assertThat(List.copyOf(heard))
                    .isEqualTo(IntStream.range(0, next).boxed().toList());
        }
    }

    @ParameterizedTest
    @EnumSource
    void speaksMessagePack(Via via) throws Exception {
        try (NodeServer server = new NodeServer("msgpack")) {
            Socket socket = open(server.url(), via, options -> options.parser(MsgpackDialect::new));
            Payload echo = get(socket.emitWithAck("echo", Map.of("bytes", new byte[] {1, 2}), 1.5, -7, "방"));
            assertThat(bytesOf(echo, 0)).containsExactly(1, 2);
            assertThat(echo.get(1, Double.class)).isEqualTo(1.5);
            assertThat(echo.get(2, Integer.class)).isEqualTo(-7);
            assertThat(echo.get(3, String.class)).isEqualTo("방");
            Socket guarded = open(server.url() + "/guarded", via, options -> options.parser(MsgpackDialect::new));
            guarded.onConnectError(e -> heard.add(String.valueOf(e.getMessage())));
            await().untilAsserted(() -> assertThat(heard).contains("no entry"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void postsNoMoreAtOnceThanTheServerTakes(Via via) throws Exception {
        try (NodeServer server = new NodeServer()) {
            Socket socket = open(server.url(), via, options -> options);
            socket.on("back", String.class, it -> heard.add(it.length()));
            socket.onDisconnect((reason, details) -> heard.add(reason));
            for (int i = 0; i < 30; i++) {
                socket.emit("back", "x".repeat(100_000));
            }
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(heard).hasSizeGreaterThanOrEqualTo(30));
            assertThat(heard).containsOnly(100_000);
        }
    }

    @Test
    void triesAgainUntilItIsAnswered() throws Exception {
        try (NodeServer server = new NodeServer()) {
            Socket socket =
                    client.socket(server.url(), options -> options.retries(5).ackTimeout(Duration.ofMillis(200)));
            CompletableFuture<Payload> third = socket.emitWithAck("third time");
            CompletableFuture<Payload> behind = socket.emitWithAck("echo", 1);
            assertThat(get(third).get(0, Integer.class)).isGreaterThanOrEqualTo(3);
            assertThat(get(behind)).hasToString("[1]");
        }
    }

    @Test
    void bringsCookiesAndHeaders() throws Exception {
        try (NodeServer server = new NodeServer("cookie")) {
            Socket socket = client.socket(server.url(), options -> options.extraHeader("x-test", "yes"));
            assertThat(get(socket.emitWithAck("header", "x-test"))).hasToString("[\"yes\"]");
            assertThat(get(socket.emitWithAck("cookie"))).hasToString("[null]");
            socket.onDisconnect((reason, details) -> heard.add(reason));
            socket.emit("cut me");
            await().until(() -> !heard.isEmpty() && socket.isConnected());
            assertThat(get(socket.emitWithAck("cookie")).get(0, String.class)).startsWith("io=");
        }
    }

    @Test
    void takesWhatIsCompressed() throws Exception {
        try (NodeServer server = new NodeServer("deflate")) {
            Socket socket = open(server.url(), Via.WEBSOCKET, options -> options.compression(true));
            String text = "abc".repeat(10_000);
            for (int i = 0; i < 10; i++) {
                assertThat(get(socket.emitWithAck("echo", text)).get(0, String.class))
                        .isEqualTo(text);
            }
        }
    }

    @Test
    void comesBackToAServerThatStartsAgain() throws Exception {
        Socket socket;
        try (NodeServer server = new NodeServer();
                CuttableProxy proxy = new CuttableProxy(server.port())) {
            socket = client.socket("http://127.0.0.1:" + proxy.port());
            get(socket.emitWithAck("echo"));
        }
        await().until(() -> !socket.isConnected());
        assertThat(socket.isActive()).isTrue();
    }
}
