package io.maru.server.netty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.maru.server.engine.HttpResponse;
import java.io.IOException;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that come by proxies, and the PROXY protocol byte for byte. */
@SuppressWarnings("NullAway.Init") // each test starts the server that it needs
class ProxyTest {

    private static final String V2 = "0d0a0d0a000d0a515549540a";
    private static final ProxyOptions LOCAL = ProxyOptions.trusting("127.0.0.0/8");

    private TestServer server;

    private void serve(ProxyOptions options) {
        server = new TestServer(NetworkOptions.DEFAULTS.withProxies(options))
                .http(
                        "/who",
                        it -> it.respond(HttpResponse.of(
                                200,
                                "text/plain",
                                it.request().remoteAddress() + (it.request().secure() ? " secure" : ""))));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String who(RawClient client, String... headers) throws IOException {
        client.get("/who", headers);
        return client.readAnswer().text();
    }

    @Test
    void areNotBelievedUnlessTheServerIsToldSo() throws Exception {
        serve(ProxyOptions.NONE);
        try (RawClient client = server.connect()) {
            assertThat(who(
                            client,
                            "X-Forwarded-For: 203.0.113.9",
                            "X-Forwarded-Proto: https",
                            "Forwarded: for=1.1.1.1"))
                    .isEqualTo("127.0.0.1");
        }
    }

    @Test
    void areNotBelievedWhenTheyAreNotAmongTheTrusted() throws Exception {
        serve(ProxyOptions.trusting("10.0.0.0/8"));
        try (RawClient client = server.connect()) {
            assertThat(who(client, "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https"))
                    .isEqualTo("127.0.0.1");
        }
    }

    @Test
    void areBelievedRequestByRequest() throws Exception {
        serve(LOCAL);
        try (RawClient client = server.connect()) {
            assertThat(who(client, "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https"))
                    .isEqualTo("203.0.113.9 secure");
            assertThat(who(client, "X-Forwarded-For: 203.0.113.10, 127.0.0.2")).isEqualTo("203.0.113.10");
            assertThat(who(client)).isEqualTo("127.0.0.1");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PROXY TCP4 203.0.113.9 10.0.0.1 4711 443 | 203.0.113.9",
                "PROXY TCP6 2001:db8:0:0:0:0:0:17 fd00::1 4711 443 | 2001:db8::17",
                "PROXY UNKNOWN | 127.0.0.1",
                "PROXY UNKNOWN ffff::1 ffff::2 1 2 | 127.0.0.1",
            })
    void openTheirConnectionsWithALine(String line, String address) throws Exception {
        serve(LOCAL.withProxyProtocol(true));
        try (RawClient client = server.connect()) {
            client.send(line + "\r\n");
            assertThat(who(client)).isEqualTo(address);
            assertThat(who(client)).isEqualTo(address);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // version and command, family, length, addresses and ports
        "2111000ccb0071090a000001126701bb,                                                                 203.0.113.9",
        "2121002420010db800000000000000000000001720010db8000000000000000000000001126701bb,                 2001:db8::17",
        // with an extra that is of no interest, and with one that says that the client spoke TLS
        "21110013cb0071090a000001126701bb04000461626364,                                                   203.0.113.9",
        "21110014cb0071090a000001126701bb2000050100000000,                                                 203.0.113.9 secure",
        "21110014cb0071090a000001126701bb2000050000000000,                                                 203.0.113.9",
        // the proxy's own connection, and one of an unknown kind
        "20000000, 127.0.0.1",
        "21000000, 127.0.0.1",
    })
    void openTheirConnectionsWithBytes(String header, String origin) throws Exception {
        serve(LOCAL.withProxyProtocol(true));
        try (RawClient client = server.connect()) {
            byte[] bytes = HexFormat.of().parseHex(V2 + header);
            // byte by byte, and what follows with the last
            for (int i = 0; i < bytes.length - 1; i++) {
                client.send(new byte[] {bytes[i]});
            }
            client.send(new String(bytes, bytes.length - 1, 1, ISO_8859_1) + "GET /who HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readAnswer().text()).isEqualTo(origin);
            assertThat(who(client)).isEqualTo(origin);
        }
    }

    @Test
    void areBelievedByTheirHeadersToWhomTheyPassConnectionsOn() throws Exception {
        serve(ProxyOptions.trusting("127.0.0.0/8", "10.0.0.0/8").withProxyProtocol(true));
        try (RawClient client = server.connect()) { // of a proxy behind another one
            client.send("PROXY TCP4 10.0.0.7 10.0.0.1 4711 443\r\n");
            assertThat(who(client, "X-Forwarded-For: 203.0.113.9")).isEqualTo("203.0.113.9");
        }
        try (RawClient client = server.connect()) { // of a client, which can say what it likes
            client.send("PROXY TCP4 203.0.113.9 10.0.0.1 4711 443\r\n");
            assertThat(who(client, "X-Forwarded-For: 6.6.6.6")).isEqualTo("203.0.113.9");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /who HTTP/1.1\r\nHost: a\r\n\r\n",
                "PROXY TCP4 203.0.113.9 10.0.0.1 4711\r\n",
                "PROXY TCP4 203.0.113.999 10.0.0.1 4711 443\r\n",
                "PROXY TCP4 example.org 10.0.0.1 4711 443\r\n",
                "PROXY TCP4 203.0.113.9 10.0.0.1 4711 65536\r\n",
                "PROXY UDP4 203.0.113.9 10.0.0.1 4711 443\r\n",
                "proxy TCP4 203.0.113.9 10.0.0.1 4711 443\r\n",
                "PROXY TCP4 203.0.113.9 10.0.0.1 4711 443                                                              "
                        + "                                  \r\n",
            })
    void areCutOffWhenTheyDoNotBeginAsTheyMust(String bytes) throws Exception {
        serve(LOCAL.withProxyProtocol(true));
        try (RawClient client = server.connect()) {
            client.send(bytes + "GET /who HTTP/1.1\r\nHost: a\r\n\r\n");
            client.readToTheEnd();
        }
        assertThat(server.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "3111000ccb0071090a000001126701bb",
                "2211000ccb0071090a000001126701bb",
                "21110008cb0071090a000001",
                "2121000ccb0071090a000001126701bb",
                "2191000ccb0071090a000001126701bb",
                "2111ffffcb0071090a000001126701bb",
            })
    void areCutOffWhenTheirBytesAreWrong(String header) throws Exception {
        serve(LOCAL.withProxyProtocol(true));
        try (RawClient client = server.connect()) {
            client.send(HexFormat.of().parseHex(V2 + header));
            client.send("x".repeat(70_000) + "GET /who HTTP/1.1\r\nHost: a\r\n\r\n");
            client.readToTheEnd();
        } catch (IOException e) {
            // cut off while it was sending
        }
        assertThat(server.requests).isEmpty();
    }

    @Test
    void areCutOffWhenTheyAreNotAmongTheTrusted() throws Exception {
        serve(ProxyOptions.trusting("10.0.0.0/8").withProxyProtocol(true));
        try (RawClient client = server.connect()) {
            client.send("PROXY TCP4 10.0.0.7 10.0.0.1 4711 443\r\nGET /who HTTP/1.1\r\nHost: a\r\n\r\n");
            client.readToTheEnd();
        } catch (IOException e) {
            // cut off while it was sending
        }
        assertThat(server.requests).isEmpty();
    }

    @Test
    void areNotLookedForWithoutTheOption() throws Exception {
        serve(LOCAL);
        try (RawClient client = server.connect()) {
            client.send("PROXY TCP4 203.0.113.9 10.0.0.1 4711 443\r\n");
            assertThat(client.readAnswer().status()).isEqualTo(400);
        }
    }

    @Test
    void mustBeTrustedToSpeakThePROXYProtocol() {
        serve(ProxyOptions.NONE);
        assertThatThrownBy(() -> ProxyOptions.NONE.withProxyProtocol(true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the PROXY protocol needs proxies that are trusted");
    }
}
