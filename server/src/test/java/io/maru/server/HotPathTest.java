package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.server.engine.Loop;
import io.maru.wire.Dialect;
import io.maru.wire.Encoded;
import io.maru.wire.JsonCodec;
import io.maru.wire.Packet;
import io.maru.wire.PacketDecoder;
import io.maru.wire.Payload;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import io.netty.util.internal.ThreadExecutorMap;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.io.IOContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/** What one chat message costs on its way to a room: counted, not measured. */
class HotPathTest extends ServerFixture {

    private static final int MEMBERS = 12; // of either kind

    private final Map<String, AtomicInteger> encodings = new ConcurrentHashMap<>();
    private final AtomicInteger parsers = new AtomicInteger();
    private final AtomicInteger generators = new AtomicInteger();
    private final Members members = new Members(this);

    /** Counts what is written, by the kind of packet. */
    private final class Counting implements Dialect {
        private final Dialect dialect;

        Counting(Dialect dialect) {
            this.dialect = dialect;
        }

        @Override
        public String name() {
            return dialect.name();
        }

        @Override
        public @Nullable Encoded encode(Packet packet) {
            String what = dialect.name() + " " + packet.getClass().getSimpleName();
            encodings.computeIfAbsent(what, key -> new AtomicInteger()).incrementAndGet();
            return dialect.encode(packet);
        }

        @Override
        public PacketDecoder newDecoder(String namespace) {
            return dialect.newDecoder(namespace);
        }

        @Override
        public boolean closesOnError() {
            return dialect.closesOnError();
        }
    }

    /** Counts how often Jackson reads or writes anything. */
    private final class CountingFactory extends JsonFactory {
        private static final long serialVersionUID = 1;

        @Override
        protected JsonParser _createParser(
                ObjectReadContext context, IOContext io, byte[] data, int offset, int length) {
            parsers.incrementAndGet();
            return super._createParser(context, io, data, offset, length);
        }

        @Override
        protected JsonGenerator _createUTF8Generator(ObjectWriteContext context, IOContext io, OutputStream out) {
            generators.incrementAndGet();
            return super._createUTF8Generator(context, io, out);
        }
    }

    private void serveChat(int loops, boolean handlersOnEventLoop) {
        JsonCodec codec =
                new JsonCodec(JsonMapper.builder(new CountingFactory()).build());
        serve(
                        options -> {
                            options.loops(loops).codec(codec);
                            if (handlersOnEventLoop) {
                                options.handlersOnEventLoop();
                            }
                        },
                        Counting::new)
                .onConnection(socket -> {
                    socket.on("chat", event -> socket.to("lobby").emit("chat", event.args()));
                    socket.on("typed", Map.class, map -> socket.emit("typed", map));
                });
        start();
    }

    private void fillLobby() {
        for (int i = 0; i < MEMBERS; i++) {
            members.add("s" + i, "lobby");
            members.add("p" + i, "lobby");
        }
    }

