package io.maru.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.examples.ChatServer;
import io.maru.examples.RawServer;
import io.maru.server.MaruServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Servers of the examples, the README's among them, driven by a WebSocket that knows nothing of us. */
class PublicApiExamplesTest {

    private final MaruServer server =
            MaruServer.create(options -> options.host("127.0.0.1").port(0));
    private final List<PlainClient> clients = new ArrayList<>();

    @BeforeEach
    void start() {
        ChatServer.install(server);
        RawServer.install(server);
        server.start();
    }

    @AfterEach
    void stop() {
        clients.forEach(PlainClient::close);
        server.close();
    }

    @Test
    void relaysAChatToTheRoom() {
        PlainClient one = open("/");
        PlainClient two = open("/");
        PlainClient elsewhere = open("/");
        join(one, "r1");
        join(two, "r1");
        join(elsewhere, "r2");

        one.send("{\"type\":\"chat\",\"roomId\":\"r1\",\"message\":\"안녕 😀\"}");

        assertThat(two.next()).isEqualTo("{\"type\":\"chat\",\"message\":\"안녕 😀\"}");
        join(one, "r1");
        join(elsewhere, "r2");
        assertThat(one.hasHeardAll()).isTrue();
        assertThat(elsewhere.hasHeardAll()).isTrue();
    }

    @Test
    void keepsTheConnectionAfterErrors() {
        PlainClient client = open("/");

        client.send("no JSON");
        assertThat(client.next()).isEqualTo("{\"error\":\"Invalid JSON\"}");
        client.send("{\"type\":\"dance\",\"messageId\":3}");
        assertThat(client.next()).isEqualTo("{\"error\":\"Unknown message type\"}");
        assertThat(client.next())
                .isEqualTo("{\"type\":\"callback\",\"messageId\":3,\"data\":{\"error\":\"Unknown message type\"}}");
        join(client, "r1");
    }

    @Test
    void leavesNoRoomBehind() {
        PlainClient client = open("/");
        join(client, "r1");
        assertThat(server.main().roomSizes()).isEqualTo(Map.of("r1", 1));

        client.close();

        await().untilAsserted(() -> assertThat(server.main().roomSizes()).isEmpty());
    }

    @Test
    void echoesOverABareWebSocket() {
        PlainClient client = open("/raw");

        client.send("{not JSON");

        assertThat(client.next()).isEqualTo("Echo: {not JSON");
    }

    private PlainClient open(String path) {
        PlainClient client = PlainClient.open("ws://127.0.0.1:" + server.port() + path);
        clients.add(client);
        return client;
    }

    private static void join(PlainClient client, String room) {
        client.send("{\"type\":\"join-room\",\"roomId\":\"" + room + "\",\"messageId\":7}");
        assertThat(client.next()).isEqualTo("{\"type\":\"callback\",\"messageId\":7,\"data\":{\"success\":true}}");
    }
}
