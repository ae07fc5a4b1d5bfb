package io.maru.wire;

/**
 * Walks over the members of a JSON object and validates them as it goes. For one use by one thread:
 *
 * <pre>{@code
 * Members members = new Members(json, from, end, limits);
 * while (members.next()) { … members.nameIs("type") … members.valueFrom() … }
 * int behind = members.objectEnd();
 * }</pre>
 */
public final class Members {

    private final byte[] json;
    private final int end;
    private final WireLimits limits;
    private int nameAt;
    private int objectEnd;
    private int nameFrom;
    private int nameTo;
    private int valueFrom;
    private int valueTo;

    /**
     * Stands before the first member.
     *
     * @param json the text
     * @param from where the object begins
     * @param end where the text ends
     * @param limits what the object may hold
     * @throws WireException when no object begins there
     */
    public Members(byte[] json, int from, int end, WireLimits limits) {
        this.json = json;
        this.end = end;
        this.limits = limits;
        if (from >= end || json[from] != '{') {
            throw JsonScanner.bad("an object expected", from);
        }
        nameAt = JsonScanner.skipSpace(json, from + 1, end);
        if (nameAt < end && json[nameAt] == '}') {
            objectEnd = nameAt + 1;
        }
    }

    /**
     * Goes to the next member.
     *
     * @return false when there is none
     * @throws WireException when the text is not valid
     */
    public boolean next() {
        if (objectEnd != 0) {
            return false;
        }
        nameFrom = nameAt;
        nameTo = JsonScanner.skipString(json, nameFrom, end);
        int i = JsonScanner.skipSpace(json, nameTo, end);
        if (i >= end || json[i] != ':') {
            throw JsonScanner.bad("':' expected", i);
        }
        valueFrom = JsonScanner.skipSpace(json, i + 1, end);
        valueTo = JsonScanner.skipInnerValue(json, valueFrom, end, limits);
        i = JsonScanner.skipSpace(json, valueTo, end);
        if (i < end && json[i] == '}') {
            objectEnd = i + 1;
        } else if (i < end && json[i] == ',') {
            nameAt = JsonScanner.skipSpace(json, i + 1, end);
        } else {
            throw JsonScanner.bad("',' or '}' expected", i);
        }
        return true;
    }

    /**
     * Whether the member has this name.
     *
     * @param name the name
     * @return true when it has, however it is escaped
     */
    public boolean nameIs(String name) {
        return JsonScanner.stringIs(json, nameFrom, nameTo, name)
                || nameTo - nameFrom > name.length() + 2
                        && !isPlain()
                        && JsonScanner.string(json, nameFrom, nameTo).equals(name);
    }

    // whether the name's bytes are its characters: no escape, and nothing beyond ASCII
    private boolean isPlain() {
        for (int i = nameFrom + 1; i < nameTo - 1; i++) {
            if (json[i] == '\\' || json[i] < 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * The member's name.
     *
     * @return the name, escapes resolved
     */
    public String name() {
        return JsonScanner.string(json, nameFrom, nameTo);
    }

    /**
     * Where the member's name begins.
     *
     * @return the position of its opening quote
     */
    public int nameFrom() {
        return nameFrom;
    }

    /**
     * Where the member's value begins.
     *
     * @return the position of its first character
     */
    public int valueFrom() {
        return valueFrom;
    }

    /**
     * Where the member's value ends.
     *
     * @return the position behind it
     */
    public int valueTo() {
        return valueTo;
    }

    /**
     * Where the object ends.
     *
     * @return the position behind it, once {@link #next()} has answered false
     */
    public int objectEnd() {
        return objectEnd;
    }
}
