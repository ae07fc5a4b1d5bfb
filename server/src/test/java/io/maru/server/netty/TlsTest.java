package io.maru.server.netty;

import static org.assertj.core.api.Assertions.assertThat;

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
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** HTTP and WebSockets over TLS. */
class TlsTest {

    @TempDir
    static Path folder;

    private static X509Bundle bundle;
    private static NetworkOptions.Tls certificate;

    @BeforeAll
    static void makeCertificate() throws Exception {
        bundle = new CertificateBuilder()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Path chain = Files.writeString(folder.resolve("chain.pem"), bundle.getCertificatePathPEM());
        Path key = Files.writeString(folder.resolve("key.pem"), bundle.getPrivateKeyPEM());
        certificate = new NetworkOptions.Tls(chain, key);
    }

    private static RawClient connect(TestServer server, String protocol) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("ours", bundle.getCertificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), server.port);
        socket.setEnabledProtocols(new String[] {protocol});
        socket.startHandshake();
        return new RawClient(socket);
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
