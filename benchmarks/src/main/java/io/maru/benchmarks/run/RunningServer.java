package io.maru.benchmarks.run;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A server that was started here, and is ended here with all that it started. */
final class RunningServer implements AutoCloseable {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final int FIRST_PORT = 20_000;
    private static final int PORTS = 10_000;

    private final Contender contender;
    private final Process process;
    private final int port;
    private final boolean pinned;
    private final Set<String> warmed = new HashSet<>();

    private RunningServer(Contender contender, Process process, int port, boolean pinned) {
        this.contender = contender;
        this.process = process;
        this.port = port;
        this.pinned = pinned;
    }

    /** Starts one and waits until it listens. */
    static RunningServer start(Contender contender, Place place, List<String> jvmFlags, int loops)
            throws IOException, InterruptedException {
        int port = freePort();
        boolean pin = loops == 1;
        List<String> command = place.pinned(0, pin, contender.command(place, port, loops, jvmFlags));
        Path log = place.root().resolve("benchmarks/target/logs").resolve(contender.name() + ".log");
        Files.createDirectories(log.getParent());
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("JAVA_OPTS", String.join(" ", jvmFlags));
        builder.environment().put("NODE_ENV", "production");
        RunningServer server = new RunningServer(contender, builder.start(), port, pin);
        Thread end = new Thread(server::close);
        Runtime.getRuntime().addShutdownHook(end);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
        while (!server.listens()) {
            if (!server.isAlive() || System.nanoTime() > deadline) {
                server.close();
                throw new IOException(contender.name() + " does not listen; see " + log.getFileName());
            }
            Thread.sleep(100);
        }
        return server;
    }

    Contender contender() {
        return contender;
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    boolean isPinned() {
        return pinned;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Whether this is the first time for that protocol. */
    boolean warm(String protocol) {
        return warmed.add(protocol);
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(LOOPBACK, port), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** A port that no outgoing connection takes meanwhile. */
    private static int freePort() throws IOException {
        int start = (int) (System.nanoTime() >>> 10) & Integer.MAX_VALUE;
        for (int i = 0; i < PORTS; i++) {
            int port = FIRST_PORT + Math.floorMod(start + i, PORTS);
            try (ServerSocket socket = new ServerSocket(port, 1, LOOPBACK)) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // somebody else's
            }
        }
        throw new IOException("no free port");
    }

    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        children.forEach(ProcessHandle::destroy);
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                children.forEach(ProcessHandle::destroyForcibly);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
