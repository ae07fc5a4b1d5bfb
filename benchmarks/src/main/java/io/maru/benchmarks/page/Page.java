package io.maru.benchmarks.page;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** {@code docs/performance.md}: a template with the tables of a file of results in it. */
public final class Page {

    private final Results results;

    private Page(Results results) {
        this.results = results;
    }

    /**
     * Writes the page, its plots, and the tables of the READMEs.
     *
     * @param file the results, a line of JSON each
     * @param root the project's folder
     * @throws IOException when something cannot be read or written
     */
    public static void write(Path file, Path root) throws IOException {
        Page page = new Page(Results.read(file));
        Path docs = root.resolve("docs");
        Files.createDirectories(docs.resolve("performance"));
        for (Map.Entry<String, String> plot :
                new GrowthPlots(page.results).plots().entrySet()) {
            Files.writeString(docs.resolve("performance").resolve(plot.getKey()), plot.getValue());
        }
        Files.writeString(docs.resolve("performance.md"), page.markdown());
        for (String name : List.of("README.md", "README.ko.md")) {
            Path readme = root.resolve(name);
            if (Files.exists(readme)) {
                Files.writeString(readme, new Readme(page.results).rewrite(Files.readString(readme)));
            }
        }
    }

    /** The whole page. */
    private String markdown() throws IOException {
        String text = template();
        for (Map.Entry<String, String> value : values().entrySet()) {
            text = text.replace("{{" + value.getKey() + "}}", value.getValue());
        }
        return text;
    }

    private Map<String, String> values() {
        Tables tables = new Tables(results);
        Map<String, String> values = new LinkedHashMap<>();
        values.put("machine", machine());
        values.put("rounds", Integer.toString(results.good().size()));
        values.put("faulty", faulty());
        for (String protocol : List.of("plain", "socketio")) {
            values.put("cpu." + protocol, tables.cpu(protocol));
            values.put("ratios." + protocol, tables.ratios(protocol));
            values.put("rates." + protocol, tables.rates(protocol));
            values.put("latencies." + protocol, tables.latencies(protocol));
        }
        values.put("half", tables.half());
        values.put("idle", tables.idle());
        values.put("slow", tables.slow());
        values.put("growth", new GrowthPlots(results).markdown());
        values.put("capacity", capacity());
        return values;
    }

    private String machine() {
        return results.last()
                .map(result -> {
                    JsonNode facts = result.path("machine");
                    return Tables.markdown(
                            List.of("what", "is"),
                            facts.properties().stream()
                                    .filter(fact ->
                                            !fact.getValue().asString("").isEmpty())
                                    .map(fact -> List.of(
                                            fact.getKey().replace('_', ' '),
                                            fact.getValue().asString("")))
                                    .collect(Collectors.collectingAndThen(Collectors.toList(), rows -> {
                                        rows.add(0, List.of("date", date(result)));
                                        return rows;
                                    })));
                })
                .orElse("Not measured yet.");
    }

    private static String date(JsonNode result) {
        String date = result.path("date").asString("");
        return date.substring(0, Math.min(10, date.length()));
    }

    private String faulty() {
        if (results.faulty().isEmpty()) {
            return "In none of them was there a fault.";
        }
        return "These had a fault and are not counted: "
                + results.faulty().stream()
                        .map(result -> result.path("server").asString("") + " in "
                                + result.path("scenario").asString("") + " ("
                                + result.path("protocol").asString("") + ")")
                        .distinct()
                        .collect(Collectors.joining(", "))
                + ".";
    }

    /** How many connections some memory holds, by the bytes that one takes. */
    private String capacity() {
        OptionalDouble bytes = results.median("maru-epoll", "plain", "idle", "bytes_per_connection");
        if (bytes.isEmpty() || bytes.getAsDouble() <= 0) {
            return "not measured yet";
        }
        return "at " + Numbers.show(bytes) + " bytes a connection (plain, epoll) 100,000 take "
                + Numbers.show(bytes.getAsDouble() * 100_000 / 1048576)
                + " MB of the server's memory, and 1,000,000 take "
                + Numbers.show(bytes.getAsDouble() * 1_000_000 / 1048576) + " MB";
    }

    private static String template() throws IOException {
        try (InputStream in = Objects.requireNonNull(Page.class.getResourceAsStream("performance.md"), "template")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
