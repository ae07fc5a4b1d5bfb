package io.maru.conformance.promises;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.conformance.promises.Member.Kind;
import io.maru.conformance.promises.SoakModel.Message;
import io.maru.conformance.promises.SoakModel.Seat;
import io.maru.conformance.promises.SoakModel.Stay;
import io.maru.server.Broadcast;
import io.maru.server.Event;
import io.maru.server.MaruServer;
import io.maru.server.Namespace;
import io.maru.server.RecoveryOptions;
import io.maru.server.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Clients of both dialects and transports come, go, join, leave, speak, stop reading, are cut, and come back to what they
 * had, as a seeded generator says; a model knows who must hear what. Runs for 20 seconds, or for as many as {@code -Dmaru.soak} says.
 */
class SoakTest {

    private static final List<String> NAMESPACES = List.of("/", "/b");
    private static final List<String> ROOMS = List.of("lobby", "room 2", "3", "r/4", "방 5", "six", "seven", "8");
    private static final List<Kind> KINDS =
            List.of(Kind.WEBSOCKET, Kind.POLLING, Kind.PLAIN, Kind.WEBSOCKET, Kind.PLAIN, Kind.PLAIN);
    private static final int CLIENTS = 48;
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration KEPT = Duration.ofSeconds(5);
    private static final long MAX_GROWTH = 24L << 20;

    private final long seed = Long.getLong("maru.test.seed", System.nanoTime());
    private final Random random = new Random(seed);
    // of those who did not read, as the server has it
    private final AtomicInteger ended = new AtomicInteger();

    /** A client in its seat. */
    private static final class Player implements Member.Listener {
        final Seat seat;
        final Kind kind;
        final SoakModel model;

        @Nullable Member member;
        // how many steps it does not read any more
        int deafFor;
        boolean ending;

        Player(Seat seat, Kind kind, SoakModel model) {
            this.seat = seat;
            this.kind = kind;
            this.model = model;
        }

        Member member() {
            return Objects.requireNonNull(member, seat.name);
        }

        @Override
        public void onSaid(int number, String rest) {
            seat.hear(model.find(number), rest);
        }

        @Override
        public void onEnd() {}
    }

    private int cuts;
    private int returns;
    private int upgrades;
    private int drowned;
    private long deliveries;

