package io.maru.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.examples.AdminServer.Announced;
import io.maru.examples.AdminServer.Announcement;
import io.maru.testkit.MaruTest;
import io.maru.testkit.TestClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdminServerTest {

    private final MaruTest test = MaruTest.start(server -> AdminServer.install(server, Map.of("secret", "Ada")));

    @AfterEach
    void stop() {
        test.close();
    }

    @Test
    void letsThoseWithATokenSpeakToAll() {
        TestClient listener = test.connect();
        TestClient plainListener = test.connectPlain();
        TestClient admin = test.connect("/admin", options -> options.auth(Map.of("token", "secret")));
        TestClient plainAdmin = test.connectPlain("/admin?token=secret", options -> options);

        admin.ask("announce", new Announcement("Lunch"));
        plainAdmin.ask("announce", new Announcement("Coffee"));

        for (TestClient each : List.of(listener, plainListener)) {
            assertThat(each.next("announcement", Announced.class)).isEqualTo(new Announced("Ada", "Lunch"));
            assertThat(each.next("announcement", Announced.class)).isEqualTo(new Announced("Ada", "Coffee"));
        }
        assertThat(admin.rest()).isEmpty();
    }

    @Test
    void refusesTheOthers() {
        TestClient guest = test.open("/admin", options -> options.auth(Map.of("token", "guess")));
        assertThat(guest.awaitRefused()).hasMessage("Not authorized");

        TestClient stranger = test.open("/admin", options -> options);
        assertThat(stranger.awaitRefused()).hasMessage("Not authorized");

        assertThat(test.server().of("/admin").sockets()).isEmpty();
    }
}
