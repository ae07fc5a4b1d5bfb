package io.maru.server.engine;

import io.maru.wire.Clock;
import java.time.Duration;

/**
 * The heartbeat of all sessions of one kind on one loop: a ping after each interval, and the end of a session whose pong
 * does not come in time. Confined to the loop.
 */
final class Heartbeat {

    /** A session, as its heartbeat sees it. */
    interface Pulse {
        /** Sends a ping. */
        void ping();

        /** The pong did not come; or the ping, where clients are those who ping. */
        void pingTimedOut();

        /** Its place, used by the heartbeat only. */
        Deadlines.Node<Pulse> heartbeat();
    }

    private final Deadlines<Pulse> pings;
    private final Deadlines<Pulse> pongs;

    Heartbeat(Loop loop, Duration interval, Duration timeout) {
        pongs = new Deadlines<>(loop, Clock.nanos(timeout), Pulse::pingTimedOut);
        pings = new Deadlines<>(loop, Clock.nanos(interval), pulse -> {
            pongs.add(pulse.heartbeat());
            pulse.ping();
        });
    }

    /** The session has opened, or its pong has come: the next ping is due after the interval. */
    void alive(Pulse pulse) {
        pings.add(pulse.heartbeat());
    }

    /** The session has ended. */
    void remove(Pulse pulse) {
        pulse.heartbeat().remove();
    }
}
