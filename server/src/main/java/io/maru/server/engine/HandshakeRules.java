package io.maru.server.engine;

import io.maru.wire.Encoded.Framing;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which requests an engine serves. The order of the checks is that of Node's server. Safe for any thread, as far as the
 * application's filters are.
 */
final class HandshakeRules {

    private static final Logger log = LoggerFactory.getLogger(HandshakeRules.class);
    private static final String VERSION_4 = "4";

    private final EngineOptions options;

    HandshakeRules(EngineOptions options) {
        this.options = options;
    }

    /** Lets the application's filters see a request; they come before everything else. */
    @Nullable Refusal filter(HttpRequest request, ResponseHeaders headers) {
        for (RequestFilter filter : options.filters()) {
            try {
                filter.filter(request, headers);
            } catch (RefusedException e) {
                return Refusal.of(EngineError.BAD_REQUEST, e.text(), "MIDDLEWARE_FAILURE");
            } catch (Exception e) {
                log.error("A filter failed for {}", request, e);
                return Refusal.of(EngineError.BAD_REQUEST, "MIDDLEWARE_FAILURE");
            }
        }
        return null;
    }

    /** What holds for every request. */
    @Nullable Refusal check(HttpRequest request, Map<String, String> query, boolean upgrade) {
        String transport = query.get("transport");
        if (transport == null || !options.transports().contains(transport)) {
            return Refusal.of(EngineError.UNKNOWN_TRANSPORT, "transport=" + transport);
        }
        String origin = request.headers().get("origin");
        if (origin != null && origin.chars().anyMatch(c -> c < ' ' && c != '\t' || c == 0x7f || c > 0xff)) {
            return Refusal.of(EngineError.BAD_REQUEST, "INVALID_ORIGIN");
        }
        Cors cors = options.cors();
        if (upgrade && cors != null && cors.guardUpgrades() && Origins.isForeign(cors, request)) {
            return Refusal.foreignOrigin();
        }
        return null;
    }

    /** What holds for a request without a session, before the application is asked. */
    @Nullable Refusal checkHandshake(HttpRequest request, Map<String, String> query, boolean upgrade) {
        if (!request.method().equals("GET")) {
            return Refusal.of(EngineError.BAD_HANDSHAKE_METHOD, "method=" + request.method());
        }
        if (upgrade != EngineOptions.WEBSOCKET.equals(query.get("transport"))) {
            return Refusal.of(EngineError.BAD_REQUEST, "TRANSPORT_HANDSHAKE_ERROR");
        }
        return null;
    }

    /** What holds for a handshake that the application has let in. */
    @Nullable Refusal checkVersion(Map<String, String> query) {
        return framing(query) == Framing.ENGINE_IO || options.olderClients().engineIo3()
                ? null
                : Refusal.of(EngineError.UNSUPPORTED_VERSION, "protocol=" + query.get("EIO"));
    }

    /** What stands before the messages of a client: any version that is not 4 counts as 3. */
    static Framing framing(Map<String, String> query) {
        if (VERSION_4.equals(query.get("EIO"))) {
            return Framing.ENGINE_IO;
        }
        return query.getOrDefault("b64", "").isEmpty() ? Framing.ENGINE_IO_3 : Framing.ENGINE_IO_3_BASE64;
    }

    /** How the payloads of a client that polls are written. */
    PollingFormat pollingFormat(Map<String, String> query) {
        return PollingFormat.of(framing(query), options.olderClients().jsonp() ? query.get("j") : null);
    }

    /** What holds for a request over polling for an open session. */
    @Nullable Refusal checkPoll(EngineSession session, Map<String, String> query) {
        String transport = query.get("transport");
        if (!EngineOptions.POLLING.equals(transport) || !session.transport().equals(transport)) {
            return Refusal.of(EngineError.BAD_REQUEST, "TRANSPORT_MISMATCH");
        }
        return sameVersion(session, query);
    }

    /** What holds for a WebSocket that an open session may change to. */
    @Nullable Refusal checkProbe(EngineSession session, Map<String, String> query) {
        if (!EngineOptions.WEBSOCKET.equals(query.get("transport")) || !options.allowUpgrades()) {
            return Refusal.of(EngineError.BAD_REQUEST, "TRANSPORT_MISMATCH");
        }
        return sameVersion(session, query);
    }

    private static @Nullable Refusal sameVersion(EngineSession session, Map<String, String> query) {
        return (framing(query) == Framing.ENGINE_IO) == (session.protocol() == 4)
                ? null
                : Refusal.of(EngineError.BAD_REQUEST, "PROTOCOL_MISMATCH");
    }
}
