package io.maru.benchmarks.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** What Maru costs as one thing grows and the others stay. */
final class Growth {

    /**
     * One thing that grows.
     *
     * @param name in results
     * @param protocol how clients speak
     * @param fixed options that stay
     * @param points what it is set to
     */
    record Series(String name, String protocol, String fixed, List<Integer> points) {

        Series {
            points = List.copyOf(points);
        }

        List<String> options(int point) {
            return List.of(fixed.replace("{x}", Integer.toString(point)).split(" ", -1));
        }
    }

    private static final List<Integer> CONNECTIONS = List.of(1_000, 5_000, 10_000, 19_000);

    static final List<Series> ALL = List.of(
            new Series(
                    "room-size",
                    "plain",
                    "--conns {x} --room {x} --publishers 4",
                    List.of(10, 100, 1_000, 10_000, 19_000)),
            new Series(
                    "room-size",
                    "socketio",
                    "--conns {x} --room {x} --publishers 4",
                    List.of(10, 100, 1_000, 10_000, 19_000)),
            new Series("rooms", "plain", "--conns 1000 --room 50 --extra-rooms {x}", List.of(0, 1, 10, 100)),
            new Series(
                    "namespaces",
                    "socketio",
                    "--conns 5000 --room 5 --publishers 5 --namespaces {x}",
                    List.of(1, 10, 100, 1_000)),
            new Series(
                    "connections",
                    "plain",
                    "--conns {x} --room 5 --publishers 5",
                    List.of(100, 1_000, 5_000, 10_000, 19_000)),
            new Series(
                    "connections",
                    "socketio",
                    "--conns {x} --room 5 --publishers 5",
                    List.of(100, 1_000, 5_000, 10_000, 19_000)),
            new Series(
                    "payload",
                    "plain",
                    "--conns 100 --room 100 --publishers 1 --payload {x}",
                    List.of(16, 256, 4_096, 16_384, 65_536, 262_144)),
            new Series("loops", "plain", "--conns 1000 --room 50 --publishers 4", List.of(1, 2)),
            new Series("idle", "plain", "--scenario idle --warm 0 --seconds 1 --conns {x}", CONNECTIONS),
            new Series("idle", "socketio", "--scenario idle --warm 0 --seconds 1 --conns {x}", CONNECTIONS));

    private final Bench bench;
    private final List<Series> wanted;

    /** Some of the series, or all when none is named. */
    Growth(Bench bench, List<String> names) {
        this.bench = bench;
        this.wanted = ALL.stream()
                .filter(series -> names.isEmpty() || names.contains(series.name()))
                .toList();
    }

    void run() throws IOException, InterruptedException {
        for (Series series : wanted) {
            for (int point : series.points()) {
                for (Contender contender : bench.plan().contenders()) {
                    boolean measured = contender.kind() == Contender.Kind.MARU
                            && bench.plan().includes(contender, series.protocol());
                    if (measured && !bench.isOver()) {
                        point(series, contender, point);
                    }
                }
            }
        }
        if (bench.isOver()) {
            bench.recorder().say("the time is over; what is missing was left out. See --budget");
        }
    }

    private void point(Series series, Contender contender, int point) throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(series.options(point));
        String name = "growth-" + series.name();
        if (series.name().equals("idle")) {
            Optional<ObjectNode> result = bench.fresh(contender, series.protocol(), options);
            if (result.isPresent()) {
                bench.recorder().add(result.get().put("x", point), contender.name(), series.protocol(), name, 0);
            }
            return;
        }
        boolean loops = series.name().equals("loops");
        Optional<RunningServer> server = bench.server(contender, loops ? point : 1);
        for (int round = 0; round < bench.plan().rounds() && server.isPresent() && !bench.isOver(); round++) {
            ObjectNode result = bench.round(server.get(), series.protocol(), options, round == 0);
            bench.recorder().add(result.put("x", point), contender.name(), series.protocol(), name, round);
        }
    }
}
