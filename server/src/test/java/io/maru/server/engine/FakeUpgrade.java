package io.maru.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A request for a WebSocket that does not exist. It opens on its home loop when it was accepted, unless held back. */
final class FakeUpgrade implements WebSocketUpgrade {

    private final HttpRequest request;
    private final ManualLoop loop;
    private @Nullable HttpResponse refusal;
    private @Nullable ResponseHeaders headers;
    private @Nullable String subprotocol;
    private @Nullable FakeChannel channel;
    private @Nullable ManualLoop home;
    private @Nullable Function<WebSocketChannel, WebSocketListener> opened;
    private @Nullable Runnable gone;
    private boolean held;
    private boolean ended;
    private int maxMessageBytes;

    FakeUpgrade(HttpRequest request, ManualLoop loop) {
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
    public void accept(
            Loop to,
            int max,
            @Nullable String chosen,
            ResponseHeaders answer,
            Function<WebSocketChannel, WebSocketListener> whenOpened) {
        if (headers == null && refusal == null && !ended) {
            home = (ManualLoop) to;
            maxMessageBytes = max;
            subprotocol = chosen;
            headers = answer;
            opened = whenOpened;
            if (!held) {
                to.execute(this::open);
            }
        }
    }

    private void open() {
        gone = null;
        FakeChannel open = new FakeChannel(Objects.requireNonNull(home));
        channel = open;
        open.listener = Objects.requireNonNull(opened).apply(open);
    }

    @Override
    public void refuse(HttpResponse response) {
        if (headers == null && refusal == null) {
            refusal = response;
            gone = null;
        }
    }

    @Override
    public void onGone(Runnable action) {
        assertThat(loop.inLoop()).isTrue();
        if (ended) {
            action.run();
        } else {
            gone = action;
        }
    }

    /** The connection ends before the WebSocket is open. */
    void cut() {
        ended = true;
        if (gone != null) {
            loop.turn(gone);
        }
    }

    /** The client is gone, or slow: an accepted WebSocket does not open by itself. */
    FakeUpgrade hold() {
        held = true;
        return this;
    }

    /** Opens what was held back. */
    void release() {
        Objects.requireNonNull(home).turn(this::open);
    }

    boolean isAnswered() {
        return headers != null || refusal != null;
    }

    boolean isAccepted() {
        return headers != null;
    }

    FakeChannel channel() {
        return Objects.requireNonNull(channel, () -> "not open; refused: " + refusal);
    }

    HttpResponse refusal() {
        return Objects.requireNonNull(refusal, "not refused");
    }

    /** Status, content type and body of the refusal. */
    String refused() {
        return refusal().status()
                + " "
                + String.join(",", FakeExchange.headers(refusal().headers(), "content-type"))
                + " "
                + new String(refusal().body(), StandardCharsets.UTF_8);
    }

    List<String> header(String name) {
        return FakeExchange.headers(Objects.requireNonNull(headers, "not accepted"), name);
    }

    @Nullable String subprotocol() {
        return subprotocol;
    }

    int maxMessageBytes() {
        return maxMessageBytes;
    }
}
