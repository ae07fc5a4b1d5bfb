package io.maru.server;

import io.maru.server.Room.Membership;
import io.maru.server.engine.Loop;
import io.maru.wire.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A part of the server with sockets, rooms and handlers of its own. Its name begins with a slash; {@code /} is the one that
 * clients enter unless they name another. Safe for any thread.
 */
public final class Namespace {

    private final MaruServer server;
    private final String name;
    private final @Nullable ParentNamespace parent;
    private final Map<String, Socket> sockets = new ConcurrentHashMap<>();
    private final Rooms rooms;
    private final List<Middleware<Socket>> middlewares = new CopyOnWriteArrayList<>();
    private final List<Handler<Socket>> connectionHandlers = new CopyOnWriteArrayList<>();
    private final Listeners events = new Listeners();
    private final AtomicLong ackIds = new AtomicLong();
    // null where nobody can come back
    private final @Nullable RecoveryLog recovery;

    // sockets that are in it or ask to be; changed by Namespaces only, for one name at a time
    int visitors;

    // its members by loop; the count is changed under its own lock
    private final Room all;
    // the mark of the last walk on each loop, touched on that loop only
    private final long[] stamps;

    Namespace(MaruServer server, String name, @Nullable ParentNamespace parent) {
        this.server = server;
        this.name = name;
        this.parent = parent;
        int loops = server.options().loops();
        this.rooms = new Rooms(server);
        this.all = new Room(name, loops);
        this.stamps = new long[loops];
        Recovery shared = server.recovery();
        this.recovery = shared == null
                ? null
                : new RecoveryLog(
                        shared,
                        loops,
                        server.options().engine().maxBufferedBytes() / 2,
                        () -> server.namespaces().left(this));
    }

    /**
     * Its name.
     *
     * @return the name, with its slash
     */
    public String name() {
        return name;
    }

    /**
     * Puts a middleware before all sockets that ask to enter. They run in the order in which they were added, those of a
     * parent namespace first; a refused socket is never a member.
     *
     * @param middleware looks at each socket
     * @return this
     */
    public Namespace use(Middleware<Socket> middleware) {
        middlewares.add(Objects.requireNonNull(middleware, "middleware"));
        return this;
    }

    /**
     * Hears an event of every socket, before the handlers of the socket itself. Costs nothing for each socket, where {@link
     * Socket#on} costs some memory for each handler.
     *
     * @param event its name; for plain clients the {@code type}
     * @param handler takes it, with the socket and all arguments unread
     * @return this
     */
    public Namespace on(String event, Handler<Event> handler) {
        Objects.requireNonNull(handler, "handler");
        events.add(new Listeners.Listener(Socket.requireName(event), handler, handler, false));
        return this;
    }

    /**
     * Hears of each socket that has entered: the place to add its event handlers. No event of the socket is handled
     * before this has returned.
     *
     * @param handler takes the socket
     * @return this
     */
    public Namespace onConnection(Handler<Socket> handler) {
        connectionHandlers.add(Objects.requireNonNull(handler, "handler"));
        return this;
    }

