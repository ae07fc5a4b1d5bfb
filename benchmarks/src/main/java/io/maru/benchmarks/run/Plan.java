package io.maru.benchmarks.run;

import java.util.List;

/**
 * What is measured, and for how long.
 *
 * @param contenders which servers
 * @param protocols which protocols
 * @param scenarios which scenarios, by the load generator's names
 * @param rounds how often each
 * @param seconds how long each round is measured
 * @param warm seconds of load before a JVM is measured the first time
 * @param jvmFlags flags of the servers' JVM
 */
record Plan(
        List<Contender> contenders,
        List<String> protocols,
        List<String> scenarios,
        int rounds,
        double seconds,
        double warm,
        List<String> jvmFlags) {

    Plan {
        contenders = List.copyOf(contenders);
        protocols = List.copyOf(protocols);
        scenarios = List.copyOf(scenarios);
        jvmFlags = List.copyOf(jvmFlags);
    }

    /** Whether a server speaks a protocol that is asked for. */
    boolean includes(Contender contender, String protocol) {
        return protocols.contains(protocol) && contender.protocols().contains(protocol);
    }
}
