package io.maru.server;

import io.maru.server.engine.Handling;
import io.maru.wire.Dialect;
import io.maru.wire.Encoded;
import io.maru.wire.Packet;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One emission on its way: written at most once for each dialect that has a recipient, by whichever loop needs it first.
 */
final class Outgoing {

    private static final VarHandle HOLDERS = holders();

    final Packet packet;
    final boolean isVolatile;
    final Handling handling;
    /** Its number among the events that are kept for those who come back; 0 for none. */
    final long number;

    // who has still to deliver; the last one lets go of the buffers
    @SuppressWarnings({"FieldMayBeFinal", "UnusedVariable"}) // by HOLDERS
    private volatile int holders = 1;

    /** The key of a message among those for a connection, which can be in several namespaces. */
    record Key(String namespace, String name) {}

    /** A message, as a dialect wrote it. */
    private record Written(
            Dialect dialect,
            @Nullable Encoded message,
            @Nullable Written before) {}

    // replaced under the lock of this
    private volatile @Nullable Written last;

    /** What somebody waits for, or what only the server says: it is not dropped. */
    Outgoing(Packet packet) {
        this(packet, false, Handling.KEPT);
    }

    Outgoing(Packet packet, boolean isVolatile, Handling handling) {
        this(packet, isVolatile, handling, 0);
    }

    Outgoing(Packet packet, boolean isVolatile, Handling handling, long number) {
        this.packet = packet;
        this.isVolatile = isVolatile;
        this.handling = handling;
        this.number = number;
    }

    /** The message in a dialect, or null when the dialect says nothing of such a packet. */
    @Nullable Encoded encoded(Dialect dialect) {
        Written written = find(dialect);
        return written == null ? write(dialect).message : written.message;
    }

    private @Nullable Written find(Dialect dialect) {
        Written written = last;
        while (written != null && written.dialect != dialect) {
            written = written.before;
        }
        return written;
    }

    private synchronized Written write(Dialect dialect) {
        Written written = find(dialect);
        if (written == null) {
            Encoded message = dialect.encode(packet);
            if (message != null && !handling.compress()) {
                message.keepFrames();
            }
            written = new Written(dialect, message, last);
            last = written;
        }
        return written;
    }

    private static VarHandle holders() {
        try {
            return MethodHandles.lookup().findVarHandle(Outgoing.class, "holders", int.class);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no such field", e);
        }
    }

    /** One more holder, that releases. */
    void retain() {
        HOLDERS.getAndAdd(this, 1);
    }

    void release() {
        if ((int) HOLDERS.getAndAdd(this, -1) == 1) {
            for (Written written = last; written != null; written = written.before) {
                if (written.message != null) {
                    written.message.release();
                }
            }
        }
    }
}
