package io.maru.server.engine;

import io.maru.wire.WireException;
import io.maru.wire.WireException.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * <a href="https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v3.md#jsonp">JSONP</a>: an answer is a
 * script that calls a function with the payload, and a request is the form of a page, with the payload in its field {@code
 * d}. Immutable.
 */
final class Jsonp {

    private static final Pattern LINE_FEED = Pattern.compile("(\\\\)?\\\\n");

    private final String head;

    /**
     * For one client.
     *
     * @param callback the number of its callback; whatever is no digit is left out, as Node's server does
     */
    Jsonp(String callback) {
        head = "___eio[" + callback.replaceAll("[^0-9]", "") + "](";
    }

    /** The script for a payload of text. */
    byte[] wrap(byte[] payload) {
        String text = new String(payload, StandardCharsets.UTF_8);
        StringBuilder script = new StringBuilder(head.length() + text.length() + 16)
                .append(head)
                .append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> script.append('\\').append(c);
                case '\b' -> script.append("\\b");
                case '\f' -> script.append("\\f");
                case '\n' -> script.append("\\n");
                case '\r' -> script.append("\\r");
                case '\t' -> script.append("\\t");
                default -> {
                    // JSON may have the last two within a string, older scripts may not
                    if (c < ' ' || c == '\u2028' || c == '\u2029') {
                        script.append("\\u").append(HexFormat.of().toHexDigits(c));
                    } else {
                        script.append(c);
                    }
                }
            }
        }
        return script.append("\");").toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The payload of a form.
     *
     * @throws WireException when there is no field {@code d}
     */
    static byte[] unwrap(byte[] form) {
        int i = 0;
        while (i < form.length) {
            int end = i;
            while (end < form.length && form[end] != '&') {
                end++;
            }
            if (end - i > 1 && form[i] == 'd' && form[i + 1] == '=') {
                return withLineFeeds(decode(form, i + 2, end));
            }
            i = end + 1;
        }
        throw new WireException(Reason.MALFORMED, "a form with a field d expected");
    }

    private static byte[] decode(byte[] form, int from, int to) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(to - from);
        for (int i = from; i < to; i++) {
            int high = form[i] == '%' && i + 2 < to ? Character.digit(form[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(form[i + 2], 16);
            if (low >= 0) {
                out.write(high << 4 | low);
                i += 2;
            } else {
                out.write(form[i] == '+' ? ' ' : form[i]);
            }
        }
        return out.toByteArray();
    }

    // browsers change the line feeds of a form: clients send \n for them, and \\n for a \n that was there before
    private static byte[] withLineFeeds(byte[] text) {
        return LINE_FEED
                .matcher(new String(text, StandardCharsets.ISO_8859_1))
                .replaceAll(found -> found.group(1) == null ? "\n" : "\\\\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
