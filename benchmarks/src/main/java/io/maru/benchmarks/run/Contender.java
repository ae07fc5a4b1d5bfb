package io.maru.benchmarks.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A server that is measured.
 *
 * @param name in results and options
 * @param kind what it runs on
 * @param protocols what it speaks
 */
record Contender(String name, Kind kind, List<String> protocols) {

    /** What a server runs on. */
    enum Kind {
        MARU,
        JVM,
        NODE
    }

    private static final List<String> BOTH = List.of("plain", "socketio");
    private static final List<String> PLAIN = List.of("plain");
    private static final List<String> SOCKET_IO = List.of("socketio");

    /** All there are. */
    static final List<Contender> ALL = List.of(
            new Contender("maru-epoll", Kind.MARU, BOTH),
            new Contender("maru-io_uring", Kind.MARU, BOTH),
            new Contender("maru-nio", Kind.MARU, BOTH),
            new Contender("maru-epoll-workers", Kind.MARU, BOTH),
            new Contender("maru-io_uring-workers", Kind.MARU, BOTH),
            new Contender("maru-nio-workers", Kind.MARU, BOTH),
            new Contender("netty-epoll", Kind.JVM, BOTH),
            new Contender("netty-io_uring", Kind.JVM, BOTH),
            new Contender("netty-nio", Kind.JVM, BOTH),
            new Contender("netty-socketio-epoll", Kind.JVM, SOCKET_IO),
            new Contender("netty-socketio", Kind.JVM, SOCKET_IO),
            new Contender("vertx", Kind.JVM, PLAIN),
            new Contender("java-websocket", Kind.JVM, PLAIN),
            new Contender("socket.io", Kind.NODE, SOCKET_IO),
            new Contender("ws", Kind.NODE, PLAIN));

    Contender {
        protocols = List.copyOf(protocols);
    }

    static Optional<Contender> find(String name) {
        return ALL.stream().filter(one -> one.name.equals(name)).findFirst();
    }

    boolean isJvm() {
        return kind != Kind.NODE;
    }

    /** The command that starts it. */
    List<String> command(Place place, int port, int loops, List<String> jvmFlags) {
        List<String> command = new ArrayList<>();
        if (kind != Kind.MARU) {
            command.add(place.root().resolve("benchmarks/peers/start").toString());
            command.add(name);
            command.addAll(List.of("--port", Integer.toString(port)));
            if (loops > 1) {
                command.addAll(List.of("--loops", Integer.toString(loops)));
            }
            return command;
        }
        boolean workers = name.endsWith("-workers");
        String transport = name.substring("maru-".length()).replace("-workers", "");
        command.add(place.java());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(jvmFlags);
        command.addAll(List.of("-cp", place.classPath(), "io.maru.benchmarks.Serve"));
        command.addAll(List.of("--port", Integer.toString(port), "--transport", transport));
        command.addAll(List.of("--handlers", workers ? "workers" : "loop", "--loops", Integer.toString(loops)));
        return command;
    }
}
