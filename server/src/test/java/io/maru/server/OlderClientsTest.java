package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.wire.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Clients of Socket.IO 2, where they are not like newer ones, and together with them. */
class OlderClientsTest extends ServerFixture {

    private static final String POLLING = "/socket.io/?EIO=3&transport=polling";
    private static final String WEBSOCKET = "/socket.io/?EIO=3&transport=websocket";
    private static final Pattern OPEN = Pattern.compile("(?:\\d+:)?0\\{\"sid\":\"([A-Za-z0-9_-]{20})\",.*");

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final List<Socket> entered = new CopyOnWriteArrayList<>();

    private MaruServer serveOlder() {
        return serveOlder(Duration.ofSeconds(45));
    }

    private MaruServer serveOlder(Duration connectTimeout) {
        MaruServer server =
                serve(options -> options.connectTimeout(connectTimeout).engine(engine -> engine.allowEngineIo3(true)));
        server.onConnection(entered::add);
        server.onConnection(socket -> {
            socket.join("r");
            socket.on("echo", event -> event.ack().send(event.args()));
            socket.on("say", event -> socket.to("r").emit("said", event.args()));
        });
        return server;
    }

    /** An open session, whose id is noted. */
    private WireClient open() {
        WireClient client = open(WEBSOCKET);
        return client.id(sidOf(client.text()));
    }

    /** A client in the main namespace. */
    private WireClient older() {
        return open().expect("40");
    }

    private static String sidOf(String open) {
        Matcher matcher = OPEN.matcher(open);
        assertThat(matcher.matches()).as(open).isTrue();
        return matcher.group(1);
    }

