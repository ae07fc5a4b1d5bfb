package io.maru.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.server.MaruServer;
import io.maru.server.Socket;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the official clients meet when they are sent away in the midst of an upgrade. */
class CloseWhileUpgradingTest {

    private final HttpClient http = HttpClient.newHttpClient();

    /** The client polls no more once it has its probe's answer: what is said to it now must come over the WebSocket. */
    @Test
    void tellsTheClientOverTheNewTransport() throws IOException, InterruptedException {
        BlockingQueue<Socket> entered = new LinkedBlockingQueue<>();
        try (MaruServer server =
                MaruServer.create(options -> options.host("127.0.0.1").port(0))) {
            server.onConnection(entered::add);
            server.start();
            String query = "127.0.0.1:" + server.port() + "/socket.io/?EIO=4&transport=";
            String open = get("http://" + query + "polling");
            String sid = open.replaceAll("(?s).*\"sid\":\"([^\"]+)\".*", "$1");
            post("http://" + query + "polling&sid=" + sid, "40");
            assertThat(get("http://" + query + "polling&sid=" + sid)).startsWith("40");
            Socket socket = entered.poll(30, TimeUnit.SECONDS);
            assertThat(socket).isNotNull();

            PlainClient webSocket = PlainClient.open("ws://" + query + "websocket&sid=" + sid);
            webSocket.send("2probe");
            assertThat(webSocket.next()).isEqualTo("3probe");
            // as clients do, it waits for its last poll and then asks for the upgrade
            assertThat(get("http://" + query + "polling&sid=" + sid)).isEqualTo("6");
            socket.disconnect(true);
            webSocket.send("5");

            assertThat(webSocket.next()).isEqualTo("41");
            assertThat(webSocket.end()).succeedsWithin(30, TimeUnit.SECONDS);
        }
    }

    private String get(String url) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
                .body();
    }

    private void post(String url, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        assertThat(http.send(request, BodyHandlers.ofString()).body()).isEqualTo("ok");
    }
}
