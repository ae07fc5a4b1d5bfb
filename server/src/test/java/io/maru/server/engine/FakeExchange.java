package io.maru.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A request over a connection that does not exist, strict about the contract. */
final class FakeExchange implements HttpExchange {

    private final HttpRequest request;
    private final ManualLoop loop;
    private @Nullable Consumer<byte[]> body;
    private @Nullable Runnable tooLarge;
    private @Nullable Runnable onGone;
    private @Nullable HttpResponse response;
    private int maxBytes;
    private int declared = -1;
    private boolean bodyPassed;
    private boolean ended;

    FakeExchange(HttpRequest request, ManualLoop loop) {
        this.request = request;
        this.loop = loop;
    }

    @Override
    public HttpRequest request() {
        return request;
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public void readBody(int max, Consumer<byte[]> whole, Runnable whenTooLarge) {
        assertThat(loop.inLoop()).isTrue();
        assertThat(bodyPassed).as("the body has been thrown away").isFalse();
        assertThat(body).as("read twice").isNull();
        maxBytes = max;
        body = whole;
        tooLarge = whenTooLarge;
        if (declared > max) {
            bodyPassed = true;
            whenTooLarge.run();
        } else if (declared == 0) {
            bodyPassed = true;
            whole.accept(new byte[0]);
        }
    }

    @Override
    public void respond(HttpResponse answer) {
        if (!ended && response == null) {
            response = answer;
            onGone = null;
        }
    }

    @Override
    public void onGone(Runnable gone) {
        assertThat(loop.inLoop()).isTrue();
        if (ended) {
            gone.run();
        } else if (response == null) {
            onGone = gone;
        }
    }

    /** The headers say how long the body is: what is too large, or empty, is known at once. */
    FakeExchange declare(int bytes) {
        declared = bytes;
        return this;
    }

    /** The body comes, whole. */
    void arrive(byte[] bytes) {
        bodyPassed = true;
        if (response == null && !ended && body != null && tooLarge != null) {
            if (bytes.length > maxBytes) {
                loop.turn(tooLarge);
            } else {
                Consumer<byte[]> taker = body;
                loop.turn(() -> taker.accept(bytes));
            }
        }
    }

    void arrive(String text) {
        arrive(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The connection ends. */
    void cut() {
        ended = true;
        if (onGone != null) {
            loop.turn(onGone);
        }
    }

    boolean isAnswered() {
        return response != null;
    }

    HttpResponse response() {
        return Objects.requireNonNull(response, () -> "no answer to " + request.target());
    }

    int status() {
        return response().status();
    }

    String body() {
        return new String(response().body(), StandardCharsets.UTF_8);
    }

    /** Status and body. */
    String answer() {
        return status() + " " + body();
    }

    List<String> header(String name) {
        return headers(response().headers(), name);
    }

    static List<String> headers(ResponseHeaders headers, String name) {
        return headers.entries().stream()
                .filter(entry -> entry.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .toList();
    }
}
