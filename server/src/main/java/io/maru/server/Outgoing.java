package io.maru.server;

import io.maru.wire.Dialect;
import io.maru.wire.Encoded;
import io.maru.wire.Packet;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One emission on its way: written at most once for each dialect that has a recipient, by whichever loop needs it first.
 */
final class Outgoing {

    final Packet packet;
    final boolean isVolatile;

    // who has still to deliver; the last one lets go of the buffers
    private final AtomicInteger holders = new AtomicInteger(1);

    // guarded by this: pairs of dialect and message, two at first
    private @Nullable Dialect[] dialects = new Dialect[2];
    private @Nullable Encoded[] encoded = new Encoded[2];

    Outgoing(Packet packet, boolean isVolatile) {
        this.packet = packet;
        this.isVolatile = isVolatile;
    }

    /** The message in a dialect, or null when the dialect says nothing of such a packet. */
    synchronized @Nullable Encoded encoded(Dialect dialect) {
        int i = 0;
        while (i < dialects.length && dialects[i] != null) {
            if (dialects[i] == dialect) {
                return encoded[i];
            }
            i++;
        }
        if (i == dialects.length) {
            dialects = Arrays.copyOf(dialects, i * 2);
            encoded = Arrays.copyOf(encoded, i * 2);
        }
        Encoded message = dialect.encode(packet);
        dialects[i] = dialect;
        encoded[i] = message;
        return message;
    }

    /** One more holder, that releases. */
    void retain() {
        holders.incrementAndGet();
    }

    void release() {
        if (holders.decrementAndGet() == 0) {
            synchronized (this) {
                for (Encoded message : encoded) {
                    if (message != null) {
                        message.release();
                    }
                }
            }
        }
    }
}