    /**
     * Hears how rooms come and go. The rooms of the sockets' own ids are not among them.
     *
     * @param listener hears it
     * @return this
     */
    public Namespace onRooms(RoomListener listener) {
        rooms.addListener(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    // ---- who is in it

    /**
     * Its sockets on this node.
     *
     * @return a view by id
     */
    public Map<String, Socket> sockets() {
        return Collections.unmodifiableMap(sockets);
    }

    /**
     * Its rooms on this node, and how many sockets are in each, without the rooms of the sockets' own ids.
     *
     * @return a copy, ordered by name
     */
    public Map<String, Integer> roomSizes() {
        return rooms.sizes();
    }

    /**
     * How many sockets are in a room on this node. A join or leave counts as soon as it has returned.
     *
     * @param room the room, or a socket's id
     * @return their number
     */
    public int roomSize(String room) {
        return sockets.containsKey(room) ? 1 : rooms.size(room);
    }

    // ---- what is sent to them

    /**
     * Sends an event to everyone in this namespace.
     *
     * @param event its name
     * @param args its arguments
     * @see Broadcast#emit(String, Object...)
     */
    public void emit(String event, @Nullable Object... args) {
        everyone().emit(event, args);
    }

    /**
     * Sends an event with arguments that have come from elsewhere to everyone in this namespace.
     *
     * @param event its name
     * @param args its arguments
     * @see Broadcast#emit(String, Payload)
     */
    public void emit(String event, Payload args) {
        everyone().emit(event, args);
    }

    /**
     * Sends the event {@code message} to everyone in this namespace.
     *
     * @param args its arguments
     */
    public void send(@Nullable Object... args) {
        emit("message", args);
    }

    /**
     * Everyone in this namespace.
     *
     * @return sends to them
     */
    public Broadcast everyone() {
        return Broadcast.fromNamespace(this);
    }

    /**
     * The members of some rooms.
     *
     * @param names the rooms
     * @return sends to them
     */
    public Broadcast to(String... names) {
        return everyone().to(names);
    }

    /**
     * The members of some rooms.
     *
     * @param names the rooms
     * @return sends to them
     */
    public Broadcast to(Collection<String> names) {
        return everyone().to(names);
    }

    /**
     * The same as {@link #to(String...)}.
     *
     * @param names the rooms
     * @return sends to them
     */
    public Broadcast in(String... names) {
        return to(names);
    }

    /**
     * Everyone but the members of some rooms.
     *
     * @param names the rooms
     * @return sends to them
     */
    public Broadcast except(String... names) {
        return everyone().except(names);
    }

    /**
     * Everyone in this namespace, with events that may be lost.
     *
     * @return sends to them
     * @see Broadcast#asVolatile()
     */
    public Broadcast asVolatile() {
        return everyone().asVolatile();
    }

    /**
     * Everyone in this namespace, with a key for events, of which only the last waits for a client.
     *
     * @param key the key
     * @return sends to them
     * @see Broadcast#coalesce(String)
     */
    public Broadcast coalesce(String key) {
        return everyone().coalesce(key);
    }

    /**
     * Everyone in this namespace, with or without compression.
     *
     * @param value true unless set
     * @return sends to them
     * @see Broadcast#compress(boolean)
     */
    public Broadcast compress(boolean value) {
        return everyone().compress(value);
    }

    /**
     * Everyone in this namespace, with a limit for the time that answers may take.
     *
     * @param limit the time
     * @return sends to them
     */
    public Broadcast timeout(Duration limit) {
        return everyone().timeout(limit);
    }

    /**
     * Sends an event to everyone in this namespace and asks all for an answer.
     *
     * @param event its name
     * @param args its arguments
     * @return the answers
     * @see Broadcast#request(String, Object...)
     */
    public CompletableFuture<Answers> request(String event, @Nullable Object... args) {
        return everyone().request(event, args);
    }

    /**
     * Lets everyone in this namespace join rooms.
     *
     * @param names the rooms
     * @return done, when they have joined
     */
    public CompletableFuture<Void> socketsJoin(String... names) {
        return everyone().socketsJoin(names);
    }

    /**
     * Lets everyone in this namespace leave rooms.
     *
     * @param names the rooms
     * @return done, when they have left
     */
    public CompletableFuture<Void> socketsLeave(String... names) {
        return everyone().socketsLeave(names);
    }

    /**
     * Sends everyone away.
     *
     * @param close whether their connections are closed
     * @return done, when they were told
     * @see Socket#disconnect(boolean)
     */
    public CompletableFuture<Void> disconnectSockets(boolean close) {
        return everyone().disconnectSockets(close);
    }

    /**
     * Who is in this namespace.
     *
     * @return a snapshot of each
     */
    public CompletableFuture<List<RemoteSocket>> fetchSockets() {
        return everyone().fetchSockets();
    }

    @Override
    public String toString() {
        return name;
    }

    // ---- for the classes beside it

    MaruServer server() {
        return server;
    }

    Payload encode(@Nullable Object... args) {
        return server.encode(args);
    }

    Rooms rooms() {
        return rooms;
    }

    Room all() {
        return all;
    }

    long nextAckId() {
        return ackIds.getAndIncrement();
    }

    @Nullable RecoveryLog recovery() {
        return recovery;
    }

    /**
     * Runs what changes or tells a socket of this namespace on its loop, in the order of calls: at once when that may be,
     * else after what was given before. Where events are numbered nothing overtakes them, also on the loop itself.
     */
    boolean run(Loop loop, Runnable task) {
        if (recovery == null) {
            return loop.run(task);
        }
        boolean taken = loop.post(task);
        loop.awaitTurn();
        return taken;
    }

    /** As {@link #run}, but waits for nothing where events are numbered. */
    boolean give(Loop loop, Runnable task) {
        return recovery == null ? loop.run(task) : loop.post(task);
    }

    /** A loop has delivered an event; on that loop. */
    void delivered(int loop, long number) {
        if (recovery != null && number != 0) {
            recovery.delivered(loop, number);
        }
    }

    /** A mark that no socket of the loop bears; on that loop. */
    long nextStamp(int loop) {
        return ++stamps[loop];
    }

    @Nullable ParentNamespace parent() {
        return parent;
    }

    /** The room of a name, which is no room where the name is the id of somebody who may come back. */
    @Nullable Room room(String target) {
        return recovery != null && recovery.isAway(target) ? null : rooms.get(target);
    }

    /** Sorts names into sockets and rooms; names of neither address nobody. */
    void resolve(Set<String> names, List<Room> toRooms, List<Socket> toSockets) {
        for (String target : names) {
            Socket socket = sockets.get(target);
            if (socket != null) {
                toSockets.add(socket);
            } else {
                Room room = room(target);
                if (room != null) {
                    toRooms.add(room);
                }
            }
        }
    }

    /** A socket is a member from now on; on its loop. */
    Membership add(Socket socket) {
        sockets.put(socket.id(), socket);
        Membership membership = new Membership(socket, all);
        synchronized (all) {
            all.increment(socket.loop().index());
        }
        all.add(membership);
        return membership;
    }

    /** A socket is no member any more; on its loop. */
    void remove(Socket socket, Membership membership) {
        sockets.remove(socket.id());
        synchronized (all) {
            all.decrement(socket.loop().index());
        }
        all.remove(membership);
    }

    boolean hasMiddlewares() {
        return !middlewares.isEmpty() || parent != null && !parent.middlewares().isEmpty();
    }

    /** Lets the socket through the middlewares, where handlers run; then tells, with null when it may enter. */
    void check(Socket socket, Consumer<@Nullable Throwable> then) {
        List<Middleware<Socket>> all = new ArrayList<>(parent == null ? List.of() : parent.middlewares());
        all.addAll(middlewares);
        check(socket, all.iterator(), then);
    }

    private static void check(Socket socket, Iterator<Middleware<Socket>> rest, Consumer<@Nullable Throwable> then) {
        while (rest.hasNext()) {
            CompletionStage<?> stage;
            try {
                stage = rest.next().check(socket);
            } catch (Throwable refusal) {
                then.accept(refusal);
                return;
            }
            if (stage != null) {
                stage.whenComplete((done, refusal) -> socket.handle(() -> {
                    if (refusal == null) {
                        check(socket, rest, then);
                    } else {
                        then.accept(cause(refusal));
                    }
                }));
                return;
            }
        }
        then.accept(null);
    }

    /** What made a stage fail, without the wrapping that stages put around it. */
    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** The listeners of an event that hold for every socket: those of the parent, then its own. */
    Listeners.Listener[] listeners(String event) {
        Listeners.Listener[] own = events.take(event);
        Listeners.Listener[] inherited = parent == null ? own : parent.events().take(event);
        return parent == null || inherited.length == 0 ? own : Listeners.join(inherited, own);
    }

    void forEachConnectionHandler(Consumer<Handler<Socket>> action) {
        if (parent != null) {
            parent.connectionHandlers().forEach(action);
        }
        connectionHandlers.forEach(action);
    }
}
