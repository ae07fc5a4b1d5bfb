package io.maru.server.engine;

import io.maru.wire.Clock;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The ends of a session by time: after a silence, and after a lifetime. Confined to the loop. */
final class Aging {

    /** All sessions of an endpoint on one loop, in the order of their ends. */
    static final class Lists {
        private final @Nullable Deadlines<SessionBase> silent;
        private final @Nullable Deadlines<SessionBase> old;

        Lists(Loop loop, SessionLimits limits) {
            silent = list(loop, limits.idleTimeout(), SessionBase::wasSilent);
            old = list(loop, limits.maxLifetime(), session -> session.close(CloseReason.LIFETIME_OVER));
        }

        private static @Nullable Deadlines<SessionBase> list(
                Loop loop, @Nullable Duration time, Consumer<SessionBase> due) {
            return time == null ? null : new Deadlines<>(loop, Clock.nanos(time), due);
        }

        /** A session begins; null when it does not end by time. */
        @Nullable Aging begin(SessionBase session) {
            return silent == null && old == null ? null : new Aging(this, session);
        }
    }

    private final Lists lists;
    private final Deadlines.Node<SessionBase> silence;
    private final Deadlines.Node<SessionBase> life;

    private Aging(Lists lists, SessionBase session) {
        this.lists = lists;
        silence = new Deadlines.Node<>(session);
        life = new Deadlines.Node<>(session);
        if (lists.old != null) {
            lists.old.add(life);
        }
        heard();
    }

    /** A message has come. */
    void heard() {
        if (lists.silent != null) {
            lists.silent.add(silence);
        }
    }

    /** The session has ended. */
    void end() {
        silence.remove();
        life.remove();
    }
}
