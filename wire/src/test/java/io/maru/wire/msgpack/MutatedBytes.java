package io.maru.wire.msgpack;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Messages that are nearly right. */
final class MutatedBytes {

    // the first bytes of what is long, deep or odd
    private static final int[] PREFIXES = {
        0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xcb,
                0xcc,
        0xcd, 0xce, 0xcf, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde,
                0xdf,
        0xff, 0x00, 0x7f
    };

    private MutatedBytes() {}

    /** One of these with a few bytes changed, added, doubled or left out. */
    static byte[] of(List<byte[]> messages, Random random) {
        byte[] message = messages.get(random.nextInt(messages.size()));
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(message.length + 1);
            int to = Math.min(message.length, at + 1 + random.nextInt(4));
            byte noise =
                    (byte) (random.nextBoolean() ? PREFIXES[random.nextInt(PREFIXES.length)] : random.nextInt(256));
            message = switch (random.nextInt(4)) {
                case 0 -> splice(message, at, at, noise);
                case 1 -> splice(message, at, to);
                case 2 -> splice(message, at, at, Arrays.copyOfRange(message, at, to));
                default -> splice(message, at, to, noise);
            };
        }
        return message;
    }

    private static byte[] splice(byte[] message, int from, int to, byte... with) {
        byte[] spliced = new byte[message.length - (to - from) + with.length];
        System.arraycopy(message, 0, spliced, 0, from);
        System.arraycopy(with, 0, spliced, from, with.length);
        System.arraycopy(message, to, spliced, from + with.length, message.length - to);
        return spliced;
    }
}
