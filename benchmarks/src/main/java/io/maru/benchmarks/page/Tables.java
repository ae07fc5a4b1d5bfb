package io.maru.benchmarks.page;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.BiFunction;

/** The tables of the page, in Markdown: a line for each server, a column for each scenario. */
final class Tables {

    static final List<String> SCENARIOS =
            List.of("small", "fan1000x8", "fan1000", "big10k", "fan16k", "echo", "ack", "steady", "full", "connect");

    private static final String CPU = "server_cpu_us";
    private static final List<String> ORDER =
            List.of("maru-", "netty-epoll", "netty-io_uring", "netty-nio", "netty-socketio", "vertx", "java-websocket");

    private final Results results;

    Tables(Results results) {
        this.results = results;
    }

    /** CPU time for each message, and how far rounds are apart. */
    String cpu(String protocol) {
        return table(protocol, (server, scenario) -> {
            OptionalDouble spread = results.spread(server, protocol, scenario, CPU);
            String value = Numbers.show(results.median(server, protocol, scenario, CPU));
            return spread.isEmpty() ? value : value + " ±" + Math.round(spread.getAsDouble()) + "%";
        });
    }

    /** CPU time as a multiple of bare Netty's on its best transport, and of Socket.IO's on Node. */
    String ratios(String protocol) {
        return table(protocol, (server, scenario) -> {
            OptionalDouble own = results.median(server, protocol, scenario, CPU);
            OptionalDouble netty = bareNetty(protocol, scenario);
            OptionalDouble node = results.median("socket.io", "socketio", scenario, CPU);
            return Numbers.show(Numbers.ratio(own, netty)) + " / " + Numbers.show(Numbers.ratio(own, node));
        });
    }

    String rates(String protocol) {
        return table(
                protocol, (server, scenario) -> Numbers.show(results.median(server, protocol, scenario, "per_second")));
    }

    /** In milliseconds. */
    String latencies(String protocol) {
        return table(protocol, (server, scenario) -> milliseconds(server, protocol, scenario, "p99_us"));
    }

    String half() {
        List<List<String>> rows = new ArrayList<>();
        for (String protocol : List.of("plain", "socketio")) {
            for (String server : ordered(results.servers(protocol, "half"))) {
                rows.add(List.of(
                        server,
                        protocol,
                        Numbers.show(results.median(server, protocol, "half", "per_second")),
                        Numbers.show(results.median(server, protocol, "half", "server_cores")),
                        milliseconds(server, protocol, "half", "p50_us"),
                        milliseconds(server, protocol, "half", "p99_us"),
                        milliseconds(server, protocol, "half", "p999_us")));
            }
        }
        return markdown(List.of("server", "protocol", "deliveries/s", "cores", "p50 ms", "p99 ms", "p99.9 ms"), rows);
    }

    String idle() {
        List<List<String>> rows = new ArrayList<>();
        for (String protocol : List.of("plain", "socketio")) {
            for (String server : ordered(results.servers(protocol, "idle"))) {
                rows.add(List.of(
                        server,
                        protocol,
                        Numbers.show(results.median(server, protocol, "idle", "connected")),
                        Numbers.show(results.median(server, protocol, "idle", "bytes_per_connection")),
                        Numbers.show(results.median(server, protocol, "idle", "server_cores"))));
            }
        }
        return markdown(List.of("server", "protocol", "connections", "bytes a connection", "cores while idle"), rows);
    }

    String slow() {
        List<List<String>> rows = new ArrayList<>();
        for (String protocol : List.of("plain", "socketio")) {
            for (String server : ordered(results.servers(protocol, "slow"))) {
                rows.add(List.of(
                        server,
                        protocol,
                        Numbers.show(results.median(server, protocol, "slow", "rss_grown_mb")),
                        Numbers.show(results.median(server, protocol, "slow", "per_second_before")),
                        Numbers.show(results.median(server, protocol, "slow", "per_second")),
                        closed(server, protocol)));
            }
        }
        return markdown(
                List.of(
                        "server",
                        "protocol",
                        "memory grew, MB",
                        "others got, a second, before",
                        "during",
                        "slow ones closed"),
                rows);
    }

    private String closed(String server, String protocol) {
        OptionalDouble closed = results.median(server, protocol, "slow", "slow_closed");
        OptionalDouble all = results.median(server, protocol, "slow", "slow");
        return closed.isEmpty() || all.isEmpty()
                ? Numbers.NONE
                : Math.round(closed.getAsDouble()) + " of " + Math.round(all.getAsDouble());
    }

    /** The least that a hand-written server on Netty takes. */
    OptionalDouble bareNetty(String protocol, String scenario) {
        return results.servers(protocol, scenario).stream()
                .filter(Tables::isBareNetty)
                .flatMapToDouble(server -> results.median(server, protocol, scenario, CPU).stream())
                .min();
    }

    static boolean isBareNetty(String server) {
        return server.startsWith("netty-") && !server.startsWith("netty-socketio");
    }

    private String milliseconds(String server, String protocol, String scenario, String field) {
        OptionalDouble micros = results.median(server, protocol, scenario, field);
        return micros.isEmpty() ? Numbers.NONE : Numbers.show(micros.getAsDouble() / 1e3);
    }

    private String table(String protocol, BiFunction<String, String, String> cell) {
        Set<String> servers = new LinkedHashSet<>();
        List<String> head = new ArrayList<>(List.of("server"));
        for (String scenario : SCENARIOS) {
            List<String> measured = results.servers(protocol, scenario);
            if (!measured.isEmpty()) {
                head.add(scenario);
                servers.addAll(measured);
            }
        }
        List<List<String>> rows = new ArrayList<>();
        for (String server : ordered(servers)) {
            List<String> row = new ArrayList<>(List.of(server));
            head.stream().skip(1).forEach(scenario -> row.add(cell.apply(server, scenario)));
            rows.add(row);
        }
        return markdown(head, rows);
    }

    private static List<String> ordered(Iterable<String> servers) {
        List<String> all = new ArrayList<>();
        servers.forEach(all::add);
        all.sort(Comparator.comparingInt(Tables::place).thenComparing(Comparator.naturalOrder()));
        return all;
    }

    private static int place(String server) {
        for (int i = 0; i < ORDER.size(); i++) {
            if (server.startsWith(ORDER.get(i))) {
                return i;
            }
        }
        return ORDER.size();
    }

    /** A table; a word that nothing was measured when it has no rows. */
    static String markdown(List<String> head, List<List<String>> rows) {
        if (rows.isEmpty()) {
            return "Not measured yet.";
        }
        StringBuilder text = new StringBuilder();
        row(text, head);
        text.append("|---").append("|---:".repeat(head.size() - 1)).append("|\n");
        rows.forEach(cells -> row(text, cells));
        return text.toString().stripTrailing();
    }

    private static void row(StringBuilder text, List<String> cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
