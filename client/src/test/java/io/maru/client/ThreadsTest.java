package io.maru.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.maru.client.ClientOptions.Transport;
import io.maru.server.MaruServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How many threads there are, and when they end. */
class ThreadsTest {

    /** With two descriptors a client in this process, and others beside: raise {@code ulimit -n} for more. */
    private static final int CLIENTS = Integer.getInteger("maru.client.crowd", 1_000);

    private final MaruServer server =
            MaruServer.create(options -> options.host("127.0.0.1").port(0));

    @BeforeEach
    void start() {
        assertThat(threads()).isEmpty();
        server.onConnection(socket -> socket.on("echo", event -> event.ack().send(event.args())));
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
        assertThat(threads()).isEmpty();
    }

    private String address() {
        return "http://127.0.0.1:" + server.port();
    }

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith("maru-client"))
                .collect(Collectors.toSet());
    }

    @Test
    void aCrowdSharesAFewThreads() throws Exception {
        AtomicInteger connected = new AtomicInteger();
        try (MaruClient client = MaruClient.create(options -> options.loops(2)
                .forceNew(true)
                .setup(socket -> socket.onConnect(it -> connected.incrementAndGet()))
                .timeout(Duration.ofMinutes(2))
                .ackTimeout(Duration.ofMinutes(2))
                .transports(Transport.WEBSOCKET))) {
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Socket socket =
                        i % 10 == 9 ? client.plainSocket("ws" + address().substring(4)) : client.socket(address());
                sockets.add(socket);
            }
            await().atMost(Duration.ofMinutes(2))
                    .untilAsserted(() -> assertThat(connected).hasValue(CLIENTS));
            List<CompletableFuture<?>> answers = new ArrayList<>();
            for (Socket socket : sockets) {
                answers.add(socket.emitWithAck("echo", 1));
            }
            CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).get(120, TimeUnit.SECONDS);
            assertThat(server.stats().clients()).isEqualTo(CLIENTS);
            // two loops, four that run handlers, two that complete futures, two that look up names
            assertThat(threads()).hasSizeLessThanOrEqualTo(10);
        }
        assertThat(threads()).isEmpty();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(server.stats().clients()).isZero());
    }

    @Test
    void theLastSocketOfAllEndsTheThreadsThatAllShare() throws Exception {
        Socket one = MaruClient.connect(address());
        Socket other = MaruClient.plain("ws" + address().substring(4));
        one.emitWithAck("echo").get(10, TimeUnit.SECONDS);
        other.emitWithAck("echo").get(10, TimeUnit.SECONDS);
        one.close();
        one.close();
        other.emitWithAck("echo").get(10, TimeUnit.SECONDS);
        other.close();
        assertThat(threads()).isEmpty();
        try (Socket again = MaruClient.connect(address())) {
            again.emitWithAck("echo").get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void aSocketOfTheConnectionOfAllKeepsItsThreads() throws Exception {
        server.of("/more")
                .onConnection(socket -> socket.on("echo", event -> event.ack().send("more")));
        Socket one = MaruClient.connect(address());
        Socket more = one.manager().socket("/more").connect();
        more.emitWithAck("echo").get(10, TimeUnit.SECONDS);
        one.close();
        more.emitWithAck("echo").get(10, TimeUnit.SECONDS);
        more.close();
        assertThat(threads()).isEmpty();
        assertThatIllegalStateException().isThrownBy(() -> one.manager().socket("/late"));
    }

    @Test
    void nothingIsLeftOfASocketThatCannotBe() {
        assertThatIllegalArgumentException().isThrownBy(() -> MaruClient.connect("ftp://localhost"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MaruClient.connect(address(), options -> options.loops(3)));
        assertThatIllegalStateException()
                .isThrownBy(() -> MaruClient.connect(
                        address(),
                        options -> options.setup(socket -> {
                            throw new IllegalStateException("no");
                        })));
        assertThat(threads()).isEmpty();
    }

    @Test
    void closesFromItsOwnThreads() {
        for (Consumer<ClientOptions.Builder> change :
                List.<Consumer<ClientOptions.Builder>>of(options -> {}, options -> options.handlersOnEventLoop())) {
            MaruClient client = MaruClient.create(options -> {
                change.accept(options);
                return options;
            });
            client.socket(address(), options -> options.setup(socket -> socket.onConnect(it -> client.close())));
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(threads()).isEmpty());
        }
    }

    @Test
    void closesWhileItConnectsAndWhileItComesBack() throws Exception {
        for (Transport transport : Transport.values()) {
            MaruClient connecting = MaruClient.create(options -> options.transports(transport));
            connecting.socket(address());
            connecting.close();
            assertThat(threads()).isEmpty();
            try (TestProxy proxy = new TestProxy(TestProxy.Kind.CABLE, server.port())) {
                MaruClient back = MaruClient.create(options -> options.transports(transport));
                Socket socket = back.socket("http://localhost:" + proxy.port());
                socket.emitWithAck("echo").get(10, TimeUnit.SECONDS);
                proxy.end();
                await().until(() -> !socket.isConnected());
                back.close();
                assertThat(threads()).isEmpty();
            }
        }
    }

    @Test
    void makesNoSocketAfterItIsClosed() {
        MaruClient client = MaruClient.create();
        client.close();
        client.close();
        assertThatIllegalStateException().isThrownBy(() -> client.socket(address()));
    }

    @Test
    void tellsTheServerBeforeItEnds() throws Exception {
        List<String> reasons = new java.util.concurrent.CopyOnWriteArrayList<>();
        server.onConnection(socket -> socket.onDisconnect(reason -> reasons.add(reason.text())));
        for (Transport transport : Transport.values()) {
            try (MaruClient client = MaruClient.create(options -> options.transports(transport))) {
                Socket socket = client.socket(address());
                socket.emitWithAck("echo").get(10, TimeUnit.SECONDS);
                socket.emit("last");
            }
        }
        await().untilAsserted(() ->
                assertThat(reasons).containsExactly("client namespace disconnect", "client namespace disconnect"));
    }

    @Test
    void runsTheHandlersThatWaitWhenItCloses() throws Exception {
        AtomicInteger handled = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        MaruClient client = MaruClient.create();
        Socket socket = client.socket(address());
        socket.on("back", event -> {
            go.await();
            handled.incrementAndGet();
        });
        server.onConnection(it -> it.on("many", event -> {
            for (int i = 0; i < 500; i++) {
                it.emit("back");
            }
            event.ack().send();
        }));
        socket.emitWithAck("many").get(10, TimeUnit.SECONDS);
        go.countDown();
        client.close();
        assertThat(handled).hasValue(500);
    }

    @Test
    void goesOnWhenAnExecutorTakesNoMoreForAWhile() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        AtomicInteger failures = new AtomicInteger(1);
        Executor executor = task -> {
            if (failures.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                throw new IllegalStateException("busy");
            }
            threads.execute(task);
        };
        try (MaruClient client =
                MaruClient.create(options -> options.executor(executor).reconnectionDelayMax(Duration.ofMillis(100)))) {
            // who asks for its auth is refused
            Socket socket = client.socket(address(), options -> options.authSupplier(java.util.Map::of));
            assertThat(socket.emitWithAck("echo", 1).get(10, TimeUnit.SECONDS).get(0, int.class))
                    .isEqualTo(1);
            // who completes the answer is refused
            failures.set(1);
            assertThat(socket.emitWithAck("echo", 2).get(10, TimeUnit.SECONDS).get(0, int.class))
                    .isEqualTo(2);
            assertThat(failures).hasValue(0);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void completesWhatWaitsBehindAFutureThatDoesNotReturn() throws Exception {
        MaruClient client = MaruClient.create();
        Socket socket = client.socket(address());
        CountDownLatch blocked = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            socket.emitWithAck("echo").thenRun(() -> {
                blocked.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<?> behind = socket.emitWithAck("echo");
        client.close();
        assertThat(behind).isDone();
    }
}
