package io.maru.benchmarks.load;

import java.util.List;
import java.util.Optional;

/** The scenarios by name: each is a list of options, and options of the command line win over it. */
enum Preset {
    echo("echo --conns 100 --window 8"),
    ack("ack --conns 100 --window 1"),
    fan1000("rooms --conns 1000 --room 1000 --publishers 1"),
    fan1000x8("rooms --conns 1000 --room 1000 --publishers 8"),
    small("rooms --conns 1000 --room 5 --publishers 5"),
    big10k("rooms --conns 10000 --room 10000 --publishers 4"),
    fan16k("rooms --conns 100 --room 100 --publishers 1 --window 2 --payload 16384"),
    steady("rooms --conns 1000 --room 50 --publishers 1 --rate 400"),
    full("rooms --conns 1000 --room 50 --publishers 1"),
    half("rooms --conns 1000 --room 50 --publishers 1"),
    connect("connect --conns 64"),
    idle("idle --conns 10000 --room 5 --publishers 1"),
    slow("slow --conns 100 --room 100 --publishers 1 --slow 10 --payload 1024 --window 4 --seconds 6");

    private final String options;

    Preset(String text) {
        options = "--kind " + text;
    }

    List<String> options() {
        return List.of(options.split(" ", -1));
    }

    static Optional<Preset> find(String name) {
        for (Preset preset : values()) {
            if (preset.name().equals(name)) {
                return Optional.of(preset);
            }
        }
        return Optional.empty();
    }
}
