package io.maru.server.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.server.engine.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Connections that are opened and not used. */
class SilentConnectionsTest {

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#transports")
    void makeRoomForNewOnesTheOldestFirst(NetworkOptions.Transport transport) throws Exception {
        NetworkOptions options = NetworkOptions.DEFAULTS
                .withTransport(transport)
                .withConnections(new NetworkOptions.ConnectionLimits(1000, 3, 32_768, 65_536));
        List<RawClient> silent = new ArrayList<>();
        try (TestServer server = new TestServer(options).http("/", exchange -> exchange.respond(HttpResponse.of(204)));
                RawClient user = server.connect()) {
            user.get("/");
            assertThat(user.readAnswer().status()).isEqualTo(204);
            for (int i = 0; i < 10; i++) {
                RawClient client = server.connect();
                if (i % 2 == 0) {
                    client.send("GET / HT"); // a part of a request
                }
                silent.add(client);
            }
            for (RawClient client : silent.subList(0, 7)) {
                client.readToTheEnd();
            }
            assertThat(server.server.refusedConnections()).isEqualTo(7);
            // who has said what it wants is not among them, nor who says it in time
            user.get("/");
            assertThat(user.readAnswer().status()).isEqualTo(204);
            silent.get(9).get("/");
            assertThat(silent.get(9).readAnswer().status()).isEqualTo(204);
            for (RawClient client : silent) {
                client.close();
            }
        }
    }
}
