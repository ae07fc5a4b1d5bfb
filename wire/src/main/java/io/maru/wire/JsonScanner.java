package io.maru.wire;

import io.maru.wire.WireException.Reason;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Walks over JSON text (<a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259</a>, strictly) without making
 * anything of it: it finds where values begin and end and refuses what is not JSON. Nothing is allocated. The bytes must
 * be valid UTF-8, which is not checked again here.
 *
 * <p>Jackson reads and writes values; this class exists because a relayed message is never read, only delimited (see
 * {@code docs/adr/0003-raw-json.md}).
 */
public final class JsonScanner {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long QUOTES = '"' * ONES;
    private static final long BACKSLASHES = '\\' * ONES;
    private static final long SPACES = ' ' * ONES;

    private JsonScanner() {}

    /**
     * Skips white space.
     *
     * @param json the text
     * @param from where to begin
     * @param end where the text ends
     * @return the first position from there that holds none, or {@code end}
     */
    public static int skipSpace(byte[] json, int from, int end) {
        int i = from;
        while (i < end) {
            byte c = json[i];
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                return i;
            }
            i++;
        }
        return i;
    }

    /**
     * Skips one value, without white space before it.
     *
     * @param json the text
     * @param from where the value begins
     * @param end where the text ends
     * @param limits depth and length of numbers
     * @return the position behind the value
     * @throws WireException when there is no whole, valid value
     */
    public static int skipValue(byte[] json, int from, int end, WireLimits limits) {
        return value(json, from, end, limits, limits.maxDepth());
    }

    /** As {@link #skipValue(byte[], int, int, WireLimits)}, for a value inside of an array or object. */
    static int skipInnerValue(byte[] json, int from, int end, WireLimits limits) {
        return value(json, from, end, limits, limits.maxDepth() - 1);
    }

    /**
     * Skips one string, which must be there.
     *
     * @param json the text
     * @param from the position of its opening quote
     * @param end where the text ends
     * @return the position behind its closing quote
     * @throws WireException when there is no whole, valid string
     */
    public static int skipString(byte[] json, int from, int end) {
        expect(json, from, end, '"');
        int i = skipPlain(json, from + 1, end);
        while (i < end) {
            byte c = json[i++];
            if (c == '"') {
                return i;
            }
            if (c == '\\') {
                i = skipPlain(json, escape(json, i, end), end);
            } else if (c >= 0 && c < ' ') {
                throw bad("control character in a string", i - 1);
            }
        }
        throw bad("a string without end", from);
    }

    // eight characters at a time, as long as none of them is a quote, a backslash or a control character
    private static int skipPlain(byte[] json, int from, int end) {
        int i = from;
        while (i + 8 <= end) {
            long eight = (long) LONG.get(json, i);
            long special = zeros(eight ^ QUOTES) | zeros(eight ^ BACKSLASHES) | (eight - SPACES) & ~eight & HIGH_BITS;
            if (special != 0) {
                return i + (Long.numberOfTrailingZeros(special) >>> 3);
            }
            i += 8;
        }
        return i;
    }

    // the high bit of the first byte that is zero, and perhaps of some behind it
    private static long zeros(long eight) {
        return (eight - ONES) & ~eight & HIGH_BITS;
    }

    /**
     * Whether a string, its quotes included, holds just these characters. A string with an escape never does.
     *
     * @param json the text
     * @param from the position of its opening quote
     * @param to the position behind its closing quote
     * @param ascii the expected characters
     * @return true when it does
     */
    public static boolean stringIs(byte[] json, int from, int to, String ascii) {
        int length = ascii.length();
        if (to - from != length + 2) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char c = ascii.charAt(i);
            if (json[from + 1 + i] != c || c == '\\') {
                return false; // as it stands there, a backslash is none
            }
        }
        return true;
    }

    /**
     * The characters of a string.
     *
     * @param json the text
     * @param from the position of its opening quote
     * @param to the position behind its closing quote; the string between was skipped before, so it is valid
     * @return the string, escapes resolved
     */
    public static String string(byte[] json, int from, int to) {
        for (int i = from + 1; i < to - 1; i++) {
            if (json[i] == '\\') {
                return JsonCodec.readString(json, from, to);
            }
        }
        return new String(json, from + 1, to - from - 2, StandardCharsets.UTF_8);
    }

    private static int value(byte[] json, int i, int end, WireLimits limits, int depth) {
        if (i >= end) {
            throw bad("a value expected", i);
        }
        return switch (json[i]) {
            case '"' -> skipString(json, i, end);
            case '{' -> object(json, i, end, limits, deeper(depth));
            case '[' -> array(json, i, end, limits, deeper(depth));
            case 't' -> literal(json, i, end, "true");
            case 'f' -> literal(json, i, end, "false");
            case 'n' -> literal(json, i, end, "null");
            default -> number(json, i, end, limits);
        };
    }

    private static int object(byte[] json, int from, int end, WireLimits limits, int depth) {
        int i = skipSpace(json, from + 1, end);
        if (i < end && json[i] == '}') {
            return i + 1;
        }
        while (true) {
            i = skipSpace(json, skipString(json, i, end), end);
            expect(json, i, end, ':');
            i = skipSpace(json, i + 1, end);
            i = skipSpace(json, value(json, i, end, limits, depth), end);
            if (i < end && json[i] == '}') {
                return i + 1;
            }
            expect(json, i, end, ',');
            i = skipSpace(json, i + 1, end);
        }
    }

    private static int array(byte[] json, int from, int end, WireLimits limits, int depth) {
        int i = skipSpace(json, from + 1, end);
        if (i < end && json[i] == ']') {
            return i + 1;
        }
        while (true) {
            i = skipSpace(json, value(json, i, end, limits, depth), end);
            if (i < end && json[i] == ']') {
                return i + 1;
            }
            expect(json, i, end, ',');
            i = skipSpace(json, i + 1, end);
        }
    }

    private static int number(byte[] json, int from, int end, WireLimits limits) {
        int i = from;
        if (json[i] == '-') {
            i++;
        }
        if (i < end && json[i] == '0') {
            i++;
        } else {
            i = digits(json, i, end);
        }
        if (i < end && json[i] == '.') {
            i = digits(json, i + 1, end);
        }
        if (i < end && (json[i] == 'e' || json[i] == 'E')) {
            i++;
            if (i < end && (json[i] == '+' || json[i] == '-')) {
                i++;
            }
            i = digits(json, i, end);
        }
        if (i - from > limits.maxNumberLength()) {
            throw new WireException(Reason.LIMIT, "a number of more than " + limits.maxNumberLength() + " characters");
        }
        return i;
    }

    private static int digits(byte[] json, int from, int end) {
        int i = from;
        while (i < end && json[i] >= '0' && json[i] <= '9') {
            i++;
        }
        if (i == from) {
            throw bad("a value or digit expected", i);
        }
        return i;
    }

    private static int literal(byte[] json, int from, int end, String word) {
        int to = from + word.length();
        if (to > end) {
            throw bad("a value expected", from);
        }
        for (int i = from; i < to; i++) {
            if (json[i] != word.charAt(i - from)) {
                throw bad("a value expected", from);
            }
        }
        return to;
    }

    private static int escape(byte[] json, int i, int end) {
        if (i < end) {
            switch (json[i]) {
                case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
                    return i + 1;
                }
                case 'u' -> {
                    if (i + 5 <= end
                            && isHex(json[i + 1])
                            && isHex(json[i + 2])
                            && isHex(json[i + 3])
                            && isHex(json[i + 4])) {
                        return i + 5;
                    }
                }
                default -> {}
            }
        }
        throw bad("an escape expected", i);
    }

    private static boolean isHex(byte c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
    }

    private static int deeper(int depth) {
        if (depth == 0) {
            throw new WireException(Reason.LIMIT, "arrays and objects nested too deep");
        }
        return depth - 1;
    }

    private static void expect(byte[] json, int i, int end, char c) {
        if (i >= end || json[i] != c) {
            throw bad("'" + c + "' expected", i);
        }
    }

    static WireException bad(String what, int at) {
        return new WireException(Reason.MALFORMED, what + " at byte " + at);
    }
}
