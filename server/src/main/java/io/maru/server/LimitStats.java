package io.maru.server;

/**
 * What limits are about now, and what they have brought about since the beginning: see {@code docs/limits.md}.
 *
 * @param tcpConnections TCP connections that are open now
 * @param pendingDecisions decisions of guards and middlewares that are awaited now
 * @param queuedBytes bytes that are kept now for all clients: what they do not take, and what waits for their handlers. What
 *     several wait for counts for each; a few kilobytes of each WebSocket do not
 * @param rooms rooms that there are now, in all namespaces
 * @param refusedFull handshakes refused since there were too many connections
 * @param refusedAddress handshakes refused since their address had too many connections
 * @param refusedPending handshakes, and entries into namespaces, refused since too many were being decided
 * @param refusedOverloaded handshakes refused since too much was kept for the clients that there are
 * @param refusedTcp TCP connections closed since there were too many, or too many that said nothing
 * @param refusedRequests HTTP requests refused since they broke a limit or a rule of HTTP
 * @param brokenWebSockets WebSockets closed since their client broke a limit or a rule of the protocol
 * @param droppedPongs answers to pings that were not sent, since their client does not read
 * @param senderWaits how often a worker had to wait before it could send more
 * @param pingTimeouts connections closed since no answer to a ping came in time
 * @param connectTimeouts connections closed since their client entered no namespace in time
 * @param idleTimeouts connections closed since their client sent no message for too long
 * @param lifetimesOver connections closed since they had lasted as long as one may
 * @param expired sockets sent away since their time was over
 * @param overloaded connections closed since too much was kept for all clients, and most of it for them
 * @param overRate messages not taken since they came faster than a rate allows
 * @param ratePauses how often a client was not read for a while since it sent faster than a rate allows
 * @param refusedNamespaces namespaces not entered since clients had called too many into being, or one was in too many
 * @param refusedJoins rooms that were not joined: there were too many, in all or of one socket, or the name was too long
 * @param refusedQuestions questions that were not sent since too many answers were awaited of one socket
 * @param readPauses how often a client was not read for a while since its handlers were behind
 * @param droppedRoomEvents what room listeners did not hear since too much waited for them
 * @param droppedNewest messages that were dropped since too much waited for their client
 * @param droppedOldest messages that were dropped for later ones, since too much waited for their client
 * @param coalesced messages that a later one of the same key has replaced before the client took them
 */
public record LimitStats(
        int tcpConnections,
        int pendingDecisions,
        long queuedBytes,
        int rooms,
        long refusedFull,
        long refusedAddress,
        long refusedPending,
        long refusedOverloaded,
        long refusedTcp,
        long refusedRequests,
        long brokenWebSockets,
        long droppedPongs,
        long senderWaits,
        long pingTimeouts,
        long connectTimeouts,
        long idleTimeouts,
        long lifetimesOver,
        long expired,
        long overloaded,
        long overRate,
        long ratePauses,
        long refusedNamespaces,
        long refusedJoins,
        long refusedQuestions,
        long readPauses,
        long droppedRoomEvents,
        long droppedNewest,
        long droppedOldest,
        long coalesced) {}
