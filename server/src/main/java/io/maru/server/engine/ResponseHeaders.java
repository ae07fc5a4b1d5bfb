package io.maru.server.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Headers of an answer, while it is put together. A name may be there several times. For one thread. */
public final class ResponseHeaders {

    private final List<Map.Entry<String, String>> entries = new ArrayList<>();

    /** No headers. */
    public ResponseHeaders() {}

    /**
     * Adds a header.
     *
     * @param name its name
     * @param value its value, without line breaks
     * @return this
     * @throws IllegalArgumentException when name or value would break the answer
     */
    public ResponseHeaders add(String name, String value) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(value, "value");
        if (name.isEmpty() || hasControl(name) || hasControl(value)) {
            throw new IllegalArgumentException("a header without control characters expected: " + name);
        }
        entries.add(Map.entry(name, value));
        return this;
    }

    /**
     * Sets a header, in place of all that have this name.
     *
     * @param name its name
     * @param value its value, without line breaks
     * @return this
     */
    public ResponseHeaders set(String name, String value) {
        entries.removeIf(entry -> entry.getKey().equalsIgnoreCase(name));
        return add(name, value);
    }

    /**
     * What was added, in order.
     *
     * @return a copy
     */
    public List<Map.Entry<String, String>> entries() {
        return List.copyOf(entries);
    }

    private static boolean hasControl(String text) {
        return text.chars().anyMatch(c -> c < ' ' && c != '\t' || c == 0x7f);
    }
}
