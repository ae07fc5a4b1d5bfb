package io.maru.client;

/** What becomes of events when as many wait as may. Each is counted ({@link Socket#dropped()}), and one that asks fails. */
public enum BufferPolicy {
    /** The event that would be too many is not taken. */
    FAIL_NEWEST,
    /** The event that has waited longest goes. */
    DROP_OLDEST
}
