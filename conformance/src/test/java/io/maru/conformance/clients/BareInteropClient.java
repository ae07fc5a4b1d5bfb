package io.maru.conformance.clients;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/** The JDK's WebSocket, and the envelope written by hand. */
final class BareInteropClient implements InteropClient {

    private final String url;
    private final List<PlainClient> opened = new ArrayList<>();

    BareInteropClient(String url) {
        this.url = url.replaceFirst("^http", "ws");
    }

    @Override
    public Talk enter(String namespace) {
        BareTalk talk = new BareTalk(url + encoded(namespace));
        opened.add(talk.socket);
        talk.entered();
        return talk;
    }

    @Override
    public void close() {
        opened.forEach(PlainClient::close);
    }

    private static String encoded(String namespace) {
        try {
            return new URI(null, null, namespace, null).toASCIIString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static final class BareTalk extends InteropTalk {

        private final AtomicLong ids = new AtomicLong();
        private final Map<Long, CompletableFuture<Object>> answers = new ConcurrentHashMap<>();
        private final PlainClient socket;

        BareTalk(String url) {
            socket = PlainClient.open(url, text -> take(text), why -> {}).join();
        }

        @Override
        public void send(String event, Object value) {
            socket.send(message(event, value).toString());
        }

        @Override
        CompletableFuture<Object> request(String event, Object value) {
            long id = ids.incrementAndGet();
            CompletableFuture<Object> answer = new CompletableFuture<>();
            answers.put(id, answer);
            socket.send(with(message(event, value), "messageId", id).toString());
            return answer;
        }

        void take(String text) {
            try {
                JSONObject message = new JSONObject(text);
                String type = message.getString("type");
                if (type.equals("callback")) {
                    CompletableFuture<Object> answer = answers.remove(message.getLong("messageId"));
                    Objects.requireNonNull(answer, text).complete(message.get("data"));
                    return;
                }
                Object value = message.getJSONArray("args").get(0);
                if (message.has("messageId")) {
                    JSONObject answer = with(new JSONObject(), "type", "callback");
                    socket.send(with(with(answer, "messageId", message.get("messageId")), "data", value)
                            .toString());
                } else {
                    hear(type, value);
                }
            } catch (JSONException e) {
                throw new IllegalStateException(text, e);
            }
        }

        private static JSONObject message(String event, Object value) {
            Object written = value instanceof byte[] bytes ? Base64.getEncoder().encodeToString(bytes) : value;
            return with(with(new JSONObject(), "type", event), "args", new JSONArray(List.of(written)));
        }

        private static JSONObject with(JSONObject object, String key, Object value) {
            try {
                return object.put(key, value);
            } catch (JSONException e) {
                throw new AssertionError(e);
            }
        }
    }
}
