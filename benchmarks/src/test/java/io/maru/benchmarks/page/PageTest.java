package io.maru.benchmarks.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

class PageTest {

    private static final String RESULTS = """
            {"server":"netty-epoll","protocol":"socketio","scenario":"small","server_cpu_us":2.5,"per_second":400000,"ok":true}
            {"server":"maru-epoll","protocol":"socketio","scenario":"small","server_cpu_us":3.0,"per_second":300000,"p99_us":1500,"ok":true}
            {"server":"maru-epoll","protocol":"socketio","scenario":"small","server_cpu_us":3.3,"per_second":310000,"p99_us":1700,"ok":true}
            {"server":"maru-epoll","protocol":"socketio","scenario":"small","server_cpu_us":2.7,"per_second":320400,"p99_us":1600,"ok":true}
            {"server":"maru-epoll","protocol":"socketio","scenario":"small","server_cpu_us":99,"ok":false}
            {"server":"netty-io_uring","protocol":"socketio","scenario":"small","server_cpu_us":2.0,"per_second":450000,"ok":true}
            {"server":"socket.io","protocol":"socketio","scenario":"small","server_cpu_us":20,"per_second":45678,"ok":true}
            {"server":"maru-epoll","protocol":"plain","scenario":"echo","server_cpu_us":1,"ok":true}
            {"server":"maru-epoll","protocol":"plain","scenario":"idle","connected":10000,"bytes_per_connection":2048,"server_cores":0,"ok":true}
            {"server":"maru-epoll","protocol":"plain","scenario":"slow","rss_grown_mb":12,"per_second_before":500000,"per_second":480000,"slow":10,"slow_closed":10,"ok":true}
            {"server":"maru-epoll","protocol":"plain","scenario":"half","per_second":50000,"server_cores":0.4,"p50_us":90,"p99_us":400,"p999_us":2500,"ok":true}
            {"server":"maru-epoll","protocol":"plain","scenario":"growth-room-size","x":10,"server_cpu_us":3,"ok":true}
            {"server":"maru-epoll","protocol":"plain","scenario":"growth-room-size","x":100,"server_cpu_us":2,"ok":true,"date":"2026-11-26T10:00:00Z","machine":{"cpu":"a CPU"}}
            """;

    @TempDir
    private Path folder = Path.of("");

    private Path file = Path.of("");

    @BeforeEach
    void writeResults() throws IOException {
        file = folder.resolve("results.jsonl");
        Files.writeString(file, RESULTS);
    }

    @Test
    void showsMediansAndSpreadAServerALine() throws IOException {
        assertThat(new Tables(Results.read(file)).cpu("socketio")).isEqualTo("""
                        | server | small |
                        |---|---:|
                        | maru-epoll | 3.00 ±10% |
                        | netty-epoll | 2.50 ±0% |
                        | netty-io_uring | 2.00 ±0% |
                        | socket.io | 20.0 ±0% |""");
    }

    @Test
    void comparesWithBareNettyAndWithNode() throws IOException {
        assertThat(new Tables(Results.read(file)).ratios("socketio"))
                .contains("| maru-epoll | 1.50 / 0.15 |")
                .contains("| socket.io | 10.0 / 1.00 |");
    }

    @Test
    void showsOtherTables() throws IOException {
        Tables tables = new Tables(Results.read(file));
        assertThat(tables.rates("socketio"))
                .contains("| maru-epoll | 310,000 |")
                .contains("| socket.io | 45,700 |");
        assertThat(tables.latencies("socketio"))
                .contains("| maru-epoll | 1.60 |")
                .contains("| netty-epoll | – |");
        assertThat(tables.half()).contains("| maru-epoll | plain | 50,000 | 0.40 | 0.09 | 0.40 | 2.50 |");
        assertThat(tables.idle()).contains("| maru-epoll | plain | 10,000 | 2,050 | 0.00 |");
        assertThat(tables.slow()).contains("| maru-epoll | plain | 12.0 | 500,000 | 480,000 | 10 of 10 |");
    }

    @Test
    void drawsWhatGrows() throws Exception {
        GrowthPlots growth = new GrowthPlots(Results.read(file));
        assertThat(growth.markdown())
                .contains("![One room that grows: CPU µs a delivered message](performance/room-size.svg)")
                .contains("| CPU µs a delivered message | 10 | 100 |")
                .contains("| epoll, plain | 3.00 | 2.00 |");
        Map<String, String> plots = growth.plots();
        assertThat(plots).containsOnlyKeys("room-size.svg");
        for (String svg : plots.values()) {
            DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        }
    }

    @Test
    void writesRowsBetweenTheMarkersAndKeepsTheHead() throws IOException {
        String readme = """
                before
                <!-- performance -->
                | 서버 | a | b | c | d | e |
                |---|---:|---:|---:|---:|---:|
                | old | 1 | 1 | 1 | 1 | 1 |
                <!-- /performance -->
                after
                """;
        assertThat(new Readme(Results.read(file)).rewrite(readme)).isEqualTo("""
                        before
                        <!-- performance -->
                        | 서버 | a | b | c | d | e |
                        |---|---:|---:|---:|---:|---:|
                        | Maru, epoll | 3.00 | – | – | – | – |
                        | Maru, io_uring | – | – | – | – | – |
                        | Netty | 2.00 | – | – | – | – |
                        | netty-socketio, epoll | – | – | – | – | – |
                        | Socket.IO, Node | 20.0 | – | – | – | – |
                        <!-- /performance -->
                        after
                        """);
    }

    @Test
    void leavesAReadmeWithoutMarkersAlone() throws IOException {
        assertThat(new Readme(Results.read(file)).rewrite("nothing here")).isEqualTo("nothing here");
    }

    @Test
    void fillsTheWholePage() throws IOException {
        Page.write(file, folder);
        assertThat(folder.resolve("docs/performance/room-size.svg")).exists();
        assertThat(Files.readString(folder.resolve("docs/performance.md")))
                .doesNotContain("{{")
                .contains("12 rounds are behind this page.")
                .contains("maru-epoll in small (socketio)")
                .contains("| date | 2026-11-26 |")
                .contains("| cpu | a CPU |")
                .contains("at 2,050 bytes a connection (plain, epoll) 100,000 take 195 MB");
    }

    @Test
    void saysThatNothingWasMeasured() throws IOException {
        Page.write(folder.resolve("none.jsonl"), folder);
        assertThat(Files.readString(folder.resolve("docs/performance.md")))
                .doesNotContain("{{")
                .contains("Not measured yet.");
    }
}
