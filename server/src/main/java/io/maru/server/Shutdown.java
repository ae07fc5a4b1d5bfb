package io.maru.server;

import io.maru.server.engine.CloseReason;
import io.maru.server.engine.Loop;
import io.maru.server.engine.Session;
import io.maru.server.engine.SessionHost;
import io.maru.server.netty.NettyServer;
import io.maru.wire.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a server: at once, or after its clients have been sent away one after the other. Safe for any thread.
 *
 * <p>While it drains the port stays open: whoever asks hears that the server is not ready, and who comes to stay is refused.
 */
final class Shutdown {

    private static final Logger log = LoggerFactory.getLogger(MaruServer.class);

    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(1);
    // for the answers to close frames, and the polls that fetch last words
    private static final long LAST_WORDS_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final NettyServer network;
    private final ExecutorService workers;
    private final List<SessionHost> hosts;
    private final Health health;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    // what sessions are closed with; written before they are
    private volatile CloseReason reason = CloseReason.SERVER_SHUTDOWN;

    Shutdown(NettyServer network, ExecutorService workers, List<SessionHost> hosts, Health health) {
        this.network = network;
        this.workers = workers;
        this.hosts = hosts;
        this.health = health;
    }

    /** See {@link MaruServer#stop(Drain)}. */
    CompletableFuture<Void> drain(Drain drain) {
        boolean running = health.state() == Health.State.RUNNING;
        if (health.reach(Health.State.DRAINING)) {
            reason = drain.restart() ? CloseReason.SERVER_RESTART : CloseReason.SERVER_SHUTDOWN;
            if (running) {
                log.info("draining: {} clients, {} at most", clients(), drain.limit());
                Loop first = network.loops().get(0);
                first.schedule(REPORT_NANOS, this::report);
                // short of the end, so that what is still open is told as well
                long lastSecond = Math.min(TimeUnit.SECONDS.toNanos(1), Clock.nanos(drain.grace()) / 2);
                first.schedule(Clock.nanos(drain.limit()) - lastSecond, () -> stop(Duration.ofNanos(lastSecond)));
                first.schedule(Clock.nanos(drain.notice()), () -> sendAway(drain));
            } else {
                stop(drain.grace());
            }
        }
        return stopped.copy();
    }

    /** See {@link MaruServer#stop(Duration)}. */
    CompletableFuture<Void> stop(Duration grace) {
        Drain.requireTime(grace, "grace");
        if (health.reach(Health.State.STOPPING)) {
            long deadline = System.nanoTime() + Clock.nanos(grace);
            network.stopAccepting();
            hosts.forEach(host -> host.close(reason));
            network.stop(grace).whenComplete((done, failure) -> {
                Thread last = new Thread(
                        () -> {
                            Workers.stop(workers, Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
                            health.reach(Health.State.STOPPED);
                            if (failure == null) {
                                stopped.complete(null);
                            } else {
                                stopped.completeExceptionally(failure);
                            }
                        },
                        "maru-stop");
                last.start();
            });
        }
        return stopped.copy();
    }

    /** Runs a task when all has ended, or at once when it has. */
    void whenStopped(Runnable task) {
        stopped.whenComplete((done, failure) -> task.run());
    }

    /** The server could not begin: there is nothing to be ended but workers. */
    void neverBegan() {
        health.reach(Health.State.STOPPING);
        workers.shutdown();
        health.reach(Health.State.STOPPED);
        stopped.complete(null);
    }

    private boolean isDraining() {
        return health.state() == Health.State.DRAINING;
    }

    private int clients() {
        return hosts.stream().mapToInt(SessionHost::clients).sum();
    }

    private void report() {
        if (isDraining()) {
            log.info("draining: {} clients are left", clients());
            network.loops().get(0).schedule(REPORT_NANOS, this::report);
        }
    }

    private void sendAway(Drain drain) {
        if (!isDraining()) {
            return;
        }
        hosts.forEach(host -> host.refuse(reason));
        List<CompletableFuture<Void>> gone = new ArrayList<>();
        for (Loop loop : network.loops()) {
            Leaving leaving = new Leaving(loop, Clock.nanos(drain.spread()));
            gone.add(leaving.done);
            loop.execute(leaving::begin);
        }
        CompletableFuture.allOf(gone.toArray(CompletableFuture<?>[]::new)).whenComplete((done, failure) -> {
            Loop first = network.loops().get(0);
            long until = first.nanoTime() + Math.min(LAST_WORDS_NANOS, Clock.nanos(drain.grace()) / 2);
            first.execute(() -> awaitLastWords(until, drain.grace()));
        });
    }

    private void awaitLastWords(long until, Duration grace) {
        Loop first = network.loops().get(0);
        boolean heard = network.webSockets() == 0 && hosts.stream().allMatch(host -> host.farewells() == 0);
        if (heard || first.nanoTime() - until >= 0) {
            stop(grace);
        } else if (isDraining()) {
            first.schedule(STEP_NANOS, () -> awaitLastWords(until, grace));
        }
    }

    /** The sessions of one loop on their way out. Confined to the loop. */
    private final class Leaving {
        final CompletableFuture<Void> done = new CompletableFuture<>();
        private final Loop loop;
        private final long spreadNanos;
        private final List<Session> sessions = new ArrayList<>();
        private long began;
        private int told;
        private int gone;

        Leaving(Loop loop, long spreadNanos) {
            this.loop = loop;
            this.spreadNanos = spreadNanos;
        }

        void begin() {
            began = loop.nanoTime();
            hosts.forEach(host -> host.forEach(loop, sessions::add));
            Collections.shuffle(sessions); // no kind of client and no age goes first
            step();
        }

        private void step() {
            if (!isDraining()) {
                return;
            }
            int due = due(loop.nanoTime() - began);
            while (told < due) {
                sessions.get(told++).drain(reason);
            }
            while (gone < told && !sessions.get(gone).isOpen()) {
                gone++;
            }
            if (gone == sessions.size()) {
                done.complete(null);
            } else {
                loop.schedule(STEP_NANOS, this::step);
            }
        }

        private int due(long passedNanos) {
            int all = sessions.size();
            return passedNanos >= spreadNanos
                    ? all
                    : Math.min(all, 1 + (int) ((double) passedNanos / spreadNanos * all));
        }
    }
}
