package io.maru.conformance.clients;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.json.JSONException;
import org.json.JSONObject;
import org.jspecify.annotations.Nullable;

/** The JDK's WebSocket as a member. */
final class PlainMember implements Member {

    private final String url;
    private final Listener listener;
    private final AtomicLong messageIds = new AtomicLong();
    private final Map<Long, CompletableFuture<JSONObject>> answers = new ConcurrentHashMap<>();
    private volatile @Nullable PlainClient client;
    private volatile boolean closing;
    private volatile int lastLost;

    PlainMember(String url, Listener listener) {
        this.url = url;
        this.listener = listener;
        connect(1);
    }

    @Override
    public CompletableFuture<JSONObject> request(String type, Map<String, ?> fields) {
        CompletableFuture<JSONObject> answer = new CompletableFuture<>();
        PlainClient current = client;
        if (current != null) {
            long id = messageIds.incrementAndGet();
            answers.put(id, answer);
            Map<String, Object> frame = new HashMap<>(fields);
            frame.put("type", type);
            frame.put("messageId", id);
            current.send(new JSONObject(frame).toString());
        }
        return answer;
    }

    @Override
    public void close() {
        closing = true;
        PlainClient current = client;
        if (current != null) {
            current.close();
        }
    }

    private void connect(int session) {
        PlainClient.open(url, text -> hear(session, text), why -> lost(session))
                .orTimeout(10, TimeUnit.SECONDS)
                .whenComplete((opened, failure) -> {
                    if (failure instanceof TimeoutException) {
                        System.err.println("a handshake took more than ten seconds");
                    }
                    if (opened != null) {
                        client = opened;
                        listener.onUp(session);
                    } else if (!closing) {
                        connect(session);
                    }
                });
    }

    private void lost(int session) {
        synchronized (this) {
            if (session <= lastLost) {
                return; // told twice
            }
            lastLost = session;
        }
        client = null;
        if (!closing) {
            connect(session + 1);
        }
    }

    /** Finds out that the connection is gone, where the JDK's client has not told. */
    @Override
    public void nudge() {
        PlainClient current = client;
        int session = lastLost + 1;
        if (current != null) {
            current.send("{\"type\":\"ping\"}").whenComplete((sent, failure) -> {
                if (failure != null) {
                    lost(session);
                }
            });
        }
    }

    private void hear(int session, String text) {
        try {
            JSONObject frame = new JSONObject(text);
            if (frame.optString("type").equals("chat")) {
                listener.onChat(session, frame.getJSONObject("message"));
            } else if (frame.optString("type").equals("callback")) {
                CompletableFuture<JSONObject> answer = answers.remove(frame.getLong("messageId"));
                if (answer != null) {
                    answer.complete(frame.getJSONObject("data"));
                }
            }
        } catch (JSONException e) {
            throw new AssertionError(text, e);
        }
    }
}
