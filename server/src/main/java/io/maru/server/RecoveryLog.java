package io.maru.server;

import io.maru.wire.Packet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The events that were sent in a namespace, numbered, and the sessions of those who are away: <a
 * href="https://socket.io/docs/v4/connection-state-recovery">connection state recovery</a>.
 *
 * <p>An event gets its number, and goes to the loops, under the lock of this: so each loop delivers in the order of numbers,
 * and what a client names as its last is behind all that it was sent before. Safe for any thread.
 */
final class RecoveryLog {

    // what an event costs beside its arguments, and a session beside the names of its rooms; about
    private static final int EVENT_BYTES = 256;
    private static final int SESSION_BYTES = 768;
    private static final int NAME_BYTES = 96;
    // what a missed event takes on its way beside its name and arguments, about
    private static final int FRAME_BYTES = 128;

    private static final int RADIX = 36;
    private static final int MAX_DIGITS = 12;

    /** How a client asks to have its session back. */
    record Resume(String pid, @Nullable String offset) {}

    /** An event that was sent, and to whom; rooms are null for everyone, and ids of sockets are rooms. */
    private record Entry(
            long number,
            Packet.Event event,
            @Nullable Set<String> rooms,
            Set<String> except,
            @Nullable String sender,
            long bytes,
            long due) {}

    /** How somebody got in: what it has missed, in order, and the offset of what it had got before. */
    record Entered(List<Packet.Event> missed, String offset) {}

    /** What a socket needs to be able to come back. */
    static final class Place {
        final String pid;
        /** What it had, until it is in; null for a newcomer. */
        @Nullable Away claimed;

        private final boolean recovered;
        // who names no offset has got nothing from here on; on its loop
        private long start;
        // who comes back is sent what is missed up to this number at once, and only then what comes later; on its loop
        private long floor;
        // the last that it was sent; on its loop
        private long sent;
        // under the lock of the socket's rooms
        private final Stays stays;

        private Place(String pid, @Nullable Away claimed, Stays stays) {
            this.pid = pid;
            this.claimed = claimed;
            this.recovered = claimed != null;
            this.stays = stays;
        }

        boolean isRecovered() {
            return recovered;
        }

        /** Whether an event is not yet known to the client, which is then sent it; on its loop. */
        boolean wants(long number) {
            if (number <= floor) {
                return false;
            }
            sent = number;
            return true;
        }

        /** A room was joined; under the lock of the socket's rooms. */
        void joined(String room, long last) {
            stays.join(room, last);
        }

        /** A room was left; under the lock of the socket's rooms. */
        void left(String room, long last) {
            stays.leave(room, last);
        }

        /** The rooms that it is and was in, as they are now; under the lock of the socket's rooms. */
        Stays stays() {
            return stays.copy();
        }
    }

    /** The session of somebody who is away. */
    static final class Away {
        final String sid;
        final Map<String, Object> data;
        /** Done when the handlers that hear of its leaving have run: nobody else is to have its id before. */
        final CompletableFuture<Void> gone = new CompletableFuture<>();

        private final Place place;
        // under the lock of the log
        private final Stays stays;
        // all that was for it up to this number was sent to it
        private final long complete;
        private final long due;
        // what is taken for it; under the lock of the log
        private long bytes;
        // the last that its client has got; known when it comes back
        private long got;

        private Away(Socket socket, Place place, Stays stays, long complete, long bytes, long due) {
            this.sid = socket.id();
            this.data = socket.data();
            this.place = place;
            this.stays = stays;
            this.complete = complete;
            this.bytes = bytes;
            this.due = due;
        }

        /** Its rooms; once it is gone. */
        Set<String> rooms() {
            return stays.rooms();
        }

        // from where on something may have been missed
        private long known() {
            return got >= place.sent ? Math.max(got, complete) : got;
        }
    }

    private final Recovery recovery;
    private final long maxMissedBytes;
    private final Runnable ended;
    // offsets of another namespace, or of a server that is no more, are not taken for ours
    private final String prefix = Ids.next().substring(0, 8) + '.';

    // guarded by this; the numbers of entries have no gap
    private final Deque<Entry> entries = new ArrayDeque<>();
    private final LinkedHashMap<String, Away> away = new LinkedHashMap<>();
    // who is away, or on the way back, by the id of the socket
    private final Map<String, Away> bySid = new HashMap<>();
    private boolean closed;
    private volatile long last;

    // by loop: what was given to it, under the lock of this, and what it has delivered, on that loop
    private final long[] given;
    private final long[] delivered;

    /**
     * A log without events.
     *
     * @param recovery what all share
     * @param loops how many there are
     * @param maxMissedBytes a client that has missed more begins anew
     * @param ended called for each session that nobody comes back to any more
     */
    RecoveryLog(Recovery recovery, int loops, long maxMissedBytes, Runnable ended) {
        this.recovery = recovery;
        this.maxMissedBytes = maxMissedBytes;
        this.ended = ended;
        this.given = new long[loops];
        this.delivered = new long[loops];
    }

