package io.maru.server;

import io.maru.server.netty.LoopStats;
import io.maru.server.netty.NettyServer;
import io.maru.server.netty.Traffic;
import java.util.List;
import java.util.Map;

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
 * @param sessions the clients by what they speak and what carries them
 * @param sockets sockets in all namespaces: a client that is in two has two
 * @param rooms rooms of all namespaces, without those of the sockets' own ids
 * @param drops what was not delivered or taken, by cause; the four figures above are among them
 * @param receivedBytes what came over WebSockets, frame headers included, after TLS
 * @param httpReceivedBytes the bodies of HTTP requests, those of long polling too
 * @param httpSentBytes answers to HTTP requests with their headers, those of long polling too, before TLS
 * @param webSockets WebSockets whose connections have not ended, bare ones too
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
        Map<SessionKind, Integer> sessions,
        int sockets,
        int rooms,
        Map<Drop, Long> drops,
        long receivedBytes,
        long httpReceivedBytes,
        long httpSentBytes,
        long webSockets,
        LimitStats limits,
        RecoveryStats recovery) {

    /**
     * A kind of session.
     *
     * @param dialect what it speaks: {@code socket.io} or {@code json}
     * @param transport what carries it: {@code polling} or {@code websocket}
     */
    public record SessionKind(String dialect, String transport) {}

    /** Copies the maps. */
    public ServerStats {
        sessions = Map.copyOf(sessions);
        drops = Map.copyOf(drops);
    }

    static ServerStats of(
            int clients,
            Namespaces namespaces,
            Counters counters,
            NettyServer network,
            LimitStats limits,
            RecoveryStats recovery) {
        int sockets = 0;
        int rooms = 0;
        for (Namespace namespace : namespaces.all()) {
            sockets += namespace.sockets().size();
            rooms += namespace.rooms().number();
        }
        Map<Drop, Long> drops = counters.drops();
        List<LoopStats> sent = network.loopStats();
        Traffic traffic = network.traffic();
        return new ServerStats(
                clients,
                namespaces.size(),
                drops.getOrDefault(Drop.GONE, 0L),
                drops.getOrDefault(Drop.VOLATILE, 0L),
                drops.getOrDefault(Drop.SLOW_CONSUMER, 0L),
                drops.getOrDefault(Drop.REFUSED_PACKET, 0L),
                sent.stream().mapToLong(LoopStats::frames).sum(),
                sent.stream().mapToLong(LoopStats::bytes).sum(),
                sent.stream().mapToLong(LoopStats::flushes).sum(),
                counters.blockedLoops.sum(),
                counters.sessions(),
                sockets,
                rooms,
                drops,
                traffic.received(),
                traffic.httpReceived(),
                traffic.httpSent(),
                network.webSockets(),
                limits,
                recovery);
    }
}
