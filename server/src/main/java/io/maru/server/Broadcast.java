package io.maru.server;

import io.maru.server.Delivery.Targets;
import io.maru.server.engine.Handling;
import io.maru.server.engine.Loop;
import io.maru.server.engine.Overflow;
import io.maru.wire.Clock;
import io.maru.wire.Packet;
import io.maru.wire.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Some of the sockets of a namespace, and what can be sent to them or done with them. Immutable: every method that narrows
 * or widens gives a new one. Rooms add up: a socket in several of them is reached once. Without any {@code to} everyone is
 * addressed; an empty list of rooms addresses nobody. An id of a socket names that socket alone, also where somebody has joined a room of that name.
 *
 * <p>Who is addressed is decided when something is sent. Safe for any thread.
 */
public final class Broadcast {

    private final Namespace namespace;
    // null addresses everyone; empty addresses nobody
    private final @Nullable Set<String> rooms;
    private final Set<String> except;
    private final @Nullable Socket sender;
    private final boolean isVolatile;
    private final Handling handling;
    private final @Nullable Duration timeout;

    private Broadcast(
            Namespace namespace,
            @Nullable Set<String> rooms,
            Set<String> except,
            @Nullable Socket sender,
            boolean isVolatile,
            Handling handling,
            @Nullable Duration timeout) {
        this.namespace = namespace;
        this.rooms = rooms;
        this.except = except;
        this.sender = sender;
        this.isVolatile = isVolatile;
        this.handling = handling;
        this.timeout = timeout;
    }

    static Broadcast fromNamespace(Namespace namespace) {
        return new Broadcast(namespace, null, Set.of(), null, false, Handling.USUAL, null);
    }

    static Broadcast fromSocket(Socket sender) {
        return new Broadcast(sender.namespace(), null, Set.of(), sender, false, Handling.USUAL, null);
    }

    // ---- who is addressed

    /**
     * These and the members of more rooms.
     *
     * @param names the rooms
     * @return the wider choice
     */
    public Broadcast to(String... names) {
        return to(Arrays.asList(names));
    }

    /**
     * These and the members of more rooms.
     *
     * @param names the rooms
     * @return the wider choice
     */
    public Broadcast to(Collection<String> names) {
        Set<String> wider = union(rooms == null ? Set.of() : rooms, names);
        return new Broadcast(namespace, wider, except, sender, isVolatile, handling, timeout);
    }

    /**
     * The same as {@link #to(String...)}.
     *
     * @param names the rooms
     * @return the wider choice
     */
    public Broadcast in(String... names) {
        return to(names);
    }

    /**
     * These without the members of some rooms.
     *
     * @param names the rooms
     * @return the narrower choice
     */
    public Broadcast except(String... names) {
        return except(Arrays.asList(names));
    }

    /**
     * These without the members of some rooms.
     *
     * @param names the rooms
     * @return the narrower choice
     */
    public Broadcast except(Collection<String> names) {
        return new Broadcast(namespace, rooms, union(except, names), sender, isVolatile, handling, timeout);
    }

    /**
     * These on this node of a cluster only.
     *
     * @return the same choice while there is one node
     */
    public Broadcast local() {
        return this;
    }

    /**
     * These, with events that may be lost: a client that cannot take one at once does not get it.
     *
     * @return the same choice
     */
    public Broadcast asVolatile() {
        return new Broadcast(namespace, rooms, except, sender, true, handling, timeout);
    }

    /**
     * These, with a key: while a client takes nothing, only the last event of a key waits for it, whatever the events' names.
     * It comes after all that was sent before it. The events that it replaces are counted. A client that takes what it is
     * sent gets every event.
     *
     * @param key the key; one key in two namespaces is two
     * @return the same choice
     */
    public Broadcast coalesce(String key) {
        Object id = new Outgoing.Key(namespace.name(), Objects.requireNonNull(key, "key"));
        return new Broadcast(namespace, rooms, except, sender, isVolatile, handling.withKey(id), timeout);
    }

    /**
     * These, with another policy for clients for which too much waits.
     *
     * @param policy what becomes of an event for such a client
     * @return the same choice
     */
    public Broadcast overflow(Overflow policy) {
        return new Broadcast(namespace, rooms, except, sender, isVolatile, handling.withOverflow(policy), timeout);
    }

