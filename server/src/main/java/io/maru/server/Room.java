package io.maru.server;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The members of a room. Who they are is split by loop: each loop has its own part, touched on it only, so delivering
 * takes no lock. How many there are, and on which loops, is known to every thread as soon as a join or leave returns.
 */
final class Room {

    final String name;

    // counts are changed by Rooms, one change at a time; the mask tells emitters on which loops there are members
    private final int[] countByLoop;
    private volatile int count;
    private volatile long loops;

    private final @Nullable RoomShard[] shards;

    Room(String name, int numberOfLoops) {
        this.name = name;
        this.countByLoop = new int[numberOfLoops];
        this.shards = new RoomShard[numberOfLoops];
    }

    /** Counts one more member. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one change at a time, see Rooms
    void increment(int loop) {
        count++;
        if (countByLoop[loop]++ == 0) {
            loops |= 1L << loop;
        }
    }

    /** Counts one member less, and tells whether that was the last. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one change at a time, see Rooms
    boolean decrement(int loop) {
        if (--countByLoop[loop] == 0) {
            loops &= ~(1L << loop);
        }
        return --count == 0;
    }

    int count() {
        return count;
    }

    /** A bit for each loop that has members. */
    long loops() {
        return loops;
    }

    /** The members on a loop, or null while there are none; on that loop only. */
    @Nullable RoomShard shard(int loop) {
        return shards[loop];
    }

    /** On the member's loop only. */
    void add(Membership membership) {
        assert membership.socket.loop().inLoop();
        int loop = membership.socket.loop().index();
        RoomShard shard = shards[loop];
        if (shard == null) {
            shard = new RoomShard();
            shards[loop] = shard;
        }
        shard.add(membership);
    }

    /** On the member's loop only. */
    void remove(Membership membership) {
        assert membership.socket.loop().inLoop();
        RoomShard shard = shards[membership.socket.loop().index()];
        if (shard != null) {
            shard.remove(membership);
        }
    }

    /** One socket in one room. */
    static final class Membership {
        final Socket socket;
        final Room room;
        // touched on the socket's loop only: where it is in its shard, or why it is not
        private int slot = NOT_YET;

        private static final int NOT_YET = -1;
        private static final int GONE = -2;

        Membership(Socket socket, Room room) {
            this.socket = socket;
            this.room = room;
        }
    }

    /** The members of one room on one loop, densely packed. Confined to the loop. */
    static final class RoomShard {
        private Socket[] sockets = new Socket[2];
        private Membership[] memberships = new Membership[2];
        private int size;

        int size() {
            return size;
        }

        Socket get(int index) {
            return sockets[index];
        }

        private void add(Membership membership) {
            if (membership.slot != Membership.NOT_YET) {
                return; // it left before its turn came
            }
            if (size == sockets.length) {
                sockets = Arrays.copyOf(sockets, size * 2);
                memberships = Arrays.copyOf(memberships, size * 2);
            }
            sockets[size] = membership.socket;
            memberships[size] = membership;
            membership.slot = size++;
        }

        @SuppressWarnings("NullAway") // the slots behind the last member hold none
        private void remove(Membership membership) {
            int slot = membership.slot;
            membership.slot = Membership.GONE;
            if (slot < 0) {
                return;
            }
            size--;
            Membership moved = memberships[size];
            sockets[slot] = sockets[size];
            memberships[slot] = moved;
            if (moved != membership) {
                moved.slot = slot;
            }
            sockets[size] = null;
            memberships[size] = null;
        }
    }
}
