package io.maru.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class Utf8Test {

    // where the ranges of the table in RFC 3629 begin and end
    private static final int[] EDGES = {
        0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4,
        0xf5, 0xff
    };

    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final CharBuffer chars = CharBuffer.allocate(256);

    @Test
    void agreesWithTheJdkOnEverySequenceOfUpToThreeBytes() {
        agrees(new byte[0]);
        for (int a = 0; a < 256; a++) {
            agrees(new byte[] {(byte) a});
            byte[] two = {(byte) a, 0};
            byte[] three = {(byte) a, 0, 0};
            for (int b = 0; b < 256; b++) {
                two[1] = (byte) b;
                agrees(two);
                // behind ASCII it is the case of two bytes again
                for (int c = 0; a >= 0x80 && c < 256; c++) {
                    three[1] = (byte) b;
                    three[2] = (byte) c;
                    agrees(three);
                }
            }
        }
    }

    @Test
    void agreesWithTheJdkAtTheEdgesOfSequencesOfFourBytes() {
        for (int a : EDGES) {
            for (int b : EDGES) {
                for (int c : EDGES) {
                    for (int d : EDGES) {
                        agrees(new byte[] {(byte) a, (byte) b, (byte) c, (byte) d});
                    }
                }
            }
        }
    }

    @Test
    void agreesWithTheJdkWhereverInALongerTextTheSequenceStands() {
        byte[][] sequences = {
            {(byte) 0xc3, (byte) 0xa9},
            {(byte) 0xf0, (byte) 0x9f, (byte) 0x98, (byte) 0x80},
            {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
            {(byte) 0xe2, (byte) 0x82},
            {(byte) 0x80},
        };
        for (byte[] sequence : sequences) {
            for (int before = 0; before <= 17; before++) {
                for (int behind = 0; behind <= 17; behind++) {
                    byte[] text = new byte[before + sequence.length + behind];
                    Arrays.fill(text, (byte) 'x');
                    System.arraycopy(sequence, 0, text, before, sequence.length);
                    agrees(text);
                }
            }
        }
    }

    @Test
    void agreesWithTheJdkOnRandomBytes() {
        Seeded.repeat(20_000, random -> {
            byte[] bytes = new byte[random.nextInt(24)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (random.nextInt(3) == 0 ? 'a' : EDGES[random.nextInt(EDGES.length)]);
            }
            agrees(bytes);
        });
    }

    @Test
    void agreesWithTheJdkOnRandomTextAndItsDamage() {
        Seeded.repeat(20_000, random -> {
            byte[] text = new RandomJson(random).value(3).getBytes(StandardCharsets.UTF_8);
            assertThat(Utf8.isValid(text)).isTrue();
            text[random.nextInt(text.length)] ^= (byte) (1 << random.nextInt(8));
            agrees(text);
        });
    }

    private void agrees(byte[] bytes) {
        if (Utf8.isValid(bytes) != validForTheJdk(bytes)) {
            throw new AssertionError(HexFormat.of().formatHex(bytes) + " is " + Utf8.isValid(bytes) + " for us only");
        }
    }

    private boolean validForTheJdk(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        decoder.reset();
        while (true) {
            chars.clear();
            var result = decoder.decode(in, chars, true);
            if (!result.isOverflow()) {
                return !result.isError();
            }
        }
    }
}
