package io.maru.conformance.clients;

import io.maru.conformance.clients.JavaClient.Talk;
import io.socket.client.Ack;
import io.socket.client.Socket;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.json.JSONObject;

/** The official Java client as a member. */
final class JavaMember implements Member {

    private final JavaClient client;
    private final Socket socket;

    JavaMember(String url, Way way, Listener listener) {
        client = new JavaClient(url, way);
        Talk talk = client.socket("/", Map.of());
        socket = talk.socket();
        AtomicInteger session = new AtomicInteger();
        socket.on(Socket.EVENT_CONNECT, args -> listener.onUp(session.incrementAndGet()));
        socket.on("chat", args -> listener.onChat(session.get(), ((JSONObject) args[0]).optJSONObject("message")));
        socket.connect();
    }

    @Override
    public CompletableFuture<JSONObject> request(String type, Map<String, ?> fields) {
        CompletableFuture<JSONObject> answer = new CompletableFuture<>();
        if (socket.connected()) {
            socket.emit(type, new JSONObject(fields), (Ack) args -> answer.complete((JSONObject) args[0]));
        }
        return answer;
    }

    @Override
    public void close() {
        client.close();
    }
}
