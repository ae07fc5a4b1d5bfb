package io.maru.server.netty;

/**
 * What the WebSockets of one loop have sent since the beginning. The figures are of about the same moment. Long polling and
 * plain HTTP are not in them.
 *
 * @param frames messages, each once with its attachments, and control frames
 * @param bytes what was given to the connections, frame headers and the answers to handshakes included, before TLS
 * @param writes buffers that were given to the connections
 * @param flushes how often a connection was told to send what it had: one system call each, unless it has more buffers than one
 *     takes, or the peer is slow
 * @param turns turns of the loop at whose end something was flushed
 * @param tasks tasks that other threads have given to the loop, and it has begun
 */
public record LoopStats(long frames, long bytes, long writes, long flushes, long turns, long tasks) {}
