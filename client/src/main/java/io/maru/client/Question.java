package io.maru.client;

import io.maru.client.engine.Loop;
import io.maru.wire.Clock;
import io.maru.wire.Payload;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Somebody who waits for an answer. Told once, by whatever comes first: the answer, the timeout, or a failure. Confined to its loop. */
final class Question {

    /** Who waits. */
    interface Asker {
        void answered(Payload answer);

        void failed(Throwable cause);
    }

    private final Asker asker;
    // written on the loop only
    private volatile boolean over;
    private Loop.@Nullable Timeout timer;
    // takes it out of wherever it waits
    private @Nullable Runnable place;

    Question(Asker asker) {
        this.asker = asker;
    }

    boolean isOver() {
        return over;
    }

    void startTimer(Loop loop, Duration limit) {
        if (timer == null && !over) {
            long nanos = Clock.nanos(limit);
            timer = loop.schedule(
                    nanos, () -> fail(new TimeoutException("no answer within " + nanos / 1_000_000 + " ms")));
        }
    }

    /** Where it waits now; run when it is over. */
    void place(@Nullable Runnable leave) {
        place = leave;
    }

    void answer(Payload answer) {
        if (end()) {
            asker.answered(answer);
        }
    }

    void fail(Throwable cause) {
        if (end()) {
            asker.failed(cause);
        }
    }

    /** Nobody waits any more, and nobody is told. */
    void cancel() {
        end();
    }

    private boolean end() {
        if (over) {
            return false;
        }
        over = true;
        if (timer != null) {
            timer.cancel();
        }
        if (place != null) {
            place.run();
        }
        return true;
    }
}
