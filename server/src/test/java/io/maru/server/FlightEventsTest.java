package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the JDK's flight recorder gets, and what there is without it. */
class FlightEventsTest extends ServerFixture {

    @TempDir
    private Path folder;

    private List<RecordedEvent> record(Runnable what) throws IOException {
        Path file = folder.resolve("maru.jfr");
        try (Recording recording = new Recording()) {
            recording.start();
            assertThat(server().observers().listen()).isTrue();
            what.run();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("io.maru."))
                .toList();
    }

    @Test
    void areRecordedWhileSomethingRecords() throws Exception {
        serve(options -> options.slowHandler(Duration.ofMillis(2))).onConnection(socket -> {
            socket.join("r");
            socket.on("say", event -> server().to("r").emit("said", event.args()));
            socket.on("dawdle", event -> {
                Thread.sleep(5); // what is to be slow must take its time
                event.ack().send();
            });
        });
        start();
        assertThat(server().observers().listen()).isFalse();
        List<RecordedEvent> events = record(() -> {
            WireClient client = socketIo();
            WireClient plain = plain();
            fencePlain(plain);
            client.send("42[\"say\",\"hello\"]").expect("42[\"said\",\"hello\"]");
            plain.expect("{\"type\":\"said\",\"args\":[\"hello\"]}");
            client.send("421[\"dawdle\"]").expect("431[]");
            fence(client);
            plain.sendClose(1000);
            client.close();
            await().until(() -> server().stats().clients() == 0);
        });
        assertThat(server().observers().listen()).isFalse();
        List<String> seen = new ArrayList<>();
        for (RecordedEvent event : events) {
            switch (event.getEventType().getName()) {
                case "io.maru.Connect" ->
                    seen.add("connect " + event.getString("dialect") + " " + event.getString("transport"));
                case "io.maru.Disconnect" ->
                    seen.add("disconnect " + event.getString("dialect") + " " + event.getString("reason"));
                case "io.maru.Broadcast" ->
                    seen.add("broadcast " + event.getString("namespace") + " "
                            + event.getString("event") + " to " + event.getInt("recipients") + ", "
                            + event.getLong("bytes") + " bytes");
                case "io.maru.SlowHandler" -> {
                    if (event.getString("event").equals("dawdle")) { // others may be slow on a busy machine
                        assertThat(event.getDuration("handlerTime")).isGreaterThanOrEqualTo(Duration.ofMillis(5));
                        assertThat(event.getBoolean("failed")).isFalse();
                        seen.add("slow " + event.getString("event"));
                    }
                }
                default -> seen.add("unexpected " + event);
            }
        }
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        "connect socket.io websocket",
                        "connect json websocket",
                        "broadcast / said to 2, 7 bytes",
                        "slow dawdle",
                        "disconnect json transport close",
                        "disconnect socket.io transport close");
    }

    @Test
    void areThereForARecordingThatBeganBefore() throws Exception {
        try (Recording before = new Recording()) {
            before.start();
            serve();
            start();
            assertThat(server().observers().listen()).isTrue();
            get(server().stop(Duration.ofSeconds(5)));
            await().until(() -> !server().observers().listen());
        }
    }

    @Test
    void areNotMissedWhereTheJdkHasNoRecorder() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--limit-modules",
                        "java.base,java.logging,java.management,java.naming,java.desktop,java.sql,jdk.unsupported",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WithoutRecorder.class.getName())
                .redirectErrorStream(true)
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).as(output).isTrue();
            assertThat(process.exitValue()).as(output).isZero();
            assertThat(output).contains("served without a recorder");
        } finally {
            process.destroyForcibly();
        }
    }

    /** A server of a JDK that has no flight recorder, and a client. */
    static final class WithoutRecorder {
        public static void main(String[] args) {
            if (ModuleLayer.boot().findModule("jdk.jfr").isPresent()) {
                throw new AssertionError("the flight recorder is there");
            }
            MaruServer server = MaruServer.create(
                    options -> options.port(0).host("127.0.0.1").loops(1));
            server.onConnection(socket -> socket.on("echo", event -> event.ack().send(event.args())));
            server.start();
            try (server;
                    WireClient client = WireClient.open(server.port(), "/")) {
                client.send("{\"type\":\"echo\",\"messageId\":1,\"args\":[1]}")
                        .expect("{\"type\":\"callback\",\"messageId\":1,\"data\":1}");
            }
            System.out.println("served without a recorder");
        }
    }
}
