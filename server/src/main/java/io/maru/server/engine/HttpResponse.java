package io.maru.server.engine;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * An answer to an HTTP request. {@code Content-Length} is added to it.
 *
 * @param status such as 200
 * @param headers its headers, {@code Content-Type} among them
 * @param body its body; not to be changed any more
 */
@SuppressWarnings("ArrayRecordComponent") // answers are written, never compared
public record HttpResponse(int status, ResponseHeaders headers, byte[] body) {

    /** Refuses null. */
    public HttpResponse {
        Objects.requireNonNull(headers, "headers");
        Objects.requireNonNull(body, "body");
    }

    /**
     * An answer with a text.
     *
     * @param status such as 200
     * @param contentType such as {@code text/plain; charset=UTF-8}
     * @param body the text
     * @return the answer
     */
    public static HttpResponse of(int status, String contentType, String body) {
        return of(status, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * An answer with bytes.
     *
     * @param status such as 200
     * @param contentType such as {@code application/javascript}
     * @param body the bytes; not to be changed any more
     * @return the answer
     */
    public static HttpResponse of(int status, String contentType, byte[] body) {
        return new HttpResponse(status, new ResponseHeaders().add("Content-Type", contentType), body);
    }

    /**
     * An answer without a body.
     *
     * @param status such as 204
     * @return the answer
     */
    public static HttpResponse of(int status) {
        return new HttpResponse(status, new ResponseHeaders(), new byte[0]);
    }
}
