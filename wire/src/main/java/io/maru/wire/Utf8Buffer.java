package io.maru.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/** A growing array of UTF-8 text, with room before it for what a message is framed with. For one thread. */
public final class Utf8Buffer {

    private final int headroom;
    private byte[] bytes;
    private int end;

    /**
     * An empty buffer without room before the text.
     *
     * @param capacity the bytes to begin with
     */
    public Utf8Buffer(int capacity) {
        this(0, capacity);
    }

    Utf8Buffer(int headroom, int capacity) {
        this.headroom = headroom;
        this.bytes = new byte[headroom + capacity];
        this.end = headroom;
    }

    /**
     * Appends one ASCII character.
     *
     * @param ascii the character
     */
    public void append(char ascii) {
        reserve(1);
        bytes[end++] = (byte) ascii;
    }

    /**
     * Appends ASCII characters.
     *
     * @param ascii the characters
     */
    @SuppressWarnings("deprecation") // the one way to copy Latin-1 characters without an array between
    public void append(String ascii) {
        int length = ascii.length();
        reserve(length);
        ascii.getBytes(0, length, bytes, end);
        end += length;
    }

    /**
     * Appends bytes that are UTF-8.
     *
     * @param utf8 holds them
     * @param from the first
     * @param to behind the last
     */
    public void append(byte[] utf8, int from, int to) {
        int length = to - from;
        reserve(length);
        System.arraycopy(utf8, from, bytes, end, length);
        end += length;
    }

    /**
     * Appends bytes that are UTF-8.
     *
     * @param utf8 all of them
     */
    public void append(byte[] utf8) {
        append(utf8, 0, utf8.length);
    }

    /**
     * Appends text, of whatever characters.
     *
     * @param text the text
     */
    public void appendText(String text) {
        append(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Appends a number in decimal digits.
     *
     * @param number the number
     */
    public void append(long number) {
        append(Long.toString(number));
    }

    /**
     * Appends bytes in base64 (<a href="https://www.rfc-editor.org/rfc/rfc4648#section-4">RFC 4648, section 4</a>).
     *
     * @param data the bytes
     */
    public void appendBase64(byte[] data) {
        append(Base64.getEncoder().encode(data));
    }

    /**
     * The length of the text.
     *
     * @return bytes
     */
    public int length() {
        return end - headroom;
    }

    /**
     * The text.
     *
     * @return a copy of its bytes
     */
    public byte[] toByteArray() {
        return Arrays.copyOfRange(bytes, headroom, end);
    }

    @Override
    public String toString() {
        return new String(bytes, headroom, end - headroom, StandardCharsets.UTF_8);
    }

    /** The bytes themselves: the text lies from {@link #headroom} to {@link #end()}. */
    byte[] array() {
        return bytes;
    }

    int end() {
        return end;
    }

    private void reserve(int more) {
        if (more > bytes.length - end) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(end, more), Math.min(bytes.length, 1 << 29) * 2));
        }
    }
}
