package io.maru.conformance.clients;

import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.json.JSONException;
import org.json.JSONObject;

/** The process of all clients on Node: {@code interop-clients.mjs}, which says what the lines are. */
final class NodeInteropClients implements AutoCloseable {

    private final NodeScripts.Script script;
    private final AtomicLong ids = new AtomicLong();
    private final Map<String, NodeTalk> talks = new ConcurrentHashMap<>();
    private final Map<Long, CompletableFuture<Object>> answers = new ConcurrentHashMap<>();

    /** @param maru where maru.js is served */
    NodeInteropClients(String maru) {
        script = NodeScripts.start("interop-clients.mjs", this::hear, maru);
    }

    InteropClient open(String kind, String url, Way way) {
        String client = "client " + ids.incrementAndGet();
        tell(Map.<String, Object>of(
                "client", client, "open", kind, "url", url, "transports", Arrays.asList(way.transports())));
        return new InteropClient() {
            @Override
            public Talk enter(String namespace) {
                String name = "talk " + ids.incrementAndGet();
                NodeTalk talk = new NodeTalk(NodeInteropClients.this, name);
                talks.put(name, talk);
                tell(Map.<String, Object>of("client", client, "enter", namespace, "talk", name));
                talk.awaitEntry();
                return talk;
            }

            @Override
            public void close() {
                tell(Map.<String, Object>of("client", client, "close", true));
            }
        };
    }

    @Override
    public void close() {
        script.close();
    }

    private void tell(Map<String, ?> line) {
        script.tell(new JSONObject(line).toString());
    }

    private void hear(String line) {
        try {
            JSONObject said = new JSONObject(line);
            NodeTalk talk = Objects.requireNonNull(talks.get(said.getString("talk")), line);
            if (said.has("in")) {
                talk.entered();
            } else if (said.has("heard")) {
                talk.hear(said.getString("heard"), value(said));
            } else {
                CompletableFuture<Object> answer = answers.remove(said.getLong("answer"));
                Objects.requireNonNull(answer, line).complete(value(said));
            }
        } catch (JSONException e) {
            System.err.println(line); // a stack trace: the test will wait in vain
        }
    }

    private static Object value(JSONObject said) throws JSONException {
        return said.has("bytes") ? Base64.getDecoder().decode(said.getString("bytes")) : said.get("text");
    }

    private static String key(Object value) {
        return value instanceof byte[] ? "bytes" : "text";
    }

    private static Object written(Object value) {
        return value instanceof byte[] bytes ? Base64.getEncoder().encodeToString(bytes) : value;
    }

    private static final class NodeTalk extends InteropTalk {

        private final NodeInteropClients host;
        private final String name;

        NodeTalk(NodeInteropClients host, String name) {
            this.host = host;
            this.name = name;
        }

        @Override
        public void send(String event, Object value) {
            host.tell(Map.<String, Object>of("talk", name, "send", event, key(value), written(value)));
        }

        @Override
        CompletableFuture<Object> request(String event, Object value) {
            long id = host.ids.incrementAndGet();
            CompletableFuture<Object> answer = new CompletableFuture<>();
            host.answers.put(id, answer);
            host.tell(Map.<String, Object>of("talk", name, "ask", event, "id", id, key(value), written(value)));
            return answer;
        }
    }
}
