package io.maru.server.netty;

import io.maru.server.engine.HttpExchange;
import io.maru.server.engine.HttpRequest;
import io.maru.server.engine.HttpResponse;
import io.maru.server.engine.Loop;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A request, the reading of its body, and its answer. Confined to the loop, but for {@link #respond}. */
final class Exchange implements HttpExchange {

    private static final byte[] EMPTY = new byte[0];

    private static final int FIRST_CAPACITY = 4096;

    private final HttpRouter router;
    private final HttpRequest request;
    // of the header, or -1 for a body in chunks
    private final long contentLength;
    private final boolean http10;
    private boolean keepAlive;
    private boolean awaitsContinue;

    private @Nullable Consumer<byte[]> body;
    private @Nullable Runnable tooLarge;
    private @Nullable Runnable gone;
    private @Nullable HttpResponse response;
    private byte[] bytes = EMPTY;
    private int length;
    private int maxBytes;
    private long received;
    private boolean bodyAsked;
    private boolean complete;
    private boolean ended;

    Exchange(
            HttpRouter router,
            HttpRequest request,
            long contentLength,
            boolean http10,
            boolean keepAlive,
            boolean awaitsContinue) {
        this.router = router;
        this.request = request;
        this.contentLength = contentLength;
        this.http10 = http10;
        this.keepAlive = keepAlive;
        this.awaitsContinue = awaitsContinue;
    }

    @Override
    public HttpRequest request() {
        return request;
    }

    @Override
    public Loop loop() {
        return router.loop();
    }

    @Override
    public void readBody(int limit, Consumer<byte[]> whenRead, Runnable whenTooLarge) {
        assert router.loop().inLoop();
        Objects.requireNonNull(whenRead, "body");
        Objects.requireNonNull(whenTooLarge, "tooLarge");
        if (bodyAsked) {
            throw new IllegalStateException("the body can be read once");
        }
        bodyAsked = true;
        if (response != null || ended) {
            return;
        }
        if (received > 0) {
            throw new IllegalStateException("the body has been thrown away: it was not asked for in time");
        }
        if (complete) {
            whenRead.accept(EMPTY);
        } else if (contentLength > limit) {
            whenTooLarge.run();
        } else {
            body = whenRead;
            tooLarge = whenTooLarge;
            maxBytes = limit;
            if (awaitsContinue && router.isFirst(this)) {
                awaitsContinue = false;
                router.writeContinue();
            }
        }
    }

    @Override
    public void respond(HttpResponse answer) {
        Objects.requireNonNull(answer, "response");
        if (router.loop().inLoop()) {
            answer(answer);
        } else {
            router.loop().execute(() -> answer(answer));
        }
    }

    private void answer(HttpResponse answer) {
        if (response == null && !ended) {
            response = answer;
            forgetBody();
            gone = null;
            router.answered();
        }
    }

    @Override
    public void onGone(Runnable whenGone) {
        assert router.loop().inLoop();
        Objects.requireNonNull(whenGone, "gone");
        if (ended) {
            whenGone.run();
        } else if (response == null) {
            gone = whenGone;
        }
    }

    /** Takes a part of the body. */
    void content(ByteBuf part) {
        int size = part.readableBytes();
        awaitsContinue = false;
        received += size;
        if (body == null) {
            return;
        }
        if (size > maxBytes - length) {
            Runnable callback = Objects.requireNonNull(tooLarge);
            forgetBody();
            callback.run();
            return;
        }
        if (length + size > bytes.length) {
            int most = contentLength < 0 ? maxBytes : (int) contentLength;
            bytes = Arrays.copyOf(bytes, Math.min(most, Math.max(FIRST_CAPACITY, 2 * (length + size))));
        }
        part.readBytes(bytes, length, size);
        length += size;
    }

    /** The body has come to its end. */
    void complete() {
        complete = true;
        Consumer<byte[]> callback = body;
        if (callback != null) {
            byte[] whole = bytes.length == length ? bytes : Arrays.copyOf(bytes, length);
            forgetBody();
            callback.accept(whole);
        }
    }

    /** The connection has ended, or will without an answer of the endpoint. */
    void end() {
        ended = true;
        forgetBody();
        Runnable callback = gone;
        gone = null;
        if (callback != null) {
            callback.run();
        }
    }

    private void forgetBody() {
        body = null;
        tooLarge = null;
        bytes = EMPTY;
        length = 0;
    }

    @Nullable HttpResponse response() {
        return response;
    }

    /** The bytes of the body thrown away, or to come, beside what the endpoint reads. */
    long unread() {
        return body != null ? 0 : Math.max(received, contentLength);
    }

    /** Whether the client waits for leave to send its body, and was not given it. */
    boolean awaitsContinue() {
        return awaitsContinue;
    }

    boolean isComplete() {
        return complete;
    }

    boolean http10() {
        return http10;
    }

    boolean keepAlive() {
        return keepAlive;
    }

    void closeAfter() {
        keepAlive = false;
    }
}
