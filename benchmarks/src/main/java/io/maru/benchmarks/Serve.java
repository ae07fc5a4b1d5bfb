package io.maru.benchmarks;

import io.maru.server.Event;
import io.maru.server.Handler;
import io.maru.server.MaruServer;
import io.maru.server.ServerOptions.Transport;
import io.maru.wire.Json;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Maru with the small application that every server is measured with; see {@code docs/performance.md}. */
@Command(name = "serve", mixinStandardHelpOptions = true, description = "Starts Maru, to be measured.")
public final class Serve implements Callable<Integer> {

    /** Where handlers run. */
    enum Handlers {
        loop,
        workers
    }

    private static final Map<String, Handler<Event>> HANDLERS = Map.of(
            "join-room",
            Serve::join,
            "chat",
            Serve::chat,
            "echo",
            event -> event.socket().emit("echo", event.args()),
            "ack",
            event -> event.ack().send());

    @Option(names = "--port", required = true, description = "The port to listen on, on 127.0.0.1.")
    private int port;

    @Option(
            names = "--transport",
            defaultValue = "auto",
            description = "auto, nio, epoll or io_uring (default: ${DEFAULT-VALUE}).")
    private String transport = "auto";

    @Option(
            names = "--handlers",
            defaultValue = "workers",
            description = "Where handlers run: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Handlers handlers = Handlers.workers;

    @Option(names = "--loops", description = "How many event loops there are (default: that of the server).")
    private @Nullable Integer loops;

    @Option(
            names = "--ping-interval",
            description = "Seconds between heartbeats, each of which may take as long (default: that of the server).")
    private @Nullable Integer pingInterval;

    private Serve() {}

    /**
     * Serves until a signal ends it.
     *
     * @param args options, see {@code --help}
     */
    public static void main(String[] args) {
        int status = new CommandLine(new Serve()).execute(args);
        if (status != 0) {
            System.exit(status);
        }
    }

    @Override
    public Integer call() {
        Transport kind = Transport.valueOf(transport.toUpperCase(Locale.ROOT));
        MaruServer server = MaruServer.create(options -> {
            options.host("127.0.0.1").port(port).transport(kind);
            if (handlers == Handlers.loop) {
                options.handlersOnEventLoop();
            }
            if (loops != null) {
                options.loops(loops);
            }
            if (pingInterval != null) {
                Duration interval = Duration.ofSeconds(pingInterval);
                options.engine(engine -> engine.pingInterval(interval).pingTimeout(interval));
            }
        });
        HANDLERS.forEach(server::on);
        HANDLERS.forEach(server.of(Pattern.compile("^/n\\d+$"))::on);
        server.start();
        return 0;
    }

    private static void join(Event event) {
        event.socket().join(room(event));
        event.ack().send();
    }

    private static void chat(Event event) {
        event.socket().to(room(event)).emit("chat", event.args());
    }

    private static String room(Event event) {
        Json room = event.field("roomId");
        return room == null ? "" : String.valueOf(room.string());
    }
}
