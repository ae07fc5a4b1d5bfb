package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.wire.Json;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How Socket.IO clients enter namespaces and leave them. */
class ConnectTest extends ServerFixture {

    private final List<Socket> entered = new CopyOnWriteArrayList<>();

    private void serveNamespaces() {
        MaruServer server = serve();
        server.onConnection(entered::add);
        server.of("/a").onConnection(entered::add);
        server.of("/mw").use(socket -> {
            Json token = socket.handshake().auth().get("token");
            if (token == null || !"secret".equals(token.string())) {
                Map<String, Object> data = new LinkedHashMap<>();
                data.put("code", "E_AUTH");
                data.put("hint", List.of("use", "secret"));
                throw new ConnectRefusedException("not authorized", data);
            }
            return null;
        });
        server.of("/plainerr").use(socket -> {
            throw new ConnectRefusedException("nope");
        });
        start();
    }

    @Test
    void answersWithAnIdOfItsOwn() {
        serveNamespaces();
        WireClient client = open("/socket.io/?EIO=4&transport=websocket");
        String open = client.text();
        String main = connected(client.send("40").text());
        String other = connected(client.send("40/a,{}").text());
        assertThat(main).isNotEqualTo(other);
        assertThat(open).doesNotContain(main).doesNotContain(other);
        await().until(() -> entered.size() == 2);
        assertThat(entered).extracting(Socket::id).containsExactlyInAnyOrder(main, other);
        assertThat(server().stats().clients()).isEqualTo(1);
    }

    @Test
    void hasNoSocketBeforeConnect() {
        serveNamespaces();
        WireClient client = engineIo();
        await().until(() -> server().stats().clients() == 1);
        assertThat(server().main().sockets()).isEmpty();
        assertThat(entered).isEmpty();
        connect(client, "40");
        await().until(() -> entered.size() == 1);
    }

    @Test
    void showsTheAuthPayload() {
        serveNamespaces();
        connect(engineIo(), "40{\"token\":\"t\",\"n\":1}");
        await().until(() -> entered.size() == 1);
        assertThat(entered.get(0).handshake().auth()).hasToString("{\"token\":\"t\",\"n\":1}");
        connect(engineIo(), "40");
        await().until(() -> entered.size() == 2);
        assertThat(entered.get(1).handshake().auth()).hasToString("{}");
    }

    @Test
    void refusesAnUnknownNamespaceAndStaysOpen() {
        serveNamespaces();
        WireClient client = engineIo();
        client.send("40/nope,").expect("44/nope,{\"message\":\"Invalid namespace\"}");
        client.send("40/nope,{\"a\":1}").expect("44/nope,{\"message\":\"Invalid namespace\"}");
        connect(client, "40");
        fence(client);
    }

    @Test
    void refusesByMiddlewareWithDataOrWithoutAndStaysOpen() {
        serveNamespaces();
        WireClient client = engineIo();
        client.send("40/mw,{\"token\":\"wrong\"}")
                .expect(
                        "44/mw,{\"message\":\"not authorized\",\"data\":{\"code\":\"E_AUTH\",\"hint\":[\"use\",\"secret\"]}}");
        client.send("40/plainerr,").expect("44/plainerr,{\"message\":\"nope\"}");
        connected(client.send("40/mw,{\"token\":\"secret\"}").text());
        assertThat(server().of("/plainerr").sockets()).isEmpty();
        assertThat(server().of("/mw").sockets()).hasSize(1);
    }

    @Test
    void closesAtTheSecondConnectToANamespace() {
        serveNamespaces();
        assertThat(connect(engineIo(), "40").send("40").closed()).isEqualTo(1005);
        assertThat(connect(engineIo(), "40/a,").send("40/a,{}").closed()).isEqualTo(1005);
        await().until(() -> server().stats().clients() == 0);
        assertThat(server().stats().refusedPackets()).isEqualTo(2);
    }

    @Test
    void letsAClientConnectAgainAfterItLeft() {
        serveNamespaces();
        WireClient client = socketIo();
        String first = client.id();
        String second = connected(client.send("41", "40").text());
        assertThat(second).isNotEqualTo(first);
        fence(client);
    }

