package io.maru.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The standalone server as a process of its own: what it answers to those who run it, and how a signal ends it. */
@Timeout(120)
class StandaloneServerTest {

    private static final String READY = "Maru is ready: http://localhost:";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final List<Process> processes = new ArrayList<>();
    private int port;

    private Process start(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.maru.app.Main",
                "--host",
                "127.0.0.1",
                "--port",
                "0"));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        String line = String.valueOf(output.readLine());
        assertThat(line).startsWith(READY);
        port = Integer.parseInt(line.substring(READY.length(), line.length() - 1));
        return process;
    }

    @AfterEach
    void end() {
        processes.forEach(Process::destroyForcibly);
    }

    private HttpResponse<String> get(String path) {
        try {
            return HTTP.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .timeout(Duration.ofSeconds(30))
                            .build(),
                    BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private PlainClient member() {
        PlainClient client = PlainClient.open("ws://127.0.0.1:" + port + "/");
        client.send("{\"type\":\"join-room\",\"roomId\":\"r\",\"messageId\":1}");
        assertThat(client.next()).isEqualTo("{\"type\":\"joined\",\"roomId\":\"r\"}");
        assertThat(client.next()).isEqualTo("{\"type\":\"callback\",\"messageId\":1,\"data\":{\"roomId\":\"r\"}}");
        return client;
    }

    private void expectEnd(Process process) throws InterruptedException {
        assertThat(process.waitFor(40, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    @Test
    void drainsAtASignalAndEndsWell() throws Exception {
        Process process = start("--drain", "12");
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
        assertThat(get("/health/ready").statusCode()).isEqualTo(200);
        PlainClient first = member();
        PlainClient second = member();

        process.destroy(); // SIGTERM

        await().until(() -> get("/health/ready").statusCode() == 503);
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
        assertThat(get("/socket.io/?EIO=4&transport=polling").statusCode()).isEqualTo(503);
        // one went at once, the other goes when half of the time is over
        await().until(() -> first.end().isDone() || second.end().isDone());
        assertThat(first.end().isDone() && second.end().isDone()).isFalse();
        assertThat(first.end().get(40, TimeUnit.SECONDS)).isEqualTo("1001");
        assertThat(second.end().get(40, TimeUnit.SECONDS)).isEqualTo("1001");
        expectEnd(process);
    }

    @Test
    void saysThatItComesBackWhereItDoes() throws Exception {
        Process process = start("--drain", "0", "--restarts");
        PlainClient client = member();
        process.destroy();
        assertThat(client.end().get(40, TimeUnit.SECONDS)).isEqualTo("1012");
        expectEnd(process);
    }

    @Test
    void isMeasured() throws Exception {
        Process process = start("--drain", "0");
        member();
        HttpResponse<String> metrics = get("/metrics");
        assertThat(metrics.statusCode()).isEqualTo(200);
        assertThat(metrics.headers().firstValue("content-type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
        assertThat(metrics.body())
                .contains("maru_sessions{dialect=\"json\",transport=\"websocket\"} 1.0\n")
                .contains("maru_events_total{event=\"join-room\"} 1.0\n")
                .contains("maru_rooms 1.0\n")
                .contains("jvm_memory_used_bytes{");
        process.destroy();
        expectEnd(process);
    }

    @Test
    void isNotMeasuredWhereNobodyWantsIt() throws Exception {
        Process process = start("--no-metrics");
        assertThat(get("/metrics").statusCode()).isEqualTo(404);
        process.destroy();
        expectEnd(process);
    }
}
