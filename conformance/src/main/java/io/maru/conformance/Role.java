package io.maru.conformance;

import io.maru.server.MaruServer;
import io.maru.server.ServerOptions;
import io.maru.server.engine.EngineOptions;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * One of the servers that suites are pointed at.
 *
 * @param name the name, as given to {@code --only}
 * @param offset its port's distance from the first one
 * @param tls which certificate it is served with
 * @param options what is other than the default
 * @param setup adds the endpoints and handlers, before the start
 */
record Role(String name, int offset, Tls tls, Consumer<ServerOptions.Builder> options, Consumer<MaruServer> setup) {

    /** Which of the certificates that the app was given. */
    enum Tls {
        /** None: without encryption. */
        NONE,
        /** The one for the suite of the Socket.IO client. */
        SOCKET_IO,
        /** The one for the suite of the Engine.IO client. */
        ENGINE_IO
    }

    // Node's server has no such limits; suites may go beyond ours
    private static final int NO_LIMIT = 1_000_000;
    private static final int NO_LIMIT_BYTES = 1 << 28;

    Role {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(tls, "tls");
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(setup, "setup");
    }

    Role(String name, int offset, Consumer<ServerOptions.Builder> options, Consumer<MaruServer> setup) {
        this(name, offset, Tls.NONE, options, setup);
    }

    /** The same over TLS. */
    Role overTls(int tlsOffset, Tls certificate) {
        return new Role(name + "-tls", tlsOffset, certificate, options, setup);
    }

    /**
     * The same with one loop, as Node has, which hears two connections in the order in which they speak: suites expect that,
     * though nobody promises it. With io_uring a new connection can be heard before an older one.
     */
    Role inOrder() {
        return new Role(
                name, offset, tls, options.andThen(it -> it.loops(1).transport(ServerOptions.Transport.NIO)), setup);
    }

    /** Options of a server without an endpoint for plain clients, with Node's limits. */
    static void likeNode(ServerOptions.Builder options) {
        options.plainPath(null)
                .maxNameLength(NO_LIMIT)
                .maxNamespacesPerConnection(NO_LIMIT)
                .maxRoomsPerSocket(NO_LIMIT)
                .maxPendingAcks(NO_LIMIT)
                .engine(Role::likeNode);
    }

    /** Options of an Engine.IO endpoint with Node's limits, and what Node's has on. */
    static void likeNode(EngineOptions.Builder options) {
        options.maxBufferedBytes(NO_LIMIT_BYTES).allowJsonp(true);
    }
}
