package io.maru.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.server.MaruServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RawServerTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final MaruServer server =
            MaruServer.create(options -> options.host("127.0.0.1").port(0));
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @BeforeEach
    void start() {
        RawServer.install(server);
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void echoes() throws InterruptedException {
        WebSocket client = open("/raw");

        client.sendText("{not JSON", true).join();

        assertThat(next()).isEqualTo("Echo: {not JSON");
        client.abort();
    }

    @Test
    void sendsAndCloses() throws InterruptedException {
        WebSocket client = open("/mirror");
        assertThat(next()).isEqualTo("Hello, 127.0.0.1");

        client.sendText("live", true).join();
        client.sendBinary(ByteBuffer.allocate(3), true).join();
        assertThat(next()).isEqualTo("evil");
        assertThat(next()).isEqualTo("3 bytes");
        client.sendText("bye", true).join();

        assertThat(next()).isEqualTo("closed: 1000 Bye");
    }

    @Test
    void reachesAllThatAreConnected() throws InterruptedException, IOException {
        WebSocket one = open("/mirror");
        next();
        WebSocket other = open("/mirror");
        next();

        assertThat(ring()).isEqualTo("Rung for 2");

        assertThat(next()).isEqualTo("Ding");
        assertThat(next()).isEqualTo("Ding");
        one.abort();
        other.abort();
        await().untilAsserted(() -> assertThat(ring()).isEqualTo("Rung for 0"));
    }

    private String ring() throws InterruptedException, IOException {
        URI uri = URI.create("http://127.0.0.1:" + server.port() + "/mirror/bell");
        HttpRequest bell = HttpRequest.newBuilder(uri).build();
        return HTTP.send(bell, HttpResponse.BodyHandlers.ofString()).body();
    }

    private WebSocket open(String path) {
        URI uri = URI.create("ws://127.0.0.1:" + server.port() + path);
        return HTTP.newWebSocketBuilder()
                .buildAsync(uri, new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
                        heard.add(text.toString());
                        from.request(1);
                        return null;
                    }

                    @Override
                    public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
                        heard.add("closed: " + status + ' ' + reason);
                        return null;
                    }
                })
                .join();
    }

    private @Nullable String next() throws InterruptedException {
        return heard.poll(30, TimeUnit.SECONDS);
    }
}
