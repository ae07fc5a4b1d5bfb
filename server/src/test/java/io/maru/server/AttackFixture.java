package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;

/**
 * A server with a busy room. Whatever is done to the server, those in the room go on hearing it, what the server keeps has
 * a bound, and when the attack is over nothing is left.
 */
abstract class AttackFixture extends ServerFixture {

    /**
     * How long the loop may be busy with other things while a message to the room is on its way. It is the time that its thread
     * has run: what else the machine does is no matter of ours.
     */
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private static final Duration MINUTES = Duration.ofMinutes(2);

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** What the JVM and the allocator of buffers keep by themselves, more or less, from one moment to another. */
    static final long SLACK = 8L << 20;

    private final List<Attacker> attackers = new ArrayList<>();

    /** Starts a server whose sockets may enter the room {@code lobby} and speak to it. */
    MaruServer serveRoom(Consumer<ServerOptions.Builder> options, Consumer<Socket> more) {
        MaruServer server = serve(all -> {
            // nobody here answers pings
            all.engine(engine -> engine.pingInterval(Duration.ofMinutes(10)));
            options.accept(all);
        });
        server.onConnection(socket -> {
            socket.on("enter", event -> {
                socket.join("lobby");
                event.ack().send();
            });
            socket.on("say", event -> socket.namespace().to("lobby").emit("said", event.args()));
            more.accept(socket);
        });
        return start();
    }

    /** Two of each dialect, of whom one speaks and all listen, until they are asked how it was. */
    final class Bystanders implements AutoCloseable {
        private final WireClient speaker = socketIo();
        private final WireClient listener = socketIo();
        private final WireClient plain = plain();
        private final CountDownLatch over = new CountDownLatch(1);
        private final CompletableFuture<Void> talk;
        private final long loop = loopThread();
        private volatile int rounds;
        private volatile long longest;

        Bystanders() {
            for (WireClient each : List.of(speaker, listener, plain)) {
                each.patience(MINUTES);
            }
            speaker.send("420[\"enter\"]").expect("430[]");
            listener.send("420[\"enter\"]").expect("430[]");
            plain.send("{\"type\":\"enter\",\"messageId\":0}").expect("{\"type\":\"callback\",\"messageId\":0}");
            talk = inThread(this::talk);
        }

        private void talk() {
            boolean on = true;
            for (int n = 0; on; n++) {
                long begin = THREADS.getThreadCpuTime(loop);
                speaker.send("42[\"say\"," + n + "]").expect("42[\"said\"," + n + "]");
                listener.expect("42[\"said\"," + n + "]");
                plain.expect("{\"type\":\"said\",\"args\":[" + n + "]}");
                longest = Math.max(longest, THREADS.getThreadCpuTime(loop) - begin);
                rounds = n + 1;
                try {
                    on = !over.await(5, TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }

        /** They go on hearing each other: a few rounds more. */
        void awaitRounds(int more) {
            int before = rounds;
            await().atMost(MINUTES).until(() -> talk.isDone() || rounds >= before + more);
        }

        /** All was said, all was heard, in order and in time. */
        @Override
        public void close() {
            over.countDown();
            talk.join();
            assertThat(rounds).isPositive();
            assertThat(Duration.ofNanos(longest))
                    .as("the slowest of %s messages", rounds)
                    .isLessThan(LONGEST);
        }
    }

    private long loopThread() {
        CompletableFuture<Long> id = new CompletableFuture<>();
        server().loops().get(0).execute(() -> id.complete(Thread.currentThread().getId()));
        return get(id);
    }

    /** Opens many, each by the same way. */
    List<Attacker> attackers(int count, Supplier<Attacker> each) {
        List<Attacker> opened = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            opened.add(attacker(each.get()));
        }
        return opened;
    }

    Attacker attacker(Attacker one) {
        attackers.add(one);
        return one;
    }

    Attacker attacker() {
        return attacker(Attacker.connect(port()));
    }

    /** A WebSocket that is open; what came with the answer to its handshake is gone. */
    Attacker webSocket(String target) {
        Attacker opened = attacker(Attacker.connect(port())).upgrade(target);
        assertThat(opened.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
        return opened;
    }

    /** A Socket.IO client in the namespace {@code /}. */
    Attacker member() {
        Attacker opened = webSocket("/socket.io/?EIO=4&transport=websocket");
        opened.text("40").readUntil("40{\"sid\":\"");
        return opened;
    }

    /** The target of the requests of a new session over polling, in the namespace {@code /} when it is asked for. */
    String pollingSession(Attacker by, boolean entered) {
        String target = "/socket.io/?EIO=4&transport=polling";
        String answer = by.get(target).readUntil("\"maxPayload\":1000000}");
        int sid = answer.indexOf("\"sid\":\"") + 7;
        String session = target + "&sid=" + answer.substring(sid, sid + 20);
        if (entered) {
            by.post(session, "40").readUntil("\r\n\r\nok");
            by.get(session).readUntil("40{\"sid\":\"");
        }
        return session;
    }

    /** What is alive, on the heap and in buffers. */
    static long live() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory() + PlatformDependent.usedDirectMemory();
    }

    /** No more is alive than that, once what is garbage has been found. */
    static void assertLive(String what, long atMost) {
        await().pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(live()).as(what).isLessThan(atMost));
    }

    /** Only so many are left, and nothing of the others. */
    void assertLeft(int clients) {
        await().untilAsserted(() -> assertThat(server().stats().clients()).isEqualTo(clients));
        await().untilAsserted(
                        () -> assertThat(server().main().roomSizes().keySet()).isSubsetOf("lobby"));
    }

    @AfterEach
    void hangUp() {
        attackers.forEach(Attacker::close);
    }
}
