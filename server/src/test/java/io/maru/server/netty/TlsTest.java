package io.maru.server.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.maru.server.engine.HttpResponse;
import io.maru.server.engine.ResponseHeaders;
import io.maru.wire.Encoded;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP and WebSockets over TLS. */
class TlsTest {

    @TempDir
    static Path folder;

    private static X509Bundle bundle;
    private static NetworkOptions.Tls certificate;

    @BeforeAll
    static void makeCertificate() throws Exception {
        bundle = selfSigned("localhost");
        certificate = new NetworkOptions.Tls(chain("server", bundle), key("server", bundle));
    }

    private static RawClient connect(TestServer server, String protocol) throws Exception {
        SSLSocket socket = socket(server, bundle, null);
        socket.setEnabledProtocols(new String[] {protocol});
        socket.startHandshake();
        return new RawClient(socket);
    }

    /** A client that trusts one certificate, and may have one itself. */
    private static SSLSocket socket(TestServer server, X509Bundle trusted, @Nullable X509Bundle own) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("theirs", trusted.getCertificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own == null ? null : own.toKeyManagerFactory().getKeyManagers(), trust.getTrustManagers(), null);
        return (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), server.port);
    }

    private static X509Bundle selfSigned(String name) throws Exception {
        return new CertificateBuilder()
                .subject("CN=" + name)
                .addSanDnsName(name)
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    private static Path chain(String file, X509Bundle of) throws IOException {
        return Files.writeString(folder.resolve(file + ".chain"), of.getCertificatePathPEM());
    }

    private static Path key(String file, X509Bundle of) throws IOException {
        return Files.writeString(folder.resolve(file + ".key"), of.getPrivateKeyPEM());
    }

    /** What the server answers to a client that asks for a name, or the failure of the handshake. */
    private static String ask(TestServer server, X509Bundle trusted, @Nullable X509Bundle own, @Nullable String name)
            throws Exception {
        SSLSocket socket = socket(server, trusted, own);
        if (name != null) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            socket.setSSLParameters(parameters);
        }
        try (RawClient client = new RawClient(socket)) {
            socket.startHandshake();
            client.get("/");
            return client.readAnswer().text();
        } catch (IOException e) {
            return "refused";
        }
    }

    private static TestServer serve(NetworkOptions.Tls tls) {
        return new TestServer(NetworkOptions.DEFAULTS.withTls(tls))
                .http("/", it -> it.respond(HttpResponse.of(200, "text/plain", "secret")));
    }

    @Test
    void reloadsItsCertificatesForConnectionsToCome() throws Exception {
        X509Bundle first = selfSigned("first.example");
        X509Bundle second = selfSigned("second.example");
        try (TestServer server = serve(new NetworkOptions.Tls(chain("changing", first), key("changing", first)))) {
            SSLSocket old = socket(server, first, null);
            try (RawClient client = new RawClient(old)) {
                client.get("/");
                assertThat(client.readAnswer().text()).isEqualTo("secret");

                chain("changing", second);
                assertThatThrownBy(server.server::reloadTls)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageStartingWith("a certificate and its key in PEM expected: ");
                assertThat(ask(server, first, null, null))
                        .as("chain and key do not agree")
                        .isEqualTo("secret");
                key("changing", second);
                assertThat(ask(server, second, null, null)).isEqualTo("refused");
                server.server.reloadTls();
                assertThat(ask(server, second, null, null)).isEqualTo("secret");
                assertThat(ask(server, first, null, null)).isEqualTo("refused");

                client.get("/");
                assertThat(client.readAnswer().text())
                        .as("over the connection of before")
                        .isEqualTo("secret");
            }
        }
    }

    @Test
    void hasNothingToReloadWithoutACertificate() {
        try (TestServer server = new TestServer(NetworkOptions.DEFAULTS)) {
            assertThatThrownBy(server.server::reloadTls)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the server has no certificate");
        }
    }

    @Test
    void hasACertificateForEachNameThatIsAskedFor() throws Exception {
        X509Bundle exact = selfSigned("chat.example");
        X509Bundle wild = selfSigned("any.example");
        NetworkOptions.Tls tls = certificate
                .withHost("chat.example", chain("exact", exact), key("exact", exact))
                .withHost("*.example", chain("wild", wild), key("wild", wild));
        try (TestServer server = serve(tls)) {
            assertThat(ask(server, exact, null, "chat.example")).isEqualTo("secret");
            assertThat(ask(server, exact, null, "CHAT.example")).isEqualTo("secret");
            assertThat(ask(server, wild, null, "else.example")).isEqualTo("secret");
            assertThat(ask(server, bundle, null, "a.b.example")).isEqualTo("secret");
            assertThat(ask(server, bundle, null, null)).isEqualTo("secret");
            assertThat(ask(server, bundle, null, "chat.example")).isEqualTo("refused");
            assertThat(server.requests.get(0).secure()).isTrue();

            X509Bundle renewed = selfSigned("chat.example");
            chain("exact", renewed);
            key("exact", renewed);
            server.server.reloadTls();
            assertThat(ask(server, renewed, null, "chat.example")).isEqualTo("secret");
            assertThat(ask(server, exact, null, "chat.example")).isEqualTo("refused");
        }
    }

    @Test
    void cutsOffAHelloWithoutEnd() throws Exception {
        NetworkOptions.Tls tls =
                certificate.withHost("a.example", certificate.certificateChain(), certificate.privateKey());
        try (TestServer server = serve(tls);
                RawClient client = server.connect()) {
            long before = System.nanoTime();
            client.send(new byte[] {22, 3, 1, 0, 4, 1, 1, 0, 0}); // which will be of 64 KiB
            assertThat(endsSomehow(client)).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .as("not by the timeout for headers")
                    .isLessThan(NetworkOptions.HttpLimits.DEFAULTS.headerTimeout());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void asksClientsForCertificates(boolean required) throws Exception {
        X509Bundle known = selfSigned("known.example");
        X509Bundle stranger = selfSigned("stranger.example");
        for (String protocol : NetworkOptions.Tls.DEFAULT_PROTOCOLS) {
            NetworkOptions.Tls tls =
                    certificate.withClients(chain("clients", known), required).withProtocols(protocol);
            try (TestServer server = serve(tls)) {
                assertThat(ask(server, bundle, known, null)).as(protocol).isEqualTo("secret");
                assertThat(ask(server, bundle, null, null)).as(protocol).isEqualTo(required ? "refused" : "secret");
                assertThat(server.requests).hasSize(required ? 1 : 2);
            }
        }
        try (TestServer server = serve(certificate.withClients(chain("clients", known), true))) {
            assertThat(ask(server, bundle, stranger, null)).isEqualTo("refused");
            assertThat(server.requests).isEmpty();
        }
    }

    @Test
    void speaksOnlyTheVersionsThatItIsTold() throws Exception {
        try (TestServer server = serve(certificate.withProtocols("TLSv1.3"))) {
            assertThatThrownBy(() -> connect(server, "TLSv1.2")).isInstanceOf(IOException.class);
            try (RawClient client = connect(server, "TLSv1.3")) {
                client.get("/");
                assertThat(client.readAnswer().text()).isEqualTo("secret");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"NIO,TLSv1.2", "NIO,TLSv1.3", "EPOLL,TLSv1.2", "EPOLL,TLSv1.3"})
    void answersAndMovesAndEchoes(NetworkOptions.Transport transport, String protocol) throws Exception {
        NetworkOptions options =
                NetworkOptions.DEFAULTS.withTransport(transport).withLoops(2).withTls(certificate);
        try (TestServer server = new TestServer(options)) {
            server.http("/", it -> it.respond(HttpResponse.of(200, "text/plain", "secret")));
            server.upgrade(
                    "/ws",
                    it -> it.accept(
                            server.loop(1 - it.loop().index()),
                            1 << 20,
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
            try (RawClient client = connect(server, protocol)) {
                client.get("/");
                assertThat(client.readAnswer().text()).isEqualTo("secret");
                assertThat(server.requests.get(0).secure()).isTrue();
                client.get("/", "Connection: close");
                assertThat(client.readAnswer().status()).isEqualTo(200);
                assertThat(client.isAtEnd()).isTrue();
            }
            try (RawClient client = connect(server, protocol)) {
                client.send(RawClient.handshake("/ws")
                        + new String(
                                RawClient.frame(0x81, "early".getBytes(StandardCharsets.UTF_8)),
                                StandardCharsets.ISO_8859_1));
                assertThat(client.readAnswer().status()).isEqualTo(101);
                assertThat(client.readFrame().text()).isEqualTo("early");
                for (int length : new int[] {10, 5000, 200_000}) {
                    client.text("x".repeat(length));
                    assertThat(client.readFrame().text()).hasSize(length);
                }
                client.send(new byte[] {(byte) 0x81, 0});
                assertThat(client.readFrame().status()).isEqualTo(1002);
                assertThat(client.isAtEnd()).isTrue();
            }
        }
    }

    @Test
    void hangsUpOnWhatIsNoTls() throws Exception {
        try (TestServer server = new TestServer(NetworkOptions.DEFAULTS.withTls(certificate));
                RawClient client = server.connect()) {
            client.get("/");
            assertThat(endsSomehow(client)).isTrue();
        }
    }

    private static boolean endsSomehow(RawClient client) {
        try {
            while (!client.isAtEnd()) {
                // an alert may come first
            }
            return true;
        } catch (IOException e) {
            return true;
        }
    }
}
