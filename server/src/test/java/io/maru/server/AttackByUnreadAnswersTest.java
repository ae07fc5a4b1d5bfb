package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.server.engine.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Clients that ask, or stand in a busy room, and read nothing of what they get. */
class AttackByUnreadAnswersTest extends AttackFixture {

    private static final int EACH = 10;

    private Attacker small() {
        return attacker(Attacker.connect(port(), 8 * 1024));
    }

    private Attacker deafSocketIo() {
        Attacker client = small().upgrade("/socket.io/?EIO=4&transport=websocket");
        client.readUntil("maxPayload");
        client.text("40").readUntil("40{\"sid\"");
        client.text("421[\"crowd\"]").readUntil("431[]");
        return client;
    }

    private Attacker deafPlain() {
        Attacker client = small().upgrade("/");
        client.readUntil("\r\n\r\n");
        client.text("{\"type\":\"crowd\",\"messageId\":1}").readUntil("\"messageId\":1}");
        return client;
    }

    private Attacker deafPolling() {
        Attacker client = small();
        String session = pollingSession(client, true);
        client.post(session, "421[\"crowd\"]").readUntil("\r\n\r\nok");
        client.get(session).readUntil("431[]");
        return client.get(session); // whose answer nobody reads
    }

    /** Each is ended at its own limit, and costs no more than that; the others hear everything. */
    @Test
    void inARoomCostTheirQueueAndAreEnded() {
        MaruServer server = serveRoom(
                options -> {},
                socket -> socket.on("crowd", event -> {
                    socket.join("lobby", "crowd");
                    event.ack().send();
                }));
        try (Bystanders bystanders = new Bystanders()) {
            bystanders.awaitRounds(20);
            List<Attacker> deaf = new ArrayList<>(attackers(EACH, this::deafSocketIo));
            deaf.addAll(attackers(EACH, this::deafPlain));
            deaf.addAll(attackers(EACH, this::deafPolling));
            assertThat(deaf).hasSize(3 * EACH);
            long before = live();
            String large = "x".repeat(8_000);
            int sent = 0;
            // the operating system takes some megabytes of each, too
            while (server.stats().slowConsumers() < 3 * EACH) {
                assertThat(sent++).isLessThan(4_000);
                server.main().to("crowd").emit("noise", large);
                CompletableFuture<Void> delivered = new CompletableFuture<>();
                server.loops().get(0).execute(() -> delivered.complete(null));
                get(delivered); // else more is said than the loop has got to
            }
            assertLive("what waits for " + 3 * EACH, before + SLACK + 3 * EACH * 1_300_000L);
            assertLeft(3);
            bystanders.awaitRounds(20);
            assertLive("afterwards", before + SLACK);
        }
    }

    /** Eight answers wait at the most, until the connection is idle for too long. */
    @Test
    void toRequestsAreLimited() {
        byte[] large = "x".repeat(300_000).getBytes(StandardCharsets.UTF_8);
        serveRoom(options -> {}, socket -> {});
        server().http("/large", request -> HttpResponse.of(200, "text/plain", large));
        int peers = 25;
        try (Bystanders bystanders = new Bystanders()) {
            bystanders.awaitRounds(20);
            long before = live();
            List<Attacker> deaf = attackers(peers, this::small);
            String requests = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n".repeat(8);
            deaf.forEach(each -> each.send(requests));
            bystanders.awaitRounds(20);
            deaf.forEach(each -> each.trySend(requests.getBytes(StandardCharsets.US_ASCII)));
            bystanders.awaitRounds(20);
            assertLive("unread answers", before + SLACK + 9L * peers * 320_000);
            deaf.forEach(Attacker::cut);
            assertLive("afterwards", before + 3 * SLACK); // the allocator keeps some for the next time
        }
    }
}
