package io.maru.app;

import io.maru.server.Drain;
import io.maru.server.MaruServer;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts the standalone server: {@code maru [--port 3000] [--host 0.0.0.0]}. */
@Command(
        name = "maru",
        mixinStandardHelpOptions = true,
        version = "Maru 0.1.0-SNAPSHOT",
        description = "Rooms for Socket.IO clients and plain WebSockets, with a page that shows them.")
public final class Main implements Callable<Integer> {

    // for what clients have begun, after the last was sent away
    private static final Duration GRACE = Duration.ofSeconds(7);

    @Option(
            names = "--port",
            description = "The port to listen on (default: ${DEFAULT-VALUE}; environment: MARU_PORT).",
            defaultValue = "${env:MARU_PORT:-3000}")
    private int port;

    @Option(
            names = "--host",
            description = "The address to listen on (default: ${DEFAULT-VALUE}; environment: MARU_HOST).",
            defaultValue = "${env:MARU_HOST:-0.0.0.0}")
    private String host = "0.0.0.0";

    @Option(
            names = "--metrics",
            negatable = true,
            description = "Answer /metrics for Prometheus (default: ${DEFAULT-VALUE}; environment: MARU_METRICS).",
            defaultValue = "${env:MARU_METRICS:-true}",
            fallbackValue = "true")
    private boolean metrics;

    @Option(
            names = "--drain-notice",
            paramLabel = "SECONDS",
            description = "At a signal, how long clients are still let in while /health/ready says no"
                    + " (default: ${DEFAULT-VALUE}; environment: MARU_DRAIN_NOTICE).",
            defaultValue = "${env:MARU_DRAIN_NOTICE:-0}")
    private int drainNotice;

    @Option(
            names = "--drain",
            paramLabel = "SECONDS",
            description = "At a signal, over which time clients are then sent away"
                    + " (default: ${DEFAULT-VALUE}; environment: MARU_DRAIN).",
            defaultValue = "${env:MARU_DRAIN:-2}")
    private int drain;

    @Option(
            names = "--restarts",
            description = "At a signal, tell clients that the server comes back: close plain WebSockets with 1012"
                    + " (default: ${DEFAULT-VALUE}; environment: MARU_RESTARTS).",
            defaultValue = "${env:MARU_RESTARTS:-false}")
    private boolean restarts;

    private Main() {}

    /**
     * Runs the server until a signal ends it.
     *
     * @param args options, see {@code --help}
     */
    public static void main(String[] args) {
        int status = new CommandLine(new Main()).execute(args);
        if (status != 0) {
            System.exit(status);
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        if (drain < 0 || drainNotice < 0) {
            System.err.println("maru: --drain and --drain-notice of zero or more expected");
            return 2;
        }
        Metrics measured = metrics ? new Metrics() : null;
        MaruServer server = RoomsServer.create(options -> {
            options.host(host).port(port).health("/health");
            if (measured != null) {
                measured.observe(options);
            }
        });
        if (measured != null) {
            measured.serve(server);
        }
        try {
            server.start();
        } catch (UncheckedIOException e) {
            System.err.println("maru: " + e.getMessage() + ": " + e.getCause());
            return 1;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "maru-shutdown"));
        System.out.println("Maru is ready: http://localhost:" + server.port() + "/");
        new CountDownLatch(1).await(); // for the signal
        return 0;
    }

    private void stop(MaruServer server) {
        Drain how = new Drain(Duration.ofSeconds(drainNotice), Duration.ofSeconds(drain), GRACE, restarts);
        try {
            server.stop(how).get(how.limit().toSeconds() + 5, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            System.err.println("maru: the server did not stop cleanly: " + e);
            return;
        }
        System.out.flush();
        // a JVM that a signal ends has a status of its own, which says that something went wrong
        Runtime.getRuntime().halt(0);
    }
}
