package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.maru.server.ServerStats.SessionKind;
import io.maru.server.engine.CloseReason;
import io.maru.server.engine.ConnectionError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** What observers hear, and what the figures say. */
class ServerObserverTest extends ServerFixture {

    private final Queue<String> heard = new ConcurrentLinkedQueue<>();

    /** Writes down what it hears. */
    private final class Recording implements ServerObserver {
        @Override
        public void attached(MaruServer server) {
            heard.add("attached " + server.health().state());
        }

        @Override
        public void sessionOpened(String dialect, String transport) {
            heard.add("opened " + dialect + " " + transport);
        }

        @Override
        public void sessionUpgraded(String dialect) {
            heard.add("upgraded " + dialect);
        }

        @Override
        public void sessionClosed(String dialect, String transport, CloseReason reason) {
            heard.add("closed " + dialect + " " + transport + " " + reason);
        }

        @Override
        public void socketEntered(Socket socket) {
            heard.add("entered " + socket.namespace());
        }

        @Override
        public void socketLeft(Socket socket, DisconnectReason reason) {
            heard.add("left " + socket.namespace() + " " + reason);
        }

        @Override
        public void connectRefused(String namespace, String message) {
            heard.add("refused " + namespace + " " + message);
        }

        @Override
        public void eventReceived(Socket socket, String event, long bytes) {
            if (!event.equals("fence")) {
                heard.add("received " + event + " " + bytes);
            }
        }

        @Override
        public void eventHandled(Socket socket, String event, int handlers, long nanos, @Nullable Throwable failure) {
            if (!event.equals("fence")) {
                assertThat(nanos).isNotNegative();
                heard.add(
                        "handled " + event + " by " + handlers + (failure == null ? "" : ", " + failure.getMessage()));
            }
        }

        @Override
        public void broadcast(Namespace namespace, String event, int recipients, long bytes) {
            heard.add("broadcast " + namespace + " " + event + " to " + recipients + ", " + bytes);
        }

        @Override
        public void answered(Socket socket, long nanos) {
            assertThat(nanos).isPositive();
            heard.add("answered");
        }

        @Override
        public void dropped(Drop cause) {
            heard.add("dropped " + cause);
        }

        @Override
        public void connectionError(ConnectionError error) {
            heard.add("error " + error.error());
        }

        @Override
        public void loopBlocked(int loop, long nanos, StackTraceElement[] stack) {
            heard.add("blocked " + loop + " " + Arrays.toString(stack).contains("ServerObserverTest"));
        }
    }

    private MaruServer observed(Threads threads) {
        return serve(options -> {
            threads.accept(options);
            options.observer(new Recording());
        });
    }

    private List<String> take() {
        List<String> all = new ArrayList<>(heard);
        heard.clear();
        return all;
    }

    /** Waits until these were heard, in whatever order threads brought about, and nothing else. */
    private void expect(String... events) {
        await().untilAsserted(() -> assertThat(heard).containsExactlyInAnyOrder(events));
        heard.clear();
    }

    @ParameterizedTest
    @EnumSource
    void hearTheLifeOfASocket(Threads threads) {
        observed(threads).onConnection(socket -> {
            socket.on("ok", event -> {});
            socket.on("ok", event -> {});
            socket.on("bad", event -> {
                throw new IllegalStateException("no good");
            });
        });
        expect("attached CREATED");
        start();
        WireClient client = socketIo();
        assertThat(take()).containsExactly("opened socket.io websocket", "entered /");
        client.send("42[\"ok\",[1,2]]", "42[\"bad\"]", "42[\"unheard\"]");
        expect(
                "received ok 5",
                "handled ok by 2",
                "received bad 0",
                "handled bad by 1, no good",
                "received unheard 0",
                "handled unheard by 0");
        assertThat(theError()).hasMessage("no good");
        client.send("41");
        expect("left / CLIENT_NAMESPACE_DISCONNECT");
        client.close();
        expect("closed socket.io websocket TRANSPORT_CLOSE");
    }

    @ParameterizedTest
    @EnumSource
    void hearBroadcastsOnceWithAllWhomTheyAddress(Threads threads) {
        observed(threads);
        start();
        for (int i = 0; i < 4; i++) {
            socketIo();
            fencePlain(plain());
        }
        await().until(() -> server().main().sockets().size() == 8);
        server().main().socketsJoin("r");
        await().until(() -> server().main().roomSize("r") == 8);
        heard.clear();
        server().main().emit("all", "12345");
        expect("broadcast / all to 8, 7");
        server().to("r").emit("some", 1);
        expect("broadcast / some to 8, 1");
        server().to("nobody").emit("none");
        expect("broadcast / none to 0, 0");
        get(server().main().timeout(Duration.ofMillis(1)).request("ask"));
        expect("broadcast / ask to 8, 0");
    }

    @Test
    void hearAnswersAndDrops() {
        observed(Threads.ONE_LOOP);
        start();
        WireClient client = socketIo();
        Socket socket = server().main().sockets().values().iterator().next();
        heard.clear();
        CompletableFuture<?> answer = socket.request("ask");
        client.expect("420[\"ask\"]").send("430[]");
        get(answer);
        expect("answered");
        client.send("4x");
        expect("dropped REFUSED_PACKET", "left / FORCED_CLOSE", "closed socket.io websocket FORCED_CLOSE");
        socket.emit("late");
        expect("dropped GONE");
        assertThat(server().stats().droppedGone()).isEqualTo(1);
        assertThat(server().stats().refusedPackets()).isEqualTo(1);
        assertThat(server().stats().drops())
                .isEqualTo(Map.of(Drop.GONE, 1L, Drop.VOLATILE, 0L, Drop.SLOW_CONSUMER, 0L, Drop.REFUSED_PACKET, 1L));
    }

