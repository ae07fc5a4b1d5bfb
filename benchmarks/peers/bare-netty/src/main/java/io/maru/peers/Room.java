package io.maru.peers;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** A room. Its members are split by loop: each loop reads and changes its own only, so a broadcast takes no lock. */
final class Room {

    /** All loops; set before the first connection. */
    static List<Loop> loops = List.of();

    private static final ConcurrentHashMap<String, Room> ROOMS = new ConcurrentHashMap<>();

    private final String key;
    private final byte[] name;
    private final Connection[][] members = new Connection[loops.size()][];
    private final Member[][] memberships = new Member[loops.size()][];
    private final int[] counts = new int[loops.size()];
    // changed within the map's compute; a bit for each loop that has members
    private volatile long mask;

    private Room(String key, byte[] name) {
        this.key = key;
        this.name = name;
    }

    /** A connection in a room, and its place there. */
    static final class Member {
        final Room room;
        private int slot;

        private Member(Room room) {
            this.room = room;
        }
    }

    private static String key(byte[] name, boolean socketIo) {
        return (socketIo ? "s" : "p") + new String(name, StandardCharsets.ISO_8859_1);
    }

    static Room find(byte[] name, boolean socketIo) {
        return ROOMS.get(key(name, socketIo));
    }

    static Member join(byte[] name, Connection connection) {
        int loop = connection.loop.index;
        Room room = ROOMS.compute(key(name, connection.socketIo()), (key, existing) -> {
            Room joined = existing == null ? new Room(key, name) : existing;
            joined.mask |= 1L << loop;
            return joined;
        });
        Member member = new Member(room);
        room.add(member, connection, loop);
        return member;
    }

    private void add(Member member, Connection connection, int loop) {
        int count = counts[loop]++;
        if (members[loop] == null) {
            members[loop] = new Connection[4];
            memberships[loop] = new Member[4];
        } else if (count == members[loop].length) {
            members[loop] = Arrays.copyOf(members[loop], count * 2);
            memberships[loop] = Arrays.copyOf(memberships[loop], count * 2);
        }
        member.slot = count;
        members[loop][count] = connection;
        memberships[loop][count] = member;
    }

    void leave(Member member, int loop) {
        int last = --counts[loop];
        members[loop][member.slot] = members[loop][last];
        memberships[loop][member.slot] = memberships[loop][last];
        memberships[loop][member.slot].slot = member.slot;
        members[loop][last] = null;
        memberships[loop][last] = null;
        if (last == 0) {
            ROOMS.computeIfPresent(key, (same, room) -> {
                room.mask &= ~(1L << loop);
                return room.mask == 0 ? null : room;
            });
        }
    }

    /** Whether nobody is here: it is gone then, and another may have its name. */
    boolean isEmpty() {
        return mask == 0;
    }

    boolean isNamed(ByteBuf text, int from, int to) {
        if (to - from != name.length) {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            if (text.getByte(from + i) != name[i]) {
                return false;
            }
        }
        return true;
    }

    /** Sends to all but one, and releases the frame. */
    void broadcast(ByteBuf frame, Connection sender) {
        long others = mask & ~(1L << sender.loop.index);
        for (; others != 0; others &= others - 1) {
            Loop loop = loops.get(Long.numberOfTrailingZeros(others));
            ByteBuf theirs = frame.retainedDuplicate();
            loop.eventLoop.execute(() -> deliver(theirs, loop.index, null));
        }
        deliver(frame, sender.loop.index, sender);
    }

    private void deliver(ByteBuf frame, int loop, Connection except) {
        Connection[] mine = members[loop];
        for (int i = 0, n = counts[loop]; i < n; i++) {
            if (mine[i] != except) {
                mine[i].send(frame);
            }
        }
        frame.release();
    }
}