    private void forget() {
        encodings.clear();
        parsers.set(0);
        generators.set(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void isWrittenOnceForEachDialectAndNeverRead(int loops) {
        serveChat(loops, false);
        fillLobby();
        members.assertSilence();
        String message = "{\"roomId\":\"lobby\",\"message\":\"안녕 \\\"x\\\" \\u0041\"}";
        for (String sender : List.of("s0", "p0")) {
            forget();
            if (sender.equals("p0")) {
                members.client(sender).send("{\"type\":\"chat\"," + message.substring(1));
            } else {
                members.client(sender).send("42[\"chat\"," + message + "]");
            }
            for (int i = 0; i < MEMBERS; i++) {
                if (!sender.equals("s" + i)) {
                    members.client("s" + i).expect("42[\"chat\"," + message + "]");
                }
                if (!sender.equals("p" + i)) {
                    members.client("p" + i).expect("{\"type\":\"chat\"," + message.substring(1));
                }
            }
            assertThat(encodings).containsOnlyKeys("socket.io Event", "json Event");
            assertThat(encodings.values()).allSatisfy(count -> assertThat(count).hasValue(1));
            assertThat(parsers).hasValue(0);
            assertThat(generators).hasValue(0);
        }
    }

    /** So that the test above cannot be right for want of counting. */
    @Test
    void isReadAndWrittenWhereAHandlerAsksForAType() {
        serveChat(1, false);
        WireClient client = socketIo();
        forget();
        client.send("42[\"typed\",{\"a\":1}]").expect("42[\"typed\",{\"a\":1}]");
        assertThat(parsers).hasValue(1);
        assertThat(generators).hasValue(1);
        assertThat(encodings).containsOnlyKeys("socket.io Event");
    }

    @Test
    void isNotWrittenInADialectThatNobodyInTheRoomSpeaks() {
        serveChat(3, false);
        members.add("s1", "lobby");
        members.add("s2", "lobby");
        members.add("p1");
        forget();
        server().main().to("lobby").emit("chat", "x");
        members.client("s1").expect("42[\"chat\",\"x\"]");
        members.client("s2").expect("42[\"chat\",\"x\"]");
        assertThat(encodings).containsOnlyKeys("socket.io Event");
        assertThat(encodings.values()).allSatisfy(count -> assertThat(count).hasValue(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void isOneTaskForEachLoopThatHasMembers(int loops) throws Exception {
        serveChat(loops, false);
        fillLobby();
        Set<Integer> lobby = new LinkedHashSet<>();
        for (Socket socket : server().main().sockets().values()) {
            lobby.add(socket.loop().index());
            if (socket.loop().index() == 0) {
                socket.join("on loop 0");
            }
        }
        assertThat(lobby).hasSize(loops);
        members.assertSilence();
        try (StoppedLoops stopped = new StoppedLoops()) {
            server().main().to("lobby").emit("chat", "x");
            assertThat(stopped.newTasks()).containsOnly(1).hasSize(loops);
            server().main().to("lobby", "on loop 0").except("nobody").emit("chat", "x");
            assertThat(stopped.newTasks()).containsOnly(1);
            server().main().to("on loop 0").emit("chat", "x");
            List<Integer> tasks = stopped.newTasks();
            assertThat(tasks.get(0)).isEqualTo(1);
            assertThat(tasks.subList(1, loops)).allMatch(count -> count == 0);
            server().main().to("nobody").emit("chat", "x");
            assertThat(stopped.newTasks()).containsOnly(0);
            server().main()
                    .everyone()
                    .timeout(java.time.Duration.ofSeconds(9))
                    .asVolatile()
                    .emit("chat", "x");
            assertThat(stopped.newTasks()).containsOnly(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void isFlushedWithAllElseOfItsTurn(int loops) throws Exception {
        serveChat(loops, false);
        fillLobby();
        members.assertSilence();
        Payload chat = server().codec().encode(Map.of("message", "x".repeat(60)));
        try (StoppedLoops stopped = new StoppedLoops()) {
            for (int i = 0; i < 5; i++) {
                server().main().to("lobby").emit("chat", chat);
            }
            server().main().sockets().values().forEach(socket -> socket.emit("chat", chat));
            server().main().emit("chat", chat);
            assertThat(stopped.newTasks()).hasSize(loops);
        }
        // seven writes would wake the reader for the first
        int socketIo = 7 * (2 + ("42[\"chat\"," + chat.get(0) + "]").length());
        int plain =
                7 * (2 + ("{\"type\":\"chat\"," + String.valueOf(chat.get(0)).substring(1)).length());
        byte[] some = new byte[65_536];
        for (int i = 0; i < MEMBERS; i++) {
            assertThat(members.client("s" + i).readSome(some)).isEqualTo(socketIo);
            assertThat(members.client("p" + i).readSome(some)).isEqualTo(plain);
        }
    }

    @Test
    void isFlushedOnceWithThoseThatCameInTheSameRead() throws Exception {
        serveChat(1, true);
        fillLobby();
        members.assertSilence();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            texts.add("42[\"chat\"," + i + "]");
        }
        members.client("s0").sendAll(texts);
        byte[] some = new byte[65_536];
        for (int i = 1; i < MEMBERS; i++) {
            assertThat(members.client("s" + i).readSome(some)).isEqualTo(10 * (2 + "42[\"chat\",0]".length()));
        }
    }

    /** The server's loops, held where they are; what is posted to them is counted. Goes on when it is closed. */
    private final class StoppedLoops implements AutoCloseable {
        private final CountDownLatch gate = new CountDownLatch(1);
        private final List<SingleThreadEventExecutor> executors = new ArrayList<>();
        private final List<Integer> seen = new ArrayList<>();

        StoppedLoops() throws InterruptedException {
            List<Loop> loops = server().loops();
            for (Loop loop : loops) {
                CountDownLatch stopped = new CountDownLatch(1);
                loop.execute(() -> {
                    executors.add((SingleThreadEventExecutor) ThreadExecutorMap.currentExecutor());
                    stopped.countDown();
                    try {
                        gate.await(20, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
                assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();
                seen.add(0);
            }
            newTasks();
        }

        /** How many tasks each loop has got since it was asked last. */
        List<Integer> newTasks() {
            List<Integer> tasks = new ArrayList<>();
            for (int i = 0; i < executors.size(); i++) {
                int pending = executors.get(i).pendingTasks();
                tasks.add(pending - seen.set(i, pending));
            }
            return tasks;
        }

        @Override
        public void close() {
            gate.countDown();
        }
    }
}
