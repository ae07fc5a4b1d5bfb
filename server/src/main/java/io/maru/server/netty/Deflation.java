package io.maru.server.netty;

import io.maru.wire.Encoded;
import io.maru.wire.Encoded.Framing;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * The compression of one WebSocket. Messages that are compressed by themselves pass through the compressor of the loop, so
 * that a connection holds none. Confined to its loop.
 */
final class Deflation {

    private final FrameDeflater deflater;
    private final MessageInflater inflater;
    private final boolean ownInflater;
    private final int longest;

    Deflation(NettyLoop loop, DeflateOptions options, DeflateTerms terms) {
        deflater = terms.serverTakeover() ? new FrameDeflater(options, true) : loop.deflater(options);
        ownInflater = terms.clientTakeover();
        inflater = ownInflater ? new MessageInflater(true) : loop.inflater();
        longest = terms.longest();
    }

    /** What is sent instead of a message: the same in all that is compressed by itself. */
    Encoded outgoing(Encoded message, Framing framing) {
        int length = message.framesLength(framing);
        if (length < deflater.threshold() || length > longest) {
            return message;
        }
        return deflater.takesOver() ? message.rewrittenForOne(framing, deflater) : message.rewritten(framing, deflater);
    }

    /** The message that came compressed, or null when it is longer than it may be. */
    byte @Nullable [] incoming(byte[] message, int max) throws DataFormatException {
        return inflater.inflate(message, max);
    }

    /** Frees what is the connection's own. */
    void end() {
        if (deflater.takesOver()) {
            deflater.end();
        }
        if (ownInflater) {
            inflater.end();
        }
    }
}
