package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;

/** A client of Engine.IO over polling that speaks its text literally. */
final class PollingClient {

    /** Stands between the packets of a payload. */
    static final String RS = "\u001e";

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final URI uri;

    private PollingClient(URI uri) {
        this.uri = uri;
    }

    /** Opens a session. */
    static PollingClient open(int port) {
        String base = "http://127.0.0.1:" + port + "/socket.io/?EIO=4&transport=polling";
        String open = new PollingClient(URI.create(base)).poll();
        assertThat(open).startsWith("0{\"sid\":\"");
        return new PollingClient(URI.create(base + "&sid=" + open.substring(9, open.indexOf('"', 9))));
    }

    /** The session's id. */
    String sid() {
        return uri.getQuery().substring(uri.getQuery().lastIndexOf('=') + 1);
    }

    /** What a GET brings. */
    String poll() {
        try {
            HttpResponse<String> response = HTTP.send(get(), BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Leaves a GET waiting. */
    CompletableFuture<String> pollLater() {
        return HTTP.sendAsync(get(), BodyHandlers.ofString()).thenApply(HttpResponse::body);
    }

    private HttpRequest get() {
        return HttpRequest.newBuilder(uri).build();
    }

    PollingClient post(String payload) {
        try {
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .POST(HttpRequest.BodyPublishers.ofString(payload))
                    .build();
            assertThat(HTTP.send(request, BodyHandlers.ofString()).body()).isEqualTo("ok");
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
