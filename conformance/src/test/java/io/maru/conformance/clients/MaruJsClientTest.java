package io.maru.conformance.clients;

import io.maru.server.PlainAuth;
import io.maru.server.RecoveryOptions;
import io.maru.server.ServerOptions;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code maru.js} as the server serves it: on a clock moved by hand, on Node, and in a browser. */
class MaruJsClientTest {

    private static final Duration LIMIT = Duration.ofMinutes(4);

    /** What the server wants of a client, and does for it. */
    enum Mode {
        PLAIN,
        SESSION,
        AUTH;

        void set(ServerOptions.Builder options) {
            switch (this) {
                case PLAIN -> {}
                case SESSION -> options.recovery(RecoveryOptions.DEFAULTS);
                case AUTH -> options.plainAuth(PlainAuth.FIRST_MESSAGE);
            }
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Test
    void keepsItsTimes() {
        try (LabServer lab = new LabServer(options -> {})) {
            NodeScripts.run("maru-clock.mjs", LIMIT, lab.url());
        }
    }

    @Test
    void hasTypes() {
        try (LabServer lab = new LabServer(options -> {})) {
            NodeScripts.run("maru-types.mjs", LIMIT, lab.url());
        }
    }

    @ParameterizedTest
    @EnumSource
    void livesThroughABadNetworkOnNode(Mode mode) {
        try (LabServer lab = new LabServer(mode::set)) {
            NodeScripts.run("maru-node.mjs", LIMIT, lab.url(), mode.toString());
        }
    }

    @ParameterizedTest
    @EnumSource
    void livesThroughABadNetworkInAPage(Mode mode) {
        try (LabServer lab = new LabServer(mode::set)) {
            NodeScripts.run(
                    "maru-page.mjs", LIMIT, lab.url(), NodeScripts.chromium().toString(), mode.toString());
        }
    }
}
