package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.maru.wire.Dialect;
import io.netty.util.ResourceLeakDetector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.slf4j.LoggerFactory;

/**
 * A server of a test's own, on a free port, and clients of it; all end with the test. What handlers throw must have been
 * taken out of {@link #errors} by then.
 */
abstract class ServerFixture {

    /** How long anything may take that must happen; machines can be slow, but sessions are pinged after 25 seconds only. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Pattern CONNECTED = Pattern.compile("40(?:/[^,]*,)?\\{\"sid\":\"([A-Za-z0-9_-]{20})\"}");

    static {
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval(Duration.ofMillis(5));
        Awaitility.setDefaultTimeout(PATIENCE);
    }

    // what Netty's leak detector has found so far, in any test
    private static final ListAppender<ILoggingEvent> LEAKS = new ListAppender<>();

    static {
        LEAKS.start();
        ((Logger) LoggerFactory.getLogger(ResourceLeakDetector.class)).addAppender(LEAKS);
    }

    /** What the server's error listener heard. */
    final List<Throwable> errors = new CopyOnWriteArrayList<>();

    private final List<WireClient> clients = new ArrayList<>();
    private @Nullable MaruServer server;

    /** A server with the defaults. */
    MaruServer serve() {
        return serve(options -> {});
    }

    /** A server with options; to be set up before {@link #start}. */
    MaruServer serve(Consumer<ServerOptions.Builder> options) {
        return serve(options, UnaryOperator.identity());
    }

    /** A server with options and wrapped dialects. */
    MaruServer serve(Consumer<ServerOptions.Builder> options, UnaryOperator<Dialect> dialects) {
        ServerOptions.Builder builder = ServerOptions.builder()
                .port(0)
                .host("127.0.0.1")
                .loops(1)
                .onError((socket, error) -> errors.add(error));
        options.accept(builder);
        return serve(new MaruServer(builder.build(), dialects));
    }

    private MaruServer serve(MaruServer made) {
        made.onConnection(ServerFixture::addFence);
        made.onNamespace(namespace -> namespace.onConnection(ServerFixture::addFence));
        server = made;
        return made;
    }

    /** The server, listening. */
    MaruServer start() {
        return server().start();
    }

    MaruServer server() {
        return Objects.requireNonNull(server, "server");
    }

    int port() {
        return server().port();
    }

    /** Runs in a thread of its own: the common pool can have a single one, which a task that blocks would hold. */
    static CompletableFuture<Void> inThread(Runnable task) {
        return CompletableFuture.runAsync(task, command -> {
            Thread thread = new Thread(command);
            thread.setDaemon(true);
            thread.start();
        });
    }

    // answers from a thread that is neither loop nor worker: behind all that was posted to the loop before
    private static void addFence(Socket socket) {
        socket.on("fence", event -> inThread(() -> event.ack().send()));
    }

    @AfterEach
    void end() {
        clients.forEach(WireClient::close);
        MaruServer ended = server;
        if (ended != null) {
            get(ended.stop(Duration.ofSeconds(5)));
        }
        assertThat(errors).as("what handlers threw unexpectedly").isEmpty();
        assertNoLeakIsKnown();
    }

    /** Buffers that are collected without a release are found at the next allocation. */
    static void assertNoLeakIsKnown() {
        assertThat(LEAKS.list)
                .filteredOn(event -> event.getLevel() == Level.ERROR)
                .extracting(ILoggingEvent::getFormattedMessage)
                .isEmpty();
    }

    /** An open Engine.IO session over WebSocket that is in no namespace. */
    WireClient engineIo(String... headers) {
        WireClient client = open("/socket.io/?EIO=4&transport=websocket", headers);
        assertThat(client.text()).startsWith("0{\"sid\":");
        return client;
    }

    /** A Socket.IO client in the namespace {@code /}. */
    WireClient socketIo() {
        return connect(engineIo(), "40");
    }

    /** A Socket.IO client in a namespace, such as {@code /a}. */
    WireClient socketIo(String namespace) {
        return connect(engineIo(), "40" + namespace + ",");
    }

    /** Sends a CONNECT and notes the id that it is answered with. */
    WireClient connect(WireClient client, String packet) {
        return client.id(connected(beyondPings(client.send(packet))));
    }

    /** The next text that is no ping of Engine.IO. Those are answered: where the machine is slow one can come first. */
    static String beyondPings(WireClient client) {
        String text = client.text();
        while (text.equals("2")) {
            text = client.send("3").text();
        }
        return text;
    }

    /** The id in the answer to a CONNECT. */
    static String connected(String answer) {
        Matcher matcher = CONNECTED.matcher(answer);
        assertThat(matcher.matches()).as(answer).isTrue();
        return matcher.group(1);
    }

    /** A plain client in the namespace {@code /}. */
    WireClient plain() {
        return plain("/");
    }

    /** A plain client at a path; it need not be in yet. */
    WireClient plain(String target, String... headers) {
        return open(target, headers);
    }

    WireClient open(String target, String... headers) {
        WireClient client = WireClient.open(port(), target, headers);
        clients.add(client);
        return client;
    }

    /** Nothing may come to these Socket.IO clients in {@code /} but what was expected before. */
    static void fence(WireClient... socketIo) {
        for (WireClient client : socketIo) {
            client.send("4299[\"fence\"]").expect("4399[]");
        }
    }

    /** Nothing may come to these plain clients but what was expected before. */
    static void fencePlain(WireClient... plain) {
        for (WireClient client : plain) {
            client.send("{\"type\":\"fence\",\"messageId\":99}").expect("{\"type\":\"callback\",\"messageId\":99}");
        }
    }

    /** The one error that was reported, which is then dealt with. */
    Throwable theError() {
        await().until(() -> !errors.isEmpty());
        assertThat(errors).hasSize(1);
        return errors.remove(0);
    }

    static <T extends @Nullable Object> T get(CompletableFuture<T> future) {
        return future.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }
}
