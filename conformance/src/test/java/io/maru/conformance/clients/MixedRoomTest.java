package io.maru.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.app.RoomsServer;
import io.maru.server.MaruServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.json.JSONObject;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Clients of many kinds in the same rooms. Every step has a number from one clock; a message is sent between the moment of
 * its request and that of its answer, and a stay in a room lasts at least from the answer to its join until it is given up.
 * Whoever stays in a room during the whole of a message's time hears it; whose stay it does not touch does not.
 */
class MixedRoomTest {

    private static final int ROUNDS = 25;
    private static final int MESSAGES_A_ROUND = 40;
    private static final List<String> ROOMS = List.of("lobby", "방 2", "3", "r/4");
    private static final List<String> KINDS = List.of(
            "polling",
            "websocket",
            "upgrade",
            "ws",
            "maru.js",
            "java polling",
            "java websocket",
            "java upgrade",
            "jdk");

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration CUT_AGAIN = Duration.ofMillis(300);
    private static final long NEVER = Long.MAX_VALUE;

    private record Message(String id, Client sender, int session, int number, String room, long begin) {
        /** What has one order: a sender's connection. */
        String source() {
            return sender.name + '/' + session;
        }

        @Override
        public String toString() {
            return id + " to " + room;
        }
    }

    private static final class Stay {
        final String room;
        final int session;
        final long asked;
        volatile long certain = NEVER;
        volatile long givenUp = NEVER;
        volatile long over = NEVER;

        Stay(String room, int session, long asked) {
            this.room = room;
            this.session = session;
            this.asked = asked;
        }
    }

    private final long seed = Long.getLong("maru.test.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final AtomicLong clock = new AtomicLong();
    private final Map<String, Message> messages = new ConcurrentHashMap<>();
    private final Map<String, Long> answered = new ConcurrentHashMap<>();

    /** A member with what it did and heard. */
    private final class Client implements Member.Listener {
        final String name;
        final CuttableProxy proxy;
        final List<Stay> stays = new ArrayList<>();
        final Map<Integer, List<String>> heard = new ConcurrentHashMap<>();
        final List<Integer> cutSessions = new ArrayList<>();
        int numbers;
        long lastCut;
        volatile int up;

        @Nullable Member member;

        Client(String name, CuttableProxy proxy) {
            this.name = name;
            this.proxy = proxy;
        }

        @Override
        public void onUp(int session) {
            up = Math.max(up, session);
        }

        @Override
        public void onChat(int session, JSONObject message) {
            heard.computeIfAbsent(session, s -> new CopyOnWriteArrayList<>()).add(message.optString("id"));
        }

        /** Whether it has come back; where a cut met no connection, between two polls, there is another one. */
        boolean isBack() {
            boolean back = !cutSessions.contains(up);
            if (!back && System.nanoTime() - lastCut > CUT_AGAIN.toNanos()) {
                lastCut = System.nanoTime();
                proxy.cut(true);
                if (member != null) {
                    member.nudge();
                }
            }
            return back;
        }

        CompletableFuture<JSONObject> request(String type, Map<String, ?> fields) {
            if (member == null) {
                throw new IllegalStateException("not opened yet");
            }
            return member.request(type, fields);
        }

        CompletableFuture<?> join(String room) {
            Stay stay = new Stay(room, up, clock.incrementAndGet());
            stays.add(stay);
            return request("join-room", Map.of("roomId", room))
                    .thenAccept(answer -> stay.certain = clock.incrementAndGet());
        }

        CompletableFuture<?> leave(Stay stay) {
            stay.givenUp = clock.incrementAndGet();
            return request("leave-room", Map.of("roomId", stay.room))
                    .thenAccept(answer -> stay.over = clock.incrementAndGet());
        }

        CompletableFuture<?> say(String room) {
            String id = name + '#' + numbers;
            Message message = new Message(id, this, up, numbers++, room, clock.incrementAndGet());
            messages.put(id, message);
            return request("chat", Map.of("roomId", room, "message", new JSONObject(Map.of("id", id))))
                    .thenAccept(answer -> {
                        assertThat(answer.has("delivered"))
                                .as("%s: %s", id, answer)
                                .isTrue();
                        answered.put(id, clock.incrementAndGet());
                    });
        }

        void cut(boolean reset) {
            cutSessions.add(up);
            long now = clock.incrementAndGet();
            stays.forEach(stay -> stay.givenUp = Math.min(now, stay.givenUp));
            lastCut = System.nanoTime();
            proxy.cut(reset);
        }

        List<Stay> current() {
            List<Stay> current = stays.stream()
                    .filter(stay -> stay.session == up && stay.givenUp == NEVER)
                    .toList();
            assertThat(current)
                    .as("rooms of %s, connected %s times, cut in %s", name, up, cutSessions)
                    .isNotEmpty();
            return current;
        }
    }

    @Test
    void everyoneHearsExactlyItsRooms() {
        System.out.println("MixedRoomTest: -Dmaru.test.seed=" + seed);
        List<Client> clients = new ArrayList<>();
        MaruServer server = RoomsServer.create(options -> options.host("127.0.0.1")
                .port(0)
                .loops(3)
                .engine(engine -> engine.pingInterval(Duration.ofSeconds(1)).pingTimeout(Duration.ofSeconds(7))));
        try (server;
                NodeMember.Host node = new NodeMember.Host()) {
            server.start();
            for (String kind : KINDS) {
                for (int i = 0; i < 2; i++) {
                    clients.add(open(kind, i, server, node));
                }
            }
            for (Client client : clients) {
                Awaitility.await(client.name + " is there").atMost(LIMIT).until(() -> client.up == 1);
                await(List.of(client.join(any(ROOMS))));
            }
            for (int round = 0; round < ROUNDS; round++) {
                play(clients);
            }
            for (Client client : clients) {
                // it is last in the queue of each connection
                await(List.of(client.request("echo", Map.of())));
            }
            clients.forEach(client -> {
                if (client.member != null) {
                    client.member.close();
                }
            });
            Awaitility.await().atMost(LIMIT).untilAsserted(() -> {
                assertThat(server.stats().clients()).isZero();
                assertThat(server.main().roomSizes()).isEmpty();
                assertThat(server.main().sockets()).isEmpty();
            });
        } finally {
            clients.forEach(client -> client.proxy.close());
        }
        assertThat(answered).as("seed %s", seed).hasSizeGreaterThan(ROUNDS * MESSAGES_A_ROUND * 8 / 10);
        clients.forEach(this::check);
    }

    private Client open(String kind, int number, MaruServer server, NodeMember.Host node) {
        CuttableProxy proxy = new CuttableProxy(server.port());
        Client client = new Client(kind + ' ' + number, proxy);
        String http = "http://127.0.0.1:" + proxy.port();
        String ws = "ws://127.0.0.1:" + proxy.port() + '/';
        client.member = switch (kind) {
            case "java polling" -> new JavaMember(http, Way.POLLING, client);
            case "java websocket" -> new JavaMember(http, Way.WEBSOCKET, client);
            case "java upgrade" -> new JavaMember(http, Way.UPGRADE, client);
            case "jdk" -> new PlainMember(ws, client);
            case "ws" -> node.open(client.name, kind, ws, client);
            default -> node.open(client.name, kind, http, client);
        };
        return client;
    }

    /** A burst of messages; meanwhile two are cut, and some come and go. Ends when all are there again. */
    private void play(List<Client> clients) {
        List<Client> others = new ArrayList<>(clients);
        Collections.shuffle(others, random);
        List<Client> toCut = new ArrayList<>(List.of(others.remove(0), others.remove(0)));
        List<Client> cut = new ArrayList<>();
        List<Client> senders = new ArrayList<>(clients);
        List<CompletableFuture<?>> pending = new ArrayList<>();
        for (int i = 0; i < MESSAGES_A_ROUND; i++) {
            if (!toCut.isEmpty() && random.nextInt(MESSAGES_A_ROUND / 3) == 0) {
                Client client = toCut.remove(0);
                senders.remove(client);
                client.cut(random.nextBoolean());
                cut.add(client);
            }
            Client sender = any(senders);
            CompletableFuture<?> said = sender.say(any(sender.current()).room);
            if (others.contains(sender)) {
                pending.add(said);
            }
            if (random.nextInt(8) == 0) {
                Client mover = any(others);
                List<Stay> stays = mover.current();
                pending.add(stays.size() > 1 ? mover.leave(any(stays)) : mover.join(absent(stays)));
            }
        }
        await(pending);
        for (Client client : cut) {
            Awaitility.await(client.name + " comes back")
                    .atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(5))
                    .until(client::isBack);
            await(List.of(client.join(any(ROOMS))));
        }
    }

