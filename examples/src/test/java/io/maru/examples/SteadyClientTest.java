package io.maru.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.examples.ReadingsServer.Reading;
import io.maru.testkit.MaruTest;
import io.maru.testkit.TestClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SteadyClientTest {

    private final List<Double> stored = new CopyOnWriteArrayList<>();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final MaruTest test =
            MaruTest.start(server -> ReadingsServer.install(server, reading -> stored.add(reading.value())));

    @AfterEach
    void stop() {
        test.close();
    }

    @Test
    void bringsWhatWasReadWithoutANetwork() {
        TestClient client = test.connect("/", SteadyClient::configure);
        SteadyClient.watch(client.socket(), log::add);
        SteadyClient.report(client.socket(), 1);
        test.settle();

        client.network().takeDown();
        client.awaitDisconnected();
        SteadyClient.report(client.socket(), 2);
        SteadyClient.report(client.socket(), 3);
        test.advance(Duration.ofMinutes(1));
        assertThat(stored).containsExactly(1.0);

        client.network().restore();
        test.advance(Duration.ofSeconds(10));

        assertThat(stored).containsExactly(1.0, 2.0, 3.0);
        assertThat(log)
                .startsWith("connected")
                .anyMatch(line -> line.matches("disconnected: .*, will come back"))
                .contains("attempt 1")
                .anyMatch(line -> line.startsWith("not connected: "))
                .anyMatch(line -> line.startsWith("back after "));
        assertThat(log.lastIndexOf("connected")).isGreaterThan(log.indexOf("attempt 1"));
    }

    @Test
    void sendsAgainWhatWasNotAnswered() {
        TestClient client = test.connect("/", SteadyClient::configure);

        client.network().hold();
        SteadyClient.report(client.socket(), 1);
        test.advance(Duration.ofSeconds(12)); // it has been sent three times
        client.network().restore();
        test.settle();

        assertThat(stored).containsExactly(1.0);
    }

    @Test
    void storesAReadingOnce() {
        TestClient client = test.connectPlain();

        client.ask("reading", new Reading("a", 1));
        client.ask("reading", new Reading("a", 1));

        assertThat(stored).containsExactly(1.0);
    }
}
