package io.maru.server.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The headers of a request, names in lower case. Immutable. A session keeps them as long as it lives, so they lie in one
 * string.
 */
public final class Headers {

    /** No headers. */
    public static final Headers EMPTY = new Headers("");

    // "name: value\n" for each; neither a name nor a value of HTTP can hold a line feed
    private final String lines;

    private Headers(String lines) {
        this.lines = lines;
    }

    /**
     * Takes headers.
     *
     * @param entries names and values, in order; a name may be there several times
     * @return the headers
     */
    public static Headers of(Iterable<? extends Map.Entry<String, String>> entries) {
        StringBuilder lines = new StringBuilder(256);
        for (Map.Entry<String, String> entry : entries) {
            lines.append(entry.getKey().toLowerCase(Locale.ROOT))
                    .append(": ")
                    .append(entry.getValue().replace('\n', ' '))
                    .append('\n');
        }
        return lines.isEmpty() ? EMPTY : new Headers(lines.toString());
    }

    /**
     * The value of a header.
     *
     * @param name in lower case
     * @return its first value, or null when it is not there
     */
    public @Nullable String get(String name) {
        Objects.requireNonNull(name, "name");
        int line = 0;
        while (line < lines.length()) {
            int end = lines.indexOf('\n', line);
            int value = line + name.length() + 2;
            if (value <= end && lines.startsWith(name, line) && lines.startsWith(": ", value - 2)) {
                return lines.substring(value, end);
            }
            line = end + 1;
        }
        return null;
    }

    /**
     * All values of a header.
     *
     * @param name in lower case
     * @return them, in order
     */
    public List<String> all(String name) {
        Objects.requireNonNull(name, "name");
        List<String> values = new ArrayList<>(1);
        forEach((key, value) -> {
            if (key.equals(name)) {
                values.add(value);
            }
        });
        return values;
    }

    /**
     * All headers, several values of one joined by a comma.
     *
     * @return a new map, in order
     */
    public Map<String, String> toMap() {
        Map<String, String> map = new LinkedHashMap<>();
        forEach((name, value) -> map.merge(name, value, (a, b) -> a + ", " + b));
        return map;
    }

    /** Names only: values can be secrets. */
    @Override
    public String toString() {
        return toMap().keySet().toString();
    }

    private void forEach(BiConsumer<String, String> action) {
        int line = 0;
        while (line < lines.length()) {
            int end = lines.indexOf('\n', line);
            int colon = lines.indexOf(": ", line);
            action.accept(lines.substring(line, colon), lines.substring(colon + 2, end));
            line = end + 1;
        }
    }
}
