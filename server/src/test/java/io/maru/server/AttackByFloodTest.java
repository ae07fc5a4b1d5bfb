package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.uring.IoUring;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that send one thing over and over, faster than anybody can want it. */
class AttackByFloodTest extends AttackFixture {

    private static final int MANY = 50_000;
    private static final int BATCH = 500;

    private final AtomicInteger handled = new AtomicInteger();

    private static byte[] text(String text) {
        return WireClient.frameOf(0x81, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends many, in batches: what one write holds is not what the server must hold. */
    private static void flood(Attacker by, int count, IntFunction<byte[]> each) {
        ByteArrayOutputStream batch = new ByteArrayOutputStream();
        for (int i = 1; i <= count; i++) {
            batch.writeBytes(each.apply(i));
            if (i % BATCH == 0 || i == count) {
                by.send(batch.toByteArray());
                batch.reset();
            }
        }
    }

    /** The attack itself, between two looks at what is alive. */
    private void leavesNothing(Runnable attack) {
        try (Bystanders bystanders = new Bystanders()) {
            bystanders.awaitRounds(20);
            long before = live();
            attack.run();
            bystanders.awaitRounds(20);
            assertLive("after the flood", before + SLACK);
        }
    }

    @Test
    void ofAnswersThatNobodyAskedFor() {
        serveRoom(options -> {}, socket -> {});
        Attacker client = member();
        CompletableFuture<?> asked =
                server().main().sockets().values().iterator().next().request("asked", 1);
        String question = client.readUntil("[\"asked\",1]");
        leavesNothing(() -> {
            flood(client, MANY, i -> text("43" + (1_000_000 + i) + "[\"" + "x".repeat(100) + "\"]"));
            client.text("4299[\"enter\"]").readUntil("4399[]");
        });
        assertThat(asked).isNotDone();
        int id = question.indexOf("42") + 2;
        client.text("43" + question.substring(id, question.indexOf('[', id)) + "[1]");
        assertThat(get(asked)).hasToString("[1]");
    }

    @Test
    void ofEventsWhoseAnswersAreNeverGiven() {
        serveRoom(options -> {}, socket -> socket.on("ask", event -> handled.incrementAndGet()));
        Attacker client = member();
        leavesNothing(() -> {
            flood(client, MANY, i -> text("42" + i + "[\"ask\",\"" + "x".repeat(100) + "\"]"));
            await().atMost(Duration.ofMinutes(1)).until(() -> handled.get() == MANY);
        });
    }

    @Test
    void ofPongsThatNobodyAskedFor() {
        serveRoom(options -> {}, socket -> {});
        Attacker socketIo = member();
        Attacker plain = webSocket("/");
        leavesNothing(() -> {
            flood(socketIo, MANY, i -> text("3"));
            flood(socketIo, MANY, i -> WireClient.frameOf(0x8a, new byte[125]));
            flood(plain, MANY, i -> WireClient.frameOf(0x8a, new byte[125]));
            socketIo.text("4299[\"enter\"]").readUntil("4399[]");
            plain.text("{\"type\":\"enter\",\"messageId\":99}").readUntil("\"messageId\":99}");
        });
    }

    /** They are answered as long as they are read, and no more than a few wait where they are not. */
    @Test
    void ofPingsWhoseAnswersAreNotRead() {
        serveRoom(options -> {}, socket -> {});
        Attacker socketIo =
                attacker(Attacker.connect(port(), 8 * 1024)).upgrade("/socket.io/?EIO=4&transport=websocket");
        Attacker plain = attacker(Attacker.connect(port(), 8 * 1024)).upgrade("/");
        socketIo.readUntil("maxPayload");
        socketIo.text("40").readUntil("40{\"sid\"");
        plain.readUntil("\r\n\r\n");
        leavesNothing(() -> {
            flood(socketIo, MANY, i -> WireClient.frameOf(0x89, new byte[125]));
            flood(plain, MANY, i -> WireClient.frameOf(0x89, new byte[125]));
        });
        assertThat(server().stats().clients()).isEqualTo(5); // and the bystanders
    }

    /** Whatever the transport hands out first, the loop gets to everything else, too. */
    @ParameterizedTest
    @EnumSource
    void fromManyAtOnceLeavesTimeForOthers(ServerOptions.Transport transport) {
        assumeThat(transport != ServerOptions.Transport.IO_URING || IoUring.isAvailable())
                .isTrue();
        serveRoom(options -> options.transport(transport), socket -> {});
        byte[] pong = WireClient.frameOf(0x8a, new byte[125]);
        ByteArrayOutputStream batch = new ByteArrayOutputStream();
        for (int i = 0; i < BATCH; i++) {
            batch.writeBytes(pong);
        }
        List<Attacker> clients = attackers(8, this::member);
        CountDownLatch over = new CountDownLatch(1);
        try (Bystanders bystanders = new Bystanders()) {
            List<CompletableFuture<Void>> floods = new ArrayList<>();
            for (Attacker client : clients) {
                floods.add(inThread(() -> {
                    while (over.getCount() > 0 && client.trySend(batch.toByteArray())) {
                        // on and on
                    }
                }));
            }
            bystanders.awaitRounds(30);
            over.countDown();
            floods.forEach(ServerFixture::get);
        }
    }

    /** Of a client whose events wait no more is read, however fast it sends: the rest waits with the operating system. */
    @Test
    void ofEventsForHandlersThatAreBusy() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        serveRoom(
                options -> {},
                socket -> socket.on("x", event -> {
                    handled.incrementAndGet();
                    busy.await(60, TimeUnit.SECONDS);
                }));
        List<Attacker> clients = attackers(4, this::member);
        byte[] event = text("42[\"x\",\"" + "x".repeat(50) + "\"]");
        ByteArrayOutputStream batch = new ByteArrayOutputStream();
        for (int i = 0; i < 1_000; i++) {
            batch.writeBytes(event);
        }
        try (Bystanders bystanders = new Bystanders()) {
            bystanders.awaitRounds(20);
            long before = live();
            AtomicInteger taken = new AtomicInteger();
            List<CompletableFuture<Void>> floods = new ArrayList<>();
            for (Attacker client : clients) {
                floods.add(inThread(() -> {
                    for (int i = 0; i < 1_000 && client.trySend(batch.toByteArray()); i++) {
                        taken.addAndGet(batch.size());
                    }
                }));
            }
            int[] last = {0};
            await().pollInterval(Duration.ofMillis(300)).until(() -> {
                boolean quiet = taken.get() == last[0] && taken.get() > 0;
                last[0] = taken.get();
                return quiet;
            });
            bystanders.awaitRounds(20);
            assertLive("what waits", before + SLACK + clients.size() * 3_000_000L);
            clients.forEach(Attacker::cut);
            busy.countDown();
            floods.forEach(ServerFixture::get);
        }
    }

    @Test
    void ofRooms() {
        serveRoom(
                options -> {},
                socket -> socket.on("join", event -> {
                    try {
                        socket.join("room " + event.get(0));
                        event.ack().send();
                    } catch (IllegalArgumentException e) {
                        event.ack().fail("too many");
                    }
                }));
        List<Attacker> clients = attackers(10, () -> webSocket("/"));
        leavesNothing(() -> {
            for (int c = 0; c < clients.size(); c++) {
                int own = c * 10_000;
                Attacker client = clients.get(c);
                flood(
                        client,
                        1_001,
                        i -> text("{\"type\":\"join\",\"args\":[" + (own + i) + "],\"messageId\":" + i + "}"));
                client.readUntil("{\"error\":\"too many\"}");
            }
            assertThat(server().main().roomSizes()).hasSize(10_001); // and the bystanders'
            clients.forEach(Attacker::cut);
            await().untilAsserted(() -> assertThat(server().main().roomSizes()).containsOnlyKeys("lobby"));
        });
    }

    @Test
    void ofNamespaces() {
        serveRoom(options -> options.cleanupEmptyChildNamespaces(true), socket -> {});
        server().of(Pattern.compile("^/n\\d+$"));
        Attacker comesAndGoes = member();
        Attacker isRefused = member();
        leavesNothing(() -> {
            int count = 5_000;
            for (int i = 1; i <= count; i++) {
                String name = "/n" + i + ",";
                comesAndGoes.text("40" + name).readUntil("40" + name);
                comesAndGoes.text("41" + name);
            }
            for (int i = 1; i <= count; i++) {
                isRefused.text("40/unknown" + i + ",").readUntil("Invalid namespace");
            }
            await().untilAsserted(
                            () -> assertThat(server().stats().namespaces()).isEqualTo(1));
        });
    }

    /** As many packets as fit into one body, for handlers that are busy: they cost what the body has, not what they are. */
    @Test
    void ofPacketsInOneBody() {
        CountDownLatch busy = new CountDownLatch(1);
        serveRoom(
                options -> {},
                socket -> socket.on("x", event -> {
                    handled.incrementAndGet();
                    busy.await(60, TimeUnit.SECONDS);
                }));
        int peers = 10;
        String body = "42[\"x\"]" + "\u001e42[\"x\"]".repeat(120_000);
        List<Attacker> clients = new ArrayList<>();
        try (Bystanders bystanders = new Bystanders()) {
            bystanders.awaitRounds(20);
            long before = live();
            for (int i = 0; i < peers; i++) {
                Attacker client = attacker();
                client.post(pollingSession(client, true), body);
                clients.add(client);
            }
            await().until(() -> handled.get() == peers);
            bystanders.awaitRounds(20);
            assertLive("bodies of 1 MB", before + SLACK + peers * 3_000_000L);
            clients.forEach(Attacker::cut);
            busy.countDown();
            assertLeft(3);
        }
    }
}
