package io.maru.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.maru.conformance.clients.InteropClient.Talk;
import io.maru.conformance.clients.InteropClients.Kind;
import io.maru.conformance.clients.InteropPage.Cell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Every client with every server that speaks its protocol, over every way that it knows: {@code docs/interop.md} is the
 * result. Cells that do not apply are in the page only, with the reason.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InteropMatrixTest {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    /** What is tried: a column of the page. */
    enum Check {
        TEXT("text"),
        BINARY("bytes"),
        CLIENT_ASKS("client asks"),
        SERVER_ASKS("server asks"),
        NAMESPACES("namespaces"),
        CUT("after a cut"),
        RESTART("after a restart");

        final String title;

        Check(String title) {
            this.title = title;
        }

        boolean isReturn() {
            return this == CUT || this == RESTART;
        }
    }

    /** Who is on the other side. */
    enum Side {
        MARU,
        NODE
    }

    private final InteropPage page = new InteropPage();
    private InteropServer maru;
    private InteropServer node;
    private NodeInteropClients host;

    @BeforeAll
    void start() {
        maru = InteropServer.maru();
        host = new NodeInteropClients(maru.url());
        node = InteropServer.node();
    }

    @AfterAll
    void stop() {
        // in part only, when the start has failed
        for (AutoCloseable each : new AutoCloseable[] {host, node, maru}) {
            try {
                if (each != null) {
                    each.close();
                }
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    @TestFactory
    Stream<DynamicNode> works() {
        List<DynamicNode> nodes = new ArrayList<>();
        for (Side side : Side.values()) {
            for (Kind kind : InteropClients.all(host)) {
                for (Way way : Way.values()) {
                    List<DynamicNode> row = new ArrayList<>();
                    for (Check check : Check.values()) {
                        Cell cell = new Cell(side, kind, way, check);
                        page.add(cell);
                        if (cell.lack() == null) {
                            row.add(DynamicTest.dynamicTest(check.title, () -> page.passed(cell, run(cell))));
                        }
                    }
                    nodes.add(DynamicContainer.dynamicContainer(kind + ", " + side + ", " + way, row));
                }
            }
        }
        nodes.add(DynamicTest.dynamicTest("docs/interop.md says so", this::comparePage));
        return nodes.stream();
    }

    private void comparePage() throws IOException {
        String written = page.text();
        Path target = NodeScripts.MODULE.resolve("target/interop.md");
        Files.writeString(target, written);
        assertThat(NodeScripts.MODULE.resolve("../docs/interop.md"))
                .as("out of date? cp conformance/target/interop.md docs/")
                .hasContent(written);
    }

    /** Tries one thing, and gives what the page is to say of it. */
    private String run(Cell cell) {
        InteropServer server = cell.side() == Side.MARU ? maru : node;
        try (InteropClient client = cell.kind().factory().apply(server.url(), cell.way())) {
            Talk talk = client.enter("/");
            await().atMost(PATIENCE)
                    .until(() -> talk.ask("transport", "").equals(cell.way().last()));
            return switch (cell.check()) {
                case TEXT -> text(talk);
                case BINARY -> binary(talk);
                case CLIENT_ASKS -> clientAsks(talk);
                case SERVER_ASKS -> serverAsks(talk);
                case NAMESPACES -> namespaces(client, talk);
                case CUT -> cut(server, talk);
                case RESTART -> restart(server, talk);
            };
        }
    }

    private static String text(Talk talk) {
        for (String text : List.of("", "마루 — naïve 😀 \u2028 \u0000 \"quoted\\\" \n", "x".repeat(100_000))) {
            talk.send("echo", text);
            assertThat(talk.next("echo")).isEqualTo(text);
        }
        return "yes";
    }

    private static String binary(Talk talk) {
        boolean asText = false;
        for (int length : new int[] {0, 1, 256, 100_000}) {
            byte[] bytes = new byte[length];
            byte[] reversed = new byte[length];
            for (int i = 0; i < length; i++) {
                bytes[i] = (byte) i;
                reversed[length - 1 - i] = (byte) i;
            }
            for (Object got : List.of(talk.ask("reverse", bytes), talk.next("reversed"))) {
                asText = got instanceof String;
                assertThat(got instanceof String text ? Base64.getDecoder().decode(text) : got)
                        .isEqualTo(reversed);
            }
        }
        return asText ? "base64" : "yes";
    }

    private static String clientAsks(Talk talk) {
        for (int i = 0; i < 50; i++) {
            assertThat(talk.ask("echo", "question " + i)).isEqualTo("question " + i);
        }
        return "yes";
    }

    private static String serverAsks(Talk talk) {
        for (int i = 0; i < 50; i++) {
            talk.send("ask-me", "question " + i);
            assertThat(talk.next("answered")).isEqualTo("question " + i);
        }
        return "yes";
    }

    private static String namespaces(InteropClient client, Talk main) {
        List<Talk> talks = List.of(main, client.enter("/a"), client.enter("/방"));
        for (int i = 0; i < talks.size(); i++) {
            talks.get(i).send("say-to-all", "in " + i);
        }
        for (int i = 0; i < talks.size(); i++) {
            assertThat(talks.get(i).next("said")).isEqualTo("in " + i);
        }
        for (Talk talk : talks) {
            talk.ask("echo", "last");
            assertThat(talk.hasHeard("said")).isFalse();
        }
        return "yes";
    }

    private static String cut(InteropServer server, Talk talk) {
        // between two polls there is nothing to cut
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .pollDelay(Duration.ZERO)
                .until(() -> {
                    if (talk.entries() == 1) {
                        server.proxy().cut(true);
                    }
                    return talk.entries() > 1;
                });
        assertThat(talk.ask("echo", "back")).isEqualTo("back");
        return "yes";
    }

    private static String restart(InteropServer server, Talk talk) {
        server.restart();
        await().atMost(PATIENCE).until(() -> talk.entries() > 1);
        assertThat(talk.ask("echo", "back")).isEqualTo("back");
        return "yes";
    }
}
