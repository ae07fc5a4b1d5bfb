package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How rooms come and go. */
class RoomsTest extends ServerFixture {

    private final BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();
    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());

    private final RoomListener listener = new RoomListener() {
        @Override
        public void onCreate(String room) {
            heard.add("create " + room);
        }

        @Override
        public void onJoin(String room, String socketId) {
            heard.add("join " + room + " " + socketId);
        }

        @Override
        public void onLeave(String room, String socketId) {
            heard.add("leave " + room + " " + socketId);
        }

        @Override
        public void onDelete(String room) {
            heard.add("delete " + room);
        }
    };

    private Socket next() throws InterruptedException {
        Socket socket = sockets.poll(10, TimeUnit.SECONDS);
        assertThat(socket).isNotNull();
        return socket;
    }

    @Test
    void areHeardOfInOrder() throws Exception {
        serve().onConnection(sockets::add).main().onRooms(listener);
        start();
        WireClient one = socketIo();
        Socket first = next();
        plain();
        Socket second = next();
        first.join("r", "r");
        second.join("r");
        first.join("r").leave("r").leave("r");
        second.leave("r");
        first.join("r");
        one.cut();
        await().until(() -> heard.size() == 10);
        assertThat(heard)
                .containsExactly(
                        "create r",
                        "join r " + first.id(),
                        "join r " + second.id(),
                        "leave r " + first.id(),
                        "leave r " + second.id(),
                        "delete r",
                        "create r",
                        "join r " + first.id(),
                        "leave r " + first.id(),
                        "delete r");
    }

    @Test
    void areHeardOfByTheOthersWhenAListenerThrows() throws Exception {
        MaruServer server = serve().onConnection(sockets::add);
        server.main().onRooms(new RoomListener() {
            @Override
            public void onCreate(String room) {
                throw new IllegalStateException("first listener");
            }
        });
        server.main().onRooms(listener);
        start();
        socketIo();
        next().join("r");
        await().until(() -> heard.size() == 2);
        assertThat(theError()).hasMessage("first listener");
    }

    @Test
    void areThereAsSoonAsAJoinReturns() throws Exception {
        serve(options -> options.loops(3)).onConnection(sockets::add);
        start();
        List<Socket> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            socketIo();
            all.add(next());
        }
        Namespace main = server().main();
        for (int round = 0; round < 200; round++) {
            for (int i = 0; i < all.size(); i++) {
                all.get(i).join("r");
                assertThat(main.roomSize("r")).isEqualTo(i + 1);
                assertThat(main.roomSizes()).containsExactly(Map.entry("r", i + 1));
                assertThat(all.get(i).isIn("r")).isTrue();
            }
            for (int i = 0; i < all.size(); i++) {
                all.get(i).leave("r");
                assertThat(main.roomSize("r")).isEqualTo(all.size() - i - 1);
            }
            assertThat(main.roomSizes()).isEmpty();
        }
    }

    @Test
    void haveNamesOfAnyCharacters() throws Exception {
        serve().onConnection(sockets::add);
        start();
        WireClient client = socketIo();
        Socket socket = next();
        for (String name : List.of("", " ", "__proto__", "방 \u0000\"\\", "😀")) {
            socket.join(name);
            server().main().to(name).emit("x", name.length());
            client.expect("42[\"x\"," + name.length() + "]");
            assertThat(server().main().roomSize(name)).isEqualTo(1);
        }
        assertThat(server().main().roomSizes()).hasSize(5);
    }

    @Test
    void areLimitedForASocketAndInTheirNames() throws Exception {
        serve(options -> options.maxRoomsPerSocket(3).maxNameLength(10)).onConnection(sockets::add);
        start();
        socketIo();
        Socket socket = next();
        socket.join("a", "b", "c").join("a", "b", "c");
        assertThatThrownBy(() -> socket.join("d"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("at most 3 rooms a socket");
        assertThatThrownBy(() -> socket.join("12345678901"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a room name of at most 10 characters expected: 11");
        assertThatThrownBy(() -> socket.join(List.of("e", "f"))).isInstanceOf(IllegalArgumentException.class);
        assertThat(server().main().roomSizes()).containsOnlyKeys("a", "b", "c");
        socket.leave("a").join("1234567890");
        assertThat(server().main().roomSizes()).containsOnlyKeys("1234567890", "b", "c");
    }

    @ParameterizedTest
    @EnumSource
    void keepNobodyWhoWasCutWhileItJoined(Threads threads) {
        MaruServer server = serve(threads).onConnection(sockets::add);
        server.main().onRooms(listener);
        start();
        int cycles = 250;
        List<CompletableFuture<Void>> joins = new ArrayList<>();
        for (int i = 0; i < cycles; i++) {
            WireClient client = i % 2 == 0 ? socketIo() : plain();
            Socket socket = takeQuietly();
            joins.add(ServerFixture.inThread(() -> {
                for (int k = 0; k < 4; k++) {
                    socket.join("r" + ThreadLocalRandom.current().nextInt(3), "own " + socket.id());
                    server.main().to("r0", "r1").emit("x");
                }
            }));
            client.cut();
        }
        joins.forEach(ServerFixture::get);
        await().until(() -> server.stats().clients() == 0);
        await().untilAsserted(() -> assertThat(server.main().roomSizes()).isEmpty());
        assertThat(server.main().sockets()).isEmpty();
        await().untilAsserted(() -> {
            assertThat(count("create")).isEqualTo(count("delete"));
            assertThat(count("join")).isEqualTo(count("leave"));
        });
    }

    private Socket takeQuietly() {
        try {
            return next();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private long count(String what) {
        synchronized (heard) {
            return heard.stream().filter(each -> each.startsWith(what + " ")).count();
        }
    }
}
