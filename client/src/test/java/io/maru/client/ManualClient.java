package io.maru.client;

import io.maru.client.engine.FakeNetwork;
import io.maru.client.engine.FakeNetwork.FakeWebSocket;
import io.maru.client.engine.ManualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/** A connection whose loop, clock and network a test drives. Handlers run on the loop, in turns of their own. */
final class ManualClient {

    static final String OPEN =
            "0{\"sid\":\"abc\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":1000}";

    final ManualLoop loop = new ManualLoop();
    final FakeNetwork network = new FakeNetwork();
    final List<String> heard = new ArrayList<>();
    final Manager manager;
    final Socket socket;
    int unused;
    // asks who it is
    Executor auth = loop::execute;
    // as by an executor that is as fast as can be
    boolean atOnce;
    int gone;

    private ManualClient(String uri, boolean plain, UnaryOperator<ClientOptions.Builder> change) {
        ClientOptions options = change.apply(ClientOptions.builder()
                        .transports(ClientOptions.Transport.WEBSOCKET)
                        .randomizationFactor(0))
                .build();
        Endpoint endpoint = Endpoint.of(uri);
        manager = new Manager(
                endpoint,
                options,
                plain,
                new Place(
                        loop,
                        network,
                        this::handle,
                        loop::execute,
                        task -> auth.execute(task),
                        () -> 0.5,
                        () -> () -> {}),
                () -> unused++,
                () -> gone++);
        socket = Objects.requireNonNull(manager.add(endpoint.path(), options));
        listen(socket, "");
        manager.onReconnectAttempt(n -> heard.add("attempt " + n))
                .onReconnect(n -> heard.add("reconnect " + n))
                .onReconnectError(e -> heard.add("reconnect error"))
                .onReconnectFailed(m -> heard.add("reconnect failed"));
        loop.runTasks();
    }

    void listen(Socket to, String prefix) {
        to.onConnect(it -> heard.add(prefix + "connect"))
                .onDisconnect((reason, details) -> heard.add(
                        prefix + "disconnect " + reason.text() + (details.code() == 0 ? "" : " " + details.code())))
                .onConnectError(e -> heard.add(prefix + "connect error " + e.getMessage()))
                .onError(e -> heard.add(prefix + "error " + e.getMessage()))
                .onAny(event -> heard.add(prefix + event.name() + " " + event.args()));
        loop.runTasks();
    }

    private void handle(Runnable task) {
        if (atOnce) {
            task.run();
        } else {
            loop.execute(task);
        }
    }

    static ManualClient socketIo(UnaryOperator<ClientOptions.Builder> change) {
        return new ManualClient("http://localhost:3000", false, change);
    }

    static ManualClient plain(UnaryOperator<ClientOptions.Builder> change) {
        return new ManualClient("ws://localhost:3000/", true, change);
    }

    /** What was heard since the last call. */
    List<String> takeHeard() {
        loop.runTasks();
        List<String> taken = List.copyOf(heard);
        heard.clear();
        return taken;
    }

    FakeWebSocket webSocket() {
        return network.webSocket();
    }

    List<String> takeSent() {
        loop.runTasks();
        return webSocket().takeSent();
    }

    /** The server accepts the WebSocket, and opens the session. */
    void accept() {
        loop.turn(() -> {
            webSocket().listener.onOpen("");
            webSocket().text(OPEN);
        });
    }

    void receive(String... texts) {
        for (String text : texts) {
            loop.turn(() -> webSocket().text(text));
        }
    }

    void cut() {
        loop.turn(() -> webSocket().cut());
    }

    void advance(long millis) {
        loop.advance(Duration.ofMillis(millis));
    }

    /** Connects and is let in. */
    ManualClient connected() {
        socket.connect();
        loop.runTasks();
        letIn("s1");
        takeHeard();
        webSocket().takeSent();
        return this;
    }

    /** The server takes the connection and lets the socket in. */
    void letIn(String id) {
        accept();
        receive("40{\"sid\":\"" + id + "\"}");
    }
}
