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
 */
public record ServerStats(
        int clients, int namespaces, long droppedGone, long droppedVolatile, long slowConsumers, long refusedPackets) {}
