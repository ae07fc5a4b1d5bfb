package io.maru.server.netty;

import io.maru.server.engine.WebSocketChannel;
import io.maru.wire.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A close frame of a peer (<a href="https://www.rfc-editor.org/rfc/rfc6455#section-7.4">RFC 6455, section 7.4</a>).
 *
 * @param fault the status to close with when this is no valid frame, or 0
 * @param status its status, or {@link WebSocketChannel#NO_STATUS}
 * @param reason its reason
 */
record CloseFrame(int fault, int status, String reason) {

    private static final int MAX_REASON = 123;

    static CloseFrame read(byte[] payload) {
        if (payload.length == 0) {
            return new CloseFrame(0, WebSocketChannel.NO_STATUS, "");
        }
        int status = (payload[0] & 0xff) << 8 | payload[1] & 0xff;
        byte[] reason = Arrays.copyOfRange(payload, 2, payload.length);
        if (!isSendable(status)) {
            return new CloseFrame(1002, status, "");
        }
        return Utf8.isValid(reason)
                ? new CloseFrame(0, status, new String(reason, StandardCharsets.UTF_8))
                : new CloseFrame(1007, status, "");
    }

    /** The bytes of a reason of ours, when it and its status can be sent. */
    static byte[] checked(int status, String reason) {
        if (status != WebSocketChannel.NO_STATUS && !isSendable(status)) {
            throw new IllegalArgumentException("a status that may be sent expected: " + status);
        }
        byte[] utf8 = reason.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > MAX_REASON) {
            throw new IllegalArgumentException("a reason of at most 123 bytes expected: " + utf8.length);
        }
        return utf8;
    }

    private static boolean isSendable(int status) {
        return status >= 3000 && status <= 4999 || status >= 1000 && status <= 1014 && (status < 1004 || status > 1006);
    }
}
