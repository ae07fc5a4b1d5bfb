package io.maru.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.Encoded;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** An engine on a manual loop, with the requests of clients that need no network. */
final class EngineFixture {

    static final String POLLING = "/engine.io/?EIO=4&transport=polling";
    static final String WEBSOCKET = "/engine.io/?EIO=4&transport=websocket";

    final ManualLoop loop = new ManualLoop(0);
    final ManualLoop otherLoop = new ManualLoop(1);
    final List<Runnable> work = new ArrayList<>();
    final List<ConnectionError> errors = new ArrayList<>();
    final List<RecordingListener> listeners = new ArrayList<>();
    final Engine engine;

    /** What is done with a session before it has its listener. */
    Consumer<Session> onAccept = session -> {};

    EngineFixture() {
        this(options -> {});
    }

    EngineFixture(Consumer<EngineOptions.Builder> configure) {
        EngineOptions.Builder options = EngineOptions.builder().onConnectionError(errors::add);
        configure.accept(options);
        engine = new Engine(options.build(), work::add, session -> {
            RecordingListener listener = new RecordingListener(session);
            listeners.add(listener);
            onAccept.accept(session);
            return listener;
        });
    }

    static HttpRequest request(String method, String target, String... headers) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            map.put(headers[i], headers[i + 1]);
        }
        return new HttpRequest(method, target, Headers.of(map.entrySet()), "127.0.0.1", false);
    }

    /** Sends a request on a loop, and lets the turn end. */
    FakeExchange send(ManualLoop on, String method, String target, String... headers) {
        FakeExchange exchange = new FakeExchange(request(method, target, headers), on);
        on.turn(() -> engine.onRequest(exchange));
        return exchange;
    }

    FakeExchange send(String method, String target, String... headers) {
        return send(loop, method, target, headers);
    }

    FakeExchange get(String sid) {
        return send("GET", POLLING + "&sid=" + sid);
    }

    FakeExchange post(String sid, String body) {
        FakeExchange exchange = send("POST", POLLING + "&sid=" + sid, "content-type", "text/plain;charset=UTF-8");
        exchange.arrive(body);
        return exchange;
    }

    FakeUpgrade upgrade(ManualLoop on, String target, String... headers) {
        FakeUpgrade upgrade = new FakeUpgrade(request("GET", target, headers), on);
        on.turn(() -> engine.onUpgrade(upgrade));
        return upgrade;
    }

    FakeUpgrade upgrade(String target, String... headers) {
        return upgrade(loop, target, headers);
    }

    FakeUpgrade probe(String sid) {
        return upgrade(WEBSOCKET + "&sid=" + sid);
    }

    /** Opens a session over polling; gives its id. */
    String open() {
        FakeExchange exchange = send("GET", POLLING);
        assertThat(exchange.status()).isEqualTo(200);
        return sidOf(exchange.body());
    }

    /** Opens a session over WebSocket; its open packet is taken. */
    FakeChannel openWebSocket() {
        FakeChannel channel = upgrade(WEBSOCKET).channel();
        assertThat(channel.take()).singleElement().asString().startsWith("0{\"sid\":");
        return channel;
    }

    static String sidOf(String openPacket) {
        assertThat(openPacket).startsWith("0{\"sid\":\"");
        return openPacket.substring(9, openPacket.indexOf('"', 9));
    }

    /** The listener of the newest session. */
    RecordingListener listener() {
        return listeners.get(listeners.size() - 1);
    }

    /** The newest session. */
    Session session() {
        return listener().session;
    }

    /** Sends texts to the newest session, in one turn. */
    void emit(String... texts) {
        loop.turn(() -> {
            for (String text : texts) {
                session().send(Encoded.text(text));
            }
        });
    }

    void close(CloseReason reason) {
        loop.turn(() -> session().close(reason));
    }

    /** Runs what was given to workers, on no loop. */
    void runWork() {
        List<Runnable> tasks = List.copyOf(work);
        work.clear();
        tasks.forEach(Runnable::run);
        loop.runTasks();
    }
}
