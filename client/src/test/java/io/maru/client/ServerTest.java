package io.maru.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.client.ClientOptions.Transport;
import io.maru.server.MaruServer;
import io.maru.server.RecoveryOptions;
import io.maru.server.ServerOptions;
import io.maru.wire.Json;
import io.maru.wire.Payload;
import io.maru.wire.msgpack.MsgpackDialect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client against our own server, over every transport. */
class ServerTest {

    enum Way {
        WEBSOCKET,
        POLLING,
        UPGRADE,
        PLAIN;

        Socket open(MaruClient client, int port, String path, UnaryOperator<ClientOptions.Builder> change) {
            String address = "://127.0.0.1:" + port + path;
            return switch (this) {
                case WEBSOCKET ->
                    client.socket(
                            "http" + address, options -> change.apply(options).transports(Transport.WEBSOCKET));
                case POLLING ->
                    client.socket(
                            "http" + address, options -> change.apply(options).transports(Transport.POLLING));
                case UPGRADE -> client.socket("http" + address, change);
                case PLAIN -> client.plainSocket("ws" + address, change);
            };
        }
    }

    private MaruServer server =
            MaruServer.create(options -> options.host("127.0.0.1").port(0));
    private final MaruClient client = MaruClient.create(
            options -> options.reconnectionDelay(Duration.ofMillis(20)).reconnectionDelayMax(Duration.ofMillis(100)));
    private final AtomicInteger entered = new AtomicInteger();
    private final Queue<Object> heard = new ConcurrentLinkedQueue<>();

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private void start(Consumer<ServerOptions.Builder> options) {
        server = MaruServer.create(builder -> {
            builder.host("127.0.0.1").port(0);
            options.accept(builder);
        });
        server.onConnection(socket -> {
            entered.incrementAndGet();
            socket.on("echo", event -> event.ack().send(event.args()));
            socket.on("back", event -> socket.emit("back", event.args()));
            socket.on("join", String.class, (room, ack) -> {
                socket.join(room);
                ack.send();
            });
            socket.on("say", event -> server.to("room").emit("said", event.args()));
            socket.on("leave me", event -> socket.disconnect(true));
            socket.on(
                    "ask me",
                    event -> socket.request("question", 7).thenAccept(answer -> socket.emit("answer", answer)));
            socket.on(
                    "headers",
                    event -> event.ack()
                            .send(socket.handshake().request().headers().get("x-test")));
            socket.on("auth", event -> event.ack().send(socket.handshake().auth()));
        });
        server.start();
    }

    private Socket open(Way way) {
        return way.open(client, server.port(), "/", options -> options);
    }

    private static byte @Nullable [] bytesOf(Payload answer, int index, String field) {
        Json value = answer.values().get(index).get(field);
        return value == null ? null : value.bytes();
    }

