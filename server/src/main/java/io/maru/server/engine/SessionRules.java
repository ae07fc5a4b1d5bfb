package io.maru.server.engine;

/**
 * What all sessions of an endpoint go by.
 *
 * @param maxBufferedBytes how many bytes may wait for a client
 * @param limits other limits of a session
 * @param load where the server counts what waits and what is dropped
 */
record SessionRules(int maxBufferedBytes, SessionLimits limits, Load load) {

    /** Whether messages wait in the session while the client takes nothing, though nobody asked for it. */
    boolean holdBack() {
        return limits.overflow() == Overflow.DROP_OLDEST;
    }
}