    @Test
    void hearWhoIsNotLetIn() {
        observed(Threads.ONE_LOOP).of("/vip").use(socket -> {
            throw new ConnectRefusedException("no vip");
        });
        start();
        WireClient client = engineIo();
        heard.clear();
        client.send("40/vip,", "40/nowhere,");
        expect("refused /vip no vip", "refused /nowhere Invalid namespace");
        HttpAnswer.get(port(), "/socket.io/?EIO=4&transport=polling&sid=unknown");
        HttpAnswer.get(port(), "/socket.io/?EIO=4&transport=pigeon");
        expect("error UNKNOWN_SESSION", "error UNKNOWN_TRANSPORT");
    }

    @Test
    void countSessionsThroughTheirUpgrade() {
        observed(Threads.ONE_LOOP);
        start();
        WireClient webSocket = upgraded(PollingClient.open(port()));
        expect("attached CREATED", "opened socket.io polling", "upgraded socket.io");
        plain();
        PollingClient.open(port());
        await().untilAsserted(() -> assertThat(server().stats().sessions())
                .isEqualTo(Map.of(
                        new SessionKind("socket.io", "websocket"), 1,
                        new SessionKind("socket.io", "polling"), 1,
                        new SessionKind("json", "websocket"), 1)));
        await().until(() -> server().stats().clients() == 3);
        webSocket.close();
        await().until(() -> server().stats().clients() == 2);
        assertThat(server().stats().sessions()).containsEntry(new SessionKind("socket.io", "websocket"), 0);
    }

    private WireClient upgraded(PollingClient polling) {
        WireClient webSocket = open("/socket.io/?EIO=4&transport=websocket&sid=" + polling.sid());
        webSocket.send("2probe").expect("3probe").send("5");
        await().until(() -> heard.contains("upgraded socket.io"));
        return webSocket;
    }

    @Test
    void countBytesAndRooms() {
        MaruServer server = serve();
        server.onConnection(socket -> socket.on("join", event -> {
            socket.join("r" + event.args().get(0));
            event.ack().send();
        }));
        server.of("/a").onConnection(socket -> socket.join("in a"));
        start();
        WireClient client = socketIo();
        client.send("420[\"join\",1]").expect("430[]").send("420[\"join\",2]").expect("430[]");
        connect(client, "40/a,");
        await().until(() -> server.stats().rooms() == 3);
        assertThat(server.stats().sockets()).isEqualTo(2);
        long before = server.stats().receivedBytes();
        client.send("4299[\"fence\"]").expect("4399[]");
        assertThat(server.stats().receivedBytes() - before).isEqualTo(6 + "4299[\"fence\"]".length());
        assertThat(server.stats().webSockets()).isEqualTo(1);
        assertThat(server.stats().httpSentBytes()).isZero();
        PollingClient.open(port()).post("40");
        await().untilAsserted(
                        () -> assertThat(server.stats().httpReceivedBytes()).isEqualTo(2));
        assertThat(server.stats().httpSentBytes()).isBetween(300L, 2000L);
        client.close();
        await().until(() -> server.stats().webSockets() == 0);
        await().until(() -> server.stats().rooms() == 0);
    }

    @ParameterizedTest
    @EnumSource(names = {"ONE_LOOP", "THREE_LOOPS"})
    void addUpWhatWaitsForSlowClients(Threads threads) {
        MaruServer server = serve(threads);
        assertThat(server.queuedBytes()).isZero();
        start();
        PollingClient.open(port()).post("40");
        PollingClient.open(port()).post("40");
        await().until(() -> server.main().sockets().size() == 2);
        long greeting = server.queuedBytes();
        server.main().emit("x", "y".repeat(1000));
        await().untilAsserted(() -> assertThat(server.queuedBytes() - greeting).isBetween(2000L, 3000L));
        get(server.stop(Duration.ofSeconds(5)));
        assertThat(server.queuedBytes()).isZero();
    }

    @Test
    void hearOfHandlersThatHoldALoop() {
        serve(options -> options.handlersOnEventLoop()
                        .slowHandler(Duration.ofMillis(20))
                        .observer(new Recording()))
                .onConnection(socket -> socket.on("block", event -> {
                    while (!heard.contains("blocked 0 true")) {
                        Thread.onSpinWait();
                    }
                }));
        start();
        WireClient client = socketIo();
        client.send("42[\"block\"]");
        fence(client);
        assertThat(heard).contains("blocked 0 true");
    }

    @Test
    void mayFailWithoutHarmAndAreLoggedOnce() {
        Logger logger = (Logger) LoggerFactory.getLogger(MaruServer.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            serve(options -> options.observer(new ServerObserver() {
                                @Override
                                public void eventReceived(Socket socket, String event, long bytes) {
                                    throw new IllegalStateException("observer");
                                }

                                @Override
                                public void socketEntered(Socket socket) {
                                    throw new AssertionError("observer");
                                }
                            })
                            .observer(new Recording()))
                    .onConnection(socket -> socket.on("a", event -> event.ack().send()));
            start();
            WireClient client = socketIo();
            client.send("420[\"a\"]").expect("430[]").send("420[\"a\"]").expect("430[]");
            assertThat(log.list)
                    .filteredOn(event -> event.getFormattedMessage().startsWith("the observer "))
                    .hasSize(1);
            assertThat(heard).contains("entered /", "received a 0");
        } finally {
            logger.detachAppender(log);
        }
    }
}
