package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.wire.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Where plain clients say who they are. */
class PlainAuthTest extends ServerFixture {

    private static final String NOT_AUTHORIZED = "{\"error\":\"Not authorized\"}";

    private final List<String> heard = new CopyOnWriteArrayList<>();

    private MaruServer serveAuth(PlainAuth where, boolean later) {
        return serveAuth(where, later, Duration.ofMinutes(1));
    }

    private MaruServer serveAuth(PlainAuth where, boolean later, Duration connectTimeout) {
        MaruServer server = serve(options -> options.plainAuth(where).connectTimeout(connectTimeout));
        server.use(socket -> {
            heard.add(socket.handshake().auth().toString());
            Json token = socket.handshake().auth().get("token");
            boolean good = token != null && "secret".equals(token.string());
            if (later) {
                return ServerFixture.inThread(() -> check(good));
            }
            check(good);
            return null;
        });
        server.onConnection(socket -> socket.on("echo", event -> event.ack().send(event.args())));
        return start();
    }

    private static void check(boolean good) {
        if (!good) {
            throw new ConnectRefusedException("wrong token", Map.of("code", 7));
        }
    }

    @Test
    void inTheHandshakeClosesTheRefused() {
        serveAuth(PlainAuth.HANDSHAKE, false);
        fencePlain(plain("/?token=secret"));
        WireClient refused = plain("/?token=wrong");
        refused.expect("{\"error\":\"wrong token\",\"data\":{\"code\":7}}");
        WireClient.Closed closed = refused.closeFrame();
        assertThat(closed).isEqualTo(new WireClient.Closed(4403, "refused"));
        assertThat(heard).containsExactly("{\"token\":\"secret\"}", "{\"token\":\"wrong\"}");
    }

    @Test
    void inTheHandshakeKeepsWhatCameMeanwhile() {
        serveAuth(PlainAuth.HANDSHAKE, true);
        WireClient client = plain("/?token=secret");
        client.send("{\"type\":\"echo\",\"messageId\":1}", "{\"type\":\"echo\",\"messageId\":2}", "nonsense")
                .send("{\"type\":\"echo\",\"messageId\":3}");
        client.expectAnyOrder(
                "{\"type\":\"callback\",\"messageId\":1,\"data\":{}}",
                "{\"type\":\"callback\",\"messageId\":2,\"data\":{}}",
                "{\"error\":\"Invalid JSON\"}",
                "{\"type\":\"callback\",\"messageId\":3,\"data\":{}}");
        fencePlain(client);
    }

    @Test
    void inTheHandshakeKnowsHeadersAndCookies() {
        MaruServer server = serve();
        server.use(socket -> {
            heard.add(socket.handshake().headers().get("authorization") + " "
                    + socket.handshake().request().cookie("session"));
            return null;
        });
        start();
        fencePlain(plain("/", "Authorization: Bearer t", "Cookie: session=s"));
        assertThat(heard).containsExactly("Bearer t s");
    }

    @Test
    void inTheFirstMessageLetsIn() {
        serveAuth(PlainAuth.FIRST_MESSAGE, false);
        WireClient client = plain("/?token=ignored");
        client.send("{\"type\":\"auth\",\"token\":\"secret\",\"messageId\":0}")
                .expect("{\"type\":\"callback\",\"messageId\":0,\"data\":{\"success\":true}}");
        WireClient silent = plain();
        silent.send("{\"type\":\"auth\",\"token\":\"secret\"}");
        fencePlain(client, silent);
        assertThat(heard).containsExactly("{\"token\":\"secret\"}", "{\"token\":\"secret\"}");
        // it is an event like any other from now on
        client.send("{\"type\":\"auth\"}").expect("{\"error\":\"Unknown message type\"}");
    }

    @Test
    void inTheFirstMessageMayBeTriedAgain() {
        serveAuth(PlainAuth.FIRST_MESSAGE, true);
        WireClient client = plain();
        client.send("{\"type\":\"auth\",\"token\":\"wrong\",\"messageId\":5}")
                .expect(
                        "{\"error\":\"wrong token\",\"data\":{\"code\":7}}",
                        "{\"type\":\"callback\",\"messageId\":5,\"data\":{\"error\":\"wrong token\"}}");
        client.send("{\"type\":\"auth\"}").expect("{\"error\":\"wrong token\",\"data\":{\"code\":7}}");
        assertThat(server().main().sockets()).isEmpty();
        client.send("{\"type\":\"auth\",\"token\":\"secret\",\"messageId\":6}")
                .expect("{\"type\":\"callback\",\"messageId\":6,\"data\":{\"success\":true}}");
        fencePlain(client);
    }

