package io.maru.server.netty;

/**
 * How the messages of WebSockets are compressed, with clients that offer permessage-deflate (<a
 * href="https://www.rfc-editor.org/rfc/rfc7692">RFC 7692</a>). Immutable.
 *
 * <p>Without context takeover each message is compressed by itself. A message to a room is then compressed once for all of
 * its members, and a connection keeps no memory for it. With it, a connection that has sent or received a compressed
 * message keeps the state of a compressor, about 260 KiB, or of a decompressor, about 45 KiB, outside of the heap; what the
 * server sends is compressed anew for each connection.
 *
 * @param threshold the smallest message that is compressed, in bytes; 1 at least
 * @param level how hard it is tried: 1 (fast) to 9 (small)
 * @param serverTakeover whether what the server sends is compressed with regard to what it sent before
 * @param clientTakeover whether clients may do so
 */
public record DeflateOptions(int threshold, int level, boolean serverTakeover, boolean clientTakeover) {

    /** From 1,024 bytes on, level 1, each message by itself. */
    public static final DeflateOptions DEFAULTS = new DeflateOptions(1024, 1, false, false);

    /** Checks the values. */
    public DeflateOptions {
        if (threshold < 1) {
            throw new IllegalArgumentException("threshold above zero expected: " + threshold);
        }
        if (level < 1 || level > 9) {
            throw new IllegalArgumentException("a level from 1 to 9 expected: " + level);
        }
    }

    /**
     * These options with another threshold.
     *
     * @param bytes see {@link #threshold()}
     * @return the options
     */
    public DeflateOptions withThreshold(int bytes) {
        return new DeflateOptions(bytes, level, serverTakeover, clientTakeover);
    }

    /**
     * These options with another level.
     *
     * @param number see {@link #level()}
     * @return the options
     */
    public DeflateOptions withLevel(int number) {
        return new DeflateOptions(threshold, number, serverTakeover, clientTakeover);
    }

    /**
     * These options with or without context takeover.
     *
     * @param server see {@link #serverTakeover()}
     * @param client see {@link #clientTakeover()}
     * @return the options
     */
    public DeflateOptions withTakeover(boolean server, boolean client) {
        return new DeflateOptions(threshold, level, server, client);
    }
}
