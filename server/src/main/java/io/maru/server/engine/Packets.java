package io.maru.server.engine;

import io.maru.wire.Encoded;
import io.maru.wire.JsonCodec;
import io.maru.wire.Utf8Buffer;
import io.maru.wire.engineio.EnginePacket;
import java.util.List;

/** The packets of a server other than messages, ready to be sent with {@link Encoded.Framing#PLAIN}. */
final class Packets {

    static final Encoded CLOSE = Encoded.text("1");
    static final Encoded PING = Encoded.text("2");
    static final Encoded PONG = Encoded.text("3");
    static final Encoded PROBE_ANSWER = Encoded.text("3probe");
    static final Encoded NOOP = Encoded.text("6");

    private Packets() {}

    /** The <a href="https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v4-current.md#handshake">handshake</a>. */
    static Encoded open(String id, boolean upgradable, EngineOptions options) {
        Utf8Buffer out = Encoded.newText(160);
        out.append(EnginePacket.Type.OPEN.digit());
        out.append("{\"sid\":");
        out.append(JsonCodec.quote(id));
        out.append(
                upgradable ? ",\"upgrades\":[\"websocket\"],\"pingInterval\":" : ",\"upgrades\":[],\"pingInterval\":");
        out.append(options.pingInterval().toMillis());
        out.append(",\"pingTimeout\":");
        out.append(options.pingTimeout().toMillis());
        out.append(",\"maxPayload\":");
        out.append(options.maxHttpBufferSize());
        out.append('}');
        return Encoded.of(out, List.of());
    }
}