    /**
     * These, with or without compression, where the server compresses the messages of WebSockets at all.
     *
     * @param value true unless set; false sends what is compressed already, or must not be
     * @return the same choice
     */
    public Broadcast compress(boolean value) {
        return new Broadcast(namespace, rooms, except, sender, isVolatile, handling.withCompression(value), timeout);
    }

    /**
     * These, with a limit for the time that answers may take.
     *
     * @param limit the time
     * @return the same choice
     */
    public Broadcast timeout(Duration limit) {
        Objects.requireNonNull(limit, "limit");
        return new Broadcast(namespace, rooms, except, sender, isVolatile, handling, limit);
    }

    // ---- what is sent to them

    /**
     * Sends an event. It is written once for each dialect, however many get it.
     *
     * @param event its name
     * @param args its arguments: any objects that can be written as JSON, bytes among them
     * @throws IllegalArgumentException when an argument cannot be written, or the name is reserved
     */
    public void emit(String event, @Nullable Object... args) {
        emit(event, namespace.encode(args));
    }

    /**
     * Sends an event with arguments that have come from elsewhere, unread.
     *
     * @param event its name
     * @param args its arguments
     * @throws IllegalArgumentException when the name is reserved
     */
    public void emit(String event, Payload args) {
        Packet.Event packet = new Packet.Event(namespace.name(), Socket.requireName(event), args, Packet.NO_ACK);
        RecoveryLog log = namespace.recovery();
        if (log == null) {
            Targets targets = targets();
            start(targets, loops(targets), new Outgoing(packet, isVolatile, handling), null);
            return;
        }
        List<Loop> loops;
        synchronized (log) {
            Packet.Event numbered = isVolatile
                    ? log.pass(packet)
                    : log.append(packet, rooms, except, sender == null ? null : sender.id());
            Targets targets = targets();
            loops = loops(targets);
            if (!isVolatile) {
                loops.forEach(loop -> log.given(loop.index()));
            }
            start(targets, loops, new Outgoing(numbered, isVolatile, handling, isVolatile ? 0 : log.last()), null);
        }
        loops.forEach(Loop::awaitTurn);
    }

    /**
     * Sends an event and asks all for an answer. Without {@link #timeout} the server's {@code ackTimeout} holds.
     *
     * @param event its name
     * @param args its arguments
     * @return the answers, complete or not; it never fails. What depends on it runs on a worker, or with the caller when
     *     nobody is addressed. A question is never dropped, {@link #asVolatile} or not
     */
    public CompletableFuture<Answers> request(String event, @Nullable Object... args) {
        return request(event, namespace.encode(args));
    }

    /**
     * Sends an event with arguments that have come from elsewhere, and asks all for an answer.
     *
     * @param event its name
     * @param args its arguments
     * @return the answers
     * @see #request(String, Object...)
     */
    public CompletableFuture<Answers> request(String event, Payload args) {
        MaruServer server = namespace.server();
        long ackId = namespace.nextAckId();
        Packet packet = new Packet.Event(namespace.name(), Socket.requireName(event), args, ackId);
        Targets targets = targets();
        List<Loop> loops = loops(targets);
        if (loops.isEmpty()) {
            return CompletableFuture.completedFuture(new Answers(List.of(), 0));
        }
        BroadcastAcks acks = new BroadcastAcks(ackId, loops.size(), server.workers());
        start(targets, loops, new Outgoing(packet, false, handling.kept()), acks);
        loops.forEach(Loop::awaitTurn);
        acks.end();
        if (!acks.result().isDone()) {
            Duration limit = timeout == null ? server.options().ackTimeout() : timeout;
            Loop.Timeout timer = server.loops().get(0).schedule(Clock.nanos(limit), acks::expire);
            // also when the caller gives up: nobody waits for the answers then
            acks.result().whenComplete((answers, failure) -> {
                timer.cancel();
                acks.expire();
            });
        }
        return acks.result();
    }

    // ---- what is done with them

    /**
     * Who they are.
     *
     * @return a snapshot of each, in no order
     */
    public CompletableFuture<List<RemoteSocket>> fetchSockets() {
        List<RemoteSocket> found = new ArrayList<>();
        return forEach(socket -> {
                    RemoteSocket snapshot = socket.snapshot();
                    synchronized (found) {
                        found.add(snapshot);
                    }
                })
                .thenApply(done -> List.copyOf(found));
    }

