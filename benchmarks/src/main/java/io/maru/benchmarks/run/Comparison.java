package io.maru.benchmarks.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Measures all servers in each scenario, in rounds that take turns. */
final class Comparison {

    /** A server and how it is spoken to. */
    private record Pair(Contender contender, String protocol) {}

    private final Bench bench;
    private final Map<String, Double> published = new HashMap<>();

    Comparison(Bench bench) {
        this.bench = bench;
    }

    void run() throws IOException, InterruptedException {
        List<String> fresh = new ArrayList<>();
        for (String scenario : bench.plan().scenarios()) {
            switch (scenario) {
                case "idle", "slow" -> fresh.add(scenario);
                case "half" -> half();
                default -> scenario(scenario, List.of("--scenario", scenario), pairs());
            }
        }
        bench.stopAll();
        for (String scenario : fresh) {
            fresh(scenario);
        }
        if (bench.isOver()) {
            bench.recorder().say("the time is over; what is missing was left out. See --budget");
        }
    }

    private List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        for (Contender contender : bench.plan().contenders()) {
            for (String protocol : bench.plan().protocols()) {
                if (bench.plan().includes(contender, protocol)) {
                    pairs.add(new Pair(contender, protocol));
                }
            }
        }
        return pairs;
    }

    private void scenario(String name, List<String> options, List<Pair> pairs)
            throws IOException, InterruptedException {
        for (int round = 0; round < bench.plan().rounds(); round++) {
            for (int i = 0; i < pairs.size() && !bench.isOver(); i++) {
                // another one begins each round
                Pair pair = pairs.get((i + round) % pairs.size());
                Optional<RunningServer> server = bench.server(pair.contender(), 1);
                if (server.isPresent()) {
                    ObjectNode result = bench.round(server.get(), pair.protocol(), options, round == 0);
                    bench.recorder().add(result, pair.contender().name(), pair.protocol(), name, round);
                    double rate = result.path("published").asDouble(0)
                            / Math.max(0.001, result.path("seconds").asDouble(0));
                    published.merge(name + pair, rate, Math::max);
                }
            }
        }
    }

    /** All at one rate: half of what the slowest server on a JVM can do. */
    private void half() throws IOException, InterruptedException {
        List<Pair> pairs =
                pairs().stream().filter(pair -> pair.contender().isJvm()).toList();
        for (Pair pair : pairs) {
            if (!published.containsKey("full" + pair)) {
                scenario("full", List.of("--scenario", "full"), pairs);
                break;
            }
        }
        double slowest = pairs.stream()
                .mapToDouble(pair -> published.getOrDefault("full" + pair, 0.0))
                .filter(rate -> rate > 0)
                .min()
                .orElse(0);
        long rate = Math.round(slowest / 2);
        if (rate > 0) {
            scenario("half", List.of("--scenario", "half", "--rate", Long.toString(rate)), pairs);
        }
    }

    private void fresh(String scenario) throws IOException, InterruptedException {
        for (Pair pair : pairs()) {
            if (bench.isOver()) {
                return;
            }
            boolean idle = scenario.equals("idle");
            List<String> options = new ArrayList<>(List.of("--scenario", scenario, "--warm", idle ? "0" : "3"));
            if (idle) {
                options.addAll(List.of("--seconds", "1"));
            }
            Optional<ObjectNode> result = bench.fresh(pair.contender(), pair.protocol(), options);
            if (result.isPresent()) {
                bench.recorder().add(result.get(), pair.contender().name(), pair.protocol(), scenario, 0);
            }
        }
    }
}
