package io.maru.conformance;

import io.maru.server.Event;
import io.maru.server.Handshake;
import io.maru.server.Socket;
import io.maru.wire.Json;
import io.maru.wire.Payload;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the roles read from arguments and write into answers. */
final class Values {

    /** The fields of an object, unread. */
    static final class Fields extends LinkedHashMap<String, Json> {
        private static final long serialVersionUID = 1;
    }

    private Values() {}

    /** The first argument when it is a text, else null. */
    static @Nullable String text(Event event) {
        return string(event.get(0));
    }

    static @Nullable String string(@Nullable Json value) {
        return value == null ? null : value.string();
    }

    /** A field of the first argument, or null. */
    static @Nullable Json field(Event event, String name) {
        Json first = event.get(0);
        return first == null ? null : first.get(name);
    }

    /** An argument that must be an integer. */
    static int integer(Event event, int index) {
        Json value = event.get(index);
        Integer number = value == null ? null : value.as(Integer.class);
        if (number == null) {
            throw new IllegalArgumentException("event " + event + ": an integer expected as argument " + index);
        }
        return number;
    }

    /** Whether JavaScript would take the value for true. */
    static boolean truthy(@Nullable Json value) {
        if (value == null) {
            return false;
        }
        return switch (value.kind()) {
            case NULL -> false;
            case BOOLEAN -> value.toString().equals("true");
            case NUMBER -> Double.parseDouble(value.toString()) != 0;
            case STRING -> !"".equals(value.string());
            case OBJECT, ARRAY, BINARY -> true;
        };
    }

    static boolean isBytes(@Nullable Json value) {
        return value != null && value.kind() == Json.Kind.BINARY;
    }

    /** A text, or the texts of a list. */
    static List<String> texts(@Nullable Json value) {
        List<String> texts = new ArrayList<>();
        if (value != null && value.kind() == Json.Kind.ARRAY) {
            for (Json element : elements(value)) {
                add(texts, element);
            }
        } else {
            add(texts, value);
        }
        return texts;
    }

    private static void add(List<String> texts, @Nullable Json value) {
        String text = string(value);
        if (text != null) {
            texts.add(text);
        }
    }

    /** The elements of an array, unread. */
    static Json[] elements(@Nullable Json value) {
        Json[] elements = value == null ? null : value.as(Json[].class);
        return elements == null ? new Json[0] : elements;
    }

    /** Arguments from one on. */
    static Json[] from(int index, Payload args) {
        List<Json> values = args.values();
        return values.subList(Math.min(index, values.size()), values.size()).toArray(Json[]::new);
    }

    /** The bytes 0, 1, 2, … */
    static byte[] bytes(int number) {
        byte[] bytes = new byte[number];
        for (int i = 0; i < number; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    /** This moment, as JavaScript writes it. */
    static String isoNow() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
    }

    /** The rooms of a socket without the one of its own id, sorted. */
    static List<String> ownRooms(Socket socket) {
        TreeSet<String> rooms = new TreeSet<>(socket.rooms());
        rooms.remove(socket.id());
        return List.copyOf(rooms);
    }

    /** The handshake, as Node's server has it. */
    static Map<String, Object> handshake(Handshake handshake) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("headers", handshake.headers());
        object.put("time", handshake.time());
        object.put("address", handshake.address());
        object.put("xdomain", handshake.xdomain());
        object.put("secure", handshake.secure());
        object.put("issued", handshake.issued());
        object.put("url", handshake.url());
        object.put("query", handshake.query());
        object.put("auth", handshake.auth());
        return object;
    }
}
