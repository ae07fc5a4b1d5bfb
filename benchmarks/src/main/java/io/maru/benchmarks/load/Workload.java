package io.maru.benchmarks.load;

/** What the clients do once they are connected. */
interface Workload {

    /** A client is in its rooms. */
    void onReady(Client client);

    /** A text came to a client that is ready. {@code now} is when it was read, by {@link System#nanoTime}. */
    void onText(Client client, byte[] in, int from, int to, long now);

    /** A client that did not close itself has lost its connection. */
    void onLost(Client client, Fault fault, String why);

    /** A client that closed itself is gone. */
    default void onGone(Client client) {}
}