    boolean skipsMiddlewares() {
        return recovery.skipsMiddlewares();
    }

    /** The number of the last event. */
    long last() {
        return last;
    }

    // ---- what is sent

    /**
     * Numbers an event and keeps it. Under the lock of this, which is held until the event has been given to the loops.
     *
     * @return the event with its offset
     */
    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock of this
    Packet.Event append(Packet.Event event, @Nullable Set<String> rooms, Set<String> except, @Nullable String sender) {
        assert Thread.holdsLock(this);
        long now = recovery.now();
        expire(now);
        last++;
        Packet.Event numbered = at(event, last);
        if (closed) {
            return numbered;
        }
        long bytes = EVENT_BYTES
                + event.args().keptBytes()
                + event.name().length()
                + (rooms == null ? 0 : bytes(rooms))
                + bytes(except);
        while (!recovery.takeEvent(bytes)) {
            recovery.evicted.increment();
            if (entries.isEmpty()) {
                return numbered; // there is no room even for this one
            }
            recovery.giveEventBack(entries.remove().bytes);
        }
        entries.add(new Entry(last, numbered, rooms, except, sender, bytes, now + recovery.eventNanos()));
        return numbered;
    }

    private static long bytes(Set<String> names) {
        long bytes = 0;
        for (String name : names) {
            bytes += NAME_BYTES + 2L * name.length();
        }
        return bytes;
    }

    /**
     * An event that is not kept. Socket.IO's clients take any string that stands last for an offset, so one gets an offset
     * behind it that says what they have got. Under the lock of this, as {@link #append}.
     */
    Packet.Event pass(Packet.Event event) {
        assert Thread.holdsLock(this);
        return event.args().endsWithString() ? at(event, last) : event;
    }

    private Packet.Event at(Packet.Event event, long number) {
        return new Packet.Event(event.namespace(), event.name(), event.args(), event.ackId(), offset(number));
    }

    private String offset(long number) {
        return prefix + Long.toString(number, RADIX);
    }

    /** Notes that the last event goes to a loop; under the lock of this. */
    void given(int loop) {
        assert Thread.holdsLock(this);
        given[loop] = last;
    }

    /** Notes that a loop has delivered an event; on that loop. */
    void delivered(int loop, long number) {
        delivered[loop] = number;
    }

    // ---- who comes and goes

    /** A place for a socket, be it new or back. */
    Place place(@Nullable Away claimed) {
        if (claimed == null) {
            return new Place(Ids.next(), null, new Stays());
        }
        Place place = new Place(claimed.place.pid, claimed, claimed.stays.copy());
        place.start = claimed.place.start;
        place.sent = claimed.place.sent;
        place.floor = Long.MAX_VALUE;
        return place;
    }

    /**
     * Lets a socket in, so that it gets each event that is sent from now on; on its loop.
     *
     * @param place its place
     * @param enter makes it a member
     * @return what it has missed; null when some of that is not there any more, and it cannot come back
     */
    synchronized @Nullable Entered enter(Place place, Runnable enter) {
        Away claimed = place.claimed;
        place.claimed = null;
        List<Packet.Event> missed = new ArrayList<>();
        long got = last;
        if (claimed == null) {
            place.start = last;
        } else {
            end(claimed);
            List<Entry> entriesMissed = missed(claimed);
            if (entriesMissed == null) {
                recovery.notRecovered.increment();
                return null;
            }
            got = claimed.got;
            for (Entry entry : entriesMissed) {
                missed.add(entry.event);
                place.sent = entry.number;
            }
            place.floor = last;
            recovery.recovered.increment();
        }
        enter.run();
        return new Entered(missed, offset(got));
    }

    /**
     * Keeps what a socket has that is cut off; on its loop, before it leaves its rooms.
     *
     * @return what is kept, or null when there is no room for it
     */
    synchronized @Nullable Away leave(Socket socket, Place place, Stays stays) {
        long now = recovery.now();
        expire(now);
        if (closed) {
            return null;
        }
        long bytes = SESSION_BYTES + bytes(stays.rooms()) + (long) stays.pastSize() * NAME_BYTES;
        while (!recovery.takeSession(bytes)) {
            recovery.evicted.increment();
            Iterator<Away> oldest = away.values().iterator();
            if (!oldest.hasNext()) {
                return null;
            }
            Away forgotten = oldest.next();
            oldest.remove();
            end(forgotten);
        }
        int loop = socket.loop().index();
        long complete = delivered[loop] >= given[loop] ? last : delivered[loop];
        Away left = new Away(socket, place, stays, complete, bytes, now + recovery.sessionNanos());
        away.put(place.pid, left);
        bySid.put(left.sid, left);
        return left;
    }

