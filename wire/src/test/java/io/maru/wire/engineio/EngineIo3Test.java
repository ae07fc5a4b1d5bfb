package io.maru.wire.engineio;

import static io.maru.wire.Vectors.refused;
import static io.maru.wire.engineio.EnginePacketTest.line;
import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.RandomJson;
import io.maru.wire.Seeded;
import io.maru.wire.WireException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EngineIo3Test {

    private static final List<EnginePacket.Type> TYPES = List.of(EnginePacket.Type.values());

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            6:4hello                     | MESSAGE hello
            6:4test16:4test26:4test3     | MESSAGE test1, MESSAGE test2, MESSAGE test3
            1:4                          | MESSAGE
            3:44:                        | MESSAGE 4:
            6:2probe                     | PING probe
            1:21:31:11:6                 | PING, PONG, CLOSE, NOOP
            12:0{"sid":"a"}              | OPEN {"sid":"a"}
            # a length counts UTF-16 units: 1 for a character of one to three bytes, 2 for one of four
            6:4hello2:4€                 | MESSAGE hello, MESSAGE €
            3:4😀2:4é                    | MESSAGE 😀, MESSAGE é
            2:4€10:b4AQIDBA==            | MESSAGE €, BINARY 01020304
            2:b4                         | BINARY
            """)
    void readsAndWritesPayloadsOfText(String payload, String packets) {
        List<EnginePacket> read = EngineIo3.decodePayload(utf8(payload));

        assertThat(lines(read)).isEqualTo(packets);
        assertThat(EngineIo3.encodePayload(read, true))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(payload);
        assertThat(EngineIo3.isBinary(utf8(payload))).isFalse();
    }

    // 00 text or 01 bytes; the digits of the length in bytes; ff; the packet, whose bytes begin with 04
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0006ff3468656c6c6f 0105ff0401020304     | MESSAGE hello, BINARY 01020304
            0004ff34e282ac 0103ff04ff00             | MESSAGE €, BINARY ff00
            0101ff04                                | BINARY
            010101ff0400010203040506070809 0001ff34 | BINARY 00010203040506070809, MESSAGE
            0101ff04 0006ff3270726f6265             | BINARY, PING probe
            """)
    void readsAndWritesPayloadsOfBytes(String hex, String packets) {
        byte[] payload = hex(hex);
        List<EnginePacket> read = EngineIo3.decodeBinaryPayload(payload);

        assertThat(lines(read)).isEqualTo(packets);
        assertThat(EngineIo3.encodePayload(read, false)).isEqualTo(payload);
        assertThat(EngineIo3.isBinary(payload)).isTrue();
    }

    @Test
    void writesTextForClientsThatTakeBytesWhereThereAreNone() {
        List<EnginePacket> packets = EngineIo3.decodePayload(utf8("2:4€1:3"));

        assertThat(EngineIo3.encodePayload(packets, false))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("2:4€1:3");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void readsThousandsOfPacketsWithoutKeepingThemAll(boolean base64) {
        List<EnginePacket> packets = new ArrayList<>();
        for (int i = 0; i < 3 * PacketList.KEPT; i++) {
            packets.add(new EnginePacket(EnginePacket.Type.MESSAGE, utf8("n" + i), i % 7 == 0));
        }
        byte[] payload = EngineIo3.encodePayload(packets, base64);
        List<EnginePacket> read = base64 ? EngineIo3.decodePayload(payload) : EngineIo3.decodeBinaryPayload(payload);

        assertThat(lines(read)).isEqualTo(lines(packets));
        assertThat(lines(read)).isEqualTo(lines(packets));
    }

    @Test
    void readsOtherWaysOfWritingTheSame() {
        assertThat(lines(EngineIo3.decodePayload(utf8("0:01:40:")))).isEqualTo("MESSAGE");
        assertThat(EngineIo3.decodePayload(utf8("0:"))).isEmpty();
        assertThat(lines(EngineIo3.decodeBinaryPayload(hex("000006ff3468656c6c6f"))))
                .isEqualTo("MESSAGE hello");
        assertThat(lines(EngineIo3.decodeBinaryPayload(hex("0006ff62344151493d"))))
                .as("base64 as text among bytes")
                .isEqualTo("BINARY 0102");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "abc",
                ":",
                ":4",
                "6",
                "6:",
                "6:4hell",
                "7:4hello",
                "5:4hello",
                "4hello",
                "\0",
                "6;4hello",
                // lengths that are numbers for JavaScript only
                "-1:4",
                "+1:4",
                " 1:4",
                "1 :4",
                "1.0:4",
                "1e0:4",
                "0x1:4",
                "0000000001:4",
                "9999999999:4",
                // no packets
                "1:7",
                "1:x",
                "1:é",
                "1:b",
                "2:b2",
                "2:b5",
                "4:bAQI",
                "4:b4A!",
                "1:41:9",
                "1:9" + "1:4",
                // the first half of a pair of units
                "2:4😀",
                "3:4a😀",
            })
    void refusesWhatIsNoPayloadOfText(String payload) {
        refused(Reason.MALFORMED, () -> EngineIo3.decodePayload(utf8(payload)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                // no length, or none that ends
                "00",
                "01",
                "00ff",
                "00ff34",
                "0001",
                "000a",
                "00feff",
                "0000000000000000000001ff34",
                // longer or shorter than announced
                "0001ff",
                "0002ff34",
                "0109ff04",
                "0101ff0400",
                "0009090909090909ff34",
                // neither text nor bytes
                "0201ff34",
                "ff01ff34",
                "3401ff34",
                // no packets, no UTF-8
                "0000ff",
                "0001ff37",
                "0001ff62",
                "0002ff34ff",
                "0003ff34eda0",
                // bytes that are no message
                "0100ff",
                "0101ff02",
                "0101ff34",
                "0102ff0004",
            })
    void refusesWhatIsNoPayloadOfBytes(String hex) {
        refused(Reason.MALFORMED, () -> EngineIo3.decodeBinaryPayload(hex(hex)));
    }

    @Test
    void readsMessagesOfWebSockets() {
        assertThat(line(EngineIo3.decode(utf8("4a:b")))).isEqualTo("MESSAGE a:b");
        assertThat(line(EngineIo3.decode(utf8("b4AQIDBA==")))).isEqualTo("BINARY 01020304");
        assertThat(line(EngineIo3.decodeBinary(hex("0401020304")))).isEqualTo("BINARY 01020304");
        assertThat(line(EngineIo3.decodeBinary(hex("04")))).isEqualTo("BINARY");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "x", "hello", "b", "bAQI=", "b3AQI=", "b4A"})
    void refusesATextMessageThatIsNoPacket(String text) {
        refused(Reason.MALFORMED, () -> EngineIo3.decode(utf8(text)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "34", "02", "0004", "ff"})
    void refusesABinaryMessageThatIsNoMessagePacket(String hex) {
        refused(Reason.MALFORMED, () -> EngineIo3.decodeBinary(hex(hex)));
    }

    @Test
    void readsWhatItWrote() {
        Seeded.repeat(2_000, random -> {
            List<EnginePacket> packets = new ArrayList<>();
            for (int i = 1 + random.nextInt(5); i > 0; i--) {
                packets.add(random.nextBoolean() ? binary(random) : text(random));
            }
            byte[] payload = EngineIo3.encodePayload(packets, random.nextBoolean());
            List<EnginePacket> again = EngineIo3.isBinary(payload)
                    ? EngineIo3.decodeBinaryPayload(payload)
                    : EngineIo3.decodePayload(payload);
            assertThat(lines(again)).isEqualTo(lines(packets));
        });
    }

    private static EnginePacket binary(Random random) {
        byte[] data = new byte[random.nextInt(3) == 0 ? random.nextInt(2_000) : random.nextInt(10)];
        random.nextBytes(data);
        return new EnginePacket(EnginePacket.Type.MESSAGE, data, true);
    }

    private static EnginePacket text(Random random) {
        return new EnginePacket(TYPES.get(random.nextInt(TYPES.size())), utf8(new RandomJson(random).value(3)), false);
    }

    private static String lines(List<EnginePacket> packets) {
        return packets.stream().map(EnginePacketTest::line).collect(Collectors.joining(", "));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
