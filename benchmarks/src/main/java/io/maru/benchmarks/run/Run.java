package io.maru.benchmarks.run;

import io.maru.benchmarks.page.Page;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures and writes {@code docs/performance.md}. Started by {@code benchmarks/run}. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Measures servers with the load generator, appends the results to a file, and writes docs/performance.md from"
                        + " that file. Parts may be measured one by one.")
public final class Run implements Callable<Integer> {

    @Option(
            names = "--servers",
            split = ",",
            defaultValue =
                    "maru-epoll,maru-io_uring,netty-epoll,netty-io_uring,netty-socketio-epoll,vertx,java-websocket,socket.io,ws",
            description =
                    "Which servers (default: ${DEFAULT-VALUE}). Also maru-nio, netty-nio, netty-socketio and, with handlers"
                            + " on threads of their own, maru-epoll-workers, maru-io_uring-workers, maru-nio-workers.")
    private List<String> servers = List.of();

    @Option(
            names = "--scenarios",
            split = ",",
            defaultValue = "small,fan1000x8,big10k,fan16k,echo,ack,connect,full,half,idle,slow",
            description = "Which scenarios (default: ${DEFAULT-VALUE}). Also fan1000 and steady.")
    private List<String> scenarios = List.of();

    @Option(
            names = "--protocols",
            split = ",",
            defaultValue = "plain,socketio",
            description = "Which protocols (default: ${DEFAULT-VALUE}).")
    private List<String> protocols = List.of();

    @Option(names = "--rounds", defaultValue = "3", description = "How often each (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "1.5", description = "Seconds of a round (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--warm",
            defaultValue = "20",
            description = "Seconds of load before a JVM's first round (default: ${DEFAULT-VALUE}).")
    private double warm;

    @Option(
            names = "--jvm-flags",
            defaultValue = "-XX:+UseParallelGC -Xms1g -Xmx1g",
            description = "Of the servers' JVM (default: ${DEFAULT-VALUE}).")
    private String jvmFlags = "";

    @Option(
            names = "--growth",
            description = "Measures instead what Maru costs as rooms, connections or messages grow.")
    private boolean growth;

    @Option(
            names = "--series",
            split = ",",
            description = "With --growth, only these: room-size, rooms, namespaces, connections, payload, loops, idle.")
    private List<String> series = List.of();

    @Option(names = "--page", description = "Measures nothing, only writes the page.")
    private boolean page;

    @Option(
            names = "--budget",
            defaultValue = "34",
            description = "Minutes after which what is left is left out (default: ${DEFAULT-VALUE}).")
    private int budget;

    @Option(names = "--results", description = "The file of results (default: benchmarks/target/results.jsonl).")
    private Path results = Path.of("");

    @Option(names = "--root", hidden = true, required = true)
    private Path root = Path.of("");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Run() {}

    /**
     * Measures.
     *
     * @param args options, see {@code --help}
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Run()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path file = results.toString().isEmpty() ? root.resolve("benchmarks/target/results.jsonl") : results;
        int faulty = page ? 0 : measure(file);
        Page.write(file, root);
        return faulty == 0 ? 0 : 1;
    }

    private int measure(Path file) throws IOException, InterruptedException {
        Place place = Place.here(root);
        Plan plan = new Plan(
                servers.stream().map(this::contender).toList(),
                protocols,
                scenarios,
                rounds,
                seconds,
                warm,
                List.of(jvmFlags.strip().split(" +", -1)));
        Recorder recorder = new Recorder(file, Machine.facts(place));
        try (Bench bench = new Bench(place, plan, recorder, Duration.ofMinutes(budget))) {
            if (growth) {
                new Growth(bench, series).run();
            } else {
                new Comparison(bench).run();
            }
        }
        return recorder.faulty();
    }

    private Contender contender(String name) {
        return Contender.find(name)
                .orElseThrow(() -> new ParameterException(spec.commandLine(), "no such server: " + name));
    }
}
