package io.maru.conformance.clients;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The JDK's own WebSocket, which knows nothing of us. */
final class PlainClient implements AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
    private final CompletableFuture<String> end = new CompletableFuture<>();
    private final WebSocket webSocket;
    // sends one after another, as this WebSocket demands; guarded by this
    private CompletableFuture<?> sent = CompletableFuture.completedFuture(null);

    private PlainClient(WebSocket webSocket) {
        this.webSocket = webSocket;
    }

    /** Opens one; a listener, when given, takes the texts in place of {@link #next}. */
    static CompletableFuture<PlainClient> open(
            String url, @Nullable Consumer<String> listener, Consumer<String> onEnd) {
        CompletableFuture<PlainClient> made = new CompletableFuture<>();
        return HTTP.newWebSocketBuilder()
                .buildAsync(URI.create(url), new WebSocket.Listener() {
                    private final StringBuilder text = new StringBuilder();

                    @Override
                    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                        text.append(data);
                        if (last) {
                            String whole = text.toString();
                            text.setLength(0);
                            made.thenAccept(client -> client.take(whole, listener));
                        }
                        from.request(1);
                        return null;
                    }

                    @Override
                    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
                        made.thenAccept(client -> client.take("binary of " + data.remaining(), listener));
                        from.request(1);
                        return null;
                    }

                    @Override
                    public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
                        over(String.valueOf(status));
                        return null;
                    }

                    @Override
                    public void onError(WebSocket from, Throwable error) {
                        over(error.toString());
                    }

                    private void over(String why) {
                        made.thenAccept(client -> client.end.complete(why));
                        onEnd.accept(why);
                    }
                })
                .thenApply(webSocket -> {
                    PlainClient client = new PlainClient(webSocket);
                    made.complete(client);
                    return client;
                });
    }

    static PlainClient open(String url) {
        return open(url, null, why -> {}).join();
    }

    synchronized CompletableFuture<?> send(String text) {
        sent = sent.handle((done, failure) -> null).thenCompose(done -> webSocket.sendText(text, true));
        return sent;
    }

    /** The next text that comes. */
    String next() {
        try {
            String text = texts.poll(30, TimeUnit.SECONDS);
            if (text == null) {
                throw new AssertionError("no text came");
            }
            return text;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The close code, or what went wrong, once it has ended. */
    CompletableFuture<String> end() {
        return end;
    }

    boolean hasHeardAll() {
        return texts.isEmpty();
    }

    @Override
    public synchronized void close() {
        sent.handle((done, failure) -> webSocket.sendClose(WebSocket.NORMAL_CLOSURE, ""));
    }

    private void take(String text, @Nullable Consumer<String> listener) {
        if (listener == null) {
            texts.add(text);
        } else {
            listener.accept(text);
        }
    }
}
