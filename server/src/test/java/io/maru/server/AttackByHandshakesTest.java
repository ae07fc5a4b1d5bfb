package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handshakes by the thousand, those that are made to hurt, and WebSockets for sessions that have one. */
class AttackByHandshakesTest extends AttackFixture {

    private static final String POLLING = "/socket.io/?EIO=4&transport=polling";
    private static final String WEBSOCKET = "/socket.io/?EIO=4&transport=websocket";

    private void serveHasty(Duration connectTimeout) {
        // a WebSocket that waits to be probed keeps its turn, however long the others take
        serveRoom(
                options -> options.connectTimeout(connectTimeout)
                        .engine(engine -> engine.upgradeTimeout(Duration.ofMinutes(1))),
                socket -> {});
    }

    /** Opens sessions over polling, eight requests at a time, and leaves them. */
    private void openAndLeave(int count, String header) {
        Attacker attacker = attacker();
        String eight = ("GET " + POLLING + " HTTP/1.1\r\nHost: a\r\n" + header + "\r\n").repeat(8);
        for (int i = 0; i < count / 8; i++) {
            attacker.send(eight);
            int answers = 0;
            while (answers < 8) {
                String read = attacker.readUntil("maxPayload");
                answers += read.split("maxPayload", -1).length - 1;
            }
        }
    }

    private void areForgotten(int count, int bytesEach, String header) {
        serveHasty(Duration.ofSeconds(3));
        try (Bystanders bystanders = new Bystanders()) {
            bystanders.awaitRounds(20);
            long before = live();
            openAndLeave(count, header);
            // on a slow machine the first are forgotten before the last have come
            await().until(() ->
                    server().stats().clients() + server().stats().limits().connectTimeouts() == count + 3);
            assertLive(count + " sessions", before + SLACK + count * (long) bytesEach);
            bystanders.awaitRounds(20);
            assertLeft(3);
            assertLive("after " + count + " sessions", before + SLACK);
        }
    }

    @Test
    void ofSessionsThatAreOpenedAndLeftAreForgotten() {
        areForgotten(4_000, 3_000, "");
    }

    @Test
    void withLargeHeadersAreForgottenToo() {
        areForgotten(400, 40_000, "X-Large: " + "x".repeat(15_000) + "\r\n");
    }

    @Test
    void thatAreCutLeaveNothing() {
        serveHasty(Duration.ofSeconds(45));
        String request = "GET " + WEBSOCKET + " HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        String entering = request
                + new String(
                        WireClient.frameOf(0x81, "40".getBytes(StandardCharsets.US_ASCII)),
                        StandardCharsets.ISO_8859_1);
        try (Bystanders bystanders = new Bystanders()) {
            bystanders.awaitRounds(20);
            long before = live();
            for (int i = 0; i < 1_000; i++) {
                // cut anywhere, from the first byte to after the first packet
                Attacker.connect(port())
                        .send(entering.substring(0, 1 + i * (entering.length() - 1) / 999))
                        .cut();
            }
            assertLeft(3);
            bystanders.awaitRounds(20);
            assertLive("after 1,000 handshakes", before + SLACK);
        }
    }

    /** One WebSocket at a time may try, one may win, and the session goes on. */
    @Test
    void ofManyWebSocketsForOneSessionLetOneIn() {
        serveHasty(Duration.ofSeconds(45));
        try (Bystanders bystanders = new Bystanders()) {
            Attacker polls = attacker();
            String session = pollingSession(polls, true).replace("transport=polling", "transport=websocket");
            Attacker first = webSocket(session);
            List<Attacker> storm = attackers(200, () -> attacker().upgrade(session));
            storm.forEach(each ->
                    assertThat(each.readToTheEnd()).startsWith("HTTP/1.1 101 ").endsWith("\u0088\u0000"));
            first.text("2probe").readUntil("3probe");
            first.text("5");
            first.text("421[\"enter\"]").readUntil("431[]");
            List<Attacker> late = attackers(50, () -> attacker().upgrade(session));
            late.forEach(each -> assertThat(each.readToTheEnd()).endsWith("\u0088\u0000"));
            first.text("422[\"enter\"]").readUntil("432[]");
            assertThat(server().stats().clients()).isEqualTo(4);
            bystanders.awaitRounds(20);
        }
    }

    @Test
    void forSessionsThatAreNotThereAreRefused() {
        serveHasty(Duration.ofSeconds(45));
        try (Bystanders bystanders = new Bystanders()) {
            Attacker polls = attacker();
            for (int i = 0; i < 500; i++) {
                polls.get(POLLING + "&sid=" + i).readUntil("{\"code\":1,\"message\":\"Session ID unknown\"}");
            }
            List<Attacker> upgrades = attackers(100, () -> attacker().upgrade(WEBSOCKET + "&sid=nobody"));
            upgrades.forEach(each -> assertThat(each.readToTheEnd()).startsWith("HTTP/1.1 400 "));
            assertLeft(3);
            bystanders.awaitRounds(20);
        }
    }

    private void isAnsweredAtOnce(Consumer<Attacker> request, String answer) {
        serveHasty(Duration.ofSeconds(45));
        server().webSocket("/bare/", webSocket -> {});
        Attacker attacker = attacker();
        takesNoTime(() -> {
            request.accept(attacker);
            attacker.readUntil(answer);
        });
    }

    /** The fastest of some says what it costs: the others may have waited for the machine. */
    private static void takesNoTime(Runnable handshake) {
        long fastest = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            long begin = System.nanoTime();
            handshake.run();
            fastest = Math.min(fastest, System.nanoTime() - begin);
        }
        assertThat(Duration.ofNanos(fastest)).isLessThan(Duration.ofMillis(100));
    }

    @Test
    void withAQueryOfManyNamesAreAnsweredAtOnce() {
        isAnsweredAtOnce(
                each -> each.get(POLLING + "&a".repeat(3_900) + "&sid=nobody"),
                "{\"code\":1,\"message\":\"Session ID unknown\"}");
    }

    @Test
    void withManyCookiesAreAnsweredAtOnce() {
        isAnsweredAtOnce(
                each -> each.send(
                        "GET " + POLLING + " HTTP/1.1\r\nHost: a\r\nCookie: " + "a;=".repeat(5_000) + "\r\n\r\n"),
                "maxPayload");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Accept-Encoding", "Origin"})
    void withHeadersMadeOfSpacesOpenAtOnce(String header) {
        serveHasty(Duration.ofSeconds(45));
        takesNoTime(() -> {
            WireClient client = open("/", header + ": b" + " ".repeat(15_000) + "x");
            assertThat(client.head()).doesNotContain(header);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "constructor",
                "__proto__",
                "permessage-deflate; constructor",
                "permessage-deflate; server_max_window_bits=99999999999999999999",
                "permessage-deflate; client_max_window_bits=-1; client_max_window_bits=-1",
                "permessage-deflate; \"unended",
                ";;;,,,==="
            })
    void withExtensionsThatAreNoneOpenOrAreRefused(String extensions) {
        serveHasty(Duration.ofSeconds(45));
        WireClient client = WireClient.request(port(), "/", "Sec-WebSocket-Extensions: " + extensions);
        assertThat(client.head()).startsWith("HTTP/1.1 ").doesNotContain("Sec-WebSocket-Extensions");
        client.close();
        fencePlain(plain());
        await().until(() -> server().stats().clients() == 1);
    }
}
