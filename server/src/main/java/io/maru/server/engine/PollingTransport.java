package io.maru.server.engine;

import io.maru.wire.Encoded;
import io.maru.wire.Encoded.Framing;
import io.maru.wire.WireException;
import io.maru.wire.engineio.EnginePacket;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A session over <a
 * href="https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v4-current.md#http-long-polling">HTTP
 * long-polling</a>: at most one GET, which waits for packets, and one POST, which brings some. What is sent in one turn of
 * the loop goes out in one answer. Confined to the session's loop.
 */
final class PollingTransport implements Transport {

    private final Loop loop;
    private final PollingFormat format;
    private final Consumer<List<byte[]>> farewell;
    private final PollingBuffer buffer;
    private Carried carried = NOBODY;
    // written on the loop
    private volatile @Nullable PollRequest poll;
    private boolean flushScheduled;
    // from its headers until its packets are taken
    private @Nullable PollRequest post;
    // null until the body has come
    private @Nullable Iterator<EnginePacket> unread;
    private boolean delivering;
    private boolean reading = true;
    // whether packets that are here already are taken all the same
    private boolean draining;
    private boolean releasing;
    private boolean ended;

    /**
     * A transport without a poll.
     *
     * @param format how its payloads are written
     * @param farewell takes the last payloads, one a poll, for polls that are still to come
     * @param load where what waits is counted
     */
    PollingTransport(Loop loop, PollingFormat format, Consumer<List<byte[]>> farewell, Load load) {
        this.loop = loop;
        this.format = format;
        this.buffer = new PollingBuffer(load);
        this.farewell = farewell;
    }

    @Override
    public void carryFor(Carried other) {
        carried = other;
    }

    @Override
    public String name() {
        return EngineOptions.POLLING;
    }

    @Override
    public Framing messages() {
        return format.messages();
    }

    void onRequest(PollRequest request) {
        assert loop.inLoop();
        switch (request.request().method()) {
            case "GET" -> onPoll(request);
            case "POST" -> onPost(request);
            default -> request.answerStatus(405);
        }
    }

    private void onPoll(PollRequest request) {
        if (poll != null) {
            request.answerStatus(400);
            carried.onEnd(CloseReason.TRANSPORT_ERROR);
            return;
        }
        if (releasing && buffer.isEmpty()) {
            request.answerPayload(noop());
            return;
        }
        poll = request;
        request.onGone(() -> {
            poll = poll == request ? null : poll;
            carried.onEnd(CloseReason.TRANSPORT_CLOSE);
        });
        if (poll != null) {
            scheduleFlush();
            carried.onWritable();
        }
    }

    private void onPost(PollRequest request) {
        boolean bytes = isOctetStream(request.request());
        if (post != null || bytes && !format.takesBytes()) {
            request.answerStatus(400);
            carried.onEnd(CloseReason.TRANSPORT_ERROR);
            return;
        }
        post = request;
        request.onGone(() -> {
            post = post == request ? null : post;
            carried.onEnd(CloseReason.TRANSPORT_CLOSE);
        });
        request.onBody(body -> onBody(request, body, bytes), () -> {
            if (post == request) {
                post = null;
                request.answerStatus(413);
            }
        });
    }

    private static boolean isOctetStream(HttpRequest request) {
        String type = request.headers().get("content-type");
        return type != null && type.strip().toLowerCase(Locale.ROOT).startsWith("application/octet-stream");
    }

    private void onBody(PollRequest request, byte[] body, boolean bytes) {
        if (post != request) {
            return;
        }
        List<EnginePacket> packets;
        try {
            packets = format.read(body, bytes);
        } catch (WireException e) {
            post = null;
            request.answerStatus(400);
            carried.onEnd(CloseReason.PARSE_ERROR);
            return;
        }
        unread = packets.iterator();
        deliver();
    }

    private void deliver() {
        Iterator<EnginePacket> packets = unread;
        if (packets == null || delivering) {
            return;
        }
        delivering = true;
        boolean closed = false;
        while (!ended && !closed && (reading || draining) && packets.hasNext()) {
            EnginePacket packet = packets.next();
            closed = packet.type() == EnginePacket.Type.CLOSE;
            if (!closed) {
                carried.onPacket(packet);
            }
        }
        delivering = false;
        if (closed) {
            release();
        }
        if (ended || closed || (reading || draining) && !packets.hasNext()) {
            finishPost();
        }
        if (closed) {
            carried.onEnd(CloseReason.TRANSPORT_CLOSE);
        }
    }