    private static Payload get(CompletableFuture<Payload> answer) throws Exception {
        return answer.get(30, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @EnumSource
    void asksAndIsAnswered(Way way) throws Exception {
        start(options -> {});
        Socket socket = open(way);
        assertThat(get(socket.emitWithAck("echo", Map.of("a", 1)))).hasToString("[{\"a\":1}]");
        assertThat(socket.isConnected()).isTrue();
        if (way == Way.UPGRADE) {
            await().untilAsserted(() -> assertThat(socket.manager().transport()).isEqualTo("websocket"));
            assertThat(get(socket.emitWithAck("echo", Map.of("a", 2)))).hasToString("[{\"a\":2}]");
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersTheServer(Way way) {
        start(options -> {});
        Socket socket = open(way);
        socket.on("question", Integer.class, (number, ack) -> ack.send(number + 1));
        socket.on("answer", Integer.class, it -> heard.add(it));
        socket.emit("ask me");
        await().untilAsserted(() -> assertThat(heard).containsExactly(8));
    }

    @ParameterizedTest
    @EnumSource
    void hearsWhatIsSentInOrder(Way way) {
        start(options -> {});
        Socket socket = open(way);
        socket.on("back", Integer.class, it -> heard.add(it));
        for (int i = 0; i < 2000; i++) {
            socket.emit("back", i);
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(heard).hasSize(2000));
        assertThat(List.copyOf(heard))
                .isEqualTo(IntStream.range(0, 2000).boxed().toList());
    }

    @ParameterizedTest
    @EnumSource
    void carriesBytes(Way way) throws Exception {
        start(options -> {});
        Socket socket = open(way);
        byte[] all = new byte[256];
        for (int i = 0; i < 256; i++) {
            all[i] = (byte) i;
        }
        Payload answer = get(socket.emitWithAck("echo", all, Map.of("more", all)));
        if (way == Way.PLAIN) { // several values of an answer are one array there
            assertThat(answer.values().get(0).elements().get(0).as(byte[].class))
                    .isEqualTo(all);
            return;
        }
        assertThat(answer.get(0, byte[].class)).isEqualTo(all);
        assertThat(bytesOf(answer, 1, "more")).isEqualTo(all);
    }

    @ParameterizedTest
    @EnumSource
    void carriesWhatIsLarge(Way way) throws Exception {
        start(options -> {});
        Socket socket = open(way);
        String large = "ä".repeat(200_000);
        for (int i = 0; i < 5; i++) {
            assertThat(get(socket.emitWithAck("echo", large)).get(0, String.class))
                    .isEqualTo(large);
        }
    }

    @ParameterizedTest
    @EnumSource
    void carriesMuchAtOnce(Way way) {
        start(options -> options.engine(engine -> engine.maxBufferedBytes(16 << 20)));
        Socket socket = open(way);
        socket.on("back", String.class, it -> heard.add(it.length()));
        for (int i = 0; i < 60; i++) {
            socket.emit("back", "x".repeat(100_000));
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(heard).hasSize(60));
    }

    @ParameterizedTest
    @ValueSource(strings = {"POLLING", "UPGRADE"})
    void postsNoMoreAtOnceThanTheServerTakes(Way way) {
        start(options -> options.engine(engine -> engine.maxHttpBufferSize(2000)));
        Socket socket = open(way);
        socket.on("back", String.class, it -> heard.add(it));
        for (int i = 0; i < 50; i++) {
            socket.emit("back", "x".repeat(500));
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(heard).hasSize(50));
        assertThat(entered).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource
    void staysAwayWhenTheServerSendsItAway(Way way) {
        start(options -> {});
        Socket socket = open(way);
        socket.onDisconnect((reason, details) -> heard.add(reason));
        socket.emit("leave me");
        await().untilAsserted(() -> assertThat(heard).isNotEmpty());
        DisconnectReason expected =
                way == Way.PLAIN ? DisconnectReason.IO_SERVER_DISCONNECT : DisconnectReason.TRANSPORT_CLOSE;
        assertThat(heard.peek())
                .isIn(expected, DisconnectReason.IO_SERVER_DISCONNECT, DisconnectReason.TRANSPORT_ERROR);
    }

    @ParameterizedTest
    @EnumSource
    void leavesSoThatTheServerHearsOfIt(Way way) throws Exception {
        start(options -> {});
        server.onConnection(socket -> socket.onDisconnect(reason -> heard.add(reason.text())));
        Socket socket = open(way);
        get(socket.emitWithAck("echo"));
        socket.disconnect();
        await().untilAsserted(() -> assertThat(heard)
                .containsExactly(way == Way.PLAIN ? "transport close" : "client namespace disconnect"));
        await().untilAsserted(() -> assertThat(server.stats().clients()).isZero());
        socket.connect();
        get(socket.emitWithAck("echo"));
    }

    @ParameterizedTest
    @EnumSource
    void comesBackWhenItIsCut(Way way) throws Exception {
        start(options -> {});
        try (TestProxy proxy = new TestProxy(TestProxy.Kind.CABLE, server.port())) {
            Socket socket = way.open(
                    client,
                    proxy.port(),
                    "/",
                    options -> options.setup(it -> it.onConnect(me -> heard.add("connect"))));
            for (int i = 1; i <= 3; i++) {
                get(socket.emitWithAck("echo"));
                int times = i;
                await().untilAsserted(() -> assertThat(heard).hasSize(times));
                proxy.cut();
                await().untilAsserted(() -> assertThat(heard).hasSize(times + 1));
                assertThat(socket.isRecovered()).isFalse();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void comesBackToItsSessionAgainAndAgain(Way way) throws Exception {
        // between two polls nothing but a ping tells the server that a client is away
        start(options -> options.recovery(RecoveryOptions.DEFAULTS)
                .engine(engine -> engine.pingInterval(Duration.ofMillis(500)).pingTimeout(Duration.ofSeconds(5))));
        try (TestProxy proxy = new TestProxy(TestProxy.Kind.CABLE, server.port())) {
            AtomicInteger left = new AtomicInteger();
            server.onConnection(it -> it.onDisconnect(reason -> left.incrementAndGet()));
            Socket socket = way.open(client, proxy.port(), "/", options -> options.plainSessions(true));
            socket.on("said", Integer.class, it -> heard.add(it));
            get(socket.emitWithAck("join", "room"));
            String id = socket.id();
            int next = 0;
            for (int round = 0; round < 4; round++) {
                server.to("room").emit("said", next++);
                int before = next;
                await().untilAsserted(() -> assertThat(heard).hasSize(before));
                int times = left.get() + 1;
                proxy.takeDown();
                // who is back before the server has noticed that he was away begins anew
                await().atMost(Duration.ofSeconds(30)).until(() -> left.get() >= times);
                server.to("room").emit("said", next++);
                proxy.restore();
                int all = next;
                await().untilAsserted(() -> assertThat(heard).hasSize(all));
                assertThat(socket.isRecovered()).isTrue();
                assertThat(socket.id()).isEqualTo(id);
            }
            assertThat(List.copyOf(heard))
                    .isEqualTo(IntStream.range(0, next).boxed().toList());
        }
    }

    @ParameterizedTest
    @EnumSource
    void isRefusedWithData(Way way) {
        start(options -> {});
        server.of("/guarded").use(socket -> {
            throw new io.maru.server.ConnectRefusedException("no", Map.of("code", 7));
        });
        Socket socket = way.open(client, server.port(), "/guarded", options -> options.autoConnect(false));
        socket.onConnectError(heard::add).onDisconnect((reason, details) -> heard.add(details.code()));
        socket.connect();
        await().untilAsserted(() -> assertThat(heard).isNotEmpty());
        assertThat(socket.isActive()).isFalse();
        if (way == Way.PLAIN) { // there the server says nothing when it lets somebody in
            assertThat(heard).containsExactly(4403);
        } else {
            assertThat(heard.peek()).isInstanceOfSatisfying(ConnectRefusedException.class, e -> {
                assertThat(e).hasMessage("no");
                assertThat(e.data().orElseThrow()).hasToString("{\"code\":7}");
            });
        }
    }

    @Test
    void sharesOneConnectionAmongNamespaces() throws Exception {
        start(options -> {});
        server.of("/admin")
                .onConnection(socket -> socket.on("echo", event -> event.ack().send("admin")));
        String address = "http://127.0.0.1:" + server.port();
        Socket main = client.socket(address);
        Socket admin = client.socket(address + "/admin", options -> options.auth(Map.of("a", 1)));
        Socket again = client.socket(address + "/admin");
        Socket other = client.socket(address + "/admin", options -> options.forceNew(true));
        assertThat(get(admin.emitWithAck("echo"))).hasToString("[\"admin\"]");
        assertThat(get(main.emitWithAck("echo", 1))).hasToString("[1]");
        get(again.emitWithAck("echo"));
        get(other.emitWithAck("echo"));
        assertThat(main.manager()).isSameAs(admin.manager()).isNotSameAs(again.manager());
        assertThat(other.manager()).isNotSameAs(again.manager());
        assertThat(server.stats().clients()).isEqualTo(3);
        main.close();
        assertThat(get(admin.emitWithAck("echo"))).hasToString("[\"admin\"]");
    }

    @Test
    void sharesNoConnectionAmongOtherOptions() {
        start(options -> {});
        String address = "http://127.0.0.1:" + server.port();
        Socket main = client.socket(address);
        assertThat(client.socket(address + "/a").manager()).isSameAs(main.manager());
        assertThat(client.socket(address + "/b", options -> options.extraHeader("x", "y"))
                        .manager())
                .isNotSameAs(main.manager());
        assertThat(client.socket(address + "/c", options -> options.path("/other"))
                        .manager())
                .isNotSameAs(main.manager());
        assertThat(client.socket(address + "/d", options -> options.multiplex(false))
                        .manager())
                .isNotSameAs(main.manager());
        assertThat(client.socket(address + "/e?token=another").manager()).isNotSameAs(main.manager());
    }

    @Test
    void sharesWhatOthersWithTheSameOptionsHave() {
        start(options -> {});
        String address = "http://127.0.0.1:" + server.port();
        client.socket(address);
        Socket one = client.socket(address + "/a", options -> options.extraHeader("x", "y"));
        Socket same = client.socket(address + "/b", options -> options.extraHeader("x", "y"));
        Socket again = client.socket(address + "/a", options -> options.extraHeader("x", "y"));
        assertThat(same.manager()).isSameAs(one.manager());
        assertThat(again.manager()).isNotSameAs(one.manager());
    }

    @Test
    void saysWhoItIsWhileAHandlerWaits() throws Exception {
        start(options -> {});
        server.of("/b")
                .onConnection(socket -> socket.on(
                        "auth", event -> event.ack().send(socket.handshake().auth())));
        CountDownLatch wait = new CountDownLatch(1);
        Socket one = open(Way.WEBSOCKET);
        one.on("back", event -> wait.await());
        one.emit("back");
        get(one.emitWithAck("echo"));
        Socket asked = client.socket(
                "http://127.0.0.1:" + server.port() + "/b",
                options -> options.transports(Transport.WEBSOCKET).authSupplier(() -> Map.of("a", 1)));
        assertThat(asked.manager()).isSameAs(one.manager());
        assertThat(get(asked.emitWithAck("auth"))).hasToString("[{\"a\":1}]");
        wait.countDown();
    }

    @ParameterizedTest
    @EnumSource
    void sendsHeadersAndQueryAndWhoItIs(Way way) throws Exception {
        start(options -> {});
        Socket socket = way.open(
                client,
                server.port(),
                "/?b=2",
                options -> options.extraHeader("X-Test", "yes").query("a", "1&"));
        server.onConnection(it -> it.on(
                "query",
                event -> event.ack()
                        .send(
                                it.handshake().request().query("a"),
                                it.handshake().request().query("b"))));
        assertThat(get(socket.emitWithAck("headers"))).hasToString("[\"yes\"]");
        if (way != Way.PLAIN) {
            Socket known = way.open(
                    client,
                    server.port(),
                    "/",
                    options -> options.forceNew(true).auth(Map.of("token", "x")));
            assertThat(get(known.emitWithAck("auth"))).hasToString("[{\"token\":\"x\"}]");
        }
    }

    @Test
    void speaksMessagePack() throws Exception {
        start(options -> options.parser(MsgpackDialect::new));
        Socket socket =
                client.socket("http://127.0.0.1:" + server.port(), options -> options.parser(MsgpackDialect::new));
        Payload answer = get(socket.emitWithAck("echo", Map.of("bytes", new byte[] {1, 2}), 1.5));
        assertThat(bytesOf(answer, 0, "bytes")).containsExactly(1, 2);
        assertThat(answer.get(1, Double.class)).isEqualTo(1.5);
        Socket refused = client.socket(
                "http://127.0.0.1:" + server.port() + "/nowhere", options -> options.parser(MsgpackDialect::new));
        refused.onConnectError(e -> heard.add(e.getMessage()));
        await().untilAsserted(() -> assertThat(heard).contains("Invalid namespace"));
        Socket plain = client.plainSocket(
                "ws://127.0.0.1:" + server.port(), options -> options.plainFormat(PlainFormat.MSGPACK));
        assertThat(get(plain.emitWithAck("echo", (Object) new byte[] {1, 2})).get(0, byte[].class))
                .containsExactly(1, 2);
    }

    @Test
    void changesParsersWithAServerThatDoesNotTakeThem() {
        start(options -> {});
        Socket socket = client.socket(
                "http://127.0.0.1:" + server.port(),
                options -> options.parser(MsgpackDialect::new).autoConnect(false));
        socket.onConnectError(e -> heard.add(e.getMessage()));
        socket.connect();
        await().untilAsserted(() -> assertThat(heard).isNotEmpty());
        assertThat(socket.isActive()).isTrue();
    }

    @Test
    void triesPollingWhereWebSocketsDoNotGetThrough() throws Exception {
        start(options -> {});
        try (TestProxy proxy = new TestProxy(TestProxy.Kind.CABLE, server.port())) {
            proxy.refuseWebSockets();
            Socket socket = client.socket(
                    "http://127.0.0.1:" + proxy.port(),
                    options -> options.tryAllTransports(true).transports(Transport.WEBSOCKET, Transport.POLLING));
            get(socket.emitWithAck("echo"));
            assertThat(socket.manager().transport()).isEqualTo("polling");
        }
    }

    @Test
    void goesOnPollingWhereWebSocketsDoNotGetThrough() throws Exception {
        start(options -> {});
        try (TestProxy proxy = new TestProxy(TestProxy.Kind.CABLE, server.port())) {
            proxy.refuseWebSockets();
            Socket socket = client.socket("http://127.0.0.1:" + proxy.port());
            for (int i = 0; i < 50; i++) {
                get(socket.emitWithAck("echo", i));
            }
            assertThat(socket.manager().transport()).isEqualTo("polling");
        }
    }

    @Test
    void beginsWithAWebSocketWhereItHadOne() throws Exception {
        start(options -> {});
        try (TestProxy proxy = new TestProxy(TestProxy.Kind.CABLE, server.port())) {
            Socket socket = client.socket("http://127.0.0.1:" + proxy.port(), options -> options.rememberUpgrade(true));
            get(socket.emitWithAck("echo"));
            await().untilAsserted(() -> assertThat(socket.manager().transport()).isEqualTo("websocket"));
            socket.manager().onOpen(manager -> heard.add(manager.transport()));
            proxy.cut();
            await().untilAsserted(() -> assertThat(heard).containsExactly("websocket"));
        }
    }

    @Test
    void letsHandlersWaitForAnswers() {
        start(options -> {});
        for (int i = 0; i < 12; i++) { // more connections than threads
            Socket socket = client.socket("http://127.0.0.1:" + server.port(), options -> options.forceNew(true));
            socket.on(
                    "back",
                    event -> heard.add(socket.emitWithAck("echo", "x")
                            .get(10, TimeUnit.SECONDS)
                            .toString()));
            socket.emit("back");
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(heard).hasSize(12));
    }

    @Test
    void runsHandlersAndFuturesWhereItIsTold() throws Exception {
        start(options -> {});
        String address = "http://127.0.0.1:" + server.port();
        ExecutorService executor = Executors.newSingleThreadExecutor(task -> new Thread(task, "mine"));
        try {
            Handler<Event> note =
                    event -> heard.add(Thread.currentThread().getName().replaceAll("-.*", ""));
            Socket mine = client.socket(address, options -> options.executor(executor));
            mine.on("back", note).emit("back");
            await().untilAsserted(() -> assertThat(heard).containsExactly("mine"));
            // asked on the only thread that can complete it, so that it is not complete before somebody waits for it
            CompletableFuture.supplyAsync(
                            () -> mine.emitWithAck("echo")
                                    .thenAccept(it ->
                                            heard.add(Thread.currentThread().getName())),
                            executor)
                    .thenCompose(it -> it)
                    .get(10, TimeUnit.SECONDS);
            assertThat(heard).containsExactly("mine", "mine");
            heard.clear();
            Socket onLoop = client.socket(address, options -> options.handlersOnEventLoop());
            onLoop.on("back", event -> heard.add(Thread.currentThread().getName()));
            onLoop.emit("back");
            await().untilAsserted(() -> assertThat(heard).hasSize(1));
            assertThat(String.valueOf(heard.peek())).startsWith("maru-client-loop");
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void tellsWhyItCannotConnect() throws Exception {
        try (java.net.Socket silent = new java.net.Socket()) { // keeps the port, and does not listen
            silent.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Socket socket = client.socket(
                    "http://127.0.0.1:" + silent.getLocalPort(),
                    options -> options.reconnectionAttempts(2).autoConnect(false));
            socket.onConnectError(heard::add);
            socket.manager().onReconnectFailed(it -> heard.add("failed"));
            socket.connect();
            await().untilAsserted(() -> assertThat(heard).contains("failed"));
        }
        assertThat(heard.peek()).isInstanceOf(ConnectionException.class);
        assertThat(((Throwable) heard.peek())).hasMessageStartingWith("the server cannot be reached");
    }

    @Test
    void tellsTheStatusOfAnAnswerThatIsNone() {
        start(options -> {});
        Socket socket = client.socket(
                "http://127.0.0.1:" + server.port(),
                options -> options.path("/wrong").autoConnect(false));
        socket.onConnectError(e -> heard.add(((ConnectionException) e).code()));
        socket.connect();
        await().untilAsserted(() -> assertThat(heard).contains(404));
    }

    @Test
    void failsAnAnswerThatDoesNotCome() {
        start(options -> {});
        Socket socket = client.socket("http://127.0.0.1:" + server.port());
        CompletableFuture<Payload> answer =
                socket.timeout(Duration.ofMillis(50)).emitWithAck("nobody");
        await().until(answer::isDone);
        assertThat(answer)
                .failsWithin(Duration.ZERO)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(java.util.concurrent.TimeoutException.class);
    }

    @Test
    void takesWhatIsCompressed() throws Exception {
        start(options -> options.network(
                network -> network.withDeflate(io.maru.server.netty.DeflateOptions.DEFAULTS.withThreshold(1))));
        Socket socket = client.socket(
                "http://127.0.0.1:" + server.port(),
                options -> options.compression(true).transports(Transport.WEBSOCKET));
        String text = "abc".repeat(10_000);
        assertThat(get(socket.emitWithAck("echo", text)).get(0, String.class)).isEqualTo(text);
    }

    @Test
    void takesNothingLargerThanItsLimit() {
        start(options -> {});
        Socket socket = client.socket(
                "http://127.0.0.1:" + server.port(),
                options -> options.maxMessageBytes(10_000).transports(Transport.WEBSOCKET));
        socket.onDisconnect((reason, details) -> heard.add(reason));
        socket.emit("back", "x".repeat(20_000));
        await().untilAsserted(() -> assertThat(heard).contains(DisconnectReason.PARSE_ERROR));
    }

    @ParameterizedTest
    @EnumSource
    void comesBackWhenTheServerStartsAgain(Way way) throws Exception {
        start(options -> {});
        try (TestProxy proxy = new TestProxy(TestProxy.Kind.CABLE, server.port())) { // nobody else takes its port
            Socket socket = way.open(client, proxy.port(), "/", options -> options);
            get(socket.emitWithAck("echo"));
            server.close();
            await().until(() -> !socket.isConnected());
            socket.emit("back", "kept");
            socket.on("back", String.class, it -> heard.add(it));
            start(options -> {});
            proxy.lead(server.port());
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(heard).containsExactly("kept"));
        }
    }
}
