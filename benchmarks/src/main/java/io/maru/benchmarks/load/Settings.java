package io.maru.benchmarks.load;

import java.util.List;
import picocli.CommandLine.Option;

/** The options of one run. Picocli fills it; afterwards nobody changes it. */
final class Settings {

    /** What clients do. */
    enum Kind {
        echo,
        ack,
        rooms,
        connect,
        idle,
        slow
    }

    /** How they speak. */
    enum Speech {
        plain,
        socketio
    }

    @Option(names = "--port", required = true, description = "The server's port on 127.0.0.1.")
    int port;

    @Option(
            names = "--scenario",
            description = "A name that stands for other options: echo, ack, fan1000, fan1000x8, small, "
                    + "big10k, fan16k, steady, full, half, connect, idle, slow.")
    String scenario = "";

    @Option(names = "--kind", description = "${COMPLETION-CANDIDATES}.")
    Kind kind = Kind.rooms;

    @Option(names = "--protocol", description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    Speech protocol = Speech.plain;

    @Option(names = "--conns", description = "How many connections.")
    int conns = 100;

    @Option(names = "--room", description = "How many are in one room.")
    int room = 5;

    @Option(names = "--publishers", description = "How many of a room write.")
    int publishers = 1;

    @Option(names = "--window", description = "How many messages of one writer are on their way at a time.")
    int window = 1;

    @Option(names = "--payload", description = "Bytes of a message, 16 at least.")
    int payload = 64;

    @Option(
            names = "--rate",
            description = "Messages a second of all writers together, whatever comes back; 0: by --window.")
    double rate;

    @Option(names = "--warm", description = "Seconds before it is measured.")
    double warm = 1;

    @Option(names = "--seconds", description = "Seconds that are measured.")
    double seconds = 1.5;

    @Option(names = "--drain", description = "Seconds without any progress until what is missing counts as lost.")
    double drain = 5;

    @Option(names = "--settle", description = "idle: seconds before memory is read.")
    double settle = 2;

    @Option(names = "--slow", description = "slow: how many of a room stop reading.")
    int slow = 10;

    @Option(names = "--control", description = "slow: seconds before they stop.")
    double control = 2;

    @Option(names = "--resume", description = "slow: seconds in which they read again.")
    double resume = 3;

    @Option(names = "--extra-rooms", description = "How many rooms of its own each connection joins besides.")
    int extraRooms;

    @Option(
            names = "--namespaces",
            description = "Socket.IO: rooms are spread over /n0, /n1, …; 0 is the main namespace.")
    int namespaces;

    @Option(names = "--parallel", description = "How many connections are opened at a time.")
    int parallel = 128;

    @Option(names = "--connect-timeout", description = "Seconds until all must be in their rooms.")
    double connectTimeout = 60;

    @Option(names = "--pid", split = ",", description = "The server's processes; those that they start are found.")
    List<Long> pids = List.of();

    /** Says what does not fit together. */
    void check() {
        if (payload < Stamp.LENGTH + 2 || payload > FrameReader.MAX_LENGTH - 1_024) {
            throw new IllegalArgumentException(
                    "--payload must be 16 to " + (FrameReader.MAX_LENGTH - 1_024) + ": " + payload);
        }
        if (conns < 1 || room < 1 || window < 1 || publishers < 1 || publishers > room) {
            throw new IllegalArgumentException(
                    "--conns, --room, --window and --publishers must be at least 1, and publishers be in the room");
        }
        if ((kind == Kind.rooms || kind == Kind.slow) && (room < 2 || conns < room)) {
            throw new IllegalArgumentException(
                    "a room needs 2, and a connection for each: --room " + room + ", --conns " + conns);
        }
        if (kind == Kind.slow && slow + publishers >= room) {
            throw new IllegalArgumentException("--slow " + slow + " leaves no reader in a room of " + room);
        }
        if (conns / room >= Stamp.ROOMS) {
            throw new IllegalArgumentException("too many rooms");
        }
        if (namespaces > 0 && protocol == Speech.plain) {
            throw new IllegalArgumentException("--namespaces is for socketio");
        }
        if (seconds + warm + settle + control + resume > 900) {
            throw new IllegalArgumentException("more than 15 minutes");
        }
    }
}
