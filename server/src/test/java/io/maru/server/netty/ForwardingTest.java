package io.maru.server.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.maru.server.engine.Headers;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose request it is, by what proxies say. */
class ForwardingTest {

    private static final ProxyOptions PROXIES =
            ProxyOptions.trusting("10.0.0.0/8", "192.0.2.7", "fd00::/8", "::ffff:198.51.100.0/128");

    private static String origin(ProxyOptions options, String... headers) {
        List<Map.Entry<String, String>> entries = new ArrayList<>();
        for (String header : headers) {
            int colon = header.indexOf(": ");
            entries.add(Map.entry(header.substring(0, colon), header.substring(colon + 2)));
        }
        Forwarding.Origin origin =
                new Forwarding(options).origin(Headers.of(entries), new Forwarding.Origin("10.0.0.1", false));
        return origin.address() + (origin.secure() ? " secure" : "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "203.0.113.9 | 203.0.113.9",
                "1.1.1.1, 203.0.113.9 | 203.0.113.9",
                "1.1.1.1, 203.0.113.9, 10.1.2.3, 192.0.2.7 | 203.0.113.9",
                "10.1.2.3, 10.1.2.4 | 10.1.2.3",
                "203.0.113.9:4711 | 203.0.113.9",
                "2001:DB8:0:0:0:0:0:17 | 2001:db8::17",
                "[2001:db8::17]:443 | 2001:db8::17",
                "[2001:db8::17] | 2001:db8::17",
                "203.0.113.9, fd12::1 | 203.0.113.9",
                "::ffff:203.0.113.9 | 203.0.113.9",
                "fe80::1%eth0 | fe80::1",
                "203.0.113.9,, 10.1.2.3 , | 203.0.113.9",
                "unknown | 10.0.0.1",
                "1.1.1.1, garbage, 10.1.2.3 | 10.1.2.3",
                "example.org | 10.0.0.1",
                "1.2.3 | 10.0.0.1",
                "1.2.3.4.5 | 10.0.0.1",
                "01.2.3.4:x:y | 10.0.0.1",
                "[2001:db8::17 | 10.0.0.1",
                "'<script>' | 10.0.0.1",
            })
    void isTheLastAddressThatIsNoTrustedProxys(String value, String address) {
        assertThat(origin(PROXIES, "X-Forwarded-For: " + value)).isEqualTo(address);
    }

    @Test
    void isSaidInSeveralHeadersToo() {
        assertThat(origin(PROXIES, "X-Forwarded-For: 1.1.1.1", "X-Forwarded-For: 203.0.113.9, 10.1.1.1"))
                .isEqualTo("203.0.113.9");
        assertThat(origin(PROXIES)).isEqualTo("10.0.0.1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "203.0.113.9 | https | 203.0.113.9 secure",
                "203.0.113.9 | HTTPS | 203.0.113.9 secure",
                "203.0.113.9 | wss | 203.0.113.9 secure",
                "203.0.113.9 | http | 203.0.113.9",
                "203.0.113.9 | gopher | 203.0.113.9",
                "203.0.113.9, 10.1.1.1 | https | 203.0.113.9 secure",
                "203.0.113.9, 10.1.1.1 | https, http | 203.0.113.9 secure",
                "1.1.1.1, 203.0.113.9, 10.1.1.1 | https, http, https | 203.0.113.9",
                "1.1.1.1, 203.0.113.9, 10.1.1.1 | https, http | 203.0.113.9",
                "unknown | https | 10.0.0.1 secure",
                "'' | https | 10.0.0.1 secure",
            })
    void isSecureWhereTheProxySaysSo(String addresses, String schemes, String origin) {
        assertThat(origin(PROXIES, "X-Forwarded-For: " + addresses, "X-Forwarded-Proto: " + schemes))
                .isEqualTo(origin);
    }

