package io.maru.conformance.clients;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.json.JSONException;
import org.json.JSONObject;

/** A client on Node as a member: the official one over polling, WebSocket or both, or the bare {@code ws}. */
final class NodeMember implements Member {

    /** The process of all of them. */
    static final class Host implements AutoCloseable {
        private final Map<String, NodeMember> members = new ConcurrentHashMap<>();
        private final NodeScripts.Script script = NodeScripts.start("members.mjs", this::hear);

        NodeMember open(String name, String kind, String url, Listener listener) {
            NodeMember member = new NodeMember(this, name, listener);
            members.put(name, member);
            member.tell(Map.of("open", kind, "url", url));
            return member;
        }

        @Override
        public void close() {
            script.close();
        }

        private void hear(String line) {
            try {
                JSONObject said = new JSONObject(line);
                NodeMember member = members.get(said.getString("member"));
                if (member != null) {
                    member.hear(said);
                }
            } catch (JSONException e) {
                System.err.println(line); // a stack trace: the test will wait in vain
            }
        }
    }

    private final Host host;
    private final String name;
    private final Listener listener;
    private final AtomicLong requests = new AtomicLong();
    private final Map<Long, CompletableFuture<JSONObject>> answers = new ConcurrentHashMap<>();

    private NodeMember(Host host, String name, Listener listener) {
        this.host = host;
        this.name = name;
        this.listener = listener;
    }

    @Override
    public CompletableFuture<JSONObject> request(String type, Map<String, ?> fields) {
        long id = requests.incrementAndGet();
        CompletableFuture<JSONObject> answer = new CompletableFuture<>();
        answers.put(id, answer);
        tell(Map.of("request", type, "fields", new JSONObject(fields), "id", id));
        return answer;
    }

    @Override
    public void close() {
        tell(Map.of("close", true));
    }

    private void tell(Map<String, Object> what) {
        Map<String, Object> line = new HashMap<>(what);
        line.put("member", name);
        host.script.tell(new JSONObject(line).toString());
    }

    private void hear(JSONObject said) throws JSONException {
        if (said.has("up")) {
            listener.onUp(said.getInt("up"));
        } else if (said.has("heard")) {
            listener.onChat(said.getInt("session"), said.getJSONObject("heard"));
        } else {
            CompletableFuture<JSONObject> answer = answers.remove(said.getLong("answer"));
            if (answer != null) {
                answer.complete(said.getJSONObject("data"));
            }
        }
    }
}
