package io.maru.conformance.promises;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who must hear what, who may, and who must not. Every step has a number from one clock. A message is on its way from its
 * sending to its answer. A stay in a room is sure from the answer to its join until it is given up, and possible from the
 * asking until the answer to its leave.
 *
 * <p>It holds one epoch: between two, nothing is under way. Its methods are called by one thread but for {@link Seat#hear},
 * and for what completes with an answer, under the lock of the model.
 */
final class SoakModel {

    private static final long NEVER = Long.MAX_VALUE;

    /** What one message is, from one seat to rooms of its namespace. */
    record Message(int number, Seat from, List<String> rooms, List<String> except, long begin, String rest) {}

    /** A stay in a room. */
    static final class Stay {
        final String room;
        final long asked;
        long sure = NEVER;
        long givenUp = NEVER;
        long over = NEVER;

        private Stay(String room, long asked) {
            this.room = room;
            this.asked = asked;
        }
    }

    /** A client as the model sees it. It has one session an epoch, which can end before the epoch does. */
    static final class Seat {
        final String name;
        final String namespace;
        private final List<Stay> stays = new ArrayList<>();
        // guarded by this
        private final List<Message> heard = new ArrayList<>();
        private final List<String> faults = new ArrayList<>();
        private boolean ended;
        long deliveries;

        Seat(String name, String namespace) {
            this.name = name;
            this.namespace = namespace;
        }

        synchronized void hear(@Nullable Message message, String rest) {
            if (message == null) {
                faults.add("heard what nobody has said in this epoch: " + shortened(rest));
            } else {
                heard.add(message);
                if (!message.rest.equals(rest)) {
                    faults.add("heard " + message.number + " changed: " + shortened(rest));
                }
            }
        }

        private static String shortened(String text) {
            return text.length() < 60 ? text : text.substring(0, 60) + "… of " + text.length();
        }

        private boolean isSurely(List<String> rooms, long begin, long end) {
            return stays.stream()
                    .anyMatch(stay -> rooms.contains(stay.room) && stay.sure < begin && end < stay.givenUp);
        }

        private boolean isPossibly(List<String> rooms, long begin, long end) {
            return stays.stream().anyMatch(stay -> rooms.contains(stay.room) && stay.asked < end && begin < stay.over);
        }

        private boolean isSurelyInOne(List<String> rooms, long begin, long end) {
            return rooms.stream().anyMatch(room -> isSurely(List.of(room), begin, end));
        }
    }

    private final List<Seat> seats = new ArrayList<>();
    private final Map<Integer, Message> messages = new HashMap<>();
    private final Map<Integer, Long> answered = new HashMap<>();
    private long clock;
    private int numbers;

    synchronized Seat addSeat(String name, String namespace) {
        Seat seat = new Seat(name, namespace);
        seats.add(seat);
        return seat;
    }

    /** A seat asks to enter a room. */
    synchronized Stay join(Seat seat, String room) {
        Stay stay = new Stay(room, ++clock);
        seat.stays.add(stay);
        return stay;
    }

    synchronized void joined(Stay stay) {
        stay.sure = ++clock;
    }

    synchronized void leave(Stay stay) {
        stay.givenUp = Math.min(stay.givenUp, ++clock);
    }

    synchronized void left(Stay stay) {
        stay.over = ++clock;
    }

    /** The seat's session ends about now, and hears what was on its way or not. */
    synchronized void end(Seat seat) {
        long now = ++clock;
        seat.ended = true;
        seat.stays.forEach(stay -> stay.givenUp = Math.min(now, stay.givenUp));
    }

    /** The rooms that a seat has entered and not given up, or is about to enter. */
    synchronized List<Stay> current(Seat seat) {
        return seat.stays.stream().filter(stay -> stay.givenUp == NEVER).toList();
    }

    synchronized Message say(Seat from, List<String> rooms, List<String> except, int length, boolean bytes) {
        int number = ++numbers;
        Message message = new Message(number, from, rooms, except, ++clock, Texts.rest(number, length, bytes));
        messages.put(number, message);
        return message;
    }

    synchronized void said(Message message) {
        answered.put(message.number, ++clock);
    }

    synchronized @Nullable Message find(int number) {
        return messages.get(number);
    }

    synchronized int messagesSoFar() {
        return numbers;
    }

    /** How many are in each room of a namespace, when nothing is under way. */
    synchronized Map<String, Integer> roomSizes(String namespace) {
        Map<String, Integer> sizes = new TreeMap<>();
        for (Seat seat : seats) {
            if (seat.namespace.equals(namespace)) {
                Set<String> rooms = new HashSet<>();
                seat.stays.stream().filter(stay -> stay.givenUp == NEVER).forEach(stay -> rooms.add(stay.room));
                rooms.forEach(room -> sizes.merge(room, 1, Integer::sum));
            }
        }
        return sizes;
    }

    /** Judges the epoch, and begins the next: seats stay where they are. Gives the number of deliveries. */
    synchronized long endEpoch(String about) {
        long deliveries = 0;
        for (Seat seat : seats) {
            synchronized (seat) {
                judge(seat, about);
                deliveries += seat.heard.size();
                seat.deliveries += seat.heard.size();
                seat.heard.clear();
                seat.stays.removeIf(stay -> stay.givenUp != NEVER);
                seat.ended = false;
            }
        }
        messages.clear();
        answered.clear();
        return deliveries;
    }

    private void judge(Seat seat, String about) {
        String who = seat.name + " " + about;
        assertThat(seat.faults).as(who).isEmpty();
        assertThat(seat.heard).as("%s: nothing twice", who).doesNotHaveDuplicates();
        Map<Seat, Integer> last = new HashMap<>();
        Set<Integer> heard = new HashSet<>();
        for (Message message : seat.heard) {
            heard.add(message.number);
            assertThat(mayHear(seat, message))
                    .as("%s: may hear %s", who, message.number)
                    .isTrue();
            Integer before = last.put(message.from, message.number);
            assertThat(before == null || before < message.number)
                    .as("%s: %s of %s comes after %s", who, message.number, message.from.name, before)
                    .isTrue();
        }
        for (Message message : messages.values()) {
            if (!heard.contains(message.number) && mustHear(seat, message)) {
                // of a session that ended the last ones of each sender may be lost, and no others
                assertThat(seat.ended && message.number > last.getOrDefault(message.from, 0))
                        .as("%s: hears %s of %s to %s", who, message.number, message.from.name, message.rooms)
                        .isTrue();
            }
        }
    }

    // no rooms: everybody in the namespace
    private boolean mayHear(Seat seat, Message message) {
        long end = answered.getOrDefault(message.number, NEVER);
        return seat != message.from
                && seat.namespace.equals(message.from.namespace)
                && (message.rooms.isEmpty() || seat.isPossibly(message.rooms, message.begin, end))
                && !seat.isSurely(message.except, message.begin, end);
    }

    private boolean mustHear(Seat seat, Message message) {
        long end = answered.getOrDefault(message.number, NEVER);
        return end != NEVER
                && seat != message.from
                && seat.namespace.equals(message.from.namespace)
                && (message.rooms.isEmpty() || seat.isSurelyInOne(message.rooms, message.begin, end))
                && !seat.isPossibly(message.except, message.begin, end);
    }

    /** What stands behind the number of a message: as it is sent, and as it is heard. */
    static final class Texts {
        private Texts() {}

        /** A text of a length that a fault in it would show in. */
        static String text(int number, int length) {
            StringBuilder text = new StringBuilder(length);
            for (int i = 0; i < length; i++) {
                text.append((char) ('a' + (number + i) % 26));
            }
            return text.toString();
        }

        private static String rest(int number, int length, boolean bytes) {
            String text = text(number, length);
            return '"'
                    + (bytes ? Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII)) : text)
                    + '"';
        }
    }
}
