package io.maru.server.netty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.maru.server.engine.HttpResponse;
import io.maru.server.engine.ResponseHeaders;
import io.maru.server.engine.WebSocketUpgrade;
import io.maru.server.netty.TestServer.Recorder;
import io.maru.wire.Encoded;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** From the request for a WebSocket to its opening. */
class UpgradeTest {

    private static final int MAX = 1 << 20;

    @Test
    void opensWithTheseBytes() throws IOException {
        try (TestServer server = new TestServer(NetworkOptions.DEFAULTS)
                        .upgrade(
                                "/ws",
                                it -> it.accept(
                                        it.loop(),
                                        MAX,
                                        "maru.json",
                                        new ResponseHeaders().add("Set-Cookie", "a=b"),
                                        Recorder::new));
                RawClient client = server.connect()) {
            client.send(RawClient.handshake("/ws"));
            String expected = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: " + RawClient.ACCEPT + "\r\n"
                    + "Sec-WebSocket-Protocol: maru.json\r\nSet-Cookie: a=b\r\n\r\n";
            assertThat(new String(client.readBytes(expected.length()), ISO_8859_1))
                    .isEqualTo(expected);
        }
    }

    static Stream<Arguments> faults() {
        String good = RawClient.handshake("/ws");
        return Stream.of(
                Arguments.of("method", good.replace("GET", "POST"), 400),
                Arguments.of("HTTP/1.0", good.replace("HTTP/1.1", "HTTP/1.0"), 400),
                Arguments.of("no host", good.replace("Host: a\r\n", ""), 400),
                Arguments.of("no connection", good.replace("Connection: keep-alive, Upgrade\r\n", ""), 400),
                Arguments.of("no key", good.replace("Sec-WebSocket-Key: " + RawClient.KEY + "\r\n", ""), 400),
                Arguments.of("short key", good.replace(RawClient.KEY, "YWJj"), 400),
                Arguments.of("key no base64", good.replace(RawClient.KEY, "*".repeat(24)), 400),
                Arguments.of("no version", good.replace("Sec-WebSocket-Version: 13\r\n", ""), 426),
                Arguments.of("version", good.replace("Version: 13", "Version: 8"), 426),
                Arguments.of("body", good.replace("Host: a", "Host: a\r\nContent-Length: 1"), 400),
                Arguments.of("no route", good.replace("/ws", "/nowhere"), 404));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void refusesFaultyHandshakes(String name, String bytes, int status) throws IOException {
        try (TestServer server = new TestServer(NetworkOptions.DEFAULTS).webSocket("/ws", MAX, Recorder::new);
                RawClient client = server.connect()) {
            client.send(bytes);
            RawClient.Answer answer = client.readAnswer();
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(answer.header("sec-websocket-version")).isEqualTo(status == 426 ? "13" : null);
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void refusesAsTheEndpointSays() throws IOException {
        try (TestServer server = new TestServer(NetworkOptions.DEFAULTS).upgrade("/ws", it -> {
                    it.refuse(HttpResponse.of(403, "text/html", "Forbidden"));
                    it.accept(it.loop(), MAX, null, new ResponseHeaders(), Recorder::new);
                });
                RawClient client = server.connect()) {
            client.send(RawClient.handshake("/ws"));
            RawClient.Answer answer = client.readAnswer();
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.text()).isEqualTo("Forbidden");
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void answers500WhenTheEndpointThrows() throws IOException {
        try (TestServer server = new TestServer(NetworkOptions.DEFAULTS).upgrade("/ws", it -> {
                    throw new IllegalStateException("boom");
                });
                RawClient client = server.connect()) {
            client.send(RawClient.handshake("/ws"));
            assertThat(client.readAnswer().status()).isEqualTo(500);
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void refusesForeignLoopsAndBrokenSubprotocols() throws Exception {
        BlockingQueue<WebSocketUpgrade> upgrades = new LinkedBlockingQueue<>();
        try (TestServer server = new TestServer(NetworkOptions.DEFAULTS).upgrade("/ws", upgrades::add);
                RawClient client = server.connect()) {
            client.send(RawClient.handshake("/ws"));
            WebSocketUpgrade upgrade = upgrades.poll(10, TimeUnit.SECONDS);
            assertThatThrownBy(() -> upgrade.accept(upgrade.loop(), 0, null, new ResponseHeaders(), Recorder::new))
                    .isInstanceOf(IllegalArgumentException.class);
            upgrade.accept(upgrade.loop(), MAX, "a\r\nb", new ResponseHeaders(), Recorder::new);
            assertThat(client.readAnswer().status()).isEqualTo(500);
        }
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#networks")
    void keepsWhatComesBeforeTheOpening(NetworkOptions.Transport transport, int loops) throws Exception {
        BlockingQueue<WebSocketUpgrade> upgrades = new LinkedBlockingQueue<>();
        BlockingQueue<Recorder> opened = new LinkedBlockingQueue<>();
        NetworkOptions options =
                NetworkOptions.DEFAULTS.withTransport(transport).withLoops(loops);
        try (TestServer server = new TestServer(options).upgrade("/ws", upgrades::add);
                RawClient client = server.connect()) {
            client.send(bytes(
                    RawClient.handshake("/ws").getBytes(UTF_8),
                    RawClient.frame(0x81, "one".getBytes(UTF_8)),
                    RawClient.frame(0x81, "two".getBytes(UTF_8))));
            WebSocketUpgrade upgrade = upgrades.poll(10, TimeUnit.SECONDS);
            byte[] third = RawClient.frame(0x81, "three".getBytes(UTF_8));
            client.send(Arrays.copyOf(third, 4));
            upgrade.accept(server.loop(loops - 1), MAX, null, new ResponseHeaders(), channel -> {
                Recorder recorder = new Recorder(channel);
                opened.add(recorder);
                return recorder;
            });
            assertThat(client.readAnswer().status()).isEqualTo(101);
            client.send(Arrays.copyOfRange(third, 4, third.length));
            Recorder recorder = opened.poll(10, TimeUnit.SECONDS);
            assertThat(List.of(recorder.next(), recorder.next(), recorder.next()))
                    .containsExactly("text one", "text two", "text three");
        }
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#transports")
    void keepsManyBytesBeforeTheOpening(NetworkOptions.Transport transport) throws Exception {
        BlockingQueue<WebSocketUpgrade> upgrades = new LinkedBlockingQueue<>();
        BlockingQueue<Recorder> opened = new LinkedBlockingQueue<>();
        NetworkOptions options =
                NetworkOptions.DEFAULTS.withTransport(transport).withLoops(2);
        try (TestServer server = new TestServer(options).upgrade("/ws", upgrades::add);
                RawClient client = server.connect()) {
            client.send(RawClient.handshake("/ws"));
            for (int i = 0; i < 100; i++) {
                client.send(RawClient.frame(0x81, (i + "x".repeat(3000)).getBytes(UTF_8)));
            }
            WebSocketUpgrade upgrade = upgrades.poll(10, TimeUnit.SECONDS);
            upgrade.accept(server.loop(1 - upgrade.loop().index()), MAX, null, new ResponseHeaders(), channel -> {
                Recorder recorder = new Recorder(channel);
                opened.add(recorder);
                return recorder;
            });
            Recorder recorder = opened.poll(10, TimeUnit.SECONDS);
            for (int i = 0; i < 100; i++) {
                assertThat(recorder.next()).startsWith("text " + i + "x");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#networks")
    void opensWithTheFirstMessagesOfItsOwner(NetworkOptions.Transport transport, int loops) throws Exception {
        NetworkOptions options =
                NetworkOptions.DEFAULTS.withTransport(transport).withLoops(loops);
        try (TestServer server = new TestServer(options)
                        .upgrade(
                                "/ws",
                                it -> it.accept(it.loop(), MAX, null, new ResponseHeaders(), channel -> {
                                    channel.send(Encoded.text("hello"), Encoded.Framing.ENGINE_IO);
                                    return new Recorder(channel);
                                }));
                RawClient client = server.connectWebSocket("/ws")) {
            assertThat(client.readFrame().text()).isEqualTo("4hello");
        }
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#transports")
    void movesConnectionsToTheirHomeUnderLoad(NetworkOptions.Transport transport) throws Exception {
        AtomicInteger turn = new AtomicInteger();
        AtomicInteger wrong = new AtomicInteger();
        NetworkOptions options =
                NetworkOptions.DEFAULTS.withTransport(transport).withLoops(3);
        try (TestServer server = new TestServer(options)) {
            server.upgrade("/ws", it -> {
                int home = turn.getAndIncrement() % 3;
                it.accept(server.loop(home), MAX, null, new ResponseHeaders(), channel -> {
                    if (!server.loop(home).inLoop() || channel.loop() != server.loop(home)) {
                        wrong.incrementAndGet();
                    }
                    return new Recorder(channel) {
                        @Override
                        public void onText(byte[] utf8) {
                            if (!channel.loop().inLoop()) {
                                wrong.incrementAndGet();
                            }
                            Encoded echo = Encoded.text(utf8);
                            channel.send(echo, Encoded.Framing.PLAIN);
                            echo.release();
                        }
                    };
                });
            });
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 150; i++) {
                RawClient client = server.connect();
                clients.add(client);
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                bytes.writeBytes(RawClient.handshake("/ws").getBytes(UTF_8));
                for (int k = 0; k < 5; k++) {
                    bytes.writeBytes(RawClient.frame(0x81, (i + "/" + k).getBytes(UTF_8)));
                }
                client.send(bytes.toByteArray());
                for (int k = 5; k < 20; k++) {
                    client.text(i + "/" + k);
                }
            }
            for (int i = 0; i < clients.size(); i++) {
                try (RawClient client = clients.get(i)) {
                    assertThat(client.readAnswer().status()).isEqualTo(101);
                    for (int k = 0; k < 20; k++) {
                        assertThat(client.readFrame().text()).isEqualTo(i + "/" + k);
                    }
                }
            }
            assertThat(wrong).hasValue(0);
        }
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#networks")
    void forgetsClientsThatAreGoneBeforeTheAnswer(NetworkOptions.Transport transport, int loops) throws Exception {
        BlockingQueue<WebSocketUpgrade> upgrades = new LinkedBlockingQueue<>();
        BlockingQueue<Recorder> opened = new LinkedBlockingQueue<>();
        NetworkOptions options =
                NetworkOptions.DEFAULTS.withTransport(transport).withLoops(loops);
        try (TestServer server = new TestServer(options).upgrade("/ws", upgrades::add)) {
            for (int i = 0; i < 20; i++) {
                try (RawClient client = server.connect()) {
                    client.send(RawClient.handshake("/ws"));
                    client.text("early");
                    WebSocketUpgrade upgrade = upgrades.poll(10, TimeUnit.SECONDS);
                    if (i % 2 == 0) {
                        client.reset();
                    } else {
                        client.endOutput();
                    }
                    upgrade.accept(server.loop(i % loops), MAX, null, new ResponseHeaders(), channel -> {
                        Recorder recorder = new Recorder(channel);
                        opened.add(recorder);
                        return recorder;
                    });
                }
            }
            Awaitility.await().untilAsserted(() -> {
                for (Recorder recorder : opened) {
                    assertThat(recorder.events.stream().filter(event -> event.startsWith("closed 1006")))
                            .hasSize(1);
                }
            });
        }
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#transports")
    void losesNoConnectionThatMovesWhileTheServerStops(NetworkOptions.Transport transport) throws Exception {
        NetworkOptions options =
                NetworkOptions.DEFAULTS.withTransport(transport).withLoops(3);
        for (int round = 0; round < 10; round++) {
            TestServer server = new TestServer(options);
            BlockingQueue<Recorder> opened = new LinkedBlockingQueue<>();
            server.upgrade(
                    "/ws",
                    it -> it.accept(
                            server.loop((it.loop().index() + 1) % 3), MAX, null, new ResponseHeaders(), channel -> {
                                Recorder recorder = new Recorder(channel);
                                opened.add(recorder);
                                return recorder;
                            }));
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                RawClient client = server.connect();
                clients.add(client);
                client.send(bytes(
                        RawClient.handshake("/ws").getBytes(UTF_8), RawClient.frame(0x81, "early".getBytes(UTF_8))));
            }
            server.close();
            for (RawClient client : clients) {
                client.readToTheEnd();
                client.close();
            }
            for (Recorder recorder : opened) {
                assertThat(recorder.events.stream().filter("closed 1006 "::equals))
                        .hasSize(1);
            }
        }
    }

    private static byte[] bytes(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
