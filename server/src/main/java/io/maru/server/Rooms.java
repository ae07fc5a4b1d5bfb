package io.maru.server;

import io.maru.server.Room.Membership;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rooms of one namespace, by name. A room is here from its first member to its last. Safe for any thread; the members
 * themselves are in {@link Room}.
 */
final class Rooms {

    private final ConcurrentHashMap<String, Room> byName = new ConcurrentHashMap<>();
    private final int numberOfLoops;
    private final MaruServer server;
    private final List<RoomListener> listeners = new CopyOnWriteArrayList<>();
    private final HandlerQueue events;

    Rooms(MaruServer server) {
        this.server = server;
        this.numberOfLoops = server.options().loops();
        int maxEvents = server.options().limits().maxPendingRoomEvents();
        this.events = new HandlerQueue(server.workers(), maxEvents, Integer.MAX_VALUE, reading -> {});
    }

    void addListener(RoomListener listener) {
        listeners.add(listener);
    }

    @Nullable Room get(String name) {
        return byName.get(name);
    }

    /** How many rooms there are. */
    int number() {
        return byName.size();
    }

    int size(String name) {
        Room room = byName.get(name);
        return room == null ? 0 : room.count();
    }

    Map<String, Integer> sizes() {
        Map<String, Integer> sizes = new TreeMap<>();
        byName.forEach((name, room) -> {
            int count = room.count();
            if (count > 0) {
                sizes.put(name, count);
            }
        });
        return sizes;
    }

    /**
     * Counts a socket in; it is delivered to once its loop has added the membership.
     *
     * @throws IllegalArgumentException when that would make one room too many
     */
    Membership enter(String name, Socket socket) {
        int loop = socket.loop().index();
        Room entered = byName.compute(name, (key, existing) -> {
            if (existing == null && !server.addRoom()) {
                throw SocketRooms.beyond(
                        server, "at most " + server.options().limits().maxRooms() + " rooms");
            }
            Room room = existing == null ? new Room(key, numberOfLoops) : existing;
            room.increment(loop);
            if (!listeners.isEmpty()) {
                if (existing == null) {
                    tell(listener -> listener.onCreate(key));
                }
                tell(listener -> listener.onJoin(key, socket.id()));
            }
            return room;
        });
        return new Membership(socket, entered);
    }

    /** Counts a socket out; its loop removes the membership. */
    void exit(Membership membership) {
        Socket socket = membership.socket;
        byName.computeIfPresent(membership.room.name, (key, room) -> {
            boolean empty = room.decrement(socket.loop().index());
            if (empty) {
                server.removeRoom();
            }
            if (!listeners.isEmpty()) {
                tell(listener -> listener.onLeave(key, socket.id()));
                if (empty) {
                    tell(listener -> listener.onDelete(key));
                }
            }
            return empty ? null : room;
        });
    }

    // within compute, so that the events of one room are queued in the order in which they happened
    private void tell(Consumer<RoomListener> event) {
        boolean taken = events.offer(() -> {
            for (RoomListener listener : listeners) {
                try {
                    event.accept(listener);
                } catch (RuntimeException | Error e) {
                    server.report(null, e);
                }
            }
        });
        if (!taken) {
            server.counters().droppedRoomEvents.increment();
        }
    }
}
