package io.maru.server;

import io.maru.server.Room.Membership;
import io.maru.wire.WireException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rooms of one socket. Joining and leaving are decided under its lock, on whatever thread; a socket that has left
 * joins nothing any more, so no room keeps a ghost. Rooms that were joined before the socket was let in count from then
 * on.
 */
final class SocketRooms {

    private final Socket socket;

    // guarded by this; the value is null until the socket has been let in
    private @Nullable SmallMap<Membership> memberships;
    private boolean open;
    private boolean closed;
    private boolean cleared;

    SocketRooms(Socket socket) {
        this.socket = socket;
    }

    void join(String name) {
        Membership added;
        boolean left;
        synchronized (this) {
            if (name.equals(socket.id())) {
                return;
            }
            ServerOptions options = socket.namespace().server().options();
            if (name.length() > options.maxNameLength()) {
                throw beyond(
                        socket.namespace().server(),
                        "a room name of at most " + options.maxNameLength() + " characters expected: " + name.length());
            }
            left = closed;
            added = left ? null : enter(name, options.maxRoomsPerSocket());
        }
        if (left) {
            socket.joinAway(name);
        } else if (added != null) {
            socket.run(() -> added.room.add(added));
        }
    }

    // under the lock of this; null when there is nothing to be delivered to
    private @Nullable Membership enter(String name, int maxRooms) {
        if (memberships == null) {
            memberships = new SmallMap<>();
        } else if (memberships.contains(name)) {
            return null;
        } else if (memberships.size() >= maxRooms) {
            throw tooMany(socket.namespace().server());
        }
        socket.joined(name);
        Membership added = open ? socket.namespace().rooms().enter(name, socket) : null;
        memberships.put(added == null ? name : added.room.name, added); // the room's own string is there anyway
        return added;
    }

    static IllegalArgumentException tooMany(MaruServer server) {
        return beyond(server, "at most " + server.options().maxRoomsPerSocket() + " rooms a socket");
    }

    // as a rule it is a client who wants it: with this cause it does not fill the log
    static IllegalArgumentException beyond(MaruServer server, String message) {
        server.counters().refusedJoins.increment();
        return new IllegalArgumentException(message, new WireException(WireException.Reason.LIMIT, message));
    }

    void leave(String name) {
        boolean left;
        Membership removed;
        synchronized (this) {
            left = closed;
            removed = left || memberships == null ? null : memberships.remove(name);
            if (!left) {
                socket.left(name);
            }
            if (removed != null) {
                socket.namespace().rooms().exit(removed);
            }
        }
        if (left) {
            socket.leaveAway(name);
        } else if (removed != null) {
            socket.run(() -> removed.room.remove(removed));
        }
    }

    /** The socket has been let in; on its loop. */
    synchronized void open() {
        open = true;
        if (memberships != null) {
            for (String name : memberships.names()) {
                try {
                    Membership membership = socket.namespace().rooms().enter(name, socket);
                    membership.room.add(membership);
                    memberships.put(name, membership);
                } catch (IllegalArgumentException e) {
                    memberships.remove(name); // one room too many, which is counted; whoever joined has long gone on
                }
            }
        }
    }

    /** The socket has left: it is taken out of its rooms, whose names are known until {@link #clear}. On its loop. */
    synchronized void close() {
        closed = true;
        if (memberships != null) {
            for (Membership membership : memberships.values()) {
                socket.namespace().rooms().exit(membership);
                membership.room.remove(membership);
            }
        }
    }

    synchronized void clear() {
        cleared = true;
        memberships = null;
    }

    synchronized Set<String> names() {
        if (cleared) {
            return Set.of();
        }
        Set<String> names = memberships == null ? new HashSet<>(2) : new HashSet<>(memberships.names());
        names.add(socket.id());
        return names;
    }

    /** Its rooms, and when they were joined, as the socket's place knows. */
    synchronized Stays stays(RecoveryLog.Place place) {
        return place.stays();
    }

    synchronized boolean contains(String name) {
        return !cleared && (name.equals(socket.id()) || memberships != null && memberships.contains(name));
    }
}
