package io.maru.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.client.ClientOptions.Transport;
import io.maru.server.MaruServer;
import io.maru.wire.Payload;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The client against our own server, over every transport. */
class ServerTest {

    enum Way {
        WEBSOCKET,
        POLLING,
        UPGRADE,
        PLAIN;

        Socket open(MaruClient client, int port) {
            String address = "://127.0.0.1:" + port;
            return switch (this) {
                case WEBSOCKET -> client.socket("http" + address, options -> options.transports(Transport.WEBSOCKET));
                case POLLING -> client.socket("http" + address, options -> options.transports(Transport.POLLING));
                case UPGRADE -> client.socket("http" + address);
                case PLAIN -> client.plainSocket("ws" + address);
            };
        }
    }

    private MaruServer server =
            MaruServer.create(options -> options.host("127.0.0.1").port(0));
    private final MaruClient client = MaruClient.create();
    private final Queue<Object> heard = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void start() {
        server.onConnection(socket -> {
            socket.on("echo", event -> event.ack().send(event.args()));
            socket.on("back", event -> socket.emit("back", event.args()));
            socket.on("bytes", byte[].class, (bytes, ack) -> ack.send(bytes.length));
        });
        server.start();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void asksAndIsAnswered(Way way) throws Exception {
        Socket socket = way.open(client, server.port());
        Payload answer = socket.emitWithAck("echo", Map.of("a", 1)).get(5, TimeUnit.SECONDS);
        assertThat(answer).hasToString("[{\"a\":1}]");
        assertThat(socket.isConnected()).isTrue();
        if (way == Way.UPGRADE) {
            await().untilAsserted(() -> assertThat(socket.manager().transport()).isEqualTo("websocket"));
            assertThat(socket.emitWithAck("echo", Map.of("a", 2)).get(5, TimeUnit.SECONDS))
                    .hasToString("[{\"a\":2}]");
        }
    }

    @ParameterizedTest
    @EnumSource
    void hearsWhatIsSentInOrder(Way way) {
        Socket socket = way.open(client, server.port());
        socket.on("back", Integer.class, heard::add);
        for (int i = 0; i < 500; i++) {
            socket.emit("back", i);
        }
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(heard).hasSize(500));
        assertThat(List.copyOf(heard)).isEqualTo(IntStream.range(0, 500).boxed().toList());
    }
}
