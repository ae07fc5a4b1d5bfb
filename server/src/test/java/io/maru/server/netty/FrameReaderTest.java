package io.maru.server.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Frames, byte for byte; what they mean is in {@link WebSocketTest}. */
class FrameReaderTest {

    private static final int MAX = 100_000;

    /** What a reader told of. */
    private static class Told implements FrameReader.Frames {
        final List<String> events = new ArrayList<>();

        @Override
        public void onFrame(int opcode, boolean fin, byte[] payload) {
            events.add(opcode + (fin ? " fin " : " ") + payload.length + " " + Arrays.hashCode(payload));
        }

        @Override
        public void onFault(int closeStatus) {
            events.add("fault " + closeStatus);
        }
    }

    private static String told(int opcode, boolean fin, byte[] payload) {
        return opcode + (fin ? " fin " : " ") + payload.length + " " + Arrays.hashCode(payload);
    }

    private static List<String> read(byte[] bytes, int part) {
        Told told = new Told();
        return read(new FrameReader(MAX, told), told, bytes, part);
    }

    /** Reads bytes in parts of a size, from buffers that begin at odd places. */
    private static List<String> read(FrameReader reader, Told told, byte[] bytes, int part) {
        for (int i = 0; i < bytes.length; i += part) {
            int size = Math.min(part, bytes.length - i);
            ByteBuf buffer = Unpooled.directBuffer(size + 3).writeZero(3).skipBytes(3);
            buffer.writeBytes(bytes, i, size);
            reader.read(buffer);
            buffer.release();
        }
        return told.events;
    }

    /** A frame of a client, with a mask that is not zero. */
    private static byte[] frame(int first, byte[] payload) {
        return RawClient.frame(first, payload);
    }

    @Test
    void readsFramesHoweverTheyAreCut() throws Exception {
        Random random = new Random(7);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<String> expected = new ArrayList<>();
        for (int length : new int[] {0, 1, 2, 3, 4, 5, 7, 8, 9, 125, 126, 127, 1000, 5000, 65_535, 65_536, MAX}) {
            byte[] payload = new byte[length];
            random.nextBytes(payload);
            bytes.write(frame(0x82, payload));
            expected.add(told(FrameReader.BINARY, true, payload));
            bytes.write(frame(0x01, payload));
            expected.add(told(FrameReader.TEXT, false, payload));
            byte[] ping = Arrays.copyOf(payload, Math.min(length, 125));
            bytes.write(frame(0x89, ping));
            expected.add(told(FrameReader.PING, true, ping));
            bytes.write(frame(0x00, payload));
            expected.add(told(FrameReader.CONTINUATION, false, payload));
            bytes.write(frame(0x80, payload));
            expected.add(told(FrameReader.CONTINUATION, true, payload));
            bytes.write(frame(0x8a, ping));
            expected.add(told(FrameReader.PONG, true, ping));
        }
        byte[] all = bytes.toByteArray();
        for (int part : new int[] {1, 2, 3, 5, 6, 7, 13, 14, 15, 100, 2048, 4095, 70_000, all.length}) {
            assertThat(read(all, part)).as("in parts of %d", part).isEqualTo(expected);
        }
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of("unmasked", "8101", 1002),
                Arguments.of("an extension's bit", "c180", 1002),
                Arguments.of("unknown data", "8380", 1002),
                Arguments.of("unknown control", "8b80", 1002),
                Arguments.of("a continuation of nothing", "8080", 1002),
                Arguments.of("a control frame in parts", "0980", 1002),
                Arguments.of("a long control frame", "89fe", 1002),
                Arguments.of("half a status", "8881", 1002),
                Arguments.of("a message in a message", "0180000000008180", 1002),
                Arguments.of("16 bits for a short length", "82fe007d00000000", 1002),
                Arguments.of("64 bits for a middle length", "82ff000000000000ffff00000000", 1002),
                Arguments.of("a negative length", "82ffffffffffffffffff00000000", 1002),
                Arguments.of("too large", "82ff00000000000186a100000000", 1009));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void tellsOfAFaultOnceAndReadsNothingMore(String name, String hex, int status) {
        byte[] bytes = HexFormat.of().parseHex(hex + "818000000000");
        for (int part : new int[] {1, 3, bytes.length}) {
            List<String> events = read(bytes, part);
            assertThat(events).last().isEqualTo("fault " + status);
            assertThat(events).filteredOn(event -> event.startsWith("fault")).hasSize(1);
        }
    }

