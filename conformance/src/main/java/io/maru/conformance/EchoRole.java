package io.maru.conformance;

import io.maru.server.MaruServer;
import io.maru.server.ServerOptions;
import io.maru.server.WebSocket;
import io.maru.server.engine.PlainOptions;
import io.maru.server.engine.SessionLimits;
import io.maru.server.netty.DeflateOptions;
import java.time.Duration;
import java.util.List;

/** The role for the suite of the WebSocket protocol: an echo at every path. */
final class EchoRole {

    private static final int MAX_BYTES = 1 << 26;

    // no ping of ours among the frames that the suite looks at
    private static final PlainOptions OPTIONS = new PlainOptions(
            Duration.ofHours(1),
            Duration.ofHours(1),
            MAX_BYTES,
            4 * MAX_BYTES,
            List.of(),
            null,
            null,
            SessionLimits.DEFAULTS,
            List.of());

    private EchoRole() {}

    static Role role() {
        return new Role("ws-echo", 16, EchoRole::options, EchoRole::setUp);
    }

    private static void options(ServerOptions.Builder options) {
        options.path(null)
                .plainPath(null)
                .network(network -> network.withDeflate(DeflateOptions.DEFAULTS.withTakeover(true, true))
                        .withWebSocket(network.webSocket().withMaxFragments(Integer.MAX_VALUE)));
    }

    private static void setUp(MaruServer server) {
        server.webSocket("/", OPTIONS, EchoRole::echo);
    }

    private static void echo(WebSocket webSocket) {
        webSocket.onMessage(webSocket::send).onBinary(webSocket::send);
    }
}
