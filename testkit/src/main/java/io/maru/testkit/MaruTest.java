package io.maru.testkit;

import io.maru.client.ClientOptions;
import io.maru.client.MaruClient;
import io.maru.client.Socket;
import io.maru.server.MaruServer;
import io.maru.server.ServerOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A server with an application, clients of it, and the clock of them all, in this process.
 *
 * <pre>{@code
 * try (MaruTest test = MaruTest.start(ChatApp::install)) {
 *     TestClient alice = test.connect();
 *     TestClient bob = test.connectPlain();
 *     alice.ask("join", "lobby");
 *     bob.ask("join", "lobby");
 *     alice.emit("chat", "lobby", "Hi");
 *     assertEquals("Hi", bob.next("chat", String.class));
 *     bob.network().hold();
 *     test.advance(Duration.ofSeconds(45)); // his heartbeat
 *     alice.next("left");
 * }
 * }</pre>
 *
 * <p>Bytes go over the loopback interface, through all that they go through elsewhere; only time is not real. Heartbeats, timeouts,
 * reconnection and rates wait until {@link #advance}. Timers of the application itself take part if they ask {@link #clock()}.
 * For the thread of the test.
 */
public final class MaruTest implements AutoCloseable {

    /** Asked of the server's sockets to know that what came before was handled; handlers of any event hear it. */
    static final String FENCE = "maru:settle";

    private final MaruServer server;
    private final MaruClient clients;
    private final ManualClock clock;
    private final List<TestClient> connected = new CopyOnWriteArrayList<>();

    private MaruTest(MaruServer server, MaruClient clients, ManualClock clock) {
        this.server = server;
        this.clients = clients;
        this.clock = clock;
    }

    /**
     * Starts a server with default options.
     *
     * @param application gets the server before it starts
     * @return the test, to be closed
     */
    public static MaruTest start(Consumer<MaruServer> application) {
        return start(options -> {}, application);
    }

    /**
     * Starts a server.
     *
     * @param options what the application wants; address, port and clock are the test's
     * @param application gets the server before it starts
     * @return the test, to be closed
     */
    public static MaruTest start(Consumer<ServerOptions.Builder> options, Consumer<MaruServer> application) {
        ManualClock clock = new ManualClock();
        MaruServer server = MaruServer.create(builder -> {
            options.accept(builder);
            builder.host("127.0.0.1").port(0).clock(clock);
        });
        try {
            server.onConnection(MaruTest::answerFences);
            server.onNamespace(namespace -> namespace.onConnection(MaruTest::answerFences));
            application.accept(server);
            server.start();
        } catch (RuntimeException | Error e) {
            server.close();
            throw e;
        }
        MaruClient clients = MaruClient.create(builder -> builder.loops(1).clock(clock));
        return new MaruTest(server, clients, clock);
    }

    private static void answerFences(io.maru.server.Socket socket) {
        socket.on(FENCE, event -> event.ack().send());
    }

    /**
     * The server.
     *
     * @return it, running
     */
    public MaruServer server() {
        return server;
    }

    /**
     * The clock of the server and all clients.
     *
     * @return it
     */
    public ManualClock clock() {
        return clock;
    }

    /**
     * A client of Socket.IO in the main namespace, over a WebSocket, connected.
     *
     * @return the client
     */
    public TestClient connect() {
        return connect("/", options -> options);
    }

    /**
     * A client of Socket.IO; waits until it is connected.
     *
     * @param namespace where to; with a query if need be, {@code /admin?token=1}
     * @param options what it wants, such as {@code auth}
     * @return the client
     * @throws AssertionError when it is not let in
     */
    public TestClient connect(String namespace, UnaryOperator<ClientOptions.Builder> options) {
        return open(namespace, options).awaitConnected();
    }

    /**
     * A client of Socket.IO that begins to connect: for tests of those who are not let in.
     *
     * @param namespace where to
     * @param options what it wants; it connects whatever they say of {@code autoConnect}
     * @return the client
     * @see TestClient#awaitRefused
     */
    public TestClient open(String namespace, UnaryOperator<ClientOptions.Builder> options) {
        return open(network -> clients.socket(
                "http://127.0.0.1:" + network.port() + namespace,
                builder -> ours(options.apply(builder.transports(ClientOptions.Transport.WEBSOCKET)))));
    }

    // what a server says at once is heard only by who listens before it connects
    private static ClientOptions.Builder ours(ClientOptions.Builder builder) {
        return builder.autoConnect(false).handlersOnEventLoop();
    }

    /**
     * A plain client, as one without a library would be, in the main namespace, connected.
     *
     * @return the client
     */
    public TestClient connectPlain() {
        return connectPlain("/", options -> options);
    }

    /**
     * A plain client; waits until it is connected.
     *
     * @param path the server's {@code plainPath} and the namespace
     * @param options what it wants
     * @return the client
     * @throws AssertionError when it is not let in
     */
    public TestClient connectPlain(String path, UnaryOperator<ClientOptions.Builder> options) {
        return open(network -> clients.plainSocket(
                        "ws://127.0.0.1:" + network.port() + path, builder -> ours(options.apply(builder))))
                .awaitConnected();
    }

    private interface Opening {
        Socket open(Network network);
    }

    private TestClient open(Opening opening) {
        Network network = Network.to(server.port());
        Socket socket;
        try {
            socket = opening.open(network);
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
        TestClient client = new TestClient(this, socket, network);
        connected.add(client);
        return client;
    }

    /**
     * Turns the clock, and after each thing that was due waits for what follows from it: see {@link #settle}.
     *
     * @param time how far
     * @throws IllegalArgumentException as {@link ManualClock#advance} does
     */
    public void advance(Duration time) {
        long until = clock.after(time);
        settle();
        while (clock.step(until)) {
            settle();
        }
        settle();
    }

    /** Waits until what clients have sent was handled, and what that sends to them has arrived. */
    public void settle() {
        // what one has sent has been handled after the first round, and has reached the others after the second
        for (int round = 0; round < 2; round++) {
            clock.awaitLoops();
            connected.forEach(TestClient::settle);
        }
        clock.awaitLoops();
    }

    /** Closes all clients and the server. */
    @Override
    public void close() {
        connected.forEach(TestClient::close);
        clients.close();
        server.stop(Duration.ofSeconds(1)).join();
    }
}
