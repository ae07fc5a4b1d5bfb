package io.maru.benchmarks.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Loads a server and prints one line of JSON. The status is 0 when nothing was wrong. */
@Command(name = "load", mixinStandardHelpOptions = true, description = "Loads a server and checks every delivery.")
public final class Load implements Callable<Integer> {

    @Mixin
    private final Settings settings = new Settings();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Load() {}

    /**
     * Runs one scenario.
     *
     * @param args options, see {@code --help}
     */
    public static void main(String[] args) {
        System.exit(commandLine(new Load()).execute(expand(List.of(args))));
    }

    /** Reads settings from options. */
    static Settings settings(String... args) {
        Load load = new Load();
        commandLine(load).parseArgs(expand(List.of(args)));
        return load.settings;
    }

    private static CommandLine commandLine(Load load) {
        return new CommandLine(load).setOverwrittenOptionsAllowed(true);
    }

    private static String[] expand(List<String> args) {
        List<String> all = new ArrayList<>();
        int at = args.indexOf("--scenario");
        if (at >= 0 && at + 1 < args.size()) {
            Preset.find(args.get(at + 1)).ifPresent(preset -> all.addAll(preset.options()));
        }
        all.addAll(args);
        return all.toArray(String[]::new);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!settings.scenario.isEmpty() && Preset.find(settings.scenario).isEmpty()) {
            throw new ParameterException(spec.commandLine(), "no such scenario: " + settings.scenario);
        }
        try (LoadRun run = LoadRun.of(settings)) {
            System.out.println(run.run());
            return run.faults.isEmpty() ? 0 : 1;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
