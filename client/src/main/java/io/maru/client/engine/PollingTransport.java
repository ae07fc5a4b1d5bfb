package io.maru.client.engine;

import io.maru.wire.Utf8;
import io.maru.wire.Utf8Buffer;
import io.maru.wire.WireException;
import io.maru.wire.engineio.EnginePacket;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * <a href="https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v4-current.md#http-long-polling">HTTP
 * long-polling</a>: there is always one GET that the server answers when it has packets, and at most one POST with ours.
 */
final class PollingTransport implements Transport {

    private static final long CLOSE_NANOS = 2_000_000_000L;

    private final Loop loop;
    private final EngineOptions options;
    private final HttpCalls http;
    private final Listener listener;
    private @Nullable String sid;
    private long maxPayload;
    private boolean polling;
    private boolean posting;
    private boolean reading = true;
    private boolean ended;
    // of the last poll, what was not handed on yet
    private Iterator<EnginePacket> came = Collections.emptyIterator();
    private boolean handingOn;
    // told when neither a GET nor a POST is on its way any more; null unless it has to end so
    private @Nullable Runnable paused;
    // while it closes: what is still to be sent, and who is told
    private @Nullable PacketQueue lastWords;
    private @Nullable Runnable gone;
    private long counter;

    PollingTransport(Loop loop, Network network, EngineOptions options, Listener listener) {
        this.loop = loop;
        this.options = options;
        this.http = network.http();
        this.listener = listener;
    }

    @Override
    public TransportKind kind() {
        return TransportKind.POLLING;
    }

    @Override
    public void open() {
        poll();
    }

    /** The session is open. */
    void opened(String id, long mostBytes) {
        sid = id;
        maxPayload = mostBytes;
    }

    // "t" is different in each request, so that nothing between answers it from a cache
    private String target() {
        String time = "&t=" + Long.toString(loop.nanoTime() & Long.MAX_VALUE, 36) + "." + counter++;
        return options.target(TransportKind.POLLING, time, sid);
    }

    private void poll() {
        polling = true;
        http.get(target(), new HttpCalls.Answer() {
            @Override
            public void onAnswer(int status, byte[] body) {
                polled(status, body);
            }

            @Override
            public void onFailure(String what, @Nullable Throwable cause) {
                end(Ending.error(what, cause));
            }
        });
    }

    private void polled(int status, byte[] body) {
        polling = false;
        if (ended) {
            return;
        }
        if (status != 200) {
            end(new Ending(CloseReason.TRANSPORT_ERROR, "a poll was answered with status " + status, status, null));
            return;
        }
        if (!Utf8.isValid(body)) {
            end(Ending.of(CloseReason.PARSE_ERROR, "an answer that is not UTF-8"));
            return;
        }
        List<EnginePacket> packets;
        try {
            packets = EnginePacket.decodePayload(body);
        } catch (WireException e) {
            end(new Ending(CloseReason.PARSE_ERROR, String.valueOf(e.getMessage()), 0, e));
            return;
        }
        came = packets.iterator();
        goOn();
    }

    /** Hands on what came with the last poll, and polls again; while nothing is read the rest waits. */
    private void goOn() {
        if (handingOn) {
            return;
        }
        handingOn = true;
        while (reading && !ended && came.hasNext()) {
            listener.onPacket(this, came.next());
        }
        handingOn = false;
        if (ended || came.hasNext() || tellPaused()) {
            return;
        }
        if (reading && !polling && paused == null) {
            poll();
        }
    }

    @Override
    public boolean isWritable() {
        return sid != null && !posting && !ended && paused == null;
    }

    @Override
    public void send(PacketQueue queue) {
        if (isWritable() && !queue.isEmpty()) {
            post(queue);
        }
    }

    private void post(PacketQueue queue) {
        posting = true;
        http.post(target(), batch(queue), new HttpCalls.Answer() {
            @Override
            public void onAnswer(int status, byte[] body) {
                posted(status);
            }

            @Override
            public void onFailure(String what, @Nullable Throwable cause) {
                end(Ending.error(what, cause));
            }
        });
    }

    /** The length of a binary message in a request. */
    static long base64Length(byte[] data) {
        return 1 + (data.length + 2L) / 3 * 4;
    }

    /** As many packets as the server takes in one request; one at least. */
    private byte[] batch(PacketQueue queue) {
        Utf8Buffer out = new Utf8Buffer(256);
        EnginePacket packet;
        while ((packet = queue.peek()) != null) {
            long length = packet.binary() ? base64Length(packet.data()) : 1L + packet.data().length;
            if (out.length() > 0) {
                if (maxPayload > 0 && out.length() + 1 + length > maxPayload) {
                    break;
                }
                out.append(EnginePacket.SEPARATOR);
            }
            out.append(packet.encode());
            queue.poll();
        }
        return out.toByteArray();
    }

    private void posted(int status) {
        posting = false;
        if (lastWords != null) {
            sendLastWords(lastWords);
        } else if (ended) {
            return;
        } else if (status != 200) {
            end(new Ending(CloseReason.TRANSPORT_ERROR, "a POST was answered with status " + status, status, null));
        } else if (!tellPaused() && paused == null) {
            listener.onWritable(this);
        }
    }

    /** Makes no new request, and tells when there is none on its way. */
    void pause(Runnable whenPaused) {
        paused = whenPaused;
        tellPaused();
    }

    /** Goes on after all. */
    void resume() {
        paused = null;
        goOn();
    }

    private boolean tellPaused() {
        if (paused == null || polling || posting || came.hasNext()) {
            return false;
        }
        paused.run();
        return true;
    }

    @Override
    public long bufferedBytes() {
        return 0;
    }

    @Override
    public void setReading(boolean on) {
        reading = on;
        if (sid != null) {
            goOn();
        }
    }

    @Override
    public void close(PacketQueue queue, Runnable whenGone) {
        if (sid == null || ended) {
            abort();
            whenGone.run();
            return;
        }
        ended = true;
        queue.add(EnginePacket.of(EnginePacket.Type.CLOSE));
        gone = whenGone;
        lastWords = queue;
        loop.schedule(CLOSE_NANOS, this::abort);
        if (!posting) {
            sendLastWords(queue);
        }
    }

    private void sendLastWords(PacketQueue queue) {
        if (queue.isEmpty()) {
            abort();
        } else {
            post(queue);
        }
    }

    @Override
    public void abort() {
        ended = true;
        lastWords = null;
        http.close();
        if (gone != null) {
            Runnable told = gone;
            gone = null;
            told.run();
        }
    }

    private void end(Ending ending) {
        if (gone != null) {
            abort();
        } else if (!ended) {
            abort();
            listener.onEnd(this, ending);
        }
    }
}