    @Test
    void inTheFirstMessageRefusesEverythingElse() {
        serveAuth(PlainAuth.FIRST_MESSAGE, false);
        WireClient client = plain();
        client.send("{\"type\":\"echo\"}").expect(NOT_AUTHORIZED);
        client.send("{\"type\":\"echo\",\"messageId\":1}")
                .expect(
                        NOT_AUTHORIZED,
                        "{\"type\":\"callback\",\"messageId\":1,\"data\":{\"error\":\"Not authorized\"}}");
        client.send("{\"type\":\"callback\",\"messageId\":1}").expect(NOT_AUTHORIZED);
        client.send("nonsense").expect("{\"error\":\"Invalid JSON\"}");
        client.send("{\"type\":\"nobody listens\"}").expect(NOT_AUTHORIZED);
        server().main().emit("not for it");
        client.send("{\"type\":\"auth\",\"token\":\"secret\"}");
        fencePlain(client);
    }

    @Test
    void inTheFirstMessageKeepsWhatComesWhileItIsChecked() {
        serveAuth(PlainAuth.FIRST_MESSAGE, true);
        WireClient client = plain();
        client.sendAll(List.of(
                "{\"type\":\"auth\",\"token\":\"secret\",\"messageId\":1}",
                "{\"type\":\"echo\",\"messageId\":2}",
                "{\"type\":\"echo\",\"messageId\":3}"));
        client.expect(
                "{\"type\":\"callback\",\"messageId\":1,\"data\":{\"success\":true}}",
                "{\"type\":\"callback\",\"messageId\":2,\"data\":{}}",
                "{\"type\":\"callback\",\"messageId\":3,\"data\":{}}");
    }

    @Test
    void inTheFirstMessageAnswersWhatCameWhileItWasCheckedAndRefused() {
        serveAuth(PlainAuth.FIRST_MESSAGE, true);
        WireClient client = plain();
        client.sendAll(List.of(
                "{\"type\":\"auth\",\"token\":\"wrong\"}",
                "{\"type\":\"echo\",\"messageId\":2}",
                "{\"type\":\"auth\",\"token\":\"secret\",\"messageId\":3}",
                "{\"type\":\"echo\",\"messageId\":4}"));
        client.expect(
                "{\"error\":\"wrong token\",\"data\":{\"code\":7}}",
                NOT_AUTHORIZED,
                "{\"type\":\"callback\",\"messageId\":2,\"data\":{\"error\":\"Not authorized\"}}",
                "{\"type\":\"callback\",\"messageId\":3,\"data\":{\"success\":true}}",
                "{\"type\":\"callback\",\"messageId\":4,\"data\":{}}");
    }

    @Test
    void inTheFirstMessageClosesTheSilentAndTheRefused() {
        serveAuth(PlainAuth.FIRST_MESSAGE, false, Duration.ofSeconds(2));
        WireClient good = plain();
        good.send("{\"type\":\"auth\",\"token\":\"secret\"}");
        WireClient silent = plain();
        WireClient refused = plain();
        refused.send("{\"type\":\"auth\",\"token\":\"wrong\"}")
                .expect("{\"error\":\"wrong token\",\"data\":{\"code\":7}}");
        WireClient chatty = plain();
        chatty.send("{\"type\":\"echo\"}").expect(NOT_AUTHORIZED);
        assertThat(silent.closed()).isEqualTo(4401);
        assertThat(refused.closed()).isEqualTo(4401);
        assertThat(chatty.closed()).isEqualTo(4401);
        fencePlain(good);
        await().until(() -> server().stats().clients() == 1);
    }

    @Test
    void inTheFirstMessageNamesAnUnknownNamespaceOnlyThen() {
        serveAuth(PlainAuth.FIRST_MESSAGE, false, Duration.ofSeconds(2));
        WireClient client = plain("/nope");
        client.send("{\"type\":\"echo\"}").expect(NOT_AUTHORIZED);
        client.send("{\"type\":\"auth\",\"messageId\":1}")
                .expect(
                        "{\"error\":\"Invalid namespace\"}",
                        "{\"type\":\"callback\",\"messageId\":1,\"data\":{\"error\":\"Invalid namespace\"}}");
        assertThat(client.closed()).isEqualTo(4401);
    }
}
