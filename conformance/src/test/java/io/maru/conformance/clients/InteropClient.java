package io.maru.conformance.clients;

/**
 * A client as the {@link InteropMatrixTest matrix} sees it, in the process of the test or on Node. Values are a {@code
 * String} or a {@code byte[]}, one in each event and answer. What waits, waits {@link #SECONDS_TO_WAIT} at most, and then
 * fails the test.
 */
interface InteropClient extends AutoCloseable {

    int SECONDS_TO_WAIT = 30;

    /** Enters a namespace, and waits until it is in. */
    Talk enter(String namespace);

    @Override
    void close();

    /** One namespace of a client. */
    interface Talk {

        void send(String event, Object value);

        /** Sends an event and waits for what it is answered. */
        Object ask(String event, Object value);

        /** Waits for the next value of an event that was not given yet. */
        Object next(String event);

        /** Whether there is such a value. */
        boolean hasHeard(String event);

        /** How often it has entered: more than once when it has come back. */
        int entries();
    }

    /** The question that each client answers with what it is asked. */
    String QUESTION = "question";
}