    /** What a reader told of that takes compressed messages; those are marked. */
    private static List<String> readCompressed(byte[] bytes, int part) {
        FrameReader[] itself = new FrameReader[1];
        Told told = new Told() {
            @Override
            public void onFrame(int opcode, boolean fin, byte[] payload) {
                super.onFrame(opcode, fin, payload);
                if (opcode < FrameReader.CLOSE && itself[0].isCompressed()) {
                    events.add("compressed");
                }
            }
        };
        itself[0] = new FrameReader(MAX, told);
        itself[0].takeCompressed();
        return read(itself[0], told, bytes, part);
    }

    @Test
    void tellsCompressedMessagesFromOthersHoweverTheyAreCut() throws Exception {
        byte[] data = "data".getBytes(UTF_8);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(frame(0xc1, data));
        bytes.write(frame(0x81, data));
        bytes.write(frame(0x42, data));
        bytes.write(frame(0x89, data));
        bytes.write(frame(0x00, data));
        bytes.write(frame(0x80, data));
        bytes.write(frame(0x02, data));
        bytes.write(frame(0x80, data));
        List<String> expected = List.of(
                told(FrameReader.TEXT, true, data),
                "compressed",
                told(FrameReader.TEXT, true, data),
                told(FrameReader.BINARY, false, data),
                "compressed",
                told(FrameReader.PING, true, data),
                told(FrameReader.CONTINUATION, false, data),
                "compressed",
                told(FrameReader.CONTINUATION, true, data),
                "compressed",
                told(FrameReader.BINARY, false, data),
                told(FrameReader.CONTINUATION, true, data));
        for (int part : new int[] {1, 2, 5, 6, 7, bytes.size()}) {
            assertThat(readCompressed(bytes.toByteArray(), part)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a ping that is compressed,     c980, 1002",
        "a close that is compressed,    c880, 1002",
        "a flag within a message,       018000000000c080, 1002",
        "the same in a compressed one,  418000000000c080, 1002",
        "the second bit,                a180, 1002",
        "the third bit,                 9180, 1002",
        "two bits,                      e180, 1002",
        "too large,                     82ff00000000000186a100000000, 1009",
        "compressed and much too large, c2ff000000000001c00000000000, 1009",
    })
    void tellsOfAFaultWhereCompressedMessagesAreTaken(String name, String hex, int status) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        for (int part : new int[] {1, 3, bytes.length}) {
            assertThat(readCompressed(bytes, part)).as(name).last().isEqualTo("fault " + status);
        }
    }

    @Test
    void takesACompressedFrameOfAMessageThatCompressionMadeLonger() {
        byte[] bytes = frame(0xc2, new byte[MessageInflater.longest(MAX)]);
        assertThat(readCompressed(bytes, bytes.length)).last().isEqualTo("compressed");
    }

    @Test
    void growsWithWhatComesAndNotWithWhatIsAnnounced() {
        FrameReader reader = new FrameReader(Integer.MAX_VALUE, new Told());
        ByteBuf announced = Unpooled.wrappedBuffer(HexFormat.of().parseHex("82ff000000007fffffff0000000041"));
        reader.read(announced); // two gigabytes at once would be an OutOfMemoryError
        assertThat(reader.isPartial()).isTrue();
        reader.end();
        assertThat(reader.isPartial()).isFalse();
    }

    @Test
    void heedsAnEndInTheMiddleOfARead() {
        Told told = new Told();
        FrameReader[] itself = new FrameReader[1];
        itself[0] = new FrameReader(MAX, new FrameReader.Frames() {
            @Override
            public void onFrame(int opcode, boolean fin, byte[] payload) {
                told.onFrame(opcode, fin, payload);
                itself[0].end();
            }

            @Override
            public void onFault(int closeStatus) {
                told.onFault(closeStatus);
            }
        });
        byte[] one = frame(0x81, "one".getBytes(UTF_8));
        itself[0].read(Unpooled.wrappedBuffer(one, one));
        assertThat(told.events).containsExactly(told(FrameReader.TEXT, true, "one".getBytes(UTF_8)));
    }
}
