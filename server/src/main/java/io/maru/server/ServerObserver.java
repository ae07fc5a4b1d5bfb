package io.maru.server;

import io.maru.server.engine.CloseReason;
import io.maru.server.engine.ConnectionError;
import org.jspecify.annotations.Nullable;

/**
 * Hears what a server does: for metrics, logs and traces. See {@link ServerOptions.Builder#observer}. Every method does nothing
 * unless it is overridden.
 *
 * <p>The methods are called where things happen, which is an event loop as a rule, and by several threads at once: they must
 * not block and should be quick. What one thread does is told in order. What they throw is swallowed; the first of it is
 * logged, for each observer.
 *
 * <p>Sessions are those of Socket.IO and of the envelope. A session's dialect is {@code socket.io} or {@code json}, its
 * transport {@code polling} or {@code websocket}. Names of events and namespaces can be a client's invention: what keeps
 * something for each of them must have a bound.
 */
public interface ServerObserver {

    /**
     * The server exists; the first that is heard. It is not set up yet, and must not be started here.
     *
     * @param server the server
     */
    default void attached(MaruServer server) {}

    /**
     * A session has opened. It is in no namespace yet.
     *
     * @param dialect what it speaks
     * @param transport what carries it
     */
    default void sessionOpened(String dialect, String transport) {}

    /**
     * A session goes over WebSocket from now on, and no longer over polling.
     *
     * @param dialect what it speaks
     */
    default void sessionUpgraded(String dialect) {}

    /**
     * A session has ended.
     *
     * @param dialect what it spoke
     * @param transport what carried it at last
     * @param reason why it ended
     */
    default void sessionClosed(String dialect, String transport, CloseReason reason) {}

    /**
     * A socket has been let into its namespace.
     *
     * @param socket the socket
     */
    default void socketEntered(Socket socket) {}

    /**
     * A socket that was in its namespace has left.
     *
     * @param socket the socket
     * @param reason why
     */
    default void socketLeft(Socket socket, DisconnectReason reason) {}

    /**
     * A client was not let into a namespace.
     *
     * @param namespace the name, as the client wrote it
     * @param message what the client is told
     */
    default void connectRefused(String namespace, String message) {}

    /**
     * An event has come. Its handlers run later.
     *
     * @param socket who sent it
     * @param event its name
     * @param bytes the size of its arguments
     */
    default void eventReceived(Socket socket, String event, long bytes) {}

    /**
     * The handlers of an event have returned; told where they ran. Events that a middleware refused do not come to this.
     *
     * @param socket who sent it
     * @param event its name
     * @param handlers how many there were; 0 when nobody listens for it
     * @param nanos how long all of them took
     * @param failure what the first of them that failed has thrown, or null
     */
    default void eventHandled(Socket socket, String event, int handlers, long nanos, @Nullable Throwable failure) {}

    /**
     * An event was sent to rooms, or to a whole namespace; told when the last loop has given it to its members.
     *
     * @param namespace whose members were addressed
     * @param event its name
     * @param recipients how many were addressed
     * @param bytes the size of its arguments, once
     */
    default void broadcast(Namespace namespace, String event, int recipients, long bytes) {}

    /**
     * A client has answered what the server asked it.
     *
     * @param socket who answered
     * @param nanos the time from the sending of the question to the answer
     */
    default void answered(Socket socket, long nanos) {}

    /**
     * Something was not delivered, or not taken.
     *
     * @param cause why
     */
    default void dropped(Drop cause) {}

    /**
     * A request was refused by an Engine.IO endpoint, those of {@link MaruServer#engine} too.
     *
     * @param error the request, and why
     */
    default void connectionError(ConnectionError error) {}

    /**
     * A handler holds an event loop for longer than {@link ServerOptions.Builder#slowHandler}; told once for each, while it
     * does, on a thread that watches.
     *
     * @param loop the loop's number
     * @param nanos how long it has been seen
     * @param stack what the loop's thread is doing; not to be changed
     */
    default void loopBlocked(int loop, long nanos, StackTraceElement[] stack) {}
}
