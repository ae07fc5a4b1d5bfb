package io.maru.conformance.clients;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs the scripts of {@code src/test/js} on Node, with the packages that their lock file names. Where Node, npm or the
 * browser is missing the test is skipped; with {@code -Dmaru.test.require=true} it fails instead.
 */
final class NodeScripts {

    private static final boolean REQUIRED = Boolean.getBoolean("maru.test.require");
    private static final Duration INSTALL_LIMIT = Duration.ofMinutes(3);
    static final Path MODULE = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    static final Path SOURCES = MODULE.resolve("src/test/js");
    private static final Path FOLDER = MODULE.resolve("target/js");

    // what is missing, empty when nothing is, null until it was looked at; guarded by the class
    private static @Nullable String missing;

    private NodeScripts() {}

    /** Runs a script to its end; fails the test, with the script's output, when it fails or takes too long. */
    static void run(String script, Duration limit, String... args) {
        try (Script running = start(script, line -> {}, args)) {
            running.awaitSuccess(limit);
        }
    }

    /** Starts a script; the listener takes each line that it prints, on a thread of its own. */
    static Script start(String script, Consumer<String> listener, String... args) {
        need(prepare());
        List<String> command = new ArrayList<>(List.of("node", script));
        command.addAll(List.of(args));
        return new Script(String.join(" ", command), launch(command), listener);
    }

    /** The Chromium of this machine. */
    static Path chromium() {
        Path usual = Path.of("/usr/bin/chromium");
        Path found = Files.isExecutable(usual) ? usual : onPath("chromium");
        if (found == null) {
            need("no Chromium: neither /usr/bin/chromium nor chromium on the PATH");
            throw new AssertionError();
        }
        return found;
    }

    /** Where scripts leave their pictures. */
    static Path screenshots() {
        try {
            return Files.createDirectories(MODULE.resolve("target/screenshots"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void need(String lack) {
        if (lack.isEmpty()) {
            return;
        }
        if (REQUIRED) {
            fail(lack + " (maru.test.require is set)");
        }
        abort("skipped: " + lack);
    }

    private static synchronized String prepare() {
        String lack = missing;
        if (lack == null) {
            try {
                lack = install();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            missing = lack;
        }
        return lack;
    }

    private static String install() throws IOException {
        for (String tool : List.of("node", "npm")) {
            if (onPath(tool) == null) {
                return tool + " is not on the PATH";
            }
        }
        copySources();
        Path lock = SOURCES.resolve("package-lock.json");
        Path installed = FOLDER.resolve("node_modules/.installed-lock.json");
        if (Files.exists(installed) && Files.mismatch(lock, installed) < 0) {
            return "";
        }
        List<String> command = List.of("npm", "ci", "--ignore-scripts");
        try (Script npm = new Script(String.join(" ", command), launch(command), line -> {})) {
            if (!npm.succeeds(INSTALL_LIMIT)) {
                return npm.describe("could not be done");
            }
        }
        Files.copy(lock, installed, StandardCopyOption.REPLACE_EXISTING);
        return "";
    }

    private static void copySources() throws IOException {
        Files.createDirectories(FOLDER);
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, FOLDER.resolve(file.getFileName().toString()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static Process launch(List<String> command) {
        try {
            return new ProcessBuilder(command)
                    .directory(FOLDER.toFile())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable Path onPath(String tool) {
        String path = System.getenv("PATH");
        for (String folder : path == null ? new String[0] : path.split(File.pathSeparator)) {
            Path file = Path.of(folder, tool);
            if (Files.isExecutable(file)) {
                return file;
            }
        }
        return null;
    }

    /** A script that runs. Closing it ends it and what it has started. */
    static final class Script implements AutoCloseable {

        private final String name;
        private final Process process;
        private final Thread reader;
        private final Queue<String> output = new ConcurrentLinkedQueue<>();

        private Script(String name, Process process, Consumer<String> listener) {
            this.name = name;
            this.process = process;
            this.reader = new Thread(() -> read(listener), "output of " + name);
            reader.start();
        }

        /** Writes a line to the script. */
        synchronized void tell(String line) {
            try {
                process.getOutputStream().write((line + '\n').getBytes(StandardCharsets.UTF_8));
                process.getOutputStream().flush();
            } catch (IOException e) {
                throw new UncheckedIOException(describe("does not listen"), e);
            }
        }

        /** Fails the test unless the script ends in time and well. */
        void awaitSuccess(Duration limit) {
            if (!succeeds(limit)) {
                fail(describe(process.isAlive() ? "was not done in " + limit.toSeconds() + " s" : "failed"));
            }
        }

        @Override
        public void close() {
            List<ProcessHandle> started = process.descendants().toList();
            process.destroyForcibly();
            started.forEach(ProcessHandle::destroyForcibly);
            process.onExit().join();
        }

        private boolean succeeds(Duration limit) {
            try {
                if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                    return false;
                }
                reader.join();
                return process.exitValue() == 0;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        private String describe(String what) {
            return '"' + name + "\" " + what + "; its output:\n" + String.join("\n", output);
        }

        private void read(Consumer<String> listener) {
            try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    output.add(line);
                    listener.accept(line);
                }
            } catch (IOException e) {
                output.add(e.toString()); // the script was ended
            }
        }
    }
}
