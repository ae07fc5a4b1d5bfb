package io.maru.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.maru.benchmarks.load.FaultyServer.Wrong;
import io.maru.benchmarks.load.Settings.Speech;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

class LoadTest {

    private static final String[] ROOMS = {
        "--kind", "rooms", "--conns", "20", "--room", "5", "--publishers", "2", "--window", "2", "--payload", "32"
    };

    @ParameterizedTest
    @CsvSource({
        "plain, DROPS, lost",
        "plain, DOUBLES, doubled",
        "plain, SENDS_TO_ANOTHER_ROOM, foreign_room",
        "plain, SENDS_TO_THE_SENDER, own_message",
        "plain, DAMAGES_A_BYTE, payload",
        "plain, CHANGES_THE_LENGTH, payload",
        "plain, CLOSES, closed",
        "socketio, DROPS, lost",
        "socketio, DOUBLES, doubled",
        "socketio, SENDS_TO_ANOTHER_ROOM, foreign_room",
        "socketio, SENDS_TO_THE_SENDER, own_message",
        "socketio, DAMAGES_A_BYTE, payload",
        "socketio, CHANGES_THE_LENGTH, payload",
        "socketio, CLOSES, closed"
    })
    void noticesWhatAServerDoesWrongOnce(Speech speech, Wrong wrong, String fault) throws Exception {
        JsonNode result = run(wrong, speech, ROOMS);
        assertThat(result.path("ok").asBoolean(false)).isFalse();
        assertThat(result.path("faults").path(fault).asInt(0)).as("%s", result).isPositive();
    }

    @ParameterizedTest
    @EnumSource
    void passesAServerThatDoesNothingWrong(Speech speech) throws Exception {
        List<String> rooms = new ArrayList<>(List.of(ROOMS));
        rooms.addAll(List.of("--seconds", "1"));
        JsonNode result = run(Wrong.NOTHING, speech, rooms.toArray(String[]::new));
        assertThat(result.path("ok").asBoolean(false)).as("%s", result).isTrue();
        assertThat(result.path("deliveries").asInt(0)).isPositive();
    }

    @ParameterizedTest
    @CsvSource({
        "plain, echo", "plain, ack", "plain, connect", "plain, idle", "plain, slow", "plain, steady",
        "socketio, echo", "socketio, ack", "socketio, connect", "socketio, idle", "socketio, slow", "socketio, steady"
    })
    void runsEachScenario(Speech speech, String scenario) throws Exception {
        String[] few = {
            "--scenario",
            scenario,
            "--conns",
            "20",
            "--room",
            "10",
            "--slow",
            "2",
            "--settle",
            "0",
            "--control",
            "0.05",
            "--resume",
            "0.05",
            "--rate",
            scenario.equals("steady") ? "500" : "0",
            "--seconds",
            "1"
        };
        JsonNode result = run(Wrong.NOTHING, speech, few);
        assertThat(result.path("ok").asBoolean(false)).as("%s", result).isTrue();
        assertThat(result.path("deliveries").asInt(0)).isPositive();
    }

    @Test
    void joinsFurtherRooms() throws Exception {
        assertThat(run(Wrong.NOTHING, Speech.plain, "--conns", "10", "--extra-rooms", "20")
                        .path("ok")
                        .asBoolean(false))
                .isTrue();
    }

    @Test
    void refusesWhatDoesNotFitTogether() {
        assertThatThrownBy(() -> LoadRun.of(Load.settings("--port", "1", "--payload", "15")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--payload");
    }

    private static JsonNode run(Wrong wrong, Speech speech, String... options)
            throws IOException, InterruptedException {
        try (FaultyServer server = new FaultyServer(wrong)) {
            List<String> args =
                    new ArrayList<>(List.of("--port", Integer.toString(server.port()), "--protocol", speech.name()));
            args.addAll(List.of("--warm", "0.02", "--seconds", "0.1", "--connect-timeout", "30"));
            // what is late is not lost; where something is lost, this time is waited for it
            args.addAll(List.of("--drain", wrong == Wrong.NOTHING ? "10" : "2"));
            args.addAll(List.of(options));
            try (LoadRun run = LoadRun.of(Load.settings(args.toArray(String[]::new)))) {
                return run.run();
            }
        }
    }
}
