package io.maru.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Things by name, where most holders have one: that one lies in the map itself, without a table. A value may be null. Not
 * safe for several threads.
 *
 * @param <V> what is held
 */
final class SmallMap<V> {

    // the only entry, or none
    private @Nullable String name;
    private @Nullable V value;
    // all entries, when there are, or were, several
    private @Nullable Map<String, @Nullable V> table;

    int size() {
        return table != null ? table.size() : name == null ? 0 : 1;
    }

    boolean contains(String key) {
        return table != null ? table.containsKey(key) : key.equals(name);
    }

    @Nullable V get(String key) {
        return table != null ? table.get(key) : key.equals(name) ? value : null;
    }

    void put(String key, @Nullable V entry) {
        if (table == null && name != null && !name.equals(key)) {
            table = new HashMap<>(4);
            table.put(name, value);
            name = null;
            value = null;
        }
        if (table != null) {
            table.put(key, entry);
        } else {
            name = key;
            value = entry;
        }
    }

    /** Takes an entry out, and gives its value. */
    @Nullable V remove(String key) {
        if (table != null) {
            return table.remove(key);
        }
        if (!key.equals(name)) {
            return null;
        }
        V removed = value;
        clear();
        return removed;
    }

    void clear() {
        table = null;
        name = null;
        value = null;
    }

    /** The names, as they are now. */
    List<String> names() {
        return table != null ? new ArrayList<>(table.keySet()) : name == null ? List.of() : List.of(name);
    }

    /** The values that are not null, as they are now. */
    List<V> values() {
        if (table == null) {
            return value == null ? List.of() : List.of(value);
        }
        List<V> values = new ArrayList<>(table.size());
        for (V each : table.values()) {
            if (each != null) {
                values.add(each);
            }
        }
        return values;
    }
}
