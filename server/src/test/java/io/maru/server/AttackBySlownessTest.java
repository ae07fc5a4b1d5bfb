package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Many peers that begin something and do not end it. That each is hung up on in time is shown by the tests of the network
 * ({@code HttpRefusalTest}, {@code WebSocketTest}); here, that until then they hold little and hurt nobody.
 */
class AttackBySlownessTest extends AttackFixture {

    private static final int PEERS = 200;
    private static final int ROUNDS = 10;

    // nobody is hung up on while it goes on, however slow the machine is
    private static final Duration LONG = Duration.ofMinutes(5);

    private final List<DisconnectReason> reasons = new CopyOnWriteArrayList<>();

    private void serveRoom(Duration packetTimeout) {
        serveRoom(
                options -> options.packetTimeout(packetTimeout)
                        .network(network -> network.withHttp(network.http().withTimeouts(LONG, LONG, LONG))
                                .withWebSocket(network.webSocket()
                                        .withTimeouts(LONG, network.webSocket().closeTimeout()))),
                socket -> socket.onDisconnect(reasons::add));
    }

    /** Every peer begins, goes on a little at a time and comes to no end. */
    private void holdLittle(String what, int bytesEach, Supplier<Attacker> begin, IntFunction<byte[]> more) {
        serveRoom(LONG);
        try (Bystanders bystanders = new Bystanders()) {
            bystanders.awaitRounds(20);
            long before = live();
            List<Attacker> peers = attackers(PEERS, begin);
            for (int round = 0; round < ROUNDS; round++) {
                byte[] bytes = more.apply(round);
                peers.forEach(peer -> peer.send(bytes));
            }
            bystanders.awaitRounds(20);
            assertLive(what, before + SLACK + PEERS * (long) bytesEach);
            peers.forEach(Attacker::cut);
            assertLeft(3);
            assertLive("after " + what, before + SLACK);
        }
    }

    @Test
    void withHeadersThatDoNotEnd() {
        holdLittle(
                "headers of 14 KB",
                80_000,
                () -> attacker().send("GET /socket.io/ HTTP/1.1\r\nHost: a\r\n"),
                round -> latin1("X-" + round + ": " + "x".repeat(1_400) + "\r\n"));
    }

    @Test
    void withBodiesThatDoNotEnd() {
        holdLittle(
                "bodies of 50 KB",
                160_000,
                () -> {
                    Attacker peer = attacker();
                    String session = pollingSession(peer, false);
                    return peer.send("POST " + session + " HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\n4");
                },
                round -> latin1("x".repeat(5_000)));
    }

    @Test
    void withFramesThatDoNotEnd() {
        byte[] announced = Arrays.copyOf(WireClient.frameOf(0x82, new byte[900_000]), 14);
        holdLittle(
                "50 KB of frames that announce 900 KB",
                160_000,
                () -> member().send(announced),
                round -> new byte[5_000]);
    }

    @Test
    void withMessagesInPartsThatDoNotEnd() {
        byte[] part = WireClient.frameOf(0x00, new byte[] {'x'});
        byte[] parts = new byte[100 * part.length];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = part[i % part.length];
        }
        holdLittle(
                "messages in 1,000 parts of one byte",
                20_000,
                () -> member().send(WireClient.frameOf(0x01, new byte[] {'4'})),
                round -> parts);
    }

    @Test
    void withPacketsWhoseAttachmentsDoNotCome() {
        // the last of ten is what is missing, so nine rounds count
        byte[] attachment = WireClient.frameOf(0x82, new byte[5_000]);
        byte[] ping = WireClient.frameOf(0x89, new byte[0]);
        holdLittle(
                "9 of 10 attachments of 5 KB",
                100_000,
                () -> member().text("4510-[\"x\"]"),
                round -> round < 9 ? attachment : ping);
    }

    @Test
    void isEndedWhereItIsAPacketOfManyParts() {
        serveRoom(Duration.ofSeconds(1));
        try (Bystanders bystanders = new Bystanders()) {
            List<Attacker> peers = attackers(20, () -> member().text("4510-[\"x\"]"));
            peers.forEach(peer -> peer.send(WireClient.frameOf(0x82, new byte[90_000])));
            assertLeft(3);
            await().until(() -> reasons.size() == 20); // handlers hear of it a little later
            assertThat(reasons).containsOnly(DisconnectReason.FORCED_CLOSE);
            bystanders.awaitRounds(20);
        }
    }

    /** A peer that ends its own direction says nothing any more: it is gone, though it would still listen. */
    @Test
    void ofPeersThatHaveEndedTheirDirectionIsNoticedAtOnce() {
        serveRoom(Duration.ofSeconds(30));
        try (Bystanders bystanders = new Bystanders()) {
            Attacker webSocket = member();
            Attacker plain = webSocket("/");
            Attacker polls = attacker();
            String session = pollingSession(polls, true);
            await().until(() -> server().stats().clients() == 6);
            CompletableFuture<Void> polling = polling(session, polls);
            webSocket.endOutput();
            plain.endOutput();
            get(polling);
            assertLeft(3);
            await().until(() -> reasons.size() == 3);
            assertThat(reasons)
                    .containsExactlyInAnyOrder(
                            DisconnectReason.TRANSPORT_CLOSE,
                            DisconnectReason.TRANSPORT_CLOSE,
                            DisconnectReason.TRANSPORT_CLOSE);
            bystanders.awaitRounds(20);
        }
    }

    /** Leaves a poll waiting, and then ends its direction. */
    private CompletableFuture<Void> polling(String session, Attacker polls) {
        polls.get(session);
        return inThread(() -> {
            await().until(() -> server().main().sockets().values().stream()
                    .anyMatch(socket -> socket.transport().equals("polling") && socket.isWritable()));
            polls.endOutput();
        });
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
