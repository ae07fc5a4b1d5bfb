package io.maru.server;

import io.maru.server.Room.RoomShard;
import io.maru.wire.Packet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A broadcast on one loop: gives it to each addressed socket of that loop once. Made once for a broadcast, run once on
 * each loop that has members.
 */
final class Delivery {

    private final Namespace namespace;
    private final Targets targets;
    private final Outgoing outgoing;
    private final @Nullable BroadcastAcks acks;
    private final @Nullable Fanout fanout;

    Delivery(
            Namespace namespace,
            Targets targets,
            Outgoing outgoing,
            @Nullable BroadcastAcks acks,
            @Nullable Fanout fanout) {
        this.namespace = namespace;
        this.targets = targets;
        this.outgoing = outgoing;
        this.acks = acks;
        this.fanout = fanout;
    }

    /** How many a broadcast addresses, for observers: the last loop tells. Safe for any thread. */
    static final class Fanout {
        private final Observers observers;
        private final Namespace namespace;
        private final Packet.Event event;
        private final AtomicInteger recipients = new AtomicInteger();
        private final AtomicInteger loops;

        /** For so many loops. */
        Fanout(Namespace namespace, Packet.Event event, int loops) {
            this.observers = namespace.server().observers();
            this.namespace = namespace;
            this.event = event;
            this.loops = new AtomicInteger(loops);
            tellAtTheEnd(loops);
        }

        /** A loop has addressed so many. */
        void add(int more) {
            recipients.addAndGet(more);
            tellAtTheEnd(loops.decrementAndGet());
        }

        private void tellAtTheEnd(int left) {
            if (left == 0) {
                int all = recipients.get();
                observers.tell(observer -> observer.broadcast(
                        namespace, event.name(), all, event.args().bytes()));
            }
        }
    }

    /** The loop has ended: nobody is there to deliver to. */
    void drop() {
        if (fanout != null) {
            fanout.add(0);
        }
        if (acks != null) {
            acks.end();
        }
        outgoing.release();
    }

    /** What is done with an addressed socket. */
    @FunctionalInterface
    interface Action {
        void accept(Socket socket);
    }

    /**
     * Who is addressed: the union of rooms and single sockets, or everyone when there are neither, less the excepted.
     *
     * @param everyone whether the whole namespace is addressed
     * @param rooms the rooms
     * @param sockets single sockets, addressed by their ids
     * @param exceptRooms rooms whose members are not addressed
     * @param exceptSockets single sockets that are not addressed
     */
    record Targets(
            boolean everyone,
            List<Room> rooms,
            List<Socket> sockets,
            List<Room> exceptRooms,
            List<Socket> exceptSockets) {

        /** A bit for each loop that can have an addressed socket. */
        long loops(Room all) {
            long loops = everyone ? all.loops() : 0;
            for (Room room : rooms) {
                loops |= room.loops();
            }
            for (Socket socket : sockets) {
                loops |= 1L << socket.loop().index();
            }
            return loops;
        }
    }

    /** Delivers on a loop; on that loop. */
    void run(int loop) {
        try {
            if (fanout != null) {
                deliverCounted(fanout, loop);
            } else if (acks == null) {
                forEach(namespace, targets, loop, socket -> socket.write(outgoing));
            } else {
                forEach(namespace, targets, loop, socket -> acks.ask(socket, outgoing));
                acks.end();
            }
        } finally {
            namespace.delivered(loop, outgoing.number);
            outgoing.release();
        }
    }

    private void deliverCounted(Fanout counted, int loop) {
        int[] count = {0};
        forEach(namespace, targets, loop, socket -> {
            count[0]++;
            if (acks == null) {
                socket.write(outgoing);
            } else {
                acks.ask(socket, outgoing);
            }
        });
        if (acks != null) {
            acks.end();
        }
        counted.add(count[0]);
    }

    /** Visits each addressed socket of a loop once; on that loop. No handler runs before all have been visited. */
    static void forEach(Namespace namespace, Targets targets, int loop, Action action) {
        HandlerThreads handlers = namespace.server().handlerThreads(loop);
        handlers.walking(true);
        try {
            walk(namespace, targets, loop, action);
        } finally {
            handlers.walking(false);
        }
    }

    private static void walk(Namespace namespace, Targets targets, int loop, Action action) {
        List<Room> rooms = targets.everyone() ? List.of(namespace.all()) : targets.rooms();
        if (rooms.size() == 1
                && targets.sockets().isEmpty()
                && targets.exceptRooms().isEmpty()
                && targets.exceptSockets().size() <= 1) {
            Socket except = targets.exceptSockets().isEmpty()
                    ? null
                    : targets.exceptSockets().get(0);
            RoomShard shard = rooms.get(0).shard(loop);
            if (shard != null) {
                for (int k = shard.size() - 1; k >= 0; k--) {
                    Socket socket = shard.get(k);
                    if (socket != except) {
                        action.accept(socket);
                    }
                }
            }
            return;
        }
        // each socket that is excepted or done bears this walk's stamp
        long stamp = namespace.nextStamp(loop);
        for (Socket socket : targets.exceptSockets()) {
            if (socket.loop().index() == loop) {
                socket.stamp(stamp);
            }
        }
        for (Room room : targets.exceptRooms()) {
            forEach(room.shard(loop), socket -> socket.stamp(stamp));
        }
        for (Room room : rooms) {
            forEach(room.shard(loop), socket -> {
                if (socket.stamp(stamp)) {
                    action.accept(socket);
                }
            });
        }
        for (Socket socket : targets.sockets()) {
            if (socket.loop().index() == loop && socket.isConnected() && socket.stamp(stamp)) {
                action.accept(socket);
            }
        }
    }

    // from the last: a socket that is closed by the action leaves, and the last one takes its place
    private static void forEach(@Nullable RoomShard shard, Action action) {
        if (shard != null) {
            for (int i = shard.size() - 1; i >= 0; i--) {
                action.accept(shard.get(i));
            }
        }
    }
}
