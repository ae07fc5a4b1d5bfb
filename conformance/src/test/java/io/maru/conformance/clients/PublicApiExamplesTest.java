package io.maru.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.server.MaruServer;
import io.maru.server.WebSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The servers that the README shows, driven by a WebSocket that knows nothing of us. */
class PublicApiExamplesTest {

    private static final Path MODULE =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath();

    // begin of the README's server
    record JoinRoom(String roomId) {}

    record Chat(String roomId, String message) {}

    // end

    private final MaruServer server =
            MaruServer.create(options -> options.host("127.0.0.1").port(0));
    private final List<PlainClient> clients = new ArrayList<>();

    private Set<WebSocket> raw = Set.of();

    @BeforeEach
    void start() {
        // begin of the README's server
        server.onConnection(socket -> {
            socket.on("join-room", JoinRoom.class, (join, ack) -> {
                socket.join(join.roomId());
                ack.send(Map.of("success", true));
            });
            socket.on(
                    "chat",
                    Chat.class,
                    chat -> socket.to(chat.roomId()).emit("chat", Map.of("message", chat.message())));
        });
        // end
        raw = server.webSocket("/raw", ws -> ws.onMessage(text -> ws.send("Echo: " + text)));
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
        assertThat(raw).hasSize(1);
        client.close();
        await().untilAsserted(() -> assertThat(raw).isEmpty());
    }

    @Test
    void areWhatTheReadmesShow() throws IOException {
        String source = Files.readString(
                MODULE.resolve("src/test/java/io/maru/conformance/clients/PublicApiExamplesTest.java"));
        List<String> parts = new ArrayList<>();
        Matcher part = Pattern.compile("// begin of the README's server\n(.*?)// end\n", Pattern.DOTALL)
                .matcher(source);
        while (part.find()) {
            parts.add(withoutSpace(part.group(1)));
        }
        parts.add(withoutSpace("server.webSocket(\"/raw\", ws -> ws.onMessage(text -> ws.send(\"Echo: \" + text)))"));
        assertThat(parts).hasSize(3);
        try (Stream<Path> files = Files.list(MODULE.getParent())) {
            List<Path> readmes = files.filter(
                            file -> file.getFileName().toString().matches("README.*\\.md"))
                    .toList();
            assertThat(readmes).isNotEmpty();
            for (Path readme : readmes) {
                assertThat(withoutSpace(Files.readString(readme)))
                        .as("%s", readme)
                        .contains(parts);
            }
        }
    }

    private static String withoutSpace(String text) {
        return text.replaceAll("\\s", "");
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