    private String absent(List<Stay> stays) {
        List<String> rooms = new ArrayList<>(ROOMS);
        stays.forEach(stay -> rooms.remove(stay.room));
        return any(rooms);
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private static void await(List<CompletableFuture<?>> pending) {
        assertThat(CompletableFuture.allOf(pending.toArray(CompletableFuture[]::new)))
                .succeedsWithin(LIMIT);
    }

    private void check(Client client) {
        for (int session = 1; session <= client.up; session++) {
            String who = client.name + ", session " + session + ", seed " + seed;
            List<String> heard = client.heard.getOrDefault(session, List.of());
            assertThat(heard).as("%s: nothing twice", who).doesNotHaveDuplicates();
            Map<String, Integer> last = new HashMap<>();
            for (String id : heard) {
                assertThat(messages).as("%s", who).containsKey(id);
                Message message = Objects.requireNonNull(messages.get(id));
                assertThat(mayHear(client, session, message))
                        .as("%s: may hear %s", who, message)
                        .isTrue();
                Integer before = last.put(message.source(), message.number);
                assertThat(before == null || before < message.number)
                        .as("%s: %s comes after number %s", who, message, before)
                        .isTrue();
            }
            boolean cut = client.cutSessions.contains(session);
            for (Message message : messages.values()) {
                // what was on its way when the connection was cut is lost, from each sender the last messages
                boolean lost = cut && message.number > last.getOrDefault(message.source(), -1);
                if (mustHear(client, session, message) && !lost) {
                    assertThat(heard).as("%s: hears %s", who, message).contains(message.id);
                }
            }
        }
    }

    private boolean mayHear(Client client, int session, Message message) {
        long end = answered.getOrDefault(message.id, NEVER);
        return message.sender != client
                && client.stays.stream()
                        .anyMatch(stay -> stay.session == session
                                && stay.room.equals(message.room)
                                && stay.asked < end
                                && message.begin < stay.over);
    }

    private boolean mustHear(Client client, int session, Message message) {
        long end = answered.getOrDefault(message.id, NEVER);
        return message.sender != client
                && client.stays.stream()
                        .anyMatch(stay -> stay.session == session
                                && stay.room.equals(message.room)
                                && stay.certain < message.begin
                                && end < stay.givenUp);
    }
}