    // the examples of RFC 7239, sections 4 and 7.1, and what is no good
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "for=192.0.2.60;proto=http;by=203.0.113.43 | 192.0.2.60",
                "For=\"[2001:db8:cafe::17]:4711\" | 2001:db8:cafe::17",
                "for=192.0.2.43, for=198.51.100.17 | 198.51.100.17",
                "for=192.0.2.43, for=10.9.9.9;proto=https | 192.0.2.43 secure",
                "for=192.0.2.43;proto=http, for=10.9.9.9;proto=https | 192.0.2.43",
                "for=192.0.2.43;proto=https, for=10.9.9.9;proto=http | 192.0.2.43 secure",
                "proto=\"https\" ; for = \"192.0.2.43:47011\" | 192.0.2.43 secure",
                "for=unknown;proto=https | 10.0.0.1 secure",
                "for=1.1.1.1, for=_hidden, for=10.9.9.9 | 10.9.9.9",
                "for=\"1.1.1.1, for=2.2.2.2\" | 10.0.0.1",
                "for=\"a\\\", for=1.1.1.1\", for=10.9.9.9 | 10.9.9.9",
                "host=x;;by, for=203.0.113.9 | 203.0.113.9",
                "for= | 10.0.0.1",
                "'' | 10.0.0.1",
            })
    void isSaidByTheHeaderOfTheRfcWhereThatIsChosen(String value, String origin) {
        ProxyOptions options = PROXIES.withHeader(ProxyOptions.Header.FORWARDED);
        assertThat(origin(options, "Forwarded: " + value, "X-Forwarded-For: 6.6.6.6"))
                .isEqualTo(origin);
    }

    @Test
    void isNotSaidByHeadersThatWereNotChosen() {
        assertThat(origin(PROXIES, "Forwarded: for=6.6.6.6;proto=https")).isEqualTo("10.0.0.1");
        assertThat(origin(
                        PROXIES.withHeader(ProxyOptions.Header.NONE),
                        "Forwarded: for=6.6.6.6",
                        "X-Forwarded-For: 6.6.6.6"))
                .isEqualTo("10.0.0.1");
    }

    @ParameterizedTest
    @CsvSource({
        "10.255.0.1, true",
        "11.0.0.1, false",
        "192.0.2.7, true",
        "192.0.2.6, false",
        "fdff::1, true",
        "fc00::1, false",
        "::ffff:10.0.0.1, true",
        "::10.0.0.1, false",
        "198.51.100.0, true",
        "198.51.100.1, false",
    })
    void isBelievedOfThosePeersOnly(String peer, boolean trusted) {
        assertThat(new Forwarding(PROXIES).trusts(new InetSocketAddress(peer, 1)))
                .isEqualTo(trusted);
    }

    @Test
    void isBelievedOfEverybodyWhoComesByAUnixSocketWhereThatIsSaid() {
        assertThat(new Forwarding(PROXIES).trusts((java.net.SocketAddress) null))
                .isFalse();
        assertThat(new Forwarding(ProxyOptions.trusting("unix")).trusts((java.net.SocketAddress) null))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"10.1.2.3/0, 200.1.1.1", "10.128.0.0/9, 10.129.0.0", "2001:db8::/33, 2001:db8:7fff::"})
    void isReadOfNetworksOfAnySize(String network, String member) {
        assertThat(new Forwarding(ProxyOptions.trusting(network)).trusts(new InetSocketAddress(member, 1)))
                .isTrue();
    }

    @Test
    void isNotReadBeyondTheBitsOfANetwork() {
        assertThat(new Forwarding(ProxyOptions.trusting("10.128.0.0/9")).trusts(new InetSocketAddress("10.127.0.0", 1)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "10.0.0.0/33", "::1/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "/8"})
    void isNotToBeTakenOfWhatIsNoNetwork(String network) {
        assertThatThrownBy(() -> ProxyOptions.trusting(network))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an address or a network such as 10.0.0.0/8 expected: " + network);
    }
}
