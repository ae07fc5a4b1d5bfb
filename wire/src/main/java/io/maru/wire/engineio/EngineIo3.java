package io.maru.wire.engineio;

import io.maru.wire.Utf8;
import io.maru.wire.WireException;
import io.maru.wire.WireException.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * How <a href="https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v3.md#encoding">Engine.IO 3</a> writes
 * the same packets. It differs from protocol 4 in binary messages and in payloads: those have a length before each packet,
 * and come in two forms, as text and, for clients that take bytes, as bytes.
 */
public final class EngineIo3 {

    /** What stands before a packet in a payload of bytes. */
    private static final int TEXT = 0;

    private static final int BINARY = 1;
    private static final int LENGTH_END = 255;

    private static final int MAX_LENGTH_DIGITS = 9;
    private static final byte MESSAGE = (byte) (EnginePacket.Type.MESSAGE.digit() - '0');

    private EngineIo3() {}

    /**
     * Reads a packet from a text message of a WebSocket.
     *
     * @param utf8 the message
     * @return the packet
     * @throws WireException when it is none
     */
    public static EnginePacket decode(byte[] utf8) {
        return decode(utf8, 0, utf8.length);
    }

    /**
     * Reads a packet from a binary message of a WebSocket.
     *
     * @param message the message
     * @return the packet
     * @throws WireException when it is no message packet
     */
    public static EnginePacket decodeBinary(byte[] message) {
        return decodeBinary(message, 0, message.length);
    }

    /**
     * Reads the packets of a payload of text. A length counts UTF-16 units, as clients in JavaScript do.
     *
     * @param utf8 the body of a POST; it belongs to the packets from now on
     * @return the packets; none when all lengths are 0, which Node's server takes too
     * @throws WireException when one of them is none, or a length is wrong
     */
    public static List<EnginePacket> decodePayload(byte[] utf8) {
        requireSome(utf8);
        PacketList packets = new PacketList(utf8, EngineIo3::decode);
        int i = 0;
        while (i < utf8.length) {
            int digits = i;
            int units = 0;
            while (i < utf8.length && utf8[i] >= '0' && utf8[i] <= '9' && i - digits < MAX_LENGTH_DIGITS) {
                units = units * 10 + utf8[i++] - '0';
            }
            if (i == digits || i == utf8.length || utf8[i] != ':') {
                throw malformed("a length and ':' expected");
            }
            int from = i + 1;
            i = skipUnits(utf8, from, units);
            if (units > 0) {
                packets.read(from, i);
            }
        }
        return packets;
    }

    /**
     * Reads the packets of a payload of bytes.
     *
     * @param bytes the body of a POST; it belongs to the packets from now on
     * @return the packets, at least one
     * @throws WireException when one of them is none, or a length is wrong
     */
    public static List<EnginePacket> decodeBinaryPayload(byte[] bytes) {
        requireSome(bytes);
        PacketList packets = new PacketList(bytes, EngineIo3::decodeWithLength);
        int i = 0;
        while (i < bytes.length) {
            int begin = i++;
            int digits = i;
            int length = 0;
            while (i < bytes.length && bytes[i] >= 0 && bytes[i] <= 9 && i - digits < MAX_LENGTH_DIGITS) {
                length = length * 10 + bytes[i++];
            }
            if (i == digits || i == bytes.length || bytes[i] != (byte) LENGTH_END) {
                throw malformed("a length and its end expected");
            }
            int from = i + 1;
            if (length > bytes.length - from) {
                throw malformed("a packet as long as announced expected");
            }
            i = from + length;
            packets.read(begin, i);
        }
        return packets;
    }

    /** Reads a packet with its kind and its length before it. */
    private static EnginePacket decodeWithLength(byte[] bytes, int begin, int to) {
        int from = begin + 1;
        while (bytes[from] != (byte) LENGTH_END) {
            from++;
        }
        from++;
        return switch (bytes[begin]) {
            case TEXT -> decodeText(Arrays.copyOfRange(bytes, from, to));
            case BINARY -> decodeBinary(bytes, from, to);
            default -> throw malformed("text or bytes expected");
        };
    }

    /**
     * Writes a payload: of bytes when there is a binary packet and the client takes bytes, else of text.
     *
     * @param packets what it carries, at least one
     * @param base64 whether the client takes no bytes, so that binary packets are written in base64
     * @return the body of an answer
     */
    public static byte[] encodePayload(List<EnginePacket> packets, boolean base64) {
        boolean inBytes = !base64 && packets.stream().anyMatch(EnginePacket::binary);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (EnginePacket packet : packets) {
            byte[] head = inBytes && packet.binary()
                    ? new byte[] {MESSAGE}
                    : ascii((packet.binary() ? "b" : "") + packet.type().digit());
            byte[] data = packet.binary() && !inBytes ? Base64.getEncoder().encode(packet.data()) : packet.data();
            if (inBytes) {
                out.write(packet.binary() ? BINARY : TEXT);
                for (byte digit : ascii(String.valueOf(head.length + data.length))) {
                    out.write(digit - '0');
                }
                out.write(LENGTH_END);
            } else {
                out.writeBytes(ascii(String.valueOf(head.length + units(data))));
                out.write(':');
            }
            out.writeBytes(head);
            out.writeBytes(data);
        }
        return out.toByteArray();
    }

    /**
     * Whether a payload is one of bytes. No payload of text, of whatever protocol, begins like one.
     *
     * @param payload what {@link #encodePayload} wrote, or what begins with a character that can be seen
     * @return true when it is
     */
    public static boolean isBinary(byte[] payload) {
        return payload.length > 0 && (payload[0] == TEXT || payload[0] == BINARY);
    }

    private static EnginePacket decode(byte[] utf8, int from, int to) {
        if (from == to || utf8[from] != 'b') {
            return EnginePacket.decode(utf8, from, to);
        }
        if (from + 1 == to || utf8[from + 1] != EnginePacket.Type.MESSAGE.digit()) {
            throw malformed("a binary message expected");
        }
        return EnginePacket.decodeBase64(utf8, from + 2, to);
    }

    private static EnginePacket decodeText(byte[] utf8) {
        if (!Utf8.isValid(utf8)) {
            throw malformed("UTF-8 expected");
        }
        return decode(utf8);
    }

    private static EnginePacket decodeBinary(byte[] bytes, int from, int to) {
        if (from == to || bytes[from] != MESSAGE) {
            throw malformed("a binary message expected");
        }
        return new EnginePacket(EnginePacket.Type.MESSAGE, Arrays.copyOfRange(bytes, from + 1, to), true);
    }

    // a character of four bytes is two units, each other one
    private static int skipUnits(byte[] utf8, int from, int units) {
        int i = from;
        int left = units;
        while (left > 0 && i < utf8.length) {
            int first = utf8[i] & 0xff;
            left -= first < 0xf0 ? 1 : 2;
            i += first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
        }
        if (left != 0 || i > utf8.length) {
            throw malformed("a packet as long as announced expected");
        }
        return i;
    }

    private static int units(byte[] utf8) {
        int units = 0;
        for (byte b : utf8) {
            units += (b & 0xc0) == 0x80 ? 0 : (b & 0xf8) == 0xf0 ? 2 : 1;
        }
        return units;
    }

    private static void requireSome(byte[] payload) {
        if (payload.length == 0) {
            throw malformed("a payload expected");
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static WireException malformed(String expected) {
        return new WireException(Reason.MALFORMED, expected);
    }
}