    @Test
    void areRefusedUnlessTheOptionsSayOtherwise() {
        serve();
        start();

        try (WireClient client = WireClient.request(port(), WEBSOCKET)) {
            assertThat(client.head()).startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    void areInTheMainNamespaceUnasked() {
        serveOlder();
        start();
        WireClient client = older();

        await().until(() -> !entered.isEmpty());
        assertThat(entered).extracting(Socket::id).containsExactly(client.id());
        assertThat(entered.get(0).handshake().auth()).hasToString("{}");
        assertThat(server().main().sockets()).containsOnlyKeys(client.id());
        fence(client);
    }

    @Test
    void haveTheIdThatTheyMakeThemselves() {
        MaruServer server = serveOlder();
        server.of("/a").onConnection(entered::add);
        start();
        WireClient client = older();
        client.send("40/a,").expect("40/a,");

        await().until(() -> entered.size() == 2);
        assertThat(server.of("/a").sockets()).containsOnlyKeys("/a#" + client.id());
        server.of("/a").to("/a#" + client.id()).emit("you");
        server.main().to(client.id()).emit("you");
        client.expect("42/a,[\"you\"]", "42[\"you\"]");
    }

    @Test
    void comeBackToANamespaceUnderTheSameId() {
        MaruServer server = serveOlder();
        server.of("/a");
        start();
        WireClient client = older();
        for (int i = 0; i < 3; i++) {
            client.send("40/a,").expect("40/a,");
            server.of("/a").emit("round", i);
            client.expect("42/a,[\"round\"," + i + "]");
            client.send("41/a,");
        }

        await().until(() -> server.of("/a").sockets().isEmpty());
        client.send("41");
        await().until(() -> server.main().sockets().isEmpty());
        client.send("40").expect("40");
        fence(client);
    }

    @Test
    void sayWhoTheyAreInTheQueryOfTheNamespace() {
        MaruServer server = serveOlder();
        server.of("/mw").use(socket -> {
            Json token = socket.handshake().auth().get("token");
            if (token == null || !"a b&c".equals(token.string())) {
                Map<String, Object> data = new LinkedHashMap<>();
                data.put("code", "E_AUTH");
                data.put("hint", List.of("use", "secret"));
                throw new ConnectRefusedException("not authorized", data);
            }
            return null;
        });
        start();
        WireClient client = older();

        client.send("40/mw,").expect("44/mw,{\"code\":\"E_AUTH\",\"hint\":[\"use\",\"secret\"]}");
        client.send("40/mw?token=wrong,").expect("44/mw,{\"code\":\"E_AUTH\",\"hint\":[\"use\",\"secret\"]}");
        client.send("40/mw,{\"token\":\"a b&c\"}").expect("44/mw,{\"code\":\"E_AUTH\",\"hint\":[\"use\",\"secret\"]}");
        client.send("40/mw?token=a%20b%26c,").expect("40/mw,");
        assertThat(server.of("/mw").sockets()).hasSize(1);
        client.send("42/mw?token=x,1[\"fence\"]").expect("43/mw,1[]");
    }

    @Test
    void areToldTheMessageAloneWhenTheyAreRefusedWithoutData() {
        serveOlder().of("/plainerr").use(socket -> {
            throw new ConnectRefusedException("nope");
        });
        start();
        WireClient client = older();

        client.send("40/plainerr,").expect("44/plainerr,\"nope\"");
        client.send("40/unknown?a=b,").expect("44/unknown,{\"message\":\"Invalid namespace\"}");
        fence(client);
    }

    @Test
    void mayBeRefusedByTheMainNamespaceAndEnterAnother() {
        MaruServer server = serveOlder(Duration.ofSeconds(3));
        server.use(socket -> {
            if (!"1".equals(socket.handshake().query().get("let"))) {
                throw new ConnectRefusedException("not here");
            }
            return null;
        });
        server.of("/a");
        start();
        WireClient elsewhere = open().expect("44\"not here\"");
        elsewhere.send("40/a,").expect("40/a,");
        WireClient refused = open().expect("44\"not here\"");
        WireClient letIn = open(WEBSOCKET + "&let=1");
        sidOf(letIn.text());
        letIn.expect("40");
        assertThat(refused.closed()).as("in no namespace in time").isEqualTo(1005);

        elsewhere.send("42/a,1[\"fence\"]").expect("43/a,1[]");
        fence(letIn);
    }

    @Test
    void areClosedWhenTheyAskForTheMainNamespace() {
        serveOlder();
        start();

        assertThat(older().send("40").closed()).isEqualTo(1005);
    }

    @Test
    void shareRoomsWithAllOthers() {
        serveOlder();
        start();
        WireClient older = older();
        WireClient base64 = open(WEBSOCKET + "&b64=1");
        sidOf(base64.text());
        base64.expect("40");
        WireClient newer = socketIo();
        WireClient plain = plain();
        fence(older, base64, newer);
        fencePlain(plain);

        older.send("42[\"say\",{\"text\":\"€\"}]");
        base64.expect("42[\"said\",{\"text\":\"€\"}]");
        newer.expect("42[\"said\",{\"text\":\"€\"}]");
        plain.expect("{\"type\":\"said\",\"text\":\"€\"}");

        String text = "451-[\"said\",{\"_placeholder\":true,\"num\":0}]";
        newer.send("451-[\"say\",{\"_placeholder\":true,\"num\":0}]").send(new byte[] {0, 4, -1});
        older.expect(text);
        assertThat(older.bytes()).containsExactly(4, 0, 4, -1);
        base64.expect(text, "b4AAT/");
        plain.expect("{\"type\":\"said\",\"args\":[\"AAT/\"]}");

        older.send("451-[\"say\",{\"_placeholder\":true,\"num\":0}]").send(new byte[] {4, 1, 2});
        newer.expect(text);
        assertThat(newer.bytes()).containsExactly(1, 2);
        base64.expect(text, "b4AQI=");
        base64.send("451-[\"say\",{\"_placeholder\":true,\"num\":0}]", "b4AQI=");
        older.expect(text);
        assertThat(older.bytes()).containsExactly(4, 1, 2);
        newer.expect(text);
        assertThat(newer.bytes()).containsExactly(1, 2);
        fence(older, base64, newer);
    }

    @Test
    void answerAndAreAnswered() {
        serveOlder();
        start();
        WireClient older = older();
        WireClient newer = socketIo();
        fence(older, newer);
        older.send("451-7[\"echo\",{\"_placeholder\":true,\"num\":0},1]").send(new byte[] {4, 9});
        older.expect("461-7[{\"_placeholder\":true,\"num\":0},1]");
        assertThat(older.bytes()).containsExactly(4, 9);

        CompletableFuture<Answers> answers =
                server().main().to("r").timeout(Duration.ofSeconds(10)).request("ask", 1);
        older.expect("420[\"ask\",1]");
        newer.expect("420[\"ask\",1]");
        older.send("461-0[{\"_placeholder\":true,\"num\":0}]").send(new byte[] {4, 5});
        newer.send("430[\"newer\"]");
        assertThat(get(answers).received())
                .extracting(answer -> String.valueOf(answer.get(0)))
                .containsExactlyInAnyOrder("{\"_placeholder\":true,\"num\":0}", "\"newer\"");
    }

    @Test
    void areSentAwayFromAllNamespaces() {
        MaruServer server = serveOlder();
        server.of("/a");
        start();
        WireClient client = older();
        client.send("40/a,").expect("40/a,");
        await().until(() -> !entered.isEmpty());
        entered.get(0).disconnect(true);

        client.expectAnyOrder("41", "41/a,");
        assertThat(client.closed()).isEqualTo(1005);
    }

    @Test
    void pollInTheirOwnWay() throws Exception {
        serveOlder();
        start();
        String sid = sidOf(text(poll(POLLING)));
        String session = POLLING + "&sid=" + sid;

        assertThat(text(poll(session))).isEqualTo("2:40");
        post(session, "17:421[\"echo\",\"é😀\"]");
        assertThat(text(poll(session))).isEqualTo("10:431[\"é😀\"]");
        server().main().emit("b", (Object) new byte[] {7});
        String event = HexFormat.of().formatHex(utf8("451-[\"b\",{\"_placeholder\":true,\"num\":0}]"));
        assertThat(HexFormat.of().formatHex(poll(session))).isEqualTo("000309ff" + event + "0102ff0407");
    }

    private byte[] poll(String target) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(uri(target)).build(), BodyHandlers.ofByteArray())
                .body();
    }

    private void post(String target, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri(target))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        assertThat(HTTP.send(request, BodyHandlers.ofString()).body()).isEqualTo("ok");
    }

    private URI uri(String target) {
        return URI.create("http://127.0.0.1:" + port() + target);
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
