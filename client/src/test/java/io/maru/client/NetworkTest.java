package io.maru.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.maru.client.ClientOptions.Transport;
import io.maru.client.netty.ProxyOptions;
import io.maru.server.MaruServer;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** TLS and proxies. */
class NetworkTest {

    @TempDir
    static Path folder;

    private static X509Bundle bundle;
    private static Path chain;
    private static Path key;

    private MaruServer server =
            MaruServer.create(options -> options.host("127.0.0.1").port(0));
    private final MaruClient client = MaruClient.create();
    private final Queue<String> heard = new ConcurrentLinkedQueue<>();

    @BeforeAll
    static void makeCertificate() throws Exception {
        bundle = new CertificateBuilder()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        chain = Files.writeString(folder.resolve("chain.pem"), bundle.getCertificatePathPEM());
        key = Files.writeString(folder.resolve("key.pem"), bundle.getPrivateKeyPEM());
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private void start(boolean secure) {
        if (secure) {
            server = MaruServer.create(
                    options -> options.host("127.0.0.1").port(0).tls(chain, key));
        }
        server.onConnection(socket -> socket.on("echo", event -> event.ack().send(event.args())));
        server.start();
    }

    private void echoes(Socket socket) throws Exception {
        assertThat(socket.emitWithAck("echo", 1).get(10, TimeUnit.SECONDS)).hasToString("[1]");
    }

    @ParameterizedTest
    @EnumSource
    void trustsWhomItIsToldTo(Transport transport) throws Exception {
        start(true);
        echoes(client.socket(
                "https://localhost:" + server.port(),
                options -> options.transports(transport).trustedCertificates(chain)));
    }

    @Test
    void trustsWhomItsContextTrusts() throws Exception {
        start(true);
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("theirs", bundle.getCertificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        echoes(client.socket("https://localhost:" + server.port(), options -> options.sslContext(context)));
        echoes(client.plainSocket("wss://localhost:" + server.port(), options -> options.sslContext(context)));
        heard.clear();
        Socket elsewhere = client.socket(
                "https://127.0.0.1:" + server.port(),
                options -> options.sslContext(context).autoConnect(false));
        elsewhere.onConnectError(e -> heard.add(String.valueOf(e.getMessage())));
        elsewhere.connect();
        await().untilAsserted(() -> assertThat(heard).anyMatch(it -> it.startsWith("TLS failed")));
    }

    @Test
    void trustsNobodyElse() {
        start(true);
        Socket socket = client.socket("https://localhost:" + server.port(), options -> options.autoConnect(false));
        socket.onConnectError(e -> heard.add(String.valueOf(e.getMessage())));
        socket.connect();
        await().untilAsserted(() -> assertThat(heard).anyMatch(it -> it.startsWith("TLS failed")));
    }

    @Test
    void wantsTheCertificateToBeForTheName() throws Exception {
        start(true);
        String byAddress = "https://127.0.0.1:" + server.port();
        Socket socket = client.socket(
                byAddress, options -> options.trustedCertificates(chain).autoConnect(false));
        socket.onConnectError(e -> heard.add(String.valueOf(e.getMessage())));
        socket.connect();
        await().untilAsserted(() -> assertThat(heard).anyMatch(it -> it.startsWith("TLS failed")));
        echoes(client.socket(
                byAddress, options -> options.trustedCertificates(chain).verifyHostname(false)));
    }

    @Test
    void refusesFilesThatAreNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client.socket(
                        "https://localhost:1", options -> options.trustedCertificates(folder.resolve("none.pem"))));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client.socket(
                        "https://localhost:1",
                        options -> options.clientCertificate(chain, key).sslContext(context())));
    }

    private static SSLContext context() {
        try {
            return SSLContext.getDefault();
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "CABLE")
    void goesThroughAProxy(TestProxy.Kind kind) throws Exception {
        for (boolean secure : new boolean[] {false, true}) {
            start(secure);
            try (TestProxy proxy = new TestProxy(kind, server.port())) {
                ProxyOptions options =
                        new ProxyOptions(ProxyOptions.Kind.valueOf(kind.name()), "127.0.0.1", proxy.port(), null, null);
                for (Transport transport : Transport.values()) {
                    echoes(client.socket(
                            (secure ? "https" : "http") + "://localhost:" + server.port(),
                            it -> it.proxy(options).trustedCertificates(chain).transports(transport)));
                }
                assertThat(proxy.asked).contains("localhost:" + server.port());
            }
            server.close();
            server = MaruServer.create(options -> options.host("127.0.0.1").port(0));
        }
    }

    @Test
    void saysWhoItIsToAProxy() throws Exception {
        start(false);
        try (TestProxy proxy = new TestProxy(TestProxy.Kind.HTTP, server.port())) {
            ProxyOptions options = new ProxyOptions(ProxyOptions.Kind.HTTP, "127.0.0.1", proxy.port(), "me", "secret");
            assertThat(options).hasToString("HTTP 127.0.0.1:" + proxy.port());
            echoes(client.plainSocket("ws://nowhere.invalid:80", it -> it.proxy(options)));
            assertThat(proxy.asked).containsExactly("nowhere.invalid:80", "bWU6c2VjcmV0");
        }
    }

    @Test
    void tellsThatAHostIsNotKnown() {
        // whoever looks names up may not be there, and is waited for
        Duration patience = Duration.ofSeconds(90);
        Socket socket = client.socket(
                "http://nowhere.invalid", options -> options.autoConnect(false).timeout(patience));
        socket.onConnectError(e -> heard.add(String.valueOf(e.getMessage())));
        socket.connect();
        await().atMost(patience)
                .untilAsserted(() -> assertThat(heard).anyMatch(it -> it.startsWith("the host is not known")));
    }
}
