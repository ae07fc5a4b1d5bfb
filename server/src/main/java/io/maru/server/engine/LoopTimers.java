package io.maru.server.engine;

import io.maru.wire.Clock;
import java.time.Duration;

/** The timers of all sessions of one endpoint on one loop: a fixed number, however many sessions there are. */
final class LoopTimers {

    /** How long the last words to a client that polls are kept for it. */
    static final Duration FAREWELL = Duration.ofSeconds(30);

    final Heartbeat heartbeat;

    /** The ends of sessions by time. */
    final Aging.Lists ages;
    /** The sessions of Engine.IO 3, whose clients ping: each until its next ping is late. */
    final Deadlines<Heartbeat.Pulse> clientPings;

    /** The WebSockets that a session may change to, each until it has. */
    final Deadlines<Probe> probes;

    /** What is to be thrown away after {@link #FAREWELL}. */
    final Deadlines<Runnable> farewells;

    LoopTimers(Loop loop, EngineOptions options) {
        heartbeat = new Heartbeat(loop, options.pingInterval(), options.pingTimeout());
        ages = new Aging.Lists(loop, options.limits());
        long silence = Clock.nanos(options.pingInterval()) + Clock.nanos(options.pingTimeout());
        clientPings = new Deadlines<>(loop, silence, Heartbeat.Pulse::pingTimedOut);
        probes = new Deadlines<>(loop, Clock.nanos(options.upgradeTimeout()), Probe::close);
        farewells = new Deadlines<>(loop, FAREWELL.toNanos(), Runnable::run);
    }
}
