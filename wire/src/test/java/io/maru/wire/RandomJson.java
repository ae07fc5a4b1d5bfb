package io.maru.wire;

import java.util.Random;

/** JSON text with everything that the grammar allows, and text that is nearly JSON. */
public final class RandomJson {

    private static final String[] SPACES = {"", "", "", "", " ", "\n", "\r\n", "\t", "  \t "};
    private static final String[] NUMBERS = {
        "0", "-0", "7", "-13", "9007199254740991", "-9223372036854775808", "0.5", "1e5", "1E+05", "-2.50e-300", "1e400"
    };
    private static final String[] CHARACTERS = {
        "a",
        "Z",
        " ",
        "/",
        "\\/",
        "\\\"",
        "\\\\",
        "\\b\\f\\n\\r\\t",
        "\\u0000",
        "\\u00e9",
        "\\uD83D\\uDE00",
        "\\ud800",
        "\u007f",
        "é",
        "한글",
        "\u2028",
        "😀",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "'",
        "\uffff"
    };
    private static final String[] NAMES = {
        "\"\"",
        "\"type\"",
        "\"messageId\"",
        "\"args\"",
        "\"data\"",
        "\"num\"",
        "\"_placeholder\"",
        "\"t\\u0079pe\"",
        "\"a\""
    };
    private static final String NOISE = "{}[]:,\"\\ \t\n0123456789-+.eEtrufalsn\u0000\u001f\u007f/é😀b";

    private final Random random;

    public RandomJson(Random random) {
        this.random = random;
    }

    /** Any value. */
    public String value(int depth) {
        int kind = random.nextInt(depth > 0 ? 9 : 5);
        return switch (kind) {
            case 0 -> string();
            case 1 -> number();
            case 2 -> "true";
            case 3 -> "false";
            case 4 -> "null";
            case 5, 6 -> object(depth);
            default -> array(depth);
        };
    }

    public String string() {
        StringBuilder out = new StringBuilder("\"");
        for (int i = random.nextInt(6); i > 0; i--) {
            out.append(CHARACTERS[random.nextInt(CHARACTERS.length)]);
        }
        return out.append('"').toString();
    }

    public String object(int depth) {
        StringBuilder out = new StringBuilder("{").append(space());
        for (int i = 0, size = random.nextInt(4); i < size; i++) {
            out.append(i == 0 ? "" : "," + space())
                    .append(random.nextBoolean() ? NAMES[random.nextInt(NAMES.length)] : string())
                    .append(space())
                    .append(':')
                    .append(space())
                    .append(value(depth - 1))
                    .append(space());
        }
        return out.append('}').toString();
    }

    public String array(int depth) {
        StringBuilder out = new StringBuilder("[").append(space());
        for (int i = 0, size = random.nextInt(4); i < size; i++) {
            out.append(i == 0 ? "" : "," + space()).append(value(depth - 1)).append(space());
        }
        return out.append(']').toString();
    }

    public String space() {
        return SPACES[random.nextInt(SPACES.length)];
    }

    /** The text with a few characters changed, added, doubled or left out. */
    public String mutate(String text) {
        StringBuilder out = new StringBuilder(text);
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int at = random.nextInt(out.length() + 1);
            char noise = NOISE.charAt(random.nextInt(NOISE.length()));
            int to = Math.min(out.length(), at + 1 + random.nextInt(3));
            switch (random.nextInt(4)) {
                case 0 -> out.insert(at, noise);
                case 1 -> out.delete(at, to);
                case 2 -> out.insert(at, out.substring(at, to));
                default -> out.replace(at, to, String.valueOf(noise));
            }
        }
        return out.toString();
    }

    private String number() {
        return random.nextBoolean() ? NUMBERS[random.nextInt(NUMBERS.length)] : Long.toString(random.nextLong());
    }
}
