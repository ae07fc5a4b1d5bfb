package io.maru.server.engine;

import java.util.function.Consumer;

/** An endpoint with sessions, as whoever ends a server sees it. Safe for any thread, unless a method says otherwise. */
public sealed interface SessionHost permits Engine, PlainEndpoint {

    /**
     * How many sessions are open.
     *
     * @return their number
     */
    int clients();

    /**
     * How many sessions have ended whose clients have still to come for the last words.
     *
     * @return their number
     */
    default int farewells() {
        return 0;
    }

    /**
     * Visits the sessions that are open on a loop; on that loop.
     *
     * @param loop the loop
     * @param action may close the session that it is given
     */
    void forEach(Loop loop, Consumer<Session> action);

    /**
     * Takes no more handshakes: they are answered with 503. The sessions go on.
     *
     * @param reason why; a session whose handshake is under way ends with it as soon as it has begun
     */
    void refuse(CloseReason reason);

    /**
     * Takes no more handshakes and closes every session. The sessions close on their loops.
     *
     * @param reason why
     */
    void close(CloseReason reason);
}
