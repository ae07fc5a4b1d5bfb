package io.maru.server;

import io.maru.server.engine.CloseReason;
import io.maru.server.engine.Loop;
import io.maru.server.engine.Rate;
import io.maru.server.engine.RateLimiter;
import io.maru.server.engine.Session;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Holds one connection to its rate, and to that of all connections of its address. Confined to the connection's loop. */
final class Throttle {

    private final Session session;
    private final Counters counters;
    private final Excess excess;
    private final @Nullable RateLimiter own;
    private final @Nullable RateLimiter ofAddress;
    private final Consumer<Boolean> reading;
    // of the message that is coming
    private int bytes;
    // while it is not read
    private Loop.@Nullable Timeout pause;

    private Throttle(
            Session session,
            Counters counters,
            Excess excess,
            @Nullable RateLimiter own,
            @Nullable RateLimiter ofAddress,
            Consumer<Boolean> reading) {
        this.session = session;
        this.counters = counters;
        this.excess = excess;
        this.own = own;
        this.ofAddress = ofAddress;
        this.reading = reading;
    }

    /**
     * The throttle of a session, or null where there is no rate.
     *
     * @param reading told false and true in turn, when no more is to be read and when it is again
     */
    static @Nullable Throttle of(MaruServer server, Session session, Consumer<Boolean> reading) {
        ServerLimits limits = server.options().limits();
        Rate rate = limits.connectionRate();
        RateLimiter own =
                rate == null ? null : new RateLimiter(rate, session.loop().nanoTime());
        RateLimiter ofAddress = server.load().limiter(session);
        return own == null && ofAddress == null
                ? null
                : new Throttle(session, server.counters(), limits.excess(), own, ofAddress, reading);
    }

    /** Some bytes of a message have come. */
    void part(int length) {
        bytes += length;
    }

    /** A message is there: whether it is to be handled. The session may have ended then. */
    boolean admit() {
        long now = session.loop().nanoTime();
        boolean early = delay(now) > 0;
        int size = bytes;
        bytes = 0;
        if (early && excess != Excess.PAUSE) {
            counters.overRate.increment();
            if (excess == Excess.CLOSE) {
                session.close(CloseReason.TOO_MANY_MESSAGES);
            }
            return false;
        }
        if (own != null) {
            own.take(now, size);
        }
        if (ofAddress != null) {
            ofAddress.take(now, size);
        }
        if (excess == Excess.PAUSE && pause == null && delay(now) > 0) {
            counters.ratePauses.increment();
            reading.accept(false);
            await(delay(now));
        }
        return true;
    }

    private long delay(long now) {
        return Math.max(own == null ? 0 : own.delay(now), ofAddress == null ? 0 : ofAddress.delay(now));
    }

    private void await(long nanos) {
        pause = session.loop().schedule(nanos, () -> {
            long more = delay(session.loop().nanoTime()); // some that were read before have come meanwhile
            if (more > 0) {
                await(more);
            } else {
                pause = null;
                reading.accept(true);
            }
        });
    }

    /** The session has ended. */
    void end() {
        if (pause != null) {
            pause.cancel();
        }
    }
}
