package io.maru.app;

import io.maru.server.MaruServer;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
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
        MaruServer server = RoomsServer.create(options -> options.host(host).port(port));
        try {
            server.start();
        } catch (UncheckedIOException e) {
            System.err.println("maru: " + e.getMessage() + ": " + e.getCause());
            return 1;
        }
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            server.close();
                            ended.countDown();
                        },
                        "maru-shutdown"));
        System.out.println("Maru is ready: http://localhost:" + server.port() + "/");
        ended.await();
        return 0;
    }
}