    @Test
    void keepsTheConnectionWhenTheLastNamespaceIsLeft() {
        serveNamespaces();
        WireClient client = socketIo();
        connected(client.send("40/a,").text());
        client.send("41/a,").send("420[\"fence\"]").expect("430[]");
        client.send("41");
        await().until(() -> server().main().sockets().isEmpty());
        assertThat(server().of("/a").sockets()).isEmpty();
        assertThat(server().stats().clients()).isEqualTo(1);
        connected(client.send("40").text()); // nothing was sent in between
    }

    @Test
    void closesAtAPacketForANamespaceThatWasLeft() {
        serveNamespaces();
        assertThat(socketIo().send("41", "42[\"x\"]").closed()).isEqualTo(1005);
    }

    @Test
    void entersManyNamespacesUpToTheLimit() {
        MaruServer server = serve(options -> options.maxNamespacesPerConnection(3));
        for (String name : List.of("/a", "/b", "/c", "/d")) {
            server.of(name);
        }
        start();
        WireClient client = engineIo();
        for (String name : List.of("/a", "/b", "/c")) {
            connected(client.send("40" + name + ",").text());
        }
        client.send("40/d,").expect("44/d,{\"message\":\"Too many namespaces\"}");
        connected(client.send("41/a,", "40/d,").text());
    }

    @Test
    void closesWhoeverDoesNotConnectInTime() {
        serve(options -> options.connectTimeout(Duration.ofSeconds(2)));
        start();
        WireClient bystander = socketIo();
        WireClient silent = engineIo();
        WireClient refused = engineIo();
        refused.send("40/nope,").expect("44/nope,{\"message\":\"Invalid namespace\"}"); // does not stop the clock
        assertThat(silent.closed()).isEqualTo(1005);
        assertThat(refused.closed()).isEqualTo(1005);
        fence(bystander);
    }

    @Test
    void closesAtAnEventWhileTheConnectIsInAMiddleware() {
        AtomicInteger asked = new AtomicInteger();
        MaruServer server = serve();
        server.of("/slow").use(socket -> {
            asked.incrementAndGet();
            return new CompletableFuture<>(); // never
        });
        start();
        WireClient bystander = socketIo();
        for (String early : List.of("42/slow,[\"x\"]", "41/slow,", "43/slow,0[]", "40/slow,")) {
            WireClient client = engineIo();
            client.send("40/slow,", early);
            assertThat(client.closed()).as(early).isEqualTo(1005);
        }
        await().until(() -> server.stats().clients() == 1);
        assertThat(server.of("/slow").sockets()).isEmpty();
        fence(bystander);
    }

    @Test
    void closesAllNamespacesOfAConnectionThatBreaksTheRules() {
        List<String> reasons = new CopyOnWriteArrayList<>();
        MaruServer server = serve();
        Handler<Socket> noting =
                socket -> socket.onDisconnect(reason -> reasons.add(socket.namespace() + " " + reason));
        server.onConnection(noting);
        server.of("/a").onConnection(noting);
        start();
        WireClient client = socketIo();
        connect(client, "40/a,");
        fence(client);
        assertThat(client.send("42[oops]").closed()).isEqualTo(1005);
        await().until(() -> reasons.size() == 2);
        assertThat(reasons).containsExactlyInAnyOrder("/ FORCED_CLOSE", "/a FORCED_CLOSE");
    }

    @Test
    void ignoresWhatHasNoMeaning() {
        serveNamespaces();
        WireClient client = socketIo();
        client.send(
                "42", // an event without a payload
                "42[7]", // a number for a name
                "42[-1.5e3,{}]",
                "4212[7]",
                "430[1]", // an answer that nobody waits for
                "43123456[]",
                "43[]", // without an id
                "43",
                "42[\"nobody listens\",1]",
                "421[\"nobody listens\"]",
                "3",
                "1",
                "5",
                "6");
        fence(client);
        assertThat(server().stats().refusedPackets()).isZero();
    }

    // a client that comes and goes must not get a thread for each time
    @Test
    void runTheHandlersOfOneConnectionOneAtATime() {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger connections = new AtomicInteger();
        serve().onConnection(socket -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            connections.incrementAndGet();
            running.decrementAndGet();
        });
        start();
        WireClient client = engineIo();
        for (int i = 0; i < 2_000; i++) {
            client.send("40", "41");
        }
        await().until(() -> connections.get() == 2_000);
        assertThat(most).hasValue(1);
    }
}
