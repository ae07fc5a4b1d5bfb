package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.server.engine.PlainOptions;
import io.maru.server.engine.Rate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that send faster than they may, and what others notice of it. */
class RateTest extends ServerFixture {

    // so slow that nothing recovers within a test
    private static final Rate FIVE = Rate.ofMessages(0.001, 5);

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final List<String> ends = new CopyOnWriteArrayList<>();

    private MaruServer serveWith(Consumer<ServerLimits.Builder> limits) {
        MaruServer server = serve(options -> options.limits(limits)).onConnection(socket -> {
            socket.on("say", event -> {
                heard.add(String.valueOf(event.get(0)));
                event.ack().send("ok");
            });
            socket.onDisconnect(reason -> ends.add(reason.text()));
        });
        start();
        return server;
    }

    @Test
    void tooManyMessagesOfAPlainClientAreAnsweredAndOthersHeard() {
        MaruServer server = serveWith(limits -> limits.connectionRate(FIVE));
        WireClient client = plain();
        WireClient bystander = plain();
        for (int i = 0; i < 5; i++) {
            client.send("{\"type\":\"say\",\"messageId\":" + i + ",\"args\":[" + i + "]}")
                    .expect("{\"type\":\"callback\",\"messageId\":" + i + ",\"data\":\"ok\"}");
        }
        client.send("{\"type\":\"say\",\"messageId\":7,\"args\":[7]}")
                .expect(
                        "{\"error\":\"Too many messages\"}",
                        "{\"type\":\"callback\",\"messageId\":7,\"data\":{\"error\":\"Too many messages\"}}");
        client.send("{\"type\":\"say\"}").expect("{\"error\":\"Too many messages\"}");
        client.send("no json").expect("{\"error\":\"Too many messages\"}");
        fencePlain(bystander);
        assertThat(heard).containsExactly("0", "1", "2", "3", "4");
        assertThat(server.stats().limits().overRate()).isEqualTo(3);
    }

    @Test
    void tooManyMessagesOfASocketIoClientAreAnsweredWhereItAsks() {
        MaruServer server = serveWith(limits -> limits.connectionRate(FIVE));
        WireClient client = socketIo(); // its CONNECT is one
        WireClient bystander = socketIo();
        for (int i = 0; i < 4; i++) {
            client.send("42" + i + "[\"say\"," + i + "]").expect("43" + i + "[\"ok\"]");
        }
        client.send("42[\"say\",8]", "429[\"say\",9]").expect("439[{\"error\":\"Too many messages\"}]");
        client.send("40/a,").expect("44/a,{\"message\":\"Too many messages\"}");
        client.send("451-9[\"say\",{\"_placeholder\":true,\"num\":0}]")
                .send(new byte[] {1})
                .expect("439[{\"error\":\"Too many messages\"}]");
        fence(bystander);
        assertThat(heard).containsExactly("0", "1", "2", "3");
        assertThat(server.stats().limits().overRate()).isEqualTo(4);
        client.send("41");
        await().until(() -> ends.equals(List.of("client namespace disconnect")));
    }

    @Test
    void bytesCountToo() {
        serveWith(limits -> limits.connectionRate(Rate.ofBytes(0.001, 10_000)));
        WireClient client = plain();
        client.send("{\"type\":\"say\",\"messageId\":1,\"args\":[\"" + "x".repeat(20_000) + "\"]}")
                .expect("{\"type\":\"callback\",\"messageId\":1,\"data\":\"ok\"}");
        client.send("{\"type\":\"say\"}").expect("{\"error\":\"Too many messages\"}");
    }

    @Test
    void allConnectionsOfAnAddressCountTogether() {
        MaruServer server = serveWith(limits -> limits.addressRate(FIVE));
        WireClient one = plain();
        WireClient two = plain();
        for (int i = 0; i < 5; i++) {
            WireClient client = i % 2 == 0 ? one : two;
            client.send("{\"type\":\"say\",\"messageId\":1,\"args\":[" + i + "]}")
                    .expect("{\"type\":\"callback\",\"messageId\":1,\"data\":\"ok\"}");
        }
        for (WireClient client : List.of(one, two)) {
            client.send("{\"type\":\"say\"}").expect("{\"error\":\"Too many messages\"}");
        }
        one.cut();
        two.cut();
        await().until(() -> server.stats().clients() == 0);
        WireClient again = plain();
        again.send("{\"type\":\"say\"}").expect("{\"error\":\"Too many messages\"}");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoSendsTooMuchIsSentAwayWhereOptionsSaySo(boolean plain) {
        serveWith(limits -> limits.connectionRate(FIVE).excess(Excess.CLOSE));
        WireClient client = plain ? plain() : socketIo();
        WireClient bystander = socketIo();
        for (int i = 0; i < 10; i++) {
            client.send(plain ? "{\"type\":\"say\",\"args\":[1]}" : "42[\"say\",1]");
        }
        WireClient.Closed closed = client.closeFrame();
        assertThat(closed.status()).isEqualTo(plain ? 1008 : 1005);
        assertThat(closed.reason()).isEqualTo(plain ? "too many messages" : "");
        await().until(() -> ends.equals(List.of("too many messages")));
        assertThat(heard).hasSize(plain ? 5 : 4);
        fence(bystander);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoSendsTooMuchIsReadLaterWhereOptionsSaySo(boolean polling) {
        MaruServer server = serveWith(
                limits -> limits.connectionRate(Rate.ofMessages(200, 10)).excess(Excess.PAUSE));
        long begin = System.nanoTime();
        StringBuilder all = new StringBuilder();
        WireClient client = polling ? null : plain();
        PollingClient poller = polling ? PollingClient.open(port()).post("40") : null;
        for (int i = 0; i < 110; i++) {
            if (client != null) {
                client.send("{\"type\":\"say\",\"args\":[" + i + "]}");
            }
            all.append(i == 0 ? "" : PollingClient.RS)
                    .append("42[\"say\",")
                    .append(i)
                    .append(']');
        }
        if (poller != null) {
            poller.post(all.toString());
        }
        await().until(() -> heard.size() == 110);
        if (client != null) { // what had come in one read is there at once; what comes later waits for it
            client.send("{\"type\":\"say\",\"args\":[110]}");
            await().until(() -> heard.size() == 111);
        }
        assertThat((System.nanoTime() - begin) / 1_000_000)
                .as("100 of them at 200 a second")
                .isGreaterThan(450);
        for (int i = 0; i < heard.size(); i++) {
            assertThat(heard.get(i)).isEqualTo(String.valueOf(i));
        }
        assertThat(server.stats().limits().ratePauses()).isPositive();
        assertThat(server.stats().limits().overRate()).isZero();
    }

    @Test
    void bareWebSocketsHaveRatesToo() {
        MaruServer server = serveWith(limits -> limits.connectionRate(FIVE));
        server.webSocket("/bare", PlainOptions.DEFAULTS, bare -> bare.onMessage(bare::send));
        WireClient client = open("/bare");
        for (int i = 0; i < 5; i++) {
            client.send("a" + i).expect("a" + i);
        }
        client.send("lost").ping(new byte[] {1}).expectPong(new byte[] {1});
        await().until(() -> server.stats().limits().overRate() == 1);
    }
}
