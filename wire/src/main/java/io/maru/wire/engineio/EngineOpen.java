package io.maru.wire.engineio;

import io.maru.wire.Json;
import io.maru.wire.JsonCodec;
import io.maru.wire.WireException;
import io.maru.wire.WireException.Reason;
import io.maru.wire.WireLimits;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a server says in its <a
 * href="https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v4-current.md#handshake">open packet</a>.
 *
 * @param sid the id of the session
 * @param upgrades the transports that the client may change to
 * @param pingInterval milliseconds between two pings
 * @param pingTimeout milliseconds within which a ping is answered
 * @param maxPayload bytes of one POST at the most; 0 where the server does not say, as old ones do not
 */
public record EngineOpen(String sid, List<String> upgrades, long pingInterval, long pingTimeout, long maxPayload) {

    // a year: what is beyond is no time that anybody waits
    private static final long MOST = 366L * 24 * 3600 * 1000;

    /** Refuses what makes no sense, and copies. */
    public EngineOpen {
        Objects.requireNonNull(sid, "sid");
        upgrades = List.copyOf(upgrades);
        if (pingInterval < 1 || pingTimeout < 1 || maxPayload < 0) {
            throw new IllegalArgumentException("times above zero expected");
        }
    }

    /**
     * Reads the data of an open packet.
     *
     * @param utf8 the data
     * @return what it says
     * @throws WireException when it is no handshake
     */
    public static EngineOpen decode(byte[] utf8) {
        Json open = JsonCodec.standard().parse(utf8, WireLimits.DEFAULTS);
        Json sid = open.get("sid");
        String id = sid == null ? null : sid.string();
        if (id == null || id.isEmpty() || id.length() > WireLimits.DEFAULTS.maxNameLength()) {
            throw new WireException(Reason.MALFORMED, "an open packet with the session's id expected");
        }
        Json upgrades = open.get("upgrades");
        List<String> names = upgrades == null
                ? List.of()
                : upgrades.elements().stream()
                        .map(Json::string)
                        .filter(Objects::nonNull)
                        .toList();
        Json payload = open.get("maxPayload");
        return new EngineOpen(
                id,
                names,
                milliseconds(open.get("pingInterval"), "pingInterval"),
                milliseconds(open.get("pingTimeout"), "pingTimeout"),
                payload == null ? 0 : number(payload, "maxPayload"));
    }

    private static long milliseconds(@Nullable Json value, String name) {
        long time = value == null ? 0 : number(value, name);
        if (time < 1 || time > MOST) {
            throw new WireException(Reason.MALFORMED, "milliseconds above zero expected as " + name);
        }
        return time;
    }

    private static long number(Json value, String name) {
        String text = value.toString();
        if (value.kind() != Json.Kind.NUMBER
                || text.length() > 18
                || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new WireException(Reason.MALFORMED, "a whole number expected as " + name);
        }
        return Long.parseLong(text);
    }
}
