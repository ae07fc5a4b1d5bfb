package io.maru.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What the kernel tells of processes and of the machine (Linux; elsewhere all is 0). */
final class ServerProcess {

    private static final Path PROC = Path.of("/proc");

    private final Set<Long> pids = new LinkedHashSet<>();

    /** The processes that are named, and all that they have started by now. */
    ServerProcess(List<Long> roots) {
        for (long root : roots) {
            pids.add(root);
            ProcessHandle.of(root).ifPresent(handle -> handle.descendants().forEach(child -> pids.add(child.pid())));
        }
    }

    /** Nanoseconds on a CPU of each thread there is. */
    Map<String, Long> threadNanos() {
        Map<String, Long> nanos = new HashMap<>();
        for (long pid : pids) {
            Path tasks = PROC.resolve(Long.toString(pid)).resolve("task");
            try (Stream<Path> threads = Files.list(tasks)) {
                threads.forEach(thread -> read(thread.resolve("schedstat"))
                        .ifPresent(text -> nanos.put(
                                pid + "/" + thread.getFileName(), Long.valueOf(text.substring(0, text.indexOf(' '))))));
            } catch (IOException e) {
                // it has ended
            }
        }
        return nanos;
    }

    /** What was used from one reading to the next. A thread that ended between the two is left out. */
    static long used(Map<String, Long> before, Map<String, Long> after) {
        long used = 0;
        for (Map.Entry<String, Long> thread : after.entrySet()) {
            used += thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
        }
        return used;
    }

    /** Bytes of memory that are resident. */
    long residentBytes() {
        long bytes = 0;
        for (long pid : pids) {
            Path process = PROC.resolve(Long.toString(pid));
            // exact, where the kernel has it; the other is kept in counters of each CPU
            long exact = kilobytes(process.resolve("smaps_rollup"), "Rss:");
            bytes += 1024 * (exact > 0 ? exact : kilobytes(process.resolve("status"), "VmRSS:"));
        }
        return bytes;
    }

    /** Asks each of the processes that is a JVM for a garbage collection, and waits for it. */
    void collectGarbage() throws IOException, InterruptedException {
        for (long pid : pids) {
            Path program = PROC.resolve(Long.toString(pid)).resolve("exe").toRealPath();
            // what is no JVM dies of being asked
            Optional<Path> jcmd = Optional.of(program.resolveSibling("jcmd"))
                    .filter(path -> program.endsWith("java") && Files.isExecutable(path));
            if (jcmd.isPresent()) {
                Process process = new ProcessBuilder(jcmd.get().toString(), Long.toString(pid), "GC.run")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (!process.waitFor(30, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            }
        }
    }

    /** Nanoseconds that all CPUs of the machine were busy since it started. */
    static long machineNanos() {
        Optional<String> cpu =
                read(PROC.resolve("stat")).flatMap(text -> text.lines().findFirst());
        if (cpu.isEmpty()) {
            return 0;
        }
        String[] fields = cpu.get().trim().split(" +", -1);
        long ticks = 0;
        // user, nice, system, idle, iowait, irq, softirq
        for (int field : new int[] {1, 2, 3, 6, 7}) {
            ticks += Long.parseLong(fields[field]);
        }
        return ticks * 10_000_000L;
    }

    private static long kilobytes(Path file, String name) {
        return read(file).stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElse(0);
    }

    private static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
