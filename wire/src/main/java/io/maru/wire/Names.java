package io.maru.wire;

import org.jspecify.annotations.Nullable;

/**
 * Names that came before, so that one that comes again is not made again, and not kept by each connection: a table of fixed
 * size, in which a name takes the place of another. Safe for any thread, without locks: who reads an old entry makes the name
 * anew.
 */
public final class Names {

    private static final int SIZE = 256;
    private static final int LONGEST = 64;

    private final @Nullable String[] table = new String[SIZE];

    /** An empty table. */
    public Names() {}

    /**
     * The characters of a string.
     *
     * @param json the text
     * @param from the position of its opening quote
     * @param to the position behind its closing quote; the string between was skipped before, so it is valid
     * @return the string, escapes resolved
     */
    public String get(byte[] json, int from, int to) {
        if (to - from > LONGEST) {
            return JsonScanner.string(json, from, to);
        }
        int hash = 0;
        for (int i = from + 1; i < to - 1; i++) {
            hash = 31 * hash + json[i];
        }
        int slot = (hash ^ hash >>> 16) & SIZE - 1;
        String known = table[slot];
        if (known != null && JsonScanner.stringIs(json, from, to, known)) {
            return known;
        }
        String name = JsonScanner.string(json, from, to);
        table[slot] = name;
        return name;
    }
}
