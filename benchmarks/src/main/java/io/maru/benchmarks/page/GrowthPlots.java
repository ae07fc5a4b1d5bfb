package io.maru.benchmarks.page;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** The plots of what Maru costs as something grows, by file name, and the same numbers as tables. */
final class GrowthPlots {

    /**
     * One thing that grows.
     *
     * @param name as in results, without {@code growth-}
     * @param title above the plot
     * @param x what is at the foot of it
     * @param log whether that axis is logarithmic
     * @param field what is shown
     * @param y its words
     */
    private record Kind(String name, String title, String x, boolean log, String field, String y) {}

    private static final String CPU = "server_cpu_us";
    private static final String CPU_WORDS = "CPU µs a delivered message";

    private static final List<Kind> KINDS = List.of(
            new Kind("room-size", "One room that grows", "members", true, CPU, CPU_WORDS),
            new Kind(
                    "rooms",
                    "More rooms a connection",
                    "rooms that each of 1000 connections is in besides",
                    false,
                    CPU,
                    CPU_WORDS),
            new Kind("namespaces", "More namespaces", "namespaces that 5000 connections share", true, CPU, CPU_WORDS),
            new Kind("connections", "More connections, in rooms of 5", "connections", true, CPU, CPU_WORDS),
            new Kind("payload", "Larger messages, in a room of 100", "bytes of a message", true, CPU, CPU_WORDS),
            new Kind("loops", "More event loops", "loops", false, "per_second", "deliveries a second"),
            new Kind("idle", "Idle connections", "connections", false, "bytes_per_connection", "bytes a connection"));

    private final Results results;

    GrowthPlots(Results results) {
        this.results = results;
    }

    /** SVG by name of its file. */
    Map<String, String> plots() {
        Map<String, String> plots = new LinkedHashMap<>();
        for (Kind kind : KINDS) {
            List<Plot.Line> lines = lines(kind);
            if (!lines.isEmpty()) {
                plots.put(kind.name() + ".svg", new Plot(kind.title(), kind.x(), kind.log(), kind.y(), lines).svg());
            }
        }
        return plots;
    }

    /** For each kind that was measured its picture and its table. */
    String markdown() {
        StringBuilder text = new StringBuilder();
        for (Kind kind : KINDS) {
            List<Plot.Line> lines = lines(kind);
            if (!lines.isEmpty()) {
                text.append("### ").append(kind.title()).append("\n\n![").append(kind.title());
                text.append(": ")
                        .append(kind.y())
                        .append("](performance/")
                        .append(kind.name())
                        .append(".svg)\n\n");
                text.append(table(kind, lines)).append("\n\n");
            }
        }
        return text.isEmpty() ? "Not measured yet." : text.toString().stripTrailing();
    }

    private static String table(Kind kind, List<Plot.Line> lines) {
        List<String> head = new ArrayList<>(List.of(kind.y()));
        List<Double> xs = lines.stream()
                .flatMap(line -> line.points().stream())
                .map(Plot.Point::x)
                .distinct()
                .sorted()
                .toList();
        xs.forEach(x -> head.add(String.format(java.util.Locale.ROOT, "%,d", Math.round(x))));
        List<List<String>> rows = new ArrayList<>();
        for (Plot.Line line : lines) {
            List<String> row = new ArrayList<>(List.of(line.name()));
            xs.forEach(x -> row.add(line.points().stream()
                    .filter(point -> point.x() == x)
                    .map(point -> Numbers.show(point.y()))
                    .findFirst()
                    .orElse(Numbers.NONE)));
            rows.add(row);
        }
        return Tables.markdown(head, rows);
    }

    private List<Plot.Line> lines(Kind kind) {
        List<Plot.Line> lines = new ArrayList<>();
        String scenario = "growth-" + kind.name();
        for (String protocol : List.of("plain", "socketio")) {
            for (String server : results.servers(protocol, scenario)) {
                List<Plot.Point> points = new ArrayList<>();
                for (int x : results.points(protocol, scenario)) {
                    OptionalDouble y = results.at(server, protocol, scenario, x, kind.field());
                    y.ifPresent(value -> points.add(new Plot.Point(x, value)));
                }
                if (!points.isEmpty()) {
                    lines.add(new Plot.Line(server.replace("maru-", "") + ", " + protocol, points));
                }
            }
        }
        return lines;
    }
}