    /**
     * Lets all of them join rooms.
     *
     * @param names the rooms
     * @return done, when they have joined
     */
    public CompletableFuture<Void> socketsJoin(String... names) {
        return forEach(socket -> socket.join(names));
    }

    /**
     * Lets all of them leave rooms.
     *
     * @param names the rooms
     * @return done, when they have left
     */
    public CompletableFuture<Void> socketsLeave(String... names) {
        return forEach(socket -> {
            for (String name : names) {
                socket.leave(name);
            }
        });
    }

    /**
     * Sends all of them away.
     *
     * @param close whether their connections are closed
     * @return done, when they were told
     * @see Socket#disconnect(boolean)
     */
    public CompletableFuture<Void> disconnectSockets(boolean close) {
        return forEach(socket -> socket.disconnect(close));
    }

    private CompletableFuture<Void> forEach(Delivery.Action action) {
        Targets targets = targets();
        List<Loop> loops = loops(targets);
        if (loops.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        AtomicInteger left = new AtomicInteger(loops.size() + 1);
        Runnable one = () -> {
            if (left.decrementAndGet() == 0) {
                namespace.server().workers().execute(() -> done.complete(null));
            }
        };
        for (Loop loop : loops) {
            boolean taken = loop.execute(() -> {
                try {
                    List<Socket> addressed = new ArrayList<>();
                    Delivery.forEach(namespace, targets, loop.index(), addressed::add);
                    addressed.forEach(action::accept);
                } catch (RuntimeException e) {
                    done.completeExceptionally(e);
                } finally {
                    one.run();
                }
            });
            if (!taken) {
                one.run(); // the loop has ended, and with it its sockets
            }
        }
        one.run();
        return done;
    }

    private void start(Targets targets, List<Loop> loops, Outgoing outgoing, @Nullable BroadcastAcks acks) {
        Delivery.Fanout fanout =
                namespace.server().observers().listen() && outgoing.packet instanceof Packet.Event event
                        ? new Delivery.Fanout(namespace, event, loops.size())
                        : null;
        Delivery delivery = new Delivery(namespace, targets, outgoing, acks, fanout);
        for (Loop loop : loops) {
            outgoing.retain();
            int index = loop.index();
            if (namespace.recovery() == null && loop.inLoop()) {
                delivery.run(index);
            } else if (!namespace.give(loop, () -> delivery.run(index))) {
                delivery.drop();
            }
        }
        outgoing.release();
    }

    private List<Loop> loops(Targets targets) {
        long mask = targets.loops(namespace.all());
        List<Loop> all = namespace.server().loops();
        if (all.size() == 1) {
            return mask == 0 ? List.of() : all;
        }
        List<Loop> some = new ArrayList<>(all.size());
        for (Loop loop : all) {
            if ((mask >>> loop.index() & 1) != 0) {
                some.add(loop);
            }
        }
        return some;
    }

    private Targets targets() {
        List<Room> toRooms = List.of();
        List<Socket> toSockets = List.of();
        if (rooms != null && rooms.size() == 1) { // as a rule
            String name = rooms.iterator().next();
            Socket socket = namespace.sockets().get(name);
            Room room = socket == null ? namespace.room(name) : null;
            toRooms = room == null ? List.of() : List.of(room);
            toSockets = socket == null ? List.of() : List.of(socket);
        } else if (rooms != null) {
            toRooms = new ArrayList<>(rooms.size());
            toSockets = new ArrayList<>();
            namespace.resolve(rooms, toRooms, toSockets);
        }
        if (except.isEmpty()) {
            return new Targets(
                    rooms == null, toRooms, toSockets, List.of(), sender == null ? List.of() : List.of(sender));
        }
        List<Room> exceptRooms = new ArrayList<>(except.size());
        List<Socket> exceptSockets = new ArrayList<>(1);
        namespace.resolve(except, exceptRooms, exceptSockets);
        if (sender != null) {
            exceptSockets.add(sender);
        }
        return new Targets(rooms == null, toRooms, toSockets, exceptRooms, exceptSockets);
    }

    private static Set<String> union(Set<String> a, Collection<String> b) {
        if (a.isEmpty() && b.size() == 1) {
            return Set.of(b.iterator().next());
        }
        Set<String> both = new HashSet<>(a);
        both.addAll(b);
        return Set.copyOf(both);
    }
}
