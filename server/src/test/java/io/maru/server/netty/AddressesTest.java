package io.maru.server.netty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.maru.server.engine.HttpResponse;
import io.maru.server.engine.ResponseHeaders;
import io.maru.wire.Encoded;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Where a server listens: Unix domain sockets, IPv6; and what it takes for the address of its peers. */
class AddressesTest {

    @TempDir
    Path folder;

    private Path socket() {
        return folder.resolve("s");
    }

    private NetworkOptions unix(NetworkOptions.Transport transport) {
        return NetworkOptions.DEFAULTS.withTransport(transport).withAddress("unix:" + socket(), 0);
    }

    private static TestServer serve(NetworkOptions options) {
        return new TestServer(options)
                .http(
                        "/who",
                        it -> it.respond(HttpResponse.of(
                                200, "text/plain", "[" + it.request().remoteAddress() + "]")));
    }

    /** Sends, and reads until the end of the text comes. */
    private static String ask(SocketChannel channel, String sent, String end) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(sent.getBytes(ISO_8859_1));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        StringBuilder got = new StringBuilder();
        ByteBuffer some = ByteBuffer.allocate(1);
        while (got.indexOf(end) < 0) {
            some.clear();
            assertThat(channel.read(some)).as("after %s", got).isEqualTo(1);
            got.append((char) (some.get(0) & 0xff));
        }
        return got.toString();
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#transports")
    void canBeASocketInTheFileSystem(NetworkOptions.Transport transport) throws Exception {
        try (TestServer server = serve(unix(transport).withLoops(2))) {
            assertThat(server.port).isZero();
            server.upgrade(
                    "/ws",
                    it -> it.accept(
                            server.loop(1 - it.loop().index()),
                            100_000,
                            null,
                            new ResponseHeaders(),
                            channel -> new TestServer.Recorder(channel) {
                                @Override
                                public void onText(byte[] utf8) {
                                    Encoded message = Encoded.text(utf8);
                                    channel.send(message, Encoded.Framing.PLAIN);
                                    message.release();
                                }
                            }));
            try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
                for (int i = 0; i < 3; i++) {
                    assertThat(ask(client, "GET /who HTTP/1.1\r\nHost: a\r\n\r\n", "]"))
                            .endsWith("\r\n\r\n[]");
                }
                assertThat(ask(client, RawClient.handshake("/ws"), "\r\n\r\n")).startsWith("HTTP/1.1 101 ");
                for (int length : new int[] {3, 50_000}) {
                    String text = "x".repeat(length - 1) + "!";
                    byte[] frame = RawClient.frame(0x81, text.getBytes(ISO_8859_1));
                    assertThat(ask(client, new String(frame, ISO_8859_1), "!")).endsWith(text);
                }
            }
        }
        assertThat(socket()).doesNotExist();
    }

    @Test
    void canBeTheSocketThatADeadServerHasLeft() throws Exception {
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(socket()));
        }
        assertThat(socket()).exists();
        try (TestServer server = serve(unix(NetworkOptions.Transport.AUTO));
                SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
            assertThat(server.requests).isEmpty();
            assertThat(ask(client, "GET /who HTTP/1.1\r\nHost: a\r\n\r\n", "]")).endsWith("[]");
        }
    }

    @ParameterizedTest
    @MethodSource("io.maru.server.netty.TestServer#transports")
    void cannotBeTheSocketOfAServerThatLives(NetworkOptions.Transport transport) throws Exception {
        try (TestServer living = serve(unix(transport))) {
            assertFailsToStart(unix(transport), BindException.class);
            try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
                assertThat(ask(client, "GET /who HTTP/1.1\r\nHost: a\r\n\r\n", "]"))
                        .endsWith("[]");
            }
            assertThat(living.requests).hasSize(1);
        }
    }

    @Test
    void cannotBeAFileThatIsNoSocket() throws Exception {
        Files.writeString(socket(), "precious");
        assertFailsToStart(unix(NetworkOptions.Transport.AUTO), FileAlreadyExistsException.class);
        assertThat(socket()).hasContent("precious");
    }

    @Test
    void cannotBeInAFolderThatIsNotThere() {
        NetworkOptions options = NetworkOptions.DEFAULTS.withAddress("unix:" + folder.resolve("not/there"), 0);
        assertFailsToStart(options, IOException.class);
    }

    private static void assertFailsToStart(NetworkOptions options, Class<? extends Exception> cause) {
        NettyServer server = new NettyServer(options, request -> {
            throw new AssertionError("no request expected");
        });
        assertThat(server.start())
                .failsWithin(10, TimeUnit.SECONDS)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(cause);
        assertThat(server.stop(Duration.ofSeconds(5))).succeedsWithin(10, TimeUnit.SECONDS);
    }

    @Test
    void areOfTrustedPeersWhereThatIsSaidOfTheSocket() throws Exception {
        NetworkOptions options = unix(NetworkOptions.Transport.AUTO)
                .withProxies(ProxyOptions.trusting("unix").withProxyProtocol(true));
        try (TestServer server = serve(options);
                SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
            assertThat(server.requests).isEmpty();
            String line = "PROXY TCP4 203.0.113.9 10.0.0.1 4711 443\r\n";
            assertThat(ask(client, line + "GET /who HTTP/1.1\r\nHost: a\r\n\r\n", "]"))
                    .endsWith("[203.0.113.9]");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "::1, ::1, ::1",
        "[::1], ::1, ::1",
        "::, ::1, ::1",
        "::, 127.0.0.1, 127.0.0.1",
        "0.0.0.0, 127.0.0.1, 127.0.0.1"
    })
    void areWrittenInTheShortestWay(String host, String to, String peer) throws Exception {
        assumeTrue(hasIpv6(), "no IPv6 here");
        for (NetworkOptions.Transport transport : TestServer.transports().toList()) {
            try (TestServer server = serve(
                            NetworkOptions.DEFAULTS.withTransport(transport).withAddress(host, 0));
                    RawClient client = new RawClient(new Socket(InetAddress.getAllByName(to)[0], server.port))) {
                client.get("/who");
                assertThat(client.readAnswer().text()).as("%s", transport).isEqualTo("[" + peer + "]");
            }
        }
    }

    private static boolean hasIpv6() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getAllByName("::1")[0])) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 3000, 127.0.0.1:3000",
        "::, 3000, [::]:3000",
        "[::1], 80, [::1]:80",
        "localhost, 1, localhost:1",
        "unix:/run/maru.sock, 3000, unix:/run/maru.sock",
    })
    void areShownToPeople(String host, int port, String text) {
        assertThat(NetworkOptions.DEFAULTS.withAddress(host, port).address()).isEqualTo(text);
    }

    @Test
    void areNotNothing() {
        assertThatThrownBy(() -> NetworkOptions.DEFAULTS.withAddress("unix:", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a path expected behind unix:");
    }
}
