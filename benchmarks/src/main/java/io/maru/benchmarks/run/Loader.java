package io.maru.benchmarks.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Runs the load generator against a server, in a process of its own. */
final class Loader {

    private static final int TIMEOUT = 240;

    private final Place place;
    private final JsonMapper mapper = new JsonMapper();

    Loader(Place place) {
        this.place = place;
    }

    /** What it printed; when it printed nothing useful, a result that is not ok. */
    ObjectNode load(RunningServer server, String protocol, List<String> options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(place.java(), "-XX:+UseSerialGC", "-Xmx1g", "-Xshare:auto"));
        command.addAll(List.of("-cp", place.classPath(), "io.maru.benchmarks.load.Load"));
        command.addAll(List.of("--port", Integer.toString(server.port()), "--pid", Long.toString(server.pid())));
        command.addAll(List.of("--protocol", protocol));
        command.addAll(options);
        Path out = place.root().resolve("benchmarks/target/logs/load.out");
        Process process = new ProcessBuilder(place.pinned(1, server.isPinned(), command))
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        Thread end = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(end);
        try {
            if (!process.waitFor(TIMEOUT, TimeUnit.SECONDS)) {
                return failed("the load generator did not end");
            }
        } finally {
            process.destroyForcibly();
            Runtime.getRuntime().removeShutdownHook(end);
        }
        String text = java.nio.file.Files.readString(out, StandardCharsets.UTF_8);
        ObjectNode result = parse(text);
        if (!server.isAlive()) {
            result.put("ok", false).put("first_fault", "the server has died");
        }
        return result;
    }

    private ObjectNode parse(String text) {
        String last = text.strip().lines().reduce((before, line) -> line).orElse("");
        try {
            return mapper.readTree(last) instanceof ObjectNode result ? result : failed(last);
        } catch (JacksonException e) {
            return failed(text.substring(0, Math.min(200, text.length())));
        }
    }

    private static ObjectNode failed(String why) {
        return JsonNodeFactory.instance.objectNode().put("ok", false).put("first_fault", why);
    }
}
