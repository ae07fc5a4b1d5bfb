package io.maru.server.engine;

import io.maru.wire.JsonCodec;
import io.maru.wire.Utf8Buffer;
import java.nio.charset.StandardCharsets;

/** Why a request is not served, and how the client is told. */
record Refusal(EngineError error, String message, String detail, int status, int upgradeStatus, long retryAfter) {

    /** The seconds after which a client may come again to a server that stops, or to the one in its place. */
    private static final long RETRY_AFTER = 5;

    private static final int LONGEST_DETAIL = 100;

    static Refusal of(EngineError error, String detail) {
        return of(error, error.message(), detail);
    }

    static Refusal of(EngineError error, String message, String detail) {
        String shortDetail = detail.length() > LONGEST_DETAIL ? detail.substring(0, LONGEST_DETAIL) + "…" : detail;
        return new Refusal(error, message, shortDetail, error.status(), 400, 0);
    }

    static Refusal foreignOrigin() {
        return new Refusal(EngineError.FORBIDDEN, EngineError.FORBIDDEN.message(), "INVALID_ORIGIN", 403, 403, 0);
    }

    static Refusal closing() {
        return new Refusal(EngineError.BAD_REQUEST, "Server is closing", "SERVER_CLOSING", 503, 503, RETRY_AFTER);
    }

    /** There is no room for it now; it may come again after some seconds. */
    static Refusal full(int status, String message, long retryAfter) {
        return new Refusal(EngineError.BAD_REQUEST, message, "SERVER_FULL", status, status, retryAfter);
    }

    /** The answer to a request over polling. */
    HttpResponse toResponse(ResponseHeaders headers) {
        Utf8Buffer body = new Utf8Buffer(64);
        body.append("{\"code\":");
        body.append(error.code());
        body.append(",\"message\":");
        body.append(JsonCodec.quote(message));
        body.append('}');
        HttpResponse response = withRetry(Answers.response(status, headers, "application/json", body.toByteArray()));
        if (status == 503) {
            response.headers().set("Connection", "close"); // the next request is another server's
        }
        return response;
    }

    /** The answer to a request for a WebSocket. */
    HttpResponse toUpgradeResponse(ResponseHeaders headers) {
        return toUpgradeResponse(headers, "text/html");
    }

    HttpResponse toUpgradeResponse(ResponseHeaders headers, String contentType) {
        byte[] body = message.getBytes(StandardCharsets.UTF_8);
        return withRetry(Answers.response(upgradeStatus, headers, contentType, body));
    }

    private HttpResponse withRetry(HttpResponse response) {
        if (retryAfter > 0) {
            response.headers().set("Retry-After", Long.toString(retryAfter));
        }
        return response;
    }
}
