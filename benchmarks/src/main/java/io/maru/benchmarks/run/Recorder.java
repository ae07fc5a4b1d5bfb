package io.maru.benchmarks.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Appends results to a file, one line of JSON each, and says them. */
final class Recorder {

    private final Path file;
    private final ObjectNode machine;
    private int faulty;

    Recorder(Path file, ObjectNode machine) {
        this.file = file;
        this.machine = machine;
    }

    void add(ObjectNode result, String server, String protocol, String scenario, int round) throws IOException {
        result.put("server", server);
        result.put("protocol", protocol);
        result.put("scenario", scenario);
        result.put("round", round);
        result.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        result.set("machine", machine);
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.write(file, List.of(result.toString()), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        boolean ok = result.path("ok").asBoolean(false);
        if (!ok) {
            faulty++;
        }
        say(String.format(
                "%-14s %d  %-22s %-8s %8.2f us  %9.0f/s  p99 %9.0f us  foreign %.2f  %s",
                scenario,
                round,
                server,
                protocol,
                result.path("server_cpu_us").asDouble(0),
                result.path("per_second").asDouble(0),
                result.path("p99_us").asDouble(0),
                result.path("foreign_cores").asDouble(0),
                ok ? "" : "FAULT " + result.path("first_fault").asString("")));
    }

    int faulty() {
        return faulty;
    }

    void say(String text) {
        System.err.println(text);
    }
}
