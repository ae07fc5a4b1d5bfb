package io.maru.server.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.maru.server.engine.Headers;
import io.maru.server.engine.HttpRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is read from the head of a request: a line with its target, and lines with its headers. */
class RequestFuzzTest {

    private static final List<Forwarding> FORWARDINGS = List.of(
            new Forwarding(ProxyOptions.trusting("10.0.0.0/8", "fd00::/8", ProxyOptions.UNIX)),
            new Forwarding(ProxyOptions.trusting("10.0.0.0/8").withHeader(ProxyOptions.Header.FORWARDED)));

    @FuzzTest
    void readsAnything(byte[] data) {
        List<String> lines = List.of(new String(data, StandardCharsets.ISO_8859_1).split("\n", -1));
        List<Map.Entry<String, String>> entries = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            int colon = line.indexOf(": ");
            if (colon > 0 && line.indexOf(' ') > colon) {
                entries.add(Map.entry(line.substring(0, colon), line.substring(colon + 2)));
            }
        }
        Headers headers = Headers.of(entries);
        String target = Requests.target(lines.get(0));
        HttpRequest request = new HttpRequest("GET", target, headers, "10.1.2.3", false);

        assertThat(request.path()).doesNotContain("?");
        assertThat(request.query()).isEqualTo(query(target));
        for (String cookies : headers.all("cookie")) {
            for (String cookie : cookies.split(";", -1)) {
                String name =
                        cookie.substring(0, Math.max(0, cookie.indexOf('='))).stripLeading();
                if (!name.isEmpty() && name.equals(name.strip())) {
                    assertThat(request.cookie(name)).isNotNull();
                }
            }
        }
        for (Map.Entry<String, String> header : headers.toMap().entrySet()) {
            String first = headers.get(header.getKey());
            assertThat(first).isNotNull();
            assertThat(header.getValue()).startsWith(first);
        }
        for (Forwarding forwarding : FORWARDINGS) {
            Forwarding.Origin origin = forwarding.origin(headers, new Forwarding.Origin("10.1.2.3", false));
            assertThat(Cidr.address(origin.address())).isNotNull();
        }
        agrees(DeflateTerms.of(headers.all("sec-websocket-extensions"), DeflateOptions.DEFAULTS));
    }

    private static void agrees(@Nullable DeflateTerms terms) {
        if (terms != null) {
            assertThat(terms.serverWindowBits()).isIn(0, 8, 9, 10, 11, 12, 13, 14, 15);
            assertThat(terms.answer()).startsWith("permessage-deflate");
        }
    }

    // the same in another way
    private static Map<String, String> query(String target) {
        Map<String, String> query = new LinkedHashMap<>();
        String[] parts = target.split("\\?", 2);
        if (parts.length == 2) {
            for (String pair : parts[1].split("&", -1)) {
                String[] both = pair.split("=", 2);
                if (!pair.isEmpty()) {
                    query.put(decoded(both[0]), both.length == 1 ? "" : decoded(both[1]));
                }
            }
        }
        return query;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