    private void finishPost() {
        unread = null;
        if (post != null) {
            post.answerOk();
            post = null;
        }
    }

    @Override
    public void setReading(boolean on) {
        reading = on;
        if (on && unread != null) {
            loop.execute(this::deliver);
        }
    }

    @Override
    public @Nullable HttpRequest messageRequest() {
        return delivering && post != null ? post.request() : null;
    }

    @Override
    public void send(Encoded packet, Framing framing) {
        assert loop.inLoop();
        if (!ended) {
            buffer.add(packet, framing);
            scheduleFlush();
        }
    }

    private void scheduleFlush() {
        if (poll != null && !flushScheduled && !buffer.isEmpty()) {
            flushScheduled = true;
            loop.execute(() -> {
                flushScheduled = false;
                flush();
            });
        }
    }

    @Override
    public boolean isBehind(int limit) {
        if (buffer.bytes() <= limit) {
            return false;
        }
        flush();
        return buffer.bytes() > limit;
    }

    private void flush() {
        if (poll != null && !buffer.isEmpty()) {
            PollRequest request = poll;
            poll = null;
            request.answerPayload(buffer.toPayload(format));
        }
    }

    private byte[] noop() {
        PollingBuffer alone = new PollingBuffer();
        alone.add(Packets.NOOP, Framing.PLAIN);
        return alone.toPayload(format);
    }

    /** Whether polls end at once, so that the client can leave this transport. */
    void setReleasing(boolean on) {
        assert loop.inLoop();
        releasing = on;
        if (on) {
            release();
        }
    }

    private void release() {
        if (poll != null && buffer.isEmpty()) {
            PollRequest request = poll;
            poll = null;
            request.answerPayload(noop());
        } else {
            flush();
        }
    }

    @Override
    public boolean isWritable() {
        return poll != null;
    }

    @Override
    public long bufferedBytes() {
        return buffer.bytes();
    }

    /** Ends in favour of another transport, which gets the packets that wait. */
    void moveTo(Transport other) {
        assert loop.inLoop();
        // packets that were read already come before those of the other transport
        draining = true;
        deliver();
        if (ended) {
            return;
        }
        ended = true;
        carried = NOBODY;
        if (poll != null) {
            poll.answerPayload(noop());
            poll = null;
        }
        if (post != null && !delivering) {
            post.refuse(Refusal.of(EngineError.BAD_REQUEST, "TRANSPORT_MISMATCH"));
            post = null;
        }
        buffer.moveTo(other::send);
    }

    @Override
    public void close(CloseReason reason, boolean lingering) {
        assert loop.inLoop();
        if (ended) {
            return;
        }
        ended = true;
        carried = NOBODY;
        if (reason == CloseReason.SLOW_CONSUMER || reason == CloseReason.OVERLOADED) {
            buffer.clear();
        }
        sayGoodbye(lingering);
        buffer.clear();
        if (post != null && unread == null) {
            post.answerStatus(400);
            post = null;
        } else if (!delivering) {
            finishPost();
        }
    }

    // official clients handle the end before the packets of the same payload, so it comes alone where it can
    private void sayGoodbye(boolean lingering) {
        if (!lingering) {
            if (poll != null) {
                buffer.add(Packets.CLOSE, Framing.PLAIN);
                flush();
            }
            return;
        }
        List<byte[]> payloads = new ArrayList<>(2);
        if (!buffer.isEmpty()) {
            payloads.add(buffer.toPayload(format));
        }
        buffer.add(Packets.CLOSE, Framing.PLAIN);
        payloads.add(buffer.toPayload(format));
        if (poll != null) {
            PollRequest request = poll;
            poll = null;
            request.answerPayload(payloads.remove(0));
        }
        if (!payloads.isEmpty()) {
            farewell.accept(payloads);
        }
    }

    /** What waits for a poll, for another transport to send. */
    PollingBuffer unsent() {
        return buffer.copy();
    }
}
