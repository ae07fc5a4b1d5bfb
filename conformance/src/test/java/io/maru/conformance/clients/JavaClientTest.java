package io.maru.conformance.clients;

import static io.maru.conformance.clients.JavaClient.Talk.next;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.conformance.clients.JavaClient.Talk;
import io.maru.server.DisconnectReason;
import io.socket.client.Ack;
import io.socket.client.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.stream.IntStream;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The official Java client, over each transport. Where it upgrades, the talk begins before the upgrade is done. */
@ParameterizedClass
@EnumSource(Way.class)
class JavaClientTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static LabServer lab;

    private final Way way;
    private final List<JavaClient> clients = new ArrayList<>();

    JavaClientTest(Way way) {
        this.way = way;
    }

    @BeforeAll
    static void start() {
        lab = new LabServer(options -> options.engine(
                engine -> engine.pingInterval(Duration.ofSeconds(1)).pingTimeout(Duration.ofSeconds(3))));
    }

    @AfterAll
    static void stop() {
        lab.close();
    }

    @AfterEach
    void closeClients() {
        clients.forEach(JavaClient::close);
        lab.awaitNobody();
    }

    @Test
    void entersWithAuthAndReachesTheLastTransport() {
        Talk talk = client().socket("/", Map.of("token", "열쇠"));
        talk.connect();

        JSONObject who = (JSONObject) talk.ask("who")[0];

        assertThat(who.optString("id")).isEqualTo(talk.id());
        assertThat(who.optJSONObject("auth").optString("token")).isEqualTo("열쇠");
        assertThat(who.optJSONObject("query").optString("EIO")).isEqualTo("4");
        awaitLastTransport(talk);
    }

    @Test
    void isToldWhyItMayNotEnter() {
        JavaClient client = client();
        Talk refused = client.socket("/a", Map.of("refuse", "closed today"));
        BlockingQueue<Object[]> errors = refused.hear(Socket.EVENT_CONNECT_ERROR);
        Talk welcome = client.enter("/");
        refused.socket().connect();

        JSONObject error = (JSONObject) next(errors)[0];

        assertThat(error.optString("message")).isEqualTo("you may not enter");
        assertThat(error.optJSONObject("data").optString("because")).isEqualTo("closed today");
        assertThat(refused.socket().connected()).isFalse();
        assertThat(welcome.ask("echo", "still here")).containsExactly("still here");
        assertThat(lab.server().of("/a").sockets()).isEmpty();
    }

    @Test
    void passesTextAndNumbersUnchanged() {
        Talk talk = client().enter("/");
        BlockingQueue<Object[]> echoes = talk.hear("echo");
        String text = "마루 — naïve 😀 \u2028 \u0000 \"quoted\\\" \n end".repeat(50);
        @Nullable Object[] args = {text, "", 0, -1, 9007199254740991L, 0.1, true, JSONObject.NULL};

        Object[] answer = talk.ask("echo", args);

        args[args.length - 1] = null; // what this client makes of it
        assertThat(answer).containsExactly(args);
        assertThat(next(echoes)).containsExactly(args);
    }

    @Test
    void passesNestedBytesBothWays() throws JSONException {
        Talk talk = client().enter("/");
        BlockingQueue<Object[]> echoes = talk.hear("echo");
        byte[] all = bytes(256, 0);
        byte[] large = bytes(100_000, 7);
        JSONObject nested = new JSONObject()
                .put("first", all)
                .put("list", new JSONArray().put(new byte[0]).put("text").put(new JSONObject().put("deep", large)));

        Object[] answer = talk.ask("echo", all, nested, large);

        for (Object[] args : List.of(answer, next(echoes))) {
            assertThat((byte[]) args[0]).isEqualTo(all);
            JSONObject object = (JSONObject) args[1];
            assertThat((byte[]) object.get("first")).isEqualTo(all);
            JSONArray list = object.getJSONArray("list");
            assertThat((byte[]) list.get(0)).isEmpty();
            assertThat(list.get(1)).isEqualTo("text");
            assertThat((byte[]) list.getJSONObject(2).get("deep")).isEqualTo(large);
            assertThat((byte[]) args[2]).isEqualTo(large);
        }
    }

    @Test
    void answersWhatTheServerAsks() {
        Talk talk = client().enter("/");
        BlockingQueue<Object[]> answered = talk.hear("answered");
        talk.socket().on("question", args -> ((Ack) args[args.length - 1]).call(args[0], args[1], "답"));

        talk.socket().emit("ask-me", "up", bytes(256, 3));

        Object[] answer = next(answered);
        assertThat(answer).hasSize(3);
        assertThat(answer[0]).isEqualTo("up");
        assertThat((byte[]) answer[1]).isEqualTo(bytes(256, 3));
        assertThat(answer[2]).isEqualTo("답");
    }

    @Test
    void usesSeveralNamespacesOnOneConnection() {
        int connectionsBefore = lab.proxy().accepted();
        JavaClient client = client();
        List<Talk> talks = LabServer.NAMESPACES.stream().map(client::enter).toList();
        List<BlockingQueue<Object[]>> said =
                talks.stream().map(talk -> talk.hear("said")).toList();

        for (int i = 0; i < talks.size(); i++) {
            talks.get(i).ask("say-to-all", "in " + i);
        }

        Set<String> ids = new HashSet<>();
        for (int i = 0; i < talks.size(); i++) {
            ids.add(talks.get(i).id());
            assertThat(next(said.get(i))).containsExactly("in " + i);
            assertThat(said.get(i)).isEmpty();
        }
        assertThat(ids).hasSize(3);
        assertThat(lab.server().stats().clients()).isEqualTo(1);
        if (way == Way.WEBSOCKET) {
            assertThat(lab.proxy().accepted() - connectionsBefore).isEqualTo(1);
        }
        String id = talks.get(1).id();
        talks.get(1).socket().disconnect();
        assertThat(lab.end(id)).succeedsWithin(LIMIT).isEqualTo(DisconnectReason.CLIENT_NAMESPACE_DISCONNECT);
        assertThat(talks.get(0).ask("echo", "on")).containsExactly("on");
    }

    @Test
    void hearsOnlyTheRoomsThatItIsIn() {
        Talk one = client().enter("/");
        Talk two = client().enter("/");
        Talk three = client().enter("/");
        List<BlockingQueue<Object[]>> said = List.of(one.hear("said"), two.hear("said"), three.hear("said"));
        for (Talk talk : List.of(one, two)) {
            assertThat(talk.ask("join", "방 1")).containsExactly(2);
        }
        three.ask("join", "2");

        one.ask("say", "방 1", "to 1");
        three.ask("say", "방 1", "from outside");
        two.ask("leave", "방 1");
        one.ask("say", "방 1", "to nobody");
        one.ask("say-to-all", "to all");

        assertThat(texts(said.get(0), 2)).containsExactly("from outside", "to all");
        assertThat(texts(said.get(1), 3)).containsExactly("to 1", "from outside", "to all");
        assertThat(texts(said.get(2), 1)).containsExactly("to all");
    }

    @Test
    void getsManyMessagesInOrder() {
        Talk talk = client().enter("/");
        BlockingQueue<Object[]> echoes = talk.hear("echo");
        BlockingQueue<Object[]> ticks = talk.hear("tick");
        int count = 500;

        talk.socket().emit("burst", count);
        for (int i = 0; i < count; i++) {
            talk.socket().emit("echo", i);
        }

        List<Integer> numbers = IntStream.range(0, count).boxed().toList();
        assertThat(IntStream.range(0, count).mapToObj(i -> next(ticks)[0])).isEqualTo(numbers);
        assertThat(IntStream.range(0, count).mapToObj(i -> next(echoes)[0])).isEqualTo(numbers);
        talk.ask("echo", "last");
        assertThat(next(echoes)).containsExactly("last");
        assertThat(ticks).isEmpty();
    }

    @Test
    void leavesByItself() {
        Talk talk = client().enter("/");
        BlockingQueue<Object[]> ends = talk.hear(Socket.EVENT_DISCONNECT);
        String id = talk.id();

        talk.socket().disconnect();

        assertThat(next(ends)[0]).isEqualTo("io client disconnect");
        assertThat(lab.end(id)).succeedsWithin(LIMIT).isEqualTo(DisconnectReason.CLIENT_NAMESPACE_DISCONNECT);
    }

    @Test
    void isSentAwayByTheServer() {
        for (boolean close : new boolean[] {false, true}) {
            Talk talk = settled();
            BlockingQueue<Object[]> ends = talk.hear(Socket.EVENT_DISCONNECT);
            String id = talk.id();

            talk.socket().emit("disconnect-me", close);

            assertThat(next(ends)[0]).isEqualTo("io server disconnect");
            assertThat(lab.end(id)).succeedsWithin(LIMIT).isEqualTo(DisconnectReason.SERVER_NAMESPACE_DISCONNECT);
        }
    }

    @Test
    void comesBackAfterACut() throws InterruptedException {
        for (boolean reset : new boolean[] {false, true}) {
            Talk talk = settled();
            BlockingQueue<Object[]> ends = talk.hear(Socket.EVENT_DISCONNECT);
            String id = talk.id();

            assertThat(cutOff(talk, ends, reset)[0]).isIn("transport close", "transport error");
            talk.awaitConnect();
            assertThat(talk.id()).isNotEqualTo(id);
            assertThat(talk.ask("echo", "back")).containsExactly("back");
            assertThat(lab.end(id))
                    .succeedsWithin(LIMIT)
                    .isIn(DisconnectReason.TRANSPORT_CLOSE, DisconnectReason.TRANSPORT_ERROR);
        }
    }

    @Test
    void comesBackAfterSilence() {
        Talk talk = settled();
        BlockingQueue<Object[]> ends = talk.hear(Socket.EVENT_DISCONNECT);
        String id = talk.id();

        talk.socket().emit("freeze-me");

        assertThat(lab.end(id)).succeedsWithin(LIMIT).isEqualTo(DisconnectReason.PING_TIMEOUT);
        assertThat(next(ends)[0]).isEqualTo("ping timeout");
        lab.proxy().cutFrozen(); // the HTTP client would wait for them
        talk.awaitConnect();
        assertThat(talk.ask("echo", "back")).containsExactly("back");
    }

    private JavaClient client() {
        JavaClient client = new JavaClient(lab.url(), way);
        clients.add(client);
        return client;
    }

    /** A client that has entered and will not change its transport any more. */
    private Talk settled() {
        Talk talk = client().enter("/");
        awaitLastTransport(talk);
        return talk;
    }

    /** Has the server cut it off. Where a cut meets no connection, between two polls, there is another one. */
    private static Object[] cutOff(Talk talk, BlockingQueue<Object[]> ends, boolean reset) throws InterruptedException {
        talk.socket().emit("cut-me", reset);
        Object[] end = ends.poll(2, SECONDS);
        for (int more = 0; end == null && more < 15; more++) {
            lab.proxy().cut(reset);
            end = ends.poll(2, SECONDS);
        }
        return Objects.requireNonNull(end, "it is not cut off");
    }

    private void awaitLastTransport(Talk talk) {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(((JSONObject) talk.ask("who")[0]).optString("transport"))
                        .isEqualTo(way.last()));
    }

    private static List<Object> texts(BlockingQueue<Object[]> heard, int count) {
        await().atMost(LIMIT).until(() -> heard.size() >= count);
        return heard.stream().map(args -> args[0]).toList();
    }

    private static byte[] bytes(int count, int first) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (first + i);
        }
        return bytes;
    }
}
