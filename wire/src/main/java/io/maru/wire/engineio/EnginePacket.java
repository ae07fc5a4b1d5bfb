package io.maru.wire.engineio;

import io.maru.wire.WireException;
import io.maru.wire.WireException.Reason;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/**
 * A packet of <a
 * href="https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v4-current.md#protocol">Engine.IO 4</a>.
 *
 * @param type what it is
 * @param data what it carries: UTF-8, or bytes when it is binary; not to be changed
 * @param binary whether it is a binary message
 */
@SuppressWarnings("ArrayRecordComponent") // packets are passed on, never compared
public record EnginePacket(Type type, byte[] data, boolean binary) {

    /** The kinds of packets, in the order of their digits. */
    public enum Type {
        /** The handshake. */
        OPEN,
        /** The session is to end. */
        CLOSE,
        /** Asks whether the other side is there. */
        PING,
        /** Answers a ping. */
        PONG,
        /** Carries a message. */
        MESSAGE,
        /** Completes a change of transports. */
        UPGRADE,
        /** Nothing: lets a waiting request end. */
        NOOP;

        private static final Type[] BY_DIGIT = values();

        /**
         * The digit that stands for it.
         *
         * @return {@code '0'} to {@code '6'}
         */
        @SuppressWarnings("EnumOrdinal") // the order is the protocol's
        public char digit() {
            return (char) ('0' + ordinal());
        }
    }

    /** What separates the packets of a payload. */
    public static final char SEPARATOR = 0x1e;

    private static final byte[] NOTHING = {};

    /** Refuses a binary packet that is no message. */
    public EnginePacket {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(data, "data");
        if (binary && type != Type.MESSAGE) {
            throw new IllegalArgumentException("only messages are binary, not " + type);
        }
    }

    /**
     * A packet without data.
     *
     * @param type what it is
     * @return the packet
     */
    public static EnginePacket of(Type type) {
        return new EnginePacket(type, NOTHING, false);
    }

    /**
     * Writes the packet as a text message of a WebSocket, or as a part of a payload. Binary messages are in base64 there; over
     * a WebSocket their bytes go as they are.
     *
     * @return UTF-8
     */
    public byte[] encode() {
        byte[] body = binary ? Base64.getEncoder().encode(data) : data;
        byte[] text = new byte[1 + body.length];
        text[0] = (byte) (binary ? 'b' : type.digit());
        System.arraycopy(body, 0, text, 1, body.length);
        return text;
    }

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
     * Reads the packets of a
     * <a href="https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v4-current.md#http-long-polling-1">payload</a>,
     * the body of a POST.
     *
     * @param utf8 the body; it belongs to the packets from now on
     * @return the packets, at least one
     * @throws WireException when one of them is none
     */
    public static List<EnginePacket> decodePayload(byte[] utf8) {
        PacketList packets = new PacketList(utf8, EnginePacket::decodeInPayload);
        int from = 0;
        for (int i = 0; i <= utf8.length; i++) {
            if (i == utf8.length || utf8[i] == SEPARATOR) {
                packets.read(from, i);
                from = i + 1;
            }
        }
        return packets;
    }

    private static EnginePacket decodeInPayload(byte[] utf8, int from, int to) {
        return from < to && utf8[from] == 'b' ? decodeBase64(utf8, from + 1, to) : decode(utf8, from, to);
    }

    /** A binary message whose bytes are in base64. */
    static EnginePacket decodeBase64(byte[] utf8, int from, int to) {
        try {
            return new EnginePacket(Type.MESSAGE, Base64.getDecoder().decode(oneLine(utf8, from, to)), true);
        } catch (IllegalArgumentException e) {
            throw new WireException(Reason.MALFORMED, "base64 expected");
        }
    }

    /** Base64 without its line breaks, which the official Java client puts in. */
    private static byte[] oneLine(byte[] base64, int from, int to) {
        byte[] line = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            if (base64[i] != '\n' && base64[i] != '\r') {
                line[length++] = base64[i];
            }
        }
        return length == line.length ? line : Arrays.copyOf(line, length);
    }

    /** A packet that is no binary one. */
    static EnginePacket decode(byte[] utf8, int from, int to) {
        int type = from < to ? utf8[from] - '0' : -1;
        if (type < 0 || type >= Type.BY_DIGIT.length) {
            throw new WireException(Reason.MALFORMED, "an Engine.IO packet type from 0 to 6 expected");
        }
        byte[] data = from + 1 == to ? NOTHING : Arrays.copyOfRange(utf8, from + 1, to);
        return new EnginePacket(Type.BY_DIGIT[type], data, false);
    }
}
