package io.maru.server.engine;

import static io.maru.server.engine.EngineFixture.POLLING;
import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.Encoded;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonpTest {

    private static final String POLLING_3 = "/engine.io/?EIO=3&transport=polling";

    private final EngineFixture fixture = new EngineFixture(options ->
            options.allowJsonp(true).allowEngineIo3(true).generateId(request -> String.valueOf(request.query("t"))));

    private String open(String target) {
        String sid = "sid" + fixture.engine.clients();
        assertThat(fixture.send("GET", target + "&t=" + sid).status()).isEqualTo(200);
        return sid;
    }

    private FakeExchange get(String target, String sid) {
        return fixture.send("GET", target + "&sid=" + sid);
    }

    private FakeExchange post(String target, String sid, String form) {
        FakeExchange exchange =
                fixture.send("POST", target + "&sid=" + sid, "content-type", "application/x-www-form-urlencoded");
        exchange.arrive(form);
        return exchange;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0              | ___eio[0](
            17             | ___eio[17](
            1a2            | ___eio[12](
            ]=alert(1)//   | ___eio[1](
            ''             | ___eio[](
            """)
    void answersByAScript(String callback, String head) {
        FakeExchange exchange = fixture.send("GET", POLLING + "&t=abc&j=" + callback);

        assertThat(exchange.answer())
                .isEqualTo("200 " + head + "\"0{\\\"sid\\\":\\\"abc\\\",\\\"upgrades\\\":[\\\"websocket\\\"],"
                        + "\\\"pingInterval\\\":25000,\\\"pingTimeout\\\":20000,\\\"maxPayload\\\":1000000}\");");
        assertThat(exchange.header("content-type")).containsExactly("text/plain; charset=UTF-8");
        assertThat(exchange.header("cache-control")).containsExactly("no-store");
    }

    @Test
    void escapesWhatAScriptCannotHoldInAString() {
        String sid = open(POLLING + "&j=0");
        fixture.emit("\"\\\n\r\t\b\f\0\u001f\u2028\u2029\u007f/é😀'");

        assertThat(get(POLLING + "&j=0", sid).body())
                .isEqualTo("___eio[0](\"4\\\"\\\\\\n\\r\\t\\b\\f\\u0000\\u001f\\u2028\\u2029\u007f/é😀'\");");
    }

    @Test
    void wrapsAllAnswersOfTheSession() {
        String target = POLLING + "&j=3";
        String sid = open(target);
        fixture.emit("a", "b");
        assertThat(get(target, sid).body()).isEqualTo("___eio[3](\"4a\\u001e4b\");");
        fixture.loop.turn(() -> fixture.session().send(Encoded.binary(new byte[] {1, 2})));
        assertThat(get(target, sid).body()).isEqualTo("___eio[3](\"bAQI=\");");
        FakeExchange poll = get(target, sid);
        fixture.probe(sid).channel().text("2probe");
        assertThat(poll.body()).isEqualTo("___eio[3](\"6\");");
        fixture.emit("last");
        fixture.close(CloseReason.SERVER_CLOSE);
        assertThat(get(target, sid).body()).isEqualTo("___eio[3](\"4last\");");
        assertThat(get(target, sid).body()).isEqualTo("___eio[3](\"1\");");
        assertThat(get(target, sid).answer()).isEqualTo("400 {\"code\":1,\"message\":\"Session ID unknown\"}");
    }

    @Test
    void hasNoBytesForOlderClients() {
        String target = POLLING_3 + "&j=0";
        String sid = open(target);
        fixture.loop.turn(() -> {
            fixture.session().send(Encoded.text("€"));
            fixture.session().send(Encoded.binary(new byte[] {1, 2, 3, 4}));
        });

        assertThat(get(target, sid).body()).isEqualTo("___eio[0](\"2:4€10:b4AQIDBA==\");");
        assertThat(post(target, sid, "d=6%3A4hello10%3Ab4AQIDBA%3D%3D").answer())
                .isEqualTo("200 ok");
        assertThat(fixture.listener().take()).containsExactly("writable", "text hello", "binary 01020304");
    }

    // \n is a line feed, \\n what was \n before
    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
            d=4hello|hello
            d=4hello+%26+%3D%2B%e2%82%AC|hello & =+€
            d=4é|é
            a=b&d=4c&d=4e|c
            d=4%|%
            d=4%2|%2
            d=4%zz|%zz
            d=4a\\nb|a⏎b
            d=4a%5Cnb|a⏎b
            d=4a%5C%5Cnb|a\\nb
            d=4a%5C%5C%5Cnb|a\\\\nb
            d=4a%5C%5Cb%5Cc|a\\\\b\\c
            d=4a%5Cn%5Cn%5C%5Cn|a⏎⏎\\n
            d=4a%0Ab|a⏎b
            """)
    void takesTheFieldOfAForm(String form, String text) {
        String target = POLLING + "&j=0";
        String sid = open(target);

        FakeExchange post = post(target, sid, form);

        assertThat(post.answer()).isEqualTo("200 ok");
        assertThat(post.header("content-type")).containsExactly("text/html");
        assertThat(fixture.listener().take()).containsExactly("text " + text.replace('⏎', '\n'));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4hello", "e=4hello", "d", "dd=4hello", "d=", "d=9", "d=4%ff", "&&"})
    void endsTheSessionByAFormWithoutAPayload(String form) {
        String target = POLLING + "&j=0";
        String sid = open(target);

        assertThat(post(target, sid, form).answer()).isEqualTo("400 ");
        assertThat(fixture.listener().take()).containsExactly("closed PARSE_ERROR");
    }

    @Test
    void takesNoBytesAsABody() {
        for (String target : List.of(POLLING + "&j=0", POLLING_3 + "&j=0")) {
            String sid = open(target);
            assertThat(fixture.send("POST", target + "&sid=" + sid, "content-type", "application/octet-stream")
                            .answer())
                    .isEqualTo("400 ");
            assertThat(fixture.listener().take()).containsExactly("closed TRANSPORT_ERROR");
        }
    }

    @Test
    void isAMatterOfTheHandshake() {
        String sid = open(POLLING);
        fixture.emit("a");

        assertThat(get(POLLING + "&j=0", sid).body()).isEqualTo("4a");
    }

    @Test
    void meansNothingUnlessTheOptionsSayOtherwise() {
        EngineFixture strict = new EngineFixture();
        FakeExchange exchange = strict.send("GET", POLLING + "&j=0");
        String sid = EngineFixture.sidOf(exchange.body());
        FakeExchange post =
                strict.send("POST", POLLING + "&j=0&sid=" + sid, "content-type", "application/x-www-form-urlencoded");
        post.arrive("d=4a".getBytes(StandardCharsets.US_ASCII));

        assertThat(post.answer()).isEqualTo("400 ");
        assertThat(strict.listener().take()).containsExactly("closed PARSE_ERROR");
    }
}
