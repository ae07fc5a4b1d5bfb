package io.maru.server.engine;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A request over polling, seen from its session's loop, whatever loop its connection lives on. Made on the loop of the
 * connection; then confined to the session's.
 */
final class PollRequest {

    private final HttpExchange exchange;
    private final Loop home;
    private final ResponseHeaders headers;
    private final Answers answers;
    private @Nullable Runnable onGone;
    private boolean gone;
    private @Nullable Consumer<byte[]> onBody;
    private @Nullable Runnable onTooLarge;
    // what came of the body before anybody asked for it
    private byte @Nullable [] body;
    private boolean tooLarge;

    private PollRequest(HttpExchange exchange, Loop home, ResponseHeaders headers, Answers answers) {
        this.exchange = exchange;
        this.home = home;
        this.headers = headers;
        this.answers = answers;
    }

    /**
     * A request on its way to a session.
     *
     * @param home the session's loop
     * @param headers what every answer to it has
     */
    static PollRequest of(HttpExchange exchange, Loop home, ResponseHeaders headers, Answers answers) {
        PollRequest request = new PollRequest(exchange, home, headers, answers);
        exchange.onGone(() -> home.run(request::goneAway));
        return request;
    }

    HttpRequest request() {
        return exchange.request();
    }

    /** Whether its connection has ended before the answer. */
    boolean isGone() {
        assert home.inLoop();
        return gone;
    }

    /**
     * What to do when the connection ends before the answer, or has already. When it lives on another loop, this can come
     * after an answer was given: that one was lost.
     */
    void onGone(Runnable action) {
        assert home.inLoop();
        onGone = action;
        if (gone) {
            action.run();
        }
    }

    /** Has the body read; at once, on the loop of the connection, which would throw it away otherwise. */
    void fetchBody(int maxBytes) {
        exchange.readBody(maxBytes, bytes -> home.run(() -> bodyCame(bytes)), () -> home.run(this::bodyIsTooLarge));
    }

    private void bodyCame(byte[] bytes) {
        if (onBody == null) {
            body = bytes;
        } else {
            onBody.accept(bytes);
        }
    }

    private void bodyIsTooLarge() {
        if (onTooLarge == null) {
            tooLarge = true;
        } else {
            onTooLarge.run();
        }
    }

    /** Who takes the body that is fetched: one of the two is called. */
    void onBody(Consumer<byte[]> whole, Runnable whenTooLarge) {
        assert home.inLoop();
        onBody = whole;
        onTooLarge = whenTooLarge;
        if (tooLarge) {
            whenTooLarge.run();
        } else if (body != null) {
            byte[] bytes = body;
            body = null;
            whole.accept(bytes);
        }
    }

    void answerHandshake(String id, byte[] payload) {
        answer(answers.handshake(request(), headers, id, payload));
    }

    void answerPayload(byte[] payload) {
        answer(answers.payload(request(), headers, payload));
    }

    void answerOk() {
        answer(answers.ok(request(), headers));
    }

    void answerStatus(int status) {
        answer(Answers.bare(status, headers));
    }

    void refuse(Refusal refusal) {
        answer(refusal.toResponse(headers));
    }

    private void answer(HttpResponse response) {
        assert home.inLoop();
        exchange.respond(response);
    }

    private void goneAway() {
        gone = true;
        if (onGone != null) {
            onGone.run();
        }
    }
}
