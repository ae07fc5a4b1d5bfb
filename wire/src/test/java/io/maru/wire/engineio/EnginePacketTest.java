package io.maru.wire.engineio;

import static io.maru.wire.Vectors.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.maru.wire.RandomJson;
import io.maru.wire.Seeded;
import io.maru.wire.Vectors;
import io.maru.wire.Vectors.Vector;
import io.maru.wire.WireException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnginePacketTest {

    private static final List<EnginePacket.Type> TYPES = List.of(EnginePacket.Type.values());

    static Stream<Vector> vectors() {
        return Vectors.load(EnginePacketTest.class, "packets.txt");
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void readsPayloadsAndTheDigitsWriteThemAgain(Vector vector) {
        List<EnginePacket> packets = EnginePacket.decodePayload(vector.utf8());
        assertThat(packets).extracting(EnginePacketTest::line).isEqualTo(vector.packets());
        if (vector.written()) {
            assertThat(encode(packets)).isEqualTo(vector.text());
        }
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void readsASingleTextPacketAlikeFromAWebSocket(Vector vector) {
        if (vector.packets().size() == 1 && !vector.text().startsWith("b")) {
            EnginePacket packet = EnginePacket.decode(vector.utf8());
            assertThat(line(packet)).isEqualTo(vector.packets().get(0));
            assertThat(packet.binary()).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void writesThePacketsOfAPayload(Vector vector) {
        if (vector.written()) {
            assertThat(EnginePacket.decodePayload(vector.utf8()).stream()
                            .map(packet -> new String(packet.encode(), StandardCharsets.UTF_8))
                            .collect(Collectors.joining("\u001e")))
                    .isEqualTo(vector.text());
        }
    }

    @Test
    void takesTheSeparatorForDataInAMessageOfAWebSocket() {
        assertThat(line(EnginePacket.decode(utf8("4a\u001e4b")))).isEqualTo("MESSAGE a\u001e4b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "7", "8", "9", "/", ":", "a", "hello", " 4", "-1", "\u001e", "é", "b", "bAQI=", "B", "\0"})
    void refusesAMessageOfAWebSocketThatIsNoPacket(String text) {
        refused(Reason.MALFORMED, () -> EnginePacket.decode(utf8(text)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "7", "hello", "\u001e", "4a\u001e", "\u001e4a", "4a\u001e\u001e4b", "4a\u001e9",
                        "4a\u001ex\u001e4b",
                // no base64: a character outside, a rest of one, padding within, the URL's alphabet, white space
                "b!", "bA", "bAQ=", "bA=QI", "bAQI=A", "b-_8=", "bAQ I", "bAQI=\t", "4a\u001ebé"
            })
    void refusesAPayloadWithAnythingElseInIt(String text) {
        refused(Reason.MALFORMED, () -> EnginePacket.decodePayload(utf8(text)));
    }

    @ParameterizedTest
    @EnumSource
    void knowsEachTypeByItsDigit(EnginePacket.Type type) {
        assertThat(EnginePacket.decode(new byte[] {(byte) type.digit()}).type()).isEqualTo(type);
        assertThat(EnginePacket.of(type).data()).isEmpty();
        if (type != EnginePacket.Type.MESSAGE) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new EnginePacket(type, new byte[0], true))
                    .withMessageContaining(type.name());
        }
    }

    @Test
    void readsWhatItWrote() {
        Seeded.repeat(2_000, random -> {
            List<EnginePacket> packets = new ArrayList<>();
            for (int i = 1 + random.nextInt(5); i > 0; i--) {
                boolean binary = random.nextBoolean();
                byte[] data = utf8(new RandomJson(random).value(3));
                if (binary) {
                    data = new byte[random.nextInt(10)];
                    random.nextBytes(data);
                }
                packets.add(new EnginePacket(
                        binary ? EnginePacket.Type.MESSAGE : TYPES.get(random.nextInt(TYPES.size())), data, binary));
            }
            List<EnginePacket> again = EnginePacket.decodePayload(utf8(encode(packets)));
            assertThat(again)
                    .extracting(EnginePacketTest::line)
                    .isEqualTo(packets.stream().map(EnginePacketTest::line).toList());
        });
    }

    @Test
    void readsThousandsOfPacketsWithoutKeepingThemAll() {
        List<EnginePacket> packets = new ArrayList<>();
        for (int i = 0; i < 3 * PacketList.KEPT; i++) {
            packets.add(new EnginePacket(EnginePacket.Type.MESSAGE, utf8("n" + i), i % 7 == 0));
        }
        String payload = encode(packets);
        List<EnginePacket> read = EnginePacket.decodePayload(utf8(payload));
        List<String> expected = packets.stream().map(EnginePacketTest::line).toList();
        assertThat(read).extracting(EnginePacketTest::line).isEqualTo(expected);
        assertThat(read).extracting(EnginePacketTest::line).isEqualTo(expected); // and once more
        assertThat(read.get(0)).isSameAs(read.get(0));
        assertThat(read.get(2 * PacketList.KEPT)).isNotSameAs(read.get(2 * PacketList.KEPT));
        assertThatThrownBy(() -> read.get(packets.size())).isInstanceOf(IndexOutOfBoundsException.class);
        refused(Reason.MALFORMED, () -> EnginePacket.decodePayload(utf8(payload + "\u001e9")));
        refused(Reason.MALFORMED, () -> EnginePacket.decodePayload(utf8(payload + "\u001eb***")));
    }

    // as the official Java client has it: a break after each 76 characters, and one at the end
    @Test
    void takesBase64WithLineBreaks() {
        byte[] data = new byte[100];
        String broken = Base64.getMimeEncoder(76, new byte[] {'\n'}).encodeToString(data) + "\n";
        EnginePacket packet = EnginePacket.decodePayload(utf8("b" + broken)).get(0);
        assertThat(broken).contains("\n");
        assertThat(packet.data()).isEqualTo(data);
    }

    static String encode(List<EnginePacket> packets) {
        return packets.stream()
                .map(it -> it.binary()
                        ? "b" + Base64.getEncoder().encodeToString(it.data())
                        : it.type().digit() + new String(it.data(), StandardCharsets.UTF_8))
                .collect(Collectors.joining(String.valueOf(EnginePacket.SEPARATOR)));
    }

    static String line(EnginePacket packet) {
        String data = packet.binary()
                ? HexFormat.of().formatHex(packet.data())
                : new String(packet.data(), StandardCharsets.UTF_8);
        return (packet.binary() ? "BINARY" : packet.type().name()) + (data.isEmpty() ? "" : " " + data);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
