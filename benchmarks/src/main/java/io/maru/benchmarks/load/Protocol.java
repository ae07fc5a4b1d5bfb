package io.maru.benchmarks.load;

/**
 * How clients speak: JSON objects, or Socket.IO 4 over WebSocket. One thread uses it. Texts that come are spans of an array,
 * read in place.
 */
sealed interface Protocol permits PlainProtocol, SocketIoProtocol {

    /** What a request for a WebSocket asks for. */
    String target();

    /** Whether the server speaks first, and a client then asks for its namespace. */
    boolean hasHandshake();

    /** The request for a namespace; {@code ""} is the main one. */
    String enter(String namespace);

    /** Whether this is the server's first word. */
    boolean isOpening(byte[] in, int from, int to);

    /** Whether this says that the client is in its namespace. */
    boolean isEntered(byte[] in, int from, int to);

    /** Whether this is a ping that has to be answered by {@link #pong}. */
    boolean isPing(byte[] in, int from, int to);

    /** The answer to a ping. */
    String pong();

    /**
     * An event.
     *
     * @param id the number that its answer shall have; -1 when no answer is wanted
     * @param fields the members of its argument, as JSON without braces
     */
    String event(String namespace, String name, int id, String fields);

    /** The number that an answer has; -1 if the text is no answer. */
    int answered(byte[] in, int from, int to);

    /** Where the message of a {@code chat} (or else {@code echo}) begins; -1 if the text is no such event. */
    int message(boolean chat, byte[] in, int from, int to);
}
