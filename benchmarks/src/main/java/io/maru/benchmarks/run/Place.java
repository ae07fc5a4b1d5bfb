package io.maru.benchmarks.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where it runs.
 *
 * @param root the project's folder
 * @param java the JVM of servers and load generator
 * @param classPath that of this program
 * @param pins whether there are two CPUs, to give the server one and the load generator the other
 */
record Place(Path root, String java, String classPath, boolean pins) {

    static Place here(Path root) {
        boolean taskset = Files.isExecutable(Path.of("/usr/bin/taskset"));
        return new Place(
                root,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                System.getProperty("java.class.path"),
                taskset && Runtime.getRuntime().availableProcessors() >= 2);
    }

    /** A command on a CPU of its own, if there are enough. */
    List<String> pinned(int cpu, boolean pin, List<String> command) {
        if (!pins || !pin) {
            return command;
        }
        List<String> all = new ArrayList<>(List.of("/usr/bin/taskset", "-c", Integer.toString(cpu)));
        all.addAll(command);
        return all;
    }
}
