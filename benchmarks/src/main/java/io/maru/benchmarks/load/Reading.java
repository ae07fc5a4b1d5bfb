package io.maru.benchmarks.load;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * The clocks at one moment.
 *
 * @param time by {@link System#nanoTime}
 * @param server nanoseconds on CPU of each thread of the server
 * @param own the same of the load generator
 * @param machine nanoseconds that the machine was busy
 * @param deliveries how much was counted by then
 */
record Reading(long time, Map<String, Long> server, Map<String, Long> own, long machine, long deliveries) {

    private static final ServerProcess SELF =
            new ServerProcess(List.of(ProcessHandle.current().pid()));

    Reading {
        server = Map.copyOf(server);
        own = Map.copyOf(own);
    }

    static Reading take(ServerProcess process, long deliveries) {
        return new Reading(
                System.nanoTime(), process.threadNanos(), SELF.threadNanos(), ServerProcess.machineNanos(), deliveries);
    }

    /** Writes what happened from this one to a later one. */
    void describe(Reading end, ObjectNode result) {
        double nanos = end.time - time;
        double cpu = ServerProcess.used(server, end.server);
        double self = ServerProcess.used(own, end.own);
        long count = end.deliveries - deliveries;
        result.put("seconds", round(nanos / 1e9));
        result.put("deliveries", count);
        result.put("per_second", round(count * 1e9 / nanos));
        result.put("server_cpu_us", round(cpu / 1e3 / Math.max(1, count)));
        result.put("server_cores", round(cpu / nanos));
        result.put("load_cores", round(self / nanos));
        result.put("foreign_cores", round((end.machine - machine - cpu - self) / nanos));
    }

    static double round(double value) {
        return Math.round(value * 1e4) / 1e4;
    }
}
