package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.server.engine.Cors;
import io.maru.wire.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plain WebSockets that speak the envelope. */
class PlainTest extends ServerFixture {

    private final List<String> heard = new CopyOnWriteArrayList<>();

    private void serveRooms() {
        serve().onConnection(socket -> {
            socket.on("join-room", event -> {
                Json room = event.field("roomId");
                String name = room == null ? null : room.string();
                if (name == null || name.isEmpty()) {
                    event.ack().fail("Invalid roomId");
                    return;
                }
                socket.join(name);
                socket.emit("joined", Map.of("roomId", name));
                event.ack().send(Map.of("success", true));
            });
            socket.on("chat", event -> {
                heard.add(event.args().toString());
                Json room = event.field("roomId");
                socket.to(room == null ? "" : String.valueOf(room.string())).emit("chat", event.args());
            });
            socket.on("echo", event -> event.ack().send(event.args()));
            socket.on("sum", event -> event.ack().send(event.args().size()));
            socket.on("ask-me", event -> {
                CompletableFuture<?> asked =
                        socket.request("ask", event.args()).thenAccept(data -> socket.emit("asked", data));
                asked.exceptionally(failure -> null);
            });
        });
        start();
    }

    @Test
    void sendsAnEventAndHearsItsAnswer() {
        serveRooms();
        WireClient a = plain();
        WireClient b = plain();
        a.send("{\"type\":\"join-room\",\"roomId\":\"r1\"}").expect("{\"type\":\"joined\",\"roomId\":\"r1\"}");
        b.send("{\"type\":\"join-room\",\"roomId\":\"r1\",\"messageId\":7}")
                .expect(
                        "{\"type\":\"joined\",\"roomId\":\"r1\"}",
                        "{\"type\":\"callback\",\"messageId\":7,\"data\":{\"success\":true}}");
        a.send("{\"type\":\"chat\",\"roomId\":\"r1\",\"message\":\"Hi\"}");
        b.expect("{\"type\":\"chat\",\"roomId\":\"r1\",\"message\":\"Hi\"}");
        fencePlain(a, b);
        assertThat(heard).containsExactly("[{\"roomId\":\"r1\",\"message\":\"Hi\"}]");
    }

    @Test
    void standsInTheSameRoomsAsSocketIoClients() {
        serveRooms();
        WireClient plain = plain();
        WireClient client = socketIo();
        plain.send("{\"type\":\"join-room\",\"roomId\":\"r\"}").expect("{\"type\":\"joined\",\"roomId\":\"r\"}");
        client.send("42[\"join-room\",{\"roomId\":\"r\"}]").expect("42[\"joined\",{\"roomId\":\"r\"}]");
        plain.send("{\"roomId\":\"r\",\"type\":\"chat\",\"message\":{\"deep\":[1]}}");
        client.expect("42[\"chat\",{\"roomId\":\"r\",\"message\":{\"deep\":[1]}}]");
        client.send("42[\"chat\",{\"roomId\":\"r\",\"message\":null}]");
        plain.expect("{\"type\":\"chat\",\"roomId\":\"r\",\"message\":null}");
        assertThat(server().main().roomSizes()).containsExactly(Map.entry("r", 2));
    }

    @Test
    void takesArgumentsInAListToo() {
        serveRooms();
        WireClient plain = plain();
        plain.send("{\"type\":\"sum\",\"args\":[1,2,3],\"messageId\":0}")
                .expect("{\"type\":\"callback\",\"messageId\":0,\"data\":3}");
        plain.send("{\"type\":\"sum\",\"args\":[],\"messageId\":1}")
                .expect("{\"type\":\"callback\",\"messageId\":1,\"data\":0}");
        plain.send("{\"type\":\"echo\",\"args\":[],\"messageId\":1}").expect("{\"type\":\"callback\",\"messageId\":1}");
        plain.send("{\"type\":\"echo\",\"args\":[1,[2]],\"messageId\":2}")
                .expect("{\"type\":\"callback\",\"messageId\":2,\"data\":[1,[2]]}");
        // beside other fields, and when it is no list, args is a field like any other
        plain.send("{\"type\":\"echo\",\"args\":[1],\"x\":2,\"messageId\":3}")
                .expect("{\"type\":\"callback\",\"messageId\":3,\"data\":{\"args\":[1],\"x\":2}}");
        plain.send("{\"type\":\"echo\",\"args\":{},\"messageId\":4}")
                .expect("{\"type\":\"callback\",\"messageId\":4,\"data\":{\"args\":{}}}");
        plain.send("{\"type\":\"echo\",\"messageId\":5}").expect("{\"type\":\"callback\",\"messageId\":5,\"data\":{}}");
    }

