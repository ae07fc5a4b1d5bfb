package io.maru.benchmarks.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Facts that numbers mean nothing without. */
final class Machine {

    private static final Pattern MAVEN =
            Pattern.compile("<(netty|netty-socketio|java-websocket|vertx)\\.version>([^<]+)<");
    private static final Pattern NPM = Pattern.compile("\"(socket\\.io|ws)\": *\"([^\"]+)\"");

    private Machine() {}

    static ObjectNode facts(Place place) {
        ObjectNode facts = JsonNodeFactory.instance.objectNode();
        facts.put("cpu", cpu());
        facts.put("cores", Runtime.getRuntime().availableProcessors());
        facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("jvm", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
        facts.put("node", output(List.of("node", "--version")));
        facts.put("commit", output(List.of("git", "-C", place.root().toString(), "rev-parse", "--short", "HEAD")));
        facts.put("open_files", output(List.of("sh", "-c", "ulimit -H -n")));
        facts.put("versions", versions(place.root()));
        return facts;
    }

    /** Of the other servers, as their build files pin them. */
    private static String versions(Path root) {
        List<String> versions = new ArrayList<>();
        find(root.resolve("benchmarks/peers/pom.xml"), MAVEN, versions);
        find(root.resolve("benchmarks/peers/node/package.json"), NPM, versions);
        return String.join(", ", versions);
    }

    private static void find(Path file, Pattern pattern, List<String> versions) {
        try {
            Matcher matcher = pattern.matcher(Files.readString(file));
            while (matcher.find()) {
                versions.add(matcher.group(1) + " " + matcher.group(2));
            }
        } catch (IOException e) {
            // these servers are not here
        }
    }

    private static String cpu() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }

    /** The first line that a command prints; empty if there is no such command, or it fails. */
    private static String output(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            boolean well = process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
            return well ? text.lines().findFirst().orElse("") : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
