package io.maru.server.netty;

import io.maru.server.engine.HttpResponse;
import io.maru.server.engine.ResponseHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The handshake of a WebSocket (<a href="https://www.rfc-editor.org/rfc/rfc6455#section-4.2">RFC 6455, section 4.2</a>). */
final class Handshake {

    private Handshake() {}

    /** Whether a request asks for a WebSocket, rightly or not. */
    static boolean isAskedFor(HttpRequest request) {
        return hasToken(request.headers(), HttpHeaderNames.UPGRADE, "websocket");
    }

    /** The answer to a request that must not be granted, or null. */
    static @Nullable HttpResponse fault(HttpRequest request) {
        HttpHeaders headers = request.headers();
        if (!request.method().equals(HttpMethod.GET)
                || !request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                || !hasToken(headers, HttpHeaderNames.CONNECTION, "upgrade")
                || !isKey(headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY))
                || headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
                || !headers.get(HttpHeaderNames.CONTENT_LENGTH, "0").equals("0")) {
            return Answers.plain(400);
        }
        List<String> versions = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_VERSION);
        if (versions.size() != 1 || !versions.get(0).equals("13")) {
            HttpResponse refusal = Answers.plain(426);
            refusal.headers().add("Sec-WebSocket-Version", "13").add("Upgrade", "websocket");
            return refusal;
        }
        return null;
    }

    /** The head of the answer that opens a WebSocket. */
    static String answer(
            String acceptKey,
            @Nullable String subprotocol,
            @Nullable String extensions,
            List<Map.Entry<String, String>> headers) {
        StringBuilder lines = new StringBuilder(192)
                .append("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
                .append("Sec-WebSocket-Accept: ")
                .append(acceptKey)
                .append("\r\n");
        if (subprotocol != null) {
            lines.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
        }
        if (extensions != null) {
            lines.append("Sec-WebSocket-Extensions: ").append(extensions).append("\r\n");
        }
        for (Map.Entry<String, String> header : headers) {
            lines.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
        }
        return lines.append("\r\n").toString();
    }

    /** All headers of the answer beside those of the handshake, checked. */
    static List<Map.Entry<String, String>> checked(@Nullable String subprotocol, ResponseHeaders headers) {
        if (subprotocol != null) {
            new ResponseHeaders().add("Sec-WebSocket-Protocol", subprotocol);
        }
        return headers.entries();
    }

    private static boolean isKey(List<String> keys) {
        if (keys.size() != 1) {
            return false;
        }
        try {
            return keys.get(0).length() == 24 && Base64.getDecoder().decode(keys.get(0)).length == 16;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean hasToken(HttpHeaders headers, CharSequence name, String token) {
        return headers.containsValue(name, token, true);
    }
}