    @Test
    void mayAskWithAnyIntegerAndWithNothingElse() {
        serveRooms();
        WireClient plain = plain();
        for (String id : List.of("0", "-1", "4294967296", "-999999999999999999", "999999999999999999")) {
            plain.send("{\"type\":\"echo\",\"messageId\":" + id + ",\"a\":1}")
                    .expect("{\"type\":\"callback\",\"messageId\":" + id + ",\"data\":{\"a\":1}}");
        }
        for (String id : List.of("\"7\"", "1.5", "null", "true", "[]", "{}", "1e3")) {
            plain.send("{\"type\":\"echo\",\"messageId\":" + id + "}");
        }
        fencePlain(plain);
    }

    @Test
    void isAskedByTheServer() {
        serveRooms();
        WireClient plain = plain();
        plain.send("{\"type\":\"ask-me\",\"q\":1}").expect("{\"type\":\"ask\",\"messageId\":0,\"q\":1}");
        plain.send("{\"type\":\"callback\",\"messageId\":0,\"data\":{\"a\":2}}").expect("{\"type\":\"asked\",\"a\":2}");
        plain.send("{\"type\":\"ask-me\",\"q\":2}").expect("{\"type\":\"ask\",\"messageId\":1,\"q\":2}");
        plain.send("{\"type\":\"callback\",\"messageId\":0,\"data\":1}", "{\"type\":\"callback\"}");
        fencePlain(plain);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[]",
                "1",
                "\"x\"",
                "null",
                "true",
                "{",
                "{\"type\":\"echo\"",
                "{\"type\":\"echo\"}x",
                "nonsense",
                "{\"type\":\"echo\",}",
                "{type:\"echo\"}",
                "{\"type\":\"echo\"}{\"type\":\"echo\"}"
            })
    void hearsThatATextIsNoJsonObject(String text) {
        serveRooms();
        WireClient plain = plain();
        plain.send(text).expect("{\"error\":\"Invalid JSON\"}");
        fencePlain(plain);
    }

    @Test
    void hearsThatABinaryMessageIsNone() {
        serveRooms();
        WireClient plain = plain();
        plain.send("{\"type\":\"echo\",\"messageId\":1}".getBytes(StandardCharsets.UTF_8))
                .expect("{\"error\":\"Invalid JSON\"}");
        plain.send(new byte[0]).expect("{\"error\":\"Invalid JSON\"}");
        fencePlain(plain);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"a\":1}",
                "{\"type\":null}",
                "{\"type\":1}",
                "{\"type\":[\"echo\"]}",
                "{\"type\":\"\"}",
                "{\"type\":\"nobody listens\"}",
                "{\"type\":\"disconnect\"}",
                "{\"type\":\"connect\"}"
            })
    void hearsThatNobodyListensForItsType(String text) {
        serveRooms();
        WireClient plain = plain();
        plain.send(text).expect("{\"error\":\"Unknown message type\"}");
        String asking = (text.equals("{}") ? "{" : text.substring(0, text.length() - 1) + ",") + "\"messageId\":7}";
        plain.send(asking)
                .expect(
                        "{\"error\":\"Unknown message type\"}",
                        "{\"type\":\"callback\",\"messageId\":7,\"data\":{\"error\":\"Unknown message type\"}}");
        fencePlain(plain);
    }

    @Test
    void hearsWhatItsHandlerSaysIsWrong() {
        serveRooms();
        WireClient plain = plain();
        plain.send("{\"type\":\"join-room\",\"roomId\":\"\"}").expect("{\"error\":\"Invalid roomId\"}");
        plain.send("{\"type\":\"join-room\",\"messageId\":3}")
                .expect(
                        "{\"error\":\"Invalid roomId\"}",
                        "{\"type\":\"callback\",\"messageId\":3,\"data\":{\"error\":\"Invalid roomId\"}}");
        assertThat(server().main().roomSizes()).isEmpty();
    }

    @Test
    void hearsErrorsBehindTheAnswersToWhatItSentBefore() {
        serve().onConnection(socket -> socket.on("slow", event -> {
            server().main().fetchSockets().join();
            event.ack().send();
        }));
        start();
        WireClient plain = plain();
        for (int i = 0; i < 50; i++) {
            plain.sendAll(List.of(
                    "{\"type\":\"slow\",\"messageId\":1}",
                    "nonsense",
                    "{\"type\":\"slow\",\"messageId\":2}",
                    "{\"type\":\"unknown\",\"messageId\":3}",
                    "{\"type\":\"slow\",\"messageId\":4}"));
            plain.expect(
                    "{\"type\":\"callback\",\"messageId\":1}",
                    "{\"error\":\"Invalid JSON\"}",
                    "{\"type\":\"callback\",\"messageId\":2}",
                    "{\"error\":\"Unknown message type\"}",
                    "{\"type\":\"callback\",\"messageId\":3,\"data\":{\"error\":\"Unknown message type\"}}",
                    "{\"type\":\"callback\",\"messageId\":4}");
        }
    }

    @Test
    void isNotClosedForJsonThatIsTooDeep() {
        serveRooms();
        WireClient plain = plain();
        plain.send("{\"type\":\"echo\",\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}");
        assertThat(plain.text()).startsWith("{\"error\":\"");
        fencePlain(plain);
    }

    @Test
    void isAnsweredItsPing() {
        serve().onConnection(socket -> {
            if (socket.handshake().query().containsKey("own")) {
                socket.on("ping", event -> event.ack().send("mine"));
            }
        });
        start();
        WireClient plain = plain();
        plain.send("{\"type\":\"ping\",\"t\":1}").expect("{\"type\":\"pong\",\"t\":1}");
        plain.send("{\"type\":\"ping\"}").expect("{\"type\":\"pong\"}");
        plain.send("{\"type\":\"ping\",\"t\":1,\"messageId\":7}")
                .expect("{\"type\":\"callback\",\"messageId\":7,\"data\":{\"t\":1}}");
        plain("/?own")
                .send("{\"type\":\"ping\",\"messageId\":7}")
                .expect("{\"type\":\"callback\",\"messageId\":7,\"data\":\"mine\"}");
    }

    @Test
    void isAnsweredItsPingWhereOthersListenToEverything() {
        serve().onConnection(socket -> socket.onAny(event -> {
            heard.add(event.name());
            if (event.field("mine") != null) {
                event.ack().send("mine");
            }
        }));
        start();
        WireClient plain = plain();
        plain.send("{\"type\":\"ping\",\"t\":1}").expect("{\"type\":\"pong\",\"t\":1}");
        plain.send("{\"type\":\"ping\",\"messageId\":7}").expect("{\"type\":\"callback\",\"messageId\":7,\"data\":{}}");
        plain.send("{\"type\":\"ping\",\"messageId\":8,\"mine\":true}")
                .expect("{\"type\":\"callback\",\"messageId\":8,\"data\":\"mine\"}");
        plain.send("{\"type\":\"other\"}").send("{\"type\":\"ping\"}").expect("{\"type\":\"pong\"}");
        assertThat(heard).containsExactly("ping", "ping", "ping", "other", "ping");
    }

    @Test
    void isInTheNamespaceOfItsPath() {
        MaruServer server = serve(options -> options.plainPath("/plain"));
        server.of("/admin").onConnection(socket -> heard.add("/admin"));
        server.of("/방 1").onConnection(socket -> heard.add("/방 1"));
        server.of(Pattern.compile("^/dyn-\\d+$")).onConnection(socket -> heard.add("dyn"));
        server.onConnection(socket -> heard.add("/"));
        start();
        fencePlain(plain("/plain/admin?x=1"), plain("/plain"), plain("/plain/"), plain("/plain/dyn-5"));
        fencePlain(plain("/plain/%EB%B0%A9%201"));
        assertThat(heard).containsExactlyInAnyOrder("/admin", "/", "/", "dyn", "/방 1");
        WireClient unknown = plain("/plain/nope");
        unknown.expect("{\"error\":\"Invalid namespace\"}");
        assertThat(unknown.closed()).isEqualTo(4403);
        WireClient elsewhere = WireClient.request(port(), "/plainer");
        assertThat(elsewhere.head()).startsWith("HTTP/1.1 404 ");
        elsewhere.close();
    }

    @Test
    void speaksTheSubprotocolOrNone() {
        serveRooms();
        assertThat(plain("/", "Sec-WebSocket-Protocol: other, maru.json").head().toLowerCase(Locale.ROOT))
                .contains("sec-websocket-protocol: maru.json\r\n");
        assertThat(plain("/").head().toLowerCase(Locale.ROOT)).doesNotContain("sec-websocket-protocol");
        assertThat(plain("/", "Sec-WebSocket-Protocol: maru.other").head().toLowerCase(Locale.ROOT))
                .doesNotContain("sec-websocket-protocol");
    }

    @Test
    void isClosedWithAStatusThatSaysWhy() {
        serve(options -> options.plainMaxMessageBytes(100));
        start();
        assertThat(plain().send("x".repeat(101)).closed()).isEqualTo(1009);
        assertThat(plain().frame(0x81, new byte[] {(byte) 0xff}).closed()).isEqualTo(1007);
        assertThat(plain().frame(0xf1, new byte[0]).closed()).isEqualTo(1002);
        assertThat(plain().sendClose(1000).closed()).isEqualTo(1000);
        assertThat(plain().sendClose(4321).closed()).isEqualTo(4321);
        WireClient last = plain();
        fencePlain(last);
        server().stop(Duration.ofSeconds(5));
        assertThat(last.closed()).isEqualTo(1001);
    }

    @Test
    void isClosedWith4008WhenItDoesNotRead() {
        serve(options -> options.engine(engine -> engine.maxBufferedBytes(10_000)));
        start();
        Members members = new Members(this);
        WireClient slow = members.add("p slow");
        WireClient bystander = members.add("p bystander");
        String big = "x".repeat(900_000);
        for (int i = 0; i < 20; i++) {
            members.socket("p slow").emit("big", big);
        }
        await().until(() -> server().stats().slowConsumers() == 1);
        fencePlain(bystander);
        assertThat(slow.text()).isEqualTo("{\"type\":\"big\",\"args\":[\"" + big + "\"]}");
    }

    @Test
    void isPingedByTheServerAndDroppedWhenItIsSilent() {
        serve(options -> options.engine(
                engine -> engine.pingInterval(Duration.ofMillis(100)).pingTimeout(Duration.ofSeconds(2))));
        start();
        WireClient alive = plain();
        for (int i = 0; i < 3; i++) {
            alive.frame(0x8a, alive.expectPing());
        }
        WireClient silent = plain();
        silent.expectPing();
        assertThat(silent.closed()).isEqualTo(1001);
    }

    @Test
    void isAnsweredItsPingFrames() {
        serveRooms();
        plain().ping(new byte[] {1, 2, 3}).expectPong(new byte[] {1, 2, 3});
    }

    @Test
    void isRefusedFromAForeignOrigin() {
        serve(options -> options.engine(engine -> engine.cors(Cors.origins("http://good.example"))));
        start();
        fencePlain(plain("/", "Origin: http://good.example"), plain("/"));
        WireClient foreign = WireClient.request(port(), "/", "Origin: http://bad.example");
        assertThat(foreign.head()).startsWith("HTTP/1.1 403 ");
        foreign.close();
    }

    @Test
    void givesItsBytesInBase64() {
        serve().onConnection(socket -> socket.on("bytes", byte[].class, (bytes, ack) -> ack.send((Object) bytes)));
        start();
        WireClient plain = plain();
        plain.send("{\"type\":\"bytes\",\"args\":[\"AAEC\"],\"messageId\":1}")
                .expect("{\"type\":\"callback\",\"messageId\":1,\"data\":\"AAEC\"}");
    }
}
