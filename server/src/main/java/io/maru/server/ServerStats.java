package io.maru.server;

/**
 * How a server stands, at one moment.
 *
 * @param clients open connections that speak Socket.IO or the envelope
 * @param namespaces namespaces, children of dynamic ones too
 * @param droppedGone messages to sockets that had left
 * @param droppedVolatile volatile messages that a client could not take at once
 * @param slowConsumers connections closed since they took too little of what was sent
 * @param refusedPackets messages from clients that could not be read, or had no place
 * @param sentFrames messages that went over WebSockets, each once with its attachments, and control frames; long polling is
 *     not counted here, nor below
 * @param sentBytes what went over WebSockets, frame headers included, before TLS
 * @param flushes how often a WebSocket was told to send what had gathered for it: about one system call each
 * @param blockedLoops handlers that held an event loop for too long: {@link ServerOptions.Builder#slowHandler}
 * @param limits what limits have brought about
 * @param recovery what is kept for clients that come back
 */
public record ServerStats(
        int clients,
        int namespaces,
        long droppedGone,
        long droppedVolatile,
        long slowConsumers,
        long refusedPackets,
        long sentFrames,
        long sentBytes,
        long flushes,
        long blockedLoops,
        LimitStats limits,
        RecoveryStats recovery) {}
