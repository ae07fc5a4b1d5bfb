package io.maru.wire.socketio;

import io.maru.wire.Json;
import io.maru.wire.JsonCodec;
import io.maru.wire.Utf8Buffer;
import io.maru.wire.WireException;
import io.maru.wire.WireException.Reason;
import io.maru.wire.WireLimits;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/**
 * What stands behind the question mark of a namespace: the credentials of a client of <a
 * href="https://github.com/socketio/socket.io/blob/main/docs/socket.io-protocol/v4.md#0---connect">protocol 4</a>.
 */
final class NamespaceQuery {

    private NamespaceQuery() {}

    /** Where the namespace's name ends: at the question mark, if there is one. */
    static int skipName(byte[] utf8, int from, int to) {
        int i = from;
        while (i < to && utf8[i] != '?') {
            i++;
        }
        return i;
    }

    /**
     * The parameters as an object of strings. One that is there twice is twice in it; readers take the last.
     *
     * @throws WireException when the object would be larger than a packet may be
     */
    static Json toObject(byte[] utf8, int from, int to, WireLimits limits, JsonCodec codec) {
        String query = new String(utf8, from, to - from, StandardCharsets.UTF_8);
        Utf8Buffer out = new Utf8Buffer(2 * query.length() + 16);
        out.append('{');
        int i = 0;
        while (i < query.length()) {
            int end = query.indexOf('&', i);
            end = end < 0 ? query.length() : end;
            if (end > i) {
                String pair = query.substring(i, end);
                int equals = pair.indexOf('=');
                if (out.length() > 1) {
                    out.append(',');
                }
                JsonCodec.quote(decode(equals < 0 ? pair : pair.substring(0, equals)), out);
                out.append(':');
                JsonCodec.quote(equals < 0 ? "" : decode(pair.substring(equals + 1)), out);
            }
            i = end + 1;
        }
        out.append('}');
        if (out.length() > limits.maxBytes()) {
            throw new WireException(Reason.LIMIT, "a query of more than " + limits.maxBytes() + " bytes");
        }
        return codec.parse(out.toByteArray(), limits);
    }

    // a broken escape stays as it is, as in the query of a request
    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
