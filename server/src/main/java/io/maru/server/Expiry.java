package io.maru.server;

import io.maru.server.engine.Loop;
import io.maru.wire.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** When what a socket was let in by ends: the application hears of it, and some time later the socket goes. */
final class Expiry {

    // a timer may run long, and the clock on the wall may be set meanwhile
    private static final Duration LONGEST = Duration.ofHours(1);

    /** Who hears that the time is over. */
    final List<Handler<Socket>> handlers = new CopyOnWriteArrayList<>();

    private final Socket socket;
    // written on the loop
    private volatile @Nullable Instant at;
    // touched on the loop only
    private Loop.@Nullable Timeout timer;

    Expiry(Socket socket) {
        this.socket = socket;
    }

    @Nullable Instant at() {
        return at;
    }

    /** The time is another from now on, or none; on the loop. */
    void set(@Nullable Instant time) {
        end();
        at = time;
        if (time != null) {
            await(time, () -> {
                Duration grace = socket.namespace().server().options().limits().expiryGrace();
                await(time.plusNanos(Clock.nanos(grace)), socket::expired);
                socket.expire(); // last: on the loop this can set the time anew
            });
        }
    }

    private void await(Instant time, Runnable then) {
        Duration left = Duration.between(Instant.now(), time);
        if (left.compareTo(LONGEST) > 0) {
            schedule(LONGEST, () -> await(time, then));
        } else if (left.isNegative() || left.isZero()) {
            schedule(Duration.ZERO, then);
        } else {
            schedule(left, () -> await(time, then));
        }
    }

    private void schedule(Duration delay, Runnable task) {
        timer = socket.loop().schedule(Clock.nanos(delay), task);
    }

    /** Nothing is awaited any more; on the loop. */
    void end() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
