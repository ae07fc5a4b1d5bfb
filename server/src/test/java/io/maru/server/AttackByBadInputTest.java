package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Hundreds of inputs that nobody should send, each by a client of its own. Each has an end: an answer, an error, or a
 * connection that closes. Nobody else is hurt, and the log says little of it and nothing of what was sent.
 */
class AttackByBadInputTest extends AttackFixture {

    private static final String SECRET = "S3CR3T";
    private static final int LONGEST_LINE = 4096;

    private static final List<String> NAMES = List.of(
            "__proto__",
            "constructor",
            "prototype",
            "toString",
            "hasOwnProperty",
            "$ref",
            "a.b",
            "..",
            "%00",
            "\u202e");

    private static final List<String> SOCKET_IO = List.of(
            "40",
            "40{\"token\":\"S3CR3T\"}",
            "40/a,{\"x\":1}",
            "41",
            "42[\"tell\",1]",
            "4212[\"enter\",{\"a\":[1,2]}]",
            "430[]",
            "43/a,1[\"x\"]",
            "451-[\"tell\",{\"_placeholder\":true,\"num\":0}]",
            "452-1[\"tell\",{\"_placeholder\":true,\"num\":0},{\"num\":1,\"_placeholder\":true}]",
            "461-0[null]",
            "2",
            "3",
            "5",
            "6",
            "1",
            "0{}",
            "44{\"message\":\"x\"}");

    private static final List<String> PLAIN = List.of(
            "{\"type\":\"tell\",\"args\":[1]}",
            "{\"type\":\"enter\",\"messageId\":7}",
            "{\"type\":\"callback\",\"messageId\":7,\"data\":{\"S3CR3T\":1}}",
            "{\"type\":\"auth\",\"token\":\"S3CR3T\"}",
            "{\"messageId\":1}",
            "{\"type\":\"ping\"}",
            "{\"type\":\"sum\",\"args\":{\"a\":1}}");

    private final Logger log = (Logger) LoggerFactory.getLogger("io.maru");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Random random = new Random(20_26);

    @BeforeEach
    void listenToTheLog() {
        lines.start();
        log.addAppender(lines);
        log.setLevel(Level.DEBUG);
        log.setAdditive(false);
    }

    @AfterEach
    void leaveTheLog() {
        log.setAdditive(true);
        log.setLevel(null);
        log.detachAppender(lines);
        assertThat(lines.list).allSatisfy(line -> {
            assertThat(line.getLevel().isGreaterOrEqual(Level.WARN))
                    .as(line.getFormattedMessage())
                    .isFalse();
            assertThat(line.getThrowableProxy()).as(line.getFormattedMessage()).isNull();
            assertThat(line.getFormattedMessage()).hasSizeLessThan(LONGEST_LINE).doesNotContain(SECRET);
        });
    }

    private void serveThem() {
        serveRoom(options -> {}, socket -> socket.on("tell", event -> {}));
    }

    /** The texts themselves, and each a few times with something changed, left out, doubled or put in. */
    private List<String> damaged(List<String> texts, int times) {
        List<String> all = new ArrayList<>(texts);
        String noise = "{}[]:,\"\\ \t\n0123456789-+.eEtrufalsn\u0000\u001e\u007f/\u00e9\ud83d\ude00b";
        for (String text : texts) {
            for (int i = 0; i < times; i++) {
                StringBuilder out = new StringBuilder(text);
                for (int k = 1 + random.nextInt(3); k > 0; k--) {
                    int at = random.nextInt(out.length() + 1);
                    int to = Math.min(out.length(), at + 1 + random.nextInt(3));
                    switch (random.nextInt(4)) {
                        case 0 -> out.insert(at, noise.charAt(random.nextInt(noise.length())));
                        case 1 -> out.delete(at, to);
                        case 2 -> out.insert(at, out.substring(at, to));
                        default -> out.replace(at, to, String.valueOf(noise.charAt(random.nextInt(noise.length()))));
                    }
                }
                all.add(out.toString());
            }
        }
        return all;
    }

    private static List<String> named(String... patterns) {
        List<String> all = new ArrayList<>();
        for (String pattern : patterns) {
            NAMES.forEach(name -> all.add(pattern.replace("NAME", name)));
        }
        return all;
    }

    private static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** After each input its client is asked something: it is answered, or the connection has a good end. */
    private void haveAnEnd(List<String> inputs, Function<String, String> exchange, Pattern good) {
        try (Bystanders bystanders = new Bystanders()) {
            for (String input : inputs) {
                assertThat(exchange.apply(input)).as(input).containsPattern(good);
            }
            assertLeft(3);
            bystanders.awaitRounds(20);
        }
    }

    @Test
    void ofSocketIoClients() {
        serveThem();
        List<String> inputs = damaged(SOCKET_IO, 12);
        inputs.addAll(named(
                "42[\"NAME\"]",
                "42[\"tell\",{\"NAME\":{\"NAME\":1}}]",
                "40/NAME,",
                "42/NAME,[\"x\"]",
                "40{\"NAME\":{\"x\":1}}",
                "451-[\"tell\",{\"_placeholder\":true,\"num\":\"NAME\"}]",
                "450-[\"NAME\"]"));
        inputs.add("42[\"tell\",[" + "{\"_placeholder\":true,\"num\":0},".repeat(5_000) + "0]]");
        inputs.add("42" + "[".repeat(100_000));
        inputs.add("42[\"tell\"," + "{\"a\":".repeat(20_000) + "1" + "}".repeat(20_000) + "]");
        inputs.add("42[\"tell\"," + "9".repeat(100_000) + "]");
        inputs.add("42[\"tell\",1e" + "9".repeat(900) + "]");
        inputs.add("42[\"" + "n".repeat(100_000) + "\"]");
        inputs.add("40/" + "n".repeat(100_000) + ",");
        haveAnEnd(
                inputs,
                input -> {
                    Attacker client = member();
                    client.text(input)
                            .trySend(WireClient.frameOf(0x81, "4299[\"enter\"]".getBytes(StandardCharsets.UTF_8)));
                    client.trySend(WireClient.frameOf(0x88, new byte[] {3, (byte) 0xe8}));
                    return client.readToTheEnd();
                },
                Pattern.compile("4399\\[]|\u0088\u0000$|\u0088\u0002\u0003"));
    }

