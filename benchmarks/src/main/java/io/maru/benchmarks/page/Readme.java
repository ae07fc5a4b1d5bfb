package io.maru.benchmarks.page;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The short table of a README, between two markers. The head of the table is the README's own, in its own language: only the
 * rows are written.
 */
final class Readme {

    static final String BEGIN = "<!-- performance -->";
    static final String END = "<!-- /performance -->";

    private static final String CPU = "server_cpu_us";
    private static final List<String> SCENARIOS = List.of("small", "fan1000x8", "big10k", "echo", "connect");

    private final Results results;
    private final Tables tables;

    Readme(Results results) {
        this.results = results;
        tables = new Tables(results);
    }

    /** The text of a README with new rows; unchanged when it has no markers or there is nothing to tell. */
    String rewrite(String text) {
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0
                || end < begin
                || results.servers("socketio", SCENARIOS.get(0)).isEmpty()) {
            return text;
        }
        String between = text.substring(begin + BEGIN.length(), end);
        List<String> kept = new ArrayList<>();
        for (String line : between.strip().lines().toList()) {
            kept.add(line);
            if (line.startsWith("|---")) {
                break;
            }
        }
        String rows = String.join("\n", rows());
        return text.substring(0, begin) + BEGIN + "\n" + String.join("\n", kept) + "\n" + rows + "\n"
                + text.substring(end);
    }

    /** All speak Socket.IO, so that the numbers are of the same work. */
    List<String> rows() {
        List<String> rows = new ArrayList<>();
        row(rows, "Maru, epoll", scenario -> results.median("maru-epoll", "socketio", scenario, CPU));
        row(rows, "Maru, io_uring", scenario -> results.median("maru-io_uring", "socketio", scenario, CPU));
        row(rows, "Netty", scenario -> tables.bareNetty("socketio", scenario));
        row(
                rows,
                "netty-socketio, epoll",
                scenario -> results.median("netty-socketio-epoll", "socketio", scenario, CPU));
        row(rows, "Socket.IO, Node", scenario -> results.median("socket.io", "socketio", scenario, CPU));
        return rows;
    }

    private static void row(List<String> rows, String name, Cell cell) {
        List<String> cells = new ArrayList<>(List.of(name));
        SCENARIOS.forEach(scenario -> cells.add(Numbers.show(cell.of(scenario))));
        rows.add("| " + String.join(" | ", cells) + " |");
    }

    /** What stands in a column. */
    @FunctionalInterface
    private interface Cell {
        OptionalDouble of(String scenario);
    }
}