    /** Whether a socket of this id may come back: the id is its own as long. */
    synchronized boolean isAway(String sid) {
        return bySid.containsKey(sid);
    }

    /**
     * A handler of one who is away lets it join a room.
     *
     * @return false when it would be in too many, or there is no room to keep that
     */
    synchronized boolean joinAway(String sid, String room, int maxRooms) {
        Away found = bySid.get(sid);
        if (found == null || found.gone.isDone() || found.stays.contains(room)) {
            return true;
        }
        long more = bytes(Set.of(room));
        if (found.stays.rooms().size() >= maxRooms || !recovery.takeSession(more)) {
            return false;
        }
        found.bytes += more;
        found.stays.join(room, last);
        return true;
    }

    /** A handler of one who is away lets it leave a room. */
    synchronized void leaveAway(String sid, String room) {
        Away found = bySid.get(sid);
        if (found != null && !found.gone.isDone()) {
            found.stays.leave(room, last);
        }
    }

    /** Gives a session to the one who comes back to it, and then to nobody else; null when there is none to come back to. */
    synchronized @Nullable Away claim(Resume resume) {
        long now = recovery.now();
        expire(now);
        Away found = away.get(resume.pid());
        if (found != null && found.due - now >= 0) {
            found.got = number(resume.offset(), found);
            if (found.got >= 0) {
                away.remove(resume.pid());
                if (missed(found) != null) {
                    return found;
                }
                end(found); // and is not looked through again
            }
        }
        recovery.notRecovered.increment();
        return null;
    }

    /** Takes a session back that was claimed by somebody who did not get in. */
    synchronized void putBack(Away claimed) {
        if (claimed.due - recovery.now() > 0) {
            away.put(claimed.place.pid, claimed);
        } else {
            end(claimed);
        }
    }

    /** What somebody has missed, in order; null when some of that is not there any more, or it is too much at once. */
    private @Nullable List<Entry> missed(Away who) {
        long known = who.known();
        if (last - entries.size() > known || who.stays.forgotten() > known) {
            return null;
        }
        List<Entry> missed = new ArrayList<>();
        long bytes = 0;
        Iterator<Entry> newestFirst = entries.descendingIterator();
        while (newestFirst.hasNext()) {
            Entry entry = newestFirst.next();
            if (entry.number <= known) {
                break;
            }
            if (isFor(entry, who)) {
                missed.add(entry);
                // bytes can become base64
                bytes += FRAME_BYTES
                        + entry.event.name().length()
                        + entry.event.args().bytes() * 4 / 3;
                if (bytes > maxMissedBytes) {
                    return null;
                }
            }
        }
        Collections.reverse(missed);
        return missed;
    }

    private static boolean isFor(Entry entry, Away who) {
        if (who.sid.equals(entry.sender) || entry.except.contains(who.sid)) {
            return false;
        }
        if (who.stays.wasIn(entry.except, entry.number)) {
            return false;
        }
        return entry.rooms == null || entry.rooms.contains(who.sid) || who.stays.wasIn(entry.rooms, entry.number);
    }

    /** The number that an offset stands for, or -1. */
    private long number(@Nullable String offset, Away who) {
        if (offset == null) {
            return who.place.start;
        }
        if (!offset.startsWith(prefix) || offset.length() > prefix.length() + MAX_DIGITS) {
            return -1;
        }
        try {
            long number = Long.parseLong(offset.substring(prefix.length()), RADIX);
            // what was before its time it never had, whatever it names
            return number <= last ? Math.max(number, who.place.start) : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    // ---- what is too old

    /** Drops all that is too old. */
    synchronized void sweep() {
        long now = recovery.now();
        expire(now);
        // those that were put back do not stand in the order of their ends
        List<Away> old =
                away.values().stream().filter(each -> each.due - now < 0).toList();
        for (Away each : old) {
            away.remove(each.place.pid);
            end(each);
        }
    }

    /** Drops all events, and keeps no more: the namespace is gone. */
    synchronized void close() {
        closed = true;
        while (!entries.isEmpty()) {
            recovery.giveEventBack(entries.remove().bytes);
        }
    }

    private void expire(long now) {
        Entry first = entries.peek();
        while (first != null && first.due - now < 0) {
            recovery.giveEventBack(entries.remove().bytes);
            first = entries.peek();
        }
        while (!away.isEmpty()) {
            Away oldest = away.values().iterator().next();
            if (oldest.due - now >= 0) {
                return;
            }
            away.remove(oldest.place.pid);
            end(oldest);
        }
    }

    private void end(Away session) {
        bySid.remove(session.sid, session);
        recovery.giveSessionBack(session.bytes);
        ended.run();
    }
}
