package io.maru.wire;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the objects that stand for attachments,
 * <a href="https://github.com/socketio/socket.io/blob/main/docs/socket.io-protocol/v5-current.md#packet-encoding">{@code
 * {"_placeholder":true,"num":n}}</a>, whatever the order of their keys and whatever other keys they hold.
 */
public final class Placeholders {

    /**
     * One such object.
     *
     * @param from where it begins
     * @param to where it ends
     * @param number the number of the attachment, or -1 when it names none
     */
    public record Placeholder(int from, int to, int number) {
        boolean isWithin(List<byte[]> attachments) {
            return number >= 0 && number < attachments.size();
        }
    }

    private static final int NOT_A_NUMBER = -1;

    private final byte[] json;
    private final int end;
    private final List<Placeholder> found = new ArrayList<>(4);

    private Placeholders(byte[] json, int end) {
        this.json = json;
        this.end = end;
    }

    /**
     * All of them in a valid text: one value, or several with commas between.
     *
     * @param json the text
     * @param from where it begins
     * @param to where it ends
     * @return them, from left to right
     */
    public static List<Placeholder> find(byte[] json, int from, int to) {
        Placeholders walk = new Placeholders(json, to);
        int i = from;
        while ((i = JsonScanner.skipSpace(json, i, to)) < to) {
            i = json[i] == ',' ? i + 1 : walk.value(i);
        }
        return walk.found;
    }

    /** The number of the attachment that a value stands for, or -1 when it is none. */
    static int numberOf(Json value) {
        if (value.attachments.isEmpty() || value.text[value.from] != '{') {
            return NOT_A_NUMBER;
        }
        boolean placeholder = false;
        int number = NOT_A_NUMBER;
        Members members = new Members(value.text, value.from, value.to, JsonCodec.UNLIMITED);
        while (members.next()) {
            if (members.nameIs("_placeholder")) {
                placeholder = value.text[members.valueFrom()] == 't';
            } else if (members.nameIs("num")) {
                number = number(value.text, members.valueFrom(), members.valueTo());
            }
        }
        // within a placeholder, where nobody looks, may lie another with any number
        return placeholder && number < value.attachments.size() ? number : NOT_A_NUMBER;
    }

    private int value(int from) {
        return switch (json[from]) {
            case '{' -> object(from);
            case '[' -> array(from);
            default -> JsonScanner.skipValue(json, from, end, JsonCodec.UNLIMITED);
        };
    }

    private int array(int from) {
        int i = JsonScanner.skipSpace(json, from + 1, end);
        while (json[i] != ']') {
            i = json[i] == ',' ? i + 1 : value(i);
            i = JsonScanner.skipSpace(json, i, end);
        }
        return i + 1;
    }

    // what lies inside of a placeholder is not looked at by any receiver, so what was found in there is dropped
    private int object(int from) {
        int before = found.size();
        boolean placeholder = false;
        int number = NOT_A_NUMBER;
        int i = JsonScanner.skipSpace(json, from + 1, end);
        while (json[i] != '}') {
            if (json[i] == ',') {
                i = JsonScanner.skipSpace(json, i + 1, end);
            }
            int nameTo = JsonScanner.skipString(json, i, end);
            String name = JsonScanner.string(json, i, nameTo);
            int valueFrom = JsonScanner.skipSpace(json, JsonScanner.skipSpace(json, nameTo, end) + 1, end);
            int valueTo = value(valueFrom);
            if (name.equals("_placeholder")) {
                placeholder = json[valueFrom] == 't';
            } else if (name.equals("num")) {
                number = number(json, valueFrom, valueTo);
            }
            i = JsonScanner.skipSpace(json, valueTo, end);
        }
        if (placeholder) {
            found.subList(before, found.size()).clear();
            found.add(new Placeholder(from, i + 1, number));
        }
        return i + 1;
    }

    private static int number(byte[] json, int from, int to) {
        if (to - from > 9) {
            return NOT_A_NUMBER;
        }
        int number = 0;
        for (int i = from; i < to; i++) {
            if (json[i] < '0' || json[i] > '9') {
                return NOT_A_NUMBER;
            }
            number = number * 10 + json[i] - '0';
        }
        return number;
    }
}