    @Test
    void everyoneHearsExactlyWhatIsForHimAndNothingIsKept() throws Exception {
        int seconds = Integer.getInteger("maru.soak", 20);
        System.out.println("SoakTest: -Dmaru.test.seed=" + seed + " -Dmaru.soak=" + seconds);
        int filesAtFirst;
        Duration ours;
        try (Stalls stalls = new Stalls();
                MaruServer server = MaruServer.create(options -> options.host("127.0.0.1")
                        .port(0)
                        .loops(3)
                        .recovery(new RecoveryOptions(KEPT, true, 128L << 20))
                        .engine(engine ->
                                engine.pingInterval(Duration.ofSeconds(1)).pingTimeout(Duration.ofSeconds(4))))) {
            NAMESPACES.forEach(name -> serve(server.of(name)));
            server.start();
            filesAtFirst = Kept.files();
            play(server, Math.min(10, Math.max(2, seconds / 10)));
            Kept before = Kept.now();
            long begin = stalls.nanoTime();
            play(server, seconds);
            ours = stalls.since(begin);
            Awaitility.await()
                    .atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(200))
                    .untilAsserted(() -> {
                        Kept after = Kept.now();
                        assertThat(after.heap()).as("heap").isLessThan(before.heap() + MAX_GROWTH);
                        assertThat(after.direct()).as("buffers").isLessThan(before.direct() + MAX_GROWTH);
                        assertThat(Kept.files()).as("open files").isLessThan(filesAtFirst + 10);
                        assertThat(server.stats().recovery().bytes())
                                .as("what is kept for those who are away")
                                .isZero();
                    });
            System.out.println("SoakTest: " + deliveries + " deliveries, " + cuts + " cuts, " + returns + " returns, "
                    + upgrades + " upgrades, " + drowned + " that did not read; before " + before + ", after "
                    + Kept.now());
        }
        assertThat(deliveries).as("in %s that we had", ours).isGreaterThan(ours.toMillis());
    }

    private void serve(Namespace namespace) {
        namespace.onConnection(socket -> {
            socket.on("join", event -> {
                socket.join(text(event, 0));
                event.ack().send();
            });
            socket.on("leave", event -> {
                socket.leave(text(event, 0));
                event.ack().send();
            });
            socket.on("to-one", event -> say(event, text(event, 3), socket.to(text(event, 0))));
            socket.on("to-two", event -> say(event, text(event, 3), socket.to(text(event, 0), text(event, 1))));
            socket.on(
                    "to-but",
                    event ->
                            say(event, text(event, 3), socket.to(text(event, 0)).except(text(event, 1))));
            socket.on("to-all", event -> say(event, text(event, 3), socket.broadcast()));
            socket.on("bytes", event -> {
                byte[] bytes = text(event, 3).getBytes(StandardCharsets.US_ASCII);
                socket.to(text(event, 0)).emit("said", event.get(2), bytes);
                event.ack().send();
            });
            socket.on("drown", event -> drown(socket));
            socket.on("fence", event -> event.ack().send(socket.id()));
        });
    }

    private static void say(Event event, String text, Broadcast to) {
        // every other one as it came, every other one written anew
        to.emit("said", event.get(2), text.length() % 2 == 0 ? event.get(3) : text);
        event.ack().send();
    }

    private void drown(Socket socket) {
        String noise = "x".repeat(10_000);
        for (int i = 0; i < 6_000 && socket.isConnected(); i++) {
            socket.emit("noise", noise);
        }
        // its end is for the loop, which may be behind
        Awaitility.await().atMost(LIMIT).until(() -> !socket.isConnected());
        ended.incrementAndGet();
    }

    private static String text(Event event, int index) {
        return Objects.requireNonNull(event.get(index, String.class));
    }

    /** Clients come, play for some time, and go. */
    private void play(MaruServer server, int seconds) throws Exception {
        SoakModel model = new SoakModel();
        List<Player> players = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            Kind kind = KINDS.get(i % KINDS.size());
            Seat seat = model.addSeat(kind + " " + i, NAMESPACES.get(i / KINDS.size() % NAMESPACES.size()));
            players.add(new Player(seat, kind, model));
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        for (int epoch = 0; System.nanoTime() < end; epoch++) {
            epoch(server, model, players, "in epoch " + epoch + " of seed " + seed);
        }
        players.forEach(player -> player.member().close());
        // a connection goes first, and its rooms when its handlers are done
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(server.stats().clients()).isZero();
            for (String name : NAMESPACES) {
                assertThat(server.of(name).roomSizes()).isEmpty();
                assertThat(server.of(name).sockets()).isEmpty();
            }
        });
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> players.stream().allMatch(player -> player.member().isOver()));
    }

    private void epoch(MaruServer server, SoakModel model, List<Player> players, String about) throws Exception {
        for (Player player : players) {
            if (player.member == null || player.member.isOver()) {
                player.ending = false;
                player.deafFor = 0;
                player.member = Member.enter(player.kind, server.port(), player.seat.namespace, player);
            }
        }
        List<CompletableFuture<?>> pending = new ArrayList<>();
        List<Player> alive = new ArrayList<>(players);
        for (int steps = 50 + random.nextInt(250); steps > 0; steps--) {
            for (Player player : alive) {
                if (player.deafFor > 0 && --player.deafFor == 0) {
                    player.member().setReading(true);
                }
            }
            step(server, model, alive, pending);
            alive.removeIf(player -> player.ending);
        }
        for (Player player : alive) {
            player.deafFor = 0;
            player.member().setReading(true);
        }
        Awaitility.await("who does not read is ended " + about)
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> ended.get() == drowned);
        players.forEach(player -> player.member().setReading(true));
        await(about + ": answers", pending);
        List<CompletableFuture<?>> fences = new ArrayList<>();
        alive.forEach(player -> fences.add(player.member().ask("fence", "")));
        await(about + ": the last answers", fences);
        for (Player player : players) {
            if (player.ending) {
                Awaitility.await(player.seat.name + " has ended " + about)
                        .atMost(LIMIT)
                        .pollInterval(Duration.ofMillis(2))
                        .until(() -> player.member().isOver());
            }
        }
        // those that were cut between two polls are noticed by their heartbeat
        if (server.stats().clients() == alive.size()) {
            for (String name : NAMESPACES) {
                Awaitility.await()
                        .atMost(LIMIT)
                        .pollDelay(Duration.ZERO)
                        .untilAsserted(() -> assertThat(server.of(name).roomSizes())
                                .as("rooms of %s %s", name, about)
                                .isEqualTo(model.roomSizes(name)));
            }
        }
        deliveries += model.endEpoch(about);
    }

    private static void await(String what, List<CompletableFuture<?>> pending) {
        assertThat(CompletableFuture.allOf(pending.toArray(CompletableFuture[]::new)))
                .as(what)
                .succeedsWithin(LIMIT);
    }

    private void step(MaruServer server, SoakModel model, List<Player> alive, List<CompletableFuture<?>> pending)
            throws Exception {
        Player player = alive.get(random.nextInt(alive.size()));
        int dice = random.nextInt(1_000);
        if (dice < 120) {
            join(model, player, pending);
        } else if (dice < 200) {
            leave(model, player, pending);
        } else if (dice < 220) {
            player.member().setReading(false);
            player.deafFor = 1 + random.nextInt(40);
        } else if (dice < 230 && player.deafFor == 0 && player.member().mayUpgrade()) {
            player.member().upgrade();
            upgrades++;
        } else if (dice < 240 && player.deafFor == 0 && !player.member().mayUpgrade()) {
            comeBack(server, player);
            returns++;
        } else if (dice < 245 && alive.size() > CLIENTS * 3 / 4) {
            model.end(player.seat);
            player.ending = true;
            player.member().cut();
            cuts++;
        } else if (dice < 246 && alive.size() > CLIENTS * 3 / 4) {
            model.end(player.seat);
            player.ending = true;
            player.member().setReading(false);
            player.member().ask("drown", "");
            drowned++;
        } else {
            say(model, player, pending);
        }
    }

    // for the model it was there all the time
    private static void comeBack(MaruServer server, Player player) throws Exception {
        Member before = player.member();
        // what it asked has been answered then
        String answer = before.ask("fence", "").get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        String id = answer.replaceAll(".*\"([^\"]+)\"[^\"]*", "$1");
        assertThat(server.of(player.seat.namespace).sockets()).containsKey(id);
        before.cut();
        Awaitility.await(player.seat.name + " is away")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> before.isOver()
                        && !server.of(player.seat.namespace).sockets().containsKey(id));
        player.member = before.comeBack(server.port());
        assertThat(player.member.isRecovered())
                .as(player.seat.name + " has its session")
                .isTrue();
    }

    private void join(SoakModel model, Player player, List<CompletableFuture<?>> pending) {
        List<String> free = new ArrayList<>(ROOMS);
        model.current(player.seat).forEach(stay -> free.remove(stay.room));
        if (free.size() > ROOMS.size() / 2) {
            String room = free.get(random.nextInt(free.size()));
            Stay stay = model.join(player.seat, room);
            answered(player, pending, player.member().ask("join", quoted(room)).thenAccept(it -> model.joined(stay)));
        }
    }

    private void leave(SoakModel model, Player player, List<CompletableFuture<?>> pending) {
        List<Stay> current = model.current(player.seat);
        if (!current.isEmpty()) {
            Stay stay = current.get(random.nextInt(current.size()));
            model.leave(stay);
            answered(
                    player,
                    pending,
                    player.member().ask("leave", quoted(stay.room)).thenAccept(it -> model.left(stay)));
        }
    }

    private void say(SoakModel model, Player player, List<CompletableFuture<?>> pending) {
        List<String> rooms = new ArrayList<>(ROOMS);
        Collections.shuffle(rooms, random);
        String first = rooms.get(0);
        String second = rooms.get(1);
        int dice = random.nextInt(100);
        String event =
                dice < 55 ? "to-one" : dice < 70 ? "to-two" : dice < 85 ? "to-but" : dice < 95 ? "bytes" : "to-all";
        List<String> to = switch (event) {
            case "to-two" -> List.of(first, second);
            case "to-all" -> List.of();
            default -> List.of(first);
        };
        int length = length();
        Message message = model.say(
                player.seat, to, event.equals("to-but") ? List.of(second) : List.of(), length, event.equals("bytes"));
        String args = quoted(first)
                + ','
                + quoted(second)
                + ','
                + message.number()
                + ','
                + quoted(SoakModel.Texts.text(message.number(), length));
        answered(player, pending, player.member().ask(event, args).thenAccept(it -> model.said(message)));
    }

    // most are copied into the buffer of a turn; some are sent by reference; a few are more than one write takes
    private int length() {
        int dice = random.nextInt(1_000);
        return dice < 800
                ? random.nextInt(60)
                : dice < 940 ? random.nextInt(3_000) : dice < 996 ? random.nextInt(20_000) : 70_000;
    }

    // the answers to one whose session ends may fail
    private static void answered(Player player, List<CompletableFuture<?>> pending, CompletableFuture<?> answer) {
        pending.add(answer.handle((done, failure) -> {
            if (failure != null && !player.ending) {
                throw new AssertionError(player.seat.name, failure);
            }
            return done;
        }));
    }

    private static String quoted(String text) {
        return '"' + text + '"';
    }
}