    @Test
    void ofPlainClients() {
        serveThem();
        List<String> inputs = damaged(PLAIN, 15);
        inputs.addAll(named(
                "{\"type\":\"NAME\"}",
                "{\"NAME\":{\"NAME\":1},\"type\":\"tell\"}",
                "{\"type\":\"tell\",\"messageId\":\"NAME\"}",
                "{\"type\":{\"NAME\":1}}",
                "{\"type\":\"callback\",\"messageId\":\"NAME\",\"data\":1}"));
        inputs.add("{\"type\":\"tell\",\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");
        inputs.add("{\"type\":\"tell\",\"messageId\":" + "9".repeat(50_000) + "}");
        inputs.add("{\"type\":\"" + "n".repeat(100_000) + "\"}");
        inputs.add("{" + "\"a\":1,".repeat(50_000) + "\"type\":\"tell\"}");
        haveAnEnd(
                inputs,
                input -> {
                    Attacker client = webSocket("/");
                    client.text(input).text("{\"type\":\"enter\",\"messageId\":99}");
                    String answers = client.readUntil("\"messageId\":99");
                    client.cut();
                    return answers;
                },
                Pattern.compile("\"messageId\":99"));
    }

    @Test
    void ofClientsThatPoll() {
        serveThem();
        List<String> inputs = damaged(SOCKET_IO, 5);
        inputs.addAll(damaged(
                List.of("42[\"tell\",1]\u001e42[\"tell\",2]", "bAAEC\u001e4", "451-[\"tell\"]\u001ebAAEC"), 20));
        inputs.add("");
        inputs.add("\u001e".repeat(10_000));
        inputs.add("b".repeat(100_000));
        haveAnEnd(
                inputs,
                input -> {
                    Attacker client = attacker();
                    String session = pollingSession(client, true);
                    client.post(session, input);
                    String answer = client.readUntil("\r\n\r\n");
                    client.post(session, "1").readUntil("\r\n\r\n");
                    return answer;
                },
                Pattern.compile("^HTTP/1.1 (200|400|413) "));
    }

    @Test
    void inRequests() {
        serveThem();
        List<String> inputs = named(
                "/socket.io/?EIO=4&transport=NAME",
                "/socket.io/?EIO=NAME&transport=polling",
                "/socket.io/?EIO=4&transport=polling&sid=NAME",
                "/socket.io/?EIO=4&transport=polling&NAME=1&NAME[NAME]=2",
                "/socket.io/?NAME",
                "/NAME",
                "/socket.io/NAME",
                "/socket.io/../NAME");
        inputs.add("/socket.io/?EIO=4&EIO=5&transport=polling&transport=websocket");
        inputs.add("/socket.io/?EIO=4&transport=polling&sid=");
        inputs.add("/socket.io/?%");
        inputs.add("/socket.io/?%ZZ=%F0%28%8C%28&transport=%FF");
        inputs.add("*");
        inputs.add("//");
        inputs.add("http://");
        inputs.add("http://a?EIO=4");
        List<String> both = new ArrayList<>();
        for (String input : inputs) {
            for (String method : List.of("GET", "POST", "DELETE", "__proto__")) {
                both.add(method + " " + bytes(input) + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            }
            both.add("GET " + bytes(input) + " HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                    + new String(WireClient.frameOf(0x88, new byte[0]), StandardCharsets.ISO_8859_1));
        }
        try (Bystanders bystanders = new Bystanders()) {
            for (String input : both) {
                assertThat(attacker().send(input).readToTheEnd())
                        .as(input)
                        .containsPattern("^HTTP/1.1 (101|200|400|404|405) ");
            }
            bystanders.awaitRounds(20);
        }
    }

    /** What is a few bytes on the wire and gigabytes as a number is refused, or stays what it is. */
    @Test
    void ofNumbersBeyondEverythingEndAtOnce() {
        serveRoom(options -> {}, socket -> {
            for (Class<?> type : List.of(
                    Integer.class,
                    Long.class,
                    Double.class,
                    BigInteger.class,
                    BigDecimal.class,
                    Instant.class,
                    Duration.class,
                    Object.class,
                    String.class)) {
                socket.on(type.getSimpleName(), type, (value, ack) -> ack.send(1));
            }
        });
        WireClient client = plain();
        long begin = System.nanoTime();
        for (String type : List.of(
                "Integer", "Long", "Double", "BigInteger", "BigDecimal", "Instant", "Duration", "Object", "String")) {
            for (String number : List.of(
                    "1e999999999", "-1e-999999999", "1e2147483647", "9".repeat(1_000), "0." + "9".repeat(990))) {
                client.send("{\"type\":\"" + type + "\",\"args\":[" + number + "],\"messageId\":1}");
                String answer = client.text();
                if (answer.startsWith("{\"error\"")) {
                    answer = client.text();
                }
                assertThat(answer).startsWith("{\"type\":\"callback\",\"messageId\":1,");
            }
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
        fencePlain(client); // an error is answered before it is reported
        assertThat(errors).isNotEmpty();
        errors.clear(); // a handler's argument did not fit: the application hears of it
    }
}
